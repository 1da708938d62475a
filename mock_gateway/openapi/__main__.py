"""`python -m mock_gateway.openapi`: write the document and the page, or check that they are fresh.

Owns: arguments, messages and exit codes: 0 written or fresh, 1 stale, 2 used outside a source tree.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mock_gateway.openapi.outputs import generated_files, stale_files, write_files

_SOURCE_TREE = Path(__file__).resolve().parents[2]


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mock_gateway.openapi", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    parser.add_argument("--root", type=Path, default=_SOURCE_TREE, help="the source tree (default: this one)")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    arguments = _arguments(argv)
    root: Path = arguments.root
    if not (root / "pyproject.toml").is_file():
        print(f"{root} is not a source tree: it has no pyproject.toml", file=sys.stderr)
        return 2
    files = generated_files()
    stale = stale_files(root, files)
    if not arguments.check:
        write_files(root, files)
        print(f"wrote {', '.join(map(str, files))}")
        return 0
    for path in stale:
        print(f"{path} is stale; run `python -m mock_gateway.openapi` and commit it", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
