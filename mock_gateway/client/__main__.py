"""`python -m mock_gateway.client PROGRAM.py [ARGS...]`: run a program with this client as its SDK.

Owns: the SDK's import name, for exactly one run; what a program sees of the interpreter.
Must not know: what the program does. Exit code: the program's own; 2 when it cannot be opened.
Next: `__init__.py`, the names that the program imports.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import mock_gateway.client

SDK_NAME = "truefoundry_gateway_sdk"
_USAGE = "usage: python -m mock_gateway.client PROGRAM.py [ARGS...]"


def main(arguments: Sequence[str]) -> int:
    """Run the program that the arguments name; SystemExit and other exceptions of it pass through.

    arguments: without the interpreter's and this module's own. Returns 0, or 2 after saying why
    nothing was run.
    """
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_USAGE, file=sys.stderr if not arguments else sys.stdout)
        return 0 if arguments else 2
    program = arguments[0]
    refusal = _cannot_open(program)
    if refusal:
        print(f"mock_gateway.client: cannot run {program}: {refusal}", file=sys.stderr)
        return 2
    with _as_python_would(program, arguments), _sdk_name():
        runpy.run_path(program, run_name="__main__")
    return 0


def _cannot_open(program: str) -> str | None:
    try:
        with Path(program).open("rb"):
            return None
    except (OSError, ValueError) as error:
        return error.strerror or str(error) if isinstance(error, OSError) else str(error)


@contextmanager
def _as_python_would(program: str, arguments: Sequence[str]) -> Iterator[None]:
    """Set `sys.argv` and the first entry of `sys.path` as for a script, and put both back."""
    argv, path = sys.argv, sys.path[:]
    sys.argv = list(arguments)
    if not sys.flags.safe_path:
        # `-m` put the working directory there; a script has its own directory, links resolved.
        sys.path[0] = str(Path(program).resolve().parent)
    try:
        yield
    finally:
        sys.argv, sys.path[:] = argv, path


@contextmanager
def _sdk_name() -> Iterator[None]:
    """Make the SDK's import name mean this client, even where the real one is installed."""
    before = sys.modules.get(SDK_NAME)
    sys.modules[SDK_NAME] = mock_gateway.client
    try:
        yield
    finally:
        sys.modules.pop(SDK_NAME, None)
        if before is not None:
            sys.modules[SDK_NAME] = before


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
