"""The command line: which command, and its exit code.

Owns: `--help` and `--version`. A command's module is loaded when it is asked for, so that
`serve` starts with nothing that it does not need. Look next: `commands.py`, `serve.py`, `play.py`.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib import import_module

from mock_gateway.cli.commands import COMMANDS
from mock_gateway.cli.errors import OK, USAGE, Ending, UsageError, write


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; gives the exit code: 0 fine, 1 checks failed, 2 usage or config, 3 the target is not there, 4 our
    own fault, 130 interrupted.

    argv: without the program's name; None takes the program's.
    """
    # Nothing that a command loads becomes garbage: looking for it costs a fifth of the start.
    gc.disable()
    try:
        with Ending() as ending:
            ending.code = _run(list(sys.argv[1:] if argv is None else argv))
    finally:
        gc.enable()
    return ending.code


def _run(arguments: list[str]) -> int:
    if not arguments:
        sys.stderr.write(_help())
        return USAGE
    name, rest = arguments[0], arguments[1:]
    if name in ("-h", "--help", "help"):
        write(_help())
        return OK
    if name in ("-V", "--version"):
        write(f"mock-gateway {_version()}\n")
        return OK
    if name not in COMMANDS:
        raise _unknown(name)
    code: int = import_module(f"mock_gateway.cli.{COMMANDS[name].module}").run(rest)
    return code


def _unknown(name: str) -> UsageError:
    if name.startswith("-"):
        return UsageError(
            f"{name} stands before the command; flags stand behind it", f"as in: {COMMANDS['serve'].example}"
        )
    from difflib import get_close_matches

    close = get_close_matches(name, COMMANDS, n=1)
    return UsageError(
        f"there is no command {name!r}; there are: {', '.join(COMMANDS)}", f"did you mean {close[0]}?" if close else ""
    )


def _help() -> str:
    commands = "".join(f"  {name:<8} {one.what}\n           {one.example}\n" for name, one in COMMANDS.items())
    return (
        "mock-gateway: a scriptable local stand-in for an agent-harness gateway\n\n"
        f"usage: mock-gateway COMMAND ...\n\n{commands}\n"
        "mock-gateway COMMAND --help tells more; --version tells the version\n"
        "exit codes: 0 fine, 1 checks failed, 2 usage or config, 3 target not there, 4 our own fault, 130 interrupted\n"
    )


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mock-gateway")
    except PackageNotFoundError:
        return "(not installed: run from its source)"
