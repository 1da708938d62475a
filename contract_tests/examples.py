"""Who breaks which rule, for people: `python -m contract_tests.examples` writes it for `mock-gateway explain`.

With `--check` it writes nothing, and ends with 1 when what is written is not what the zoos say.

Owns: which words of the zoos are taken. Must not know: how anybody is broken.
"""

from __future__ import annotations

import sys
from collections import defaultdict

import msgspec

from contract_tests.broken.zoo import every as gateways
from contract_tests.mutants.zoo import MUTANTS
from contract_tests.v1.broken.zoo import every as gateways_of_v1
from mock_gateway.conformance.rules import EXAMPLES_FILE

MOST = 4
"""Examples of one rule; the first ones say enough."""


def examples() -> dict[str, list[str]]:
    """For each case a client with one bug, for each rule a broken gateway."""
    found: dict[str, list[str]] = defaultdict(list)
    for mutant in MUTANTS.values():
        for case in (mutant.case, *mutant.also):
            found[case].append(f"a client: {mutant.says.removesuffix('.')} ({mutant.name})")
    for broken in (*gateways().values(), *gateways_of_v1().values()):
        for rule in sorted(broken.red):
            found[rule].append(f"a gateway: {broken.name}")
    return {id: found[id][:MOST] for id in sorted(found)}


def text() -> bytes:
    """The file."""
    return msgspec.json.format(msgspec.json.encode(examples()), indent=1) + b"\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit("run: python -m contract_tests.examples" if EXAMPLES_FILE.read_bytes() != text() else 0)
    EXAMPLES_FILE.write_bytes(text())
