"""`python -m contract_tests.mutants [NAME]`: the client, with one bug or none, as an adapter."""

from __future__ import annotations

import sys

from contract_tests.mutants.adapter import Adapter, Parts
from contract_tests.mutants.zoo import MUTANTS


def main() -> None:
    """Serve the adapter that was named."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name and name not in MUTANTS:
        sys.exit(f"there is no mutant {name!r}; there are: {', '.join(sorted(MUTANTS))}")
    (MUTANTS[name].adapter(name) if name else Adapter("", Parts())).serve()


if __name__ == "__main__":
    main()
