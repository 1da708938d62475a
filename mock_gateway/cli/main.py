"""The command line: which command, and its exit code.

Owns: the table of commands, `--help` and `--version`. A command's module is loaded when it is asked for, so that
`serve` starts with nothing that it does not need. Look next: `serve.py`, `commands.py`, `play.py`.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib import import_module

from mock_gateway.cli.errors import OK, USAGE, Ending, UsageError, write

COMMANDS = {
    "serve": ("serve", "serve scenarios over HTTP", "mock-gateway serve --scenarios scenarios --speed 0"),
    "list": ("listing", "show the agents there are", "mock-gateway list scenarios"),
    "lint": ("lint", "check scenario files", "mock-gateway lint scenarios --strict"),
    "play": ("play", "talk to an agent in the terminal, without a server", "mock-gateway play support-bot"),
    "schema": ("schema", "print the JSON Schema of scenario files", "mock-gateway schema > scenario.schema.json"),
    "openapi": ("openapi", "print the contract as OpenAPI", "mock-gateway openapi --json"),
    "init": ("init", "write a first scenario", "mock-gateway init --agent support-bot"),
}
"""Name: its module, what it does, an example."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit code: 0 fine, 1 checks failed, 2 usage or config, 4 our own fault, 130 interrupted.

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
    code: int = import_module(f"mock_gateway.cli.{COMMANDS[name][0]}").run(rest)
    return code


def _unknown(name: str) -> UsageError:
    if name.startswith("-"):
        return UsageError(f"{name} stands before the command; flags stand behind it", f"as in: {COMMANDS['serve'][2]}")
    from difflib import get_close_matches

    close = get_close_matches(name, COMMANDS, n=1)
    return UsageError(
        f"there is no command {name!r}; there are: {', '.join(COMMANDS)}", f"did you mean {close[0]}?" if close else ""
    )


def _help() -> str:
    commands = "".join(f"  {name:<8} {what}\n           {example}\n" for name, (_, what, example) in COMMANDS.items())
    return (
        "mock-gateway: a scriptable local stand-in for an agent-harness gateway\n\n"
        f"usage: mock-gateway COMMAND ...\n\n{commands}\n"
        "mock-gateway COMMAND --help tells more; --version tells the version\n"
        "exit codes: 0 fine, 1 checks failed, 2 usage or config, 4 our own fault, 130 interrupted\n"
    )


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mock-gateway")
    except PackageNotFoundError:
        return "(not installed)"
