"""Flags: the command line as text by name, with messages of ours.

Owns: argparse. Values stay text here; `resolve.py` reads them, wherever they came from.
Must not know: what a setting means.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import NoReturn

from mock_gateway.cli.commands import COMMANDS
from mock_gateway.cli.errors import UsageError
from mock_gateway.cli.options import Option


class Parser(argparse.ArgumentParser):
    """The parser of one command of the table."""

    def __init__(self, name: str) -> None:
        command = COMMANDS[name]
        self.name = name
        super().__init__(
            prog=f"mock-gateway {name}",
            description=command.what[0].upper() + command.what[1:] + ".",
            epilog=f"example:\n  {command.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            argument_default=argparse.SUPPRESS,
        )

    def error(self, message: str) -> NoReturn:
        """Raises `UsageError`."""
        raise UsageError(message, f"'{self.prog} --help' shows what there is")

    def read(self, arguments: Sequence[str]) -> dict[str, object]:
        """The flags that were given, by name. Raises `UsageError`; --help ends the program."""
        known, strange = self.parse_known_args(arguments)
        if strange:
            raise self._strange(strange[0])
        return vars(known)

    def _strange(self, given: str) -> UsageError:
        from difflib import get_close_matches

        flags = [flag for action in self._actions for flag in action.option_strings]
        name = given.partition("=")[0]
        close = get_close_matches(name, flags, n=1) if name.startswith("-") else []
        if close:
            return UsageError(f"there is no flag {name}", f"did you mean {close[0]}?")
        hint = f"'{self.prog} --help' shows what there is"
        if not name.startswith("-") and "--scenarios" in flags:
            hint = f"scenario files and folders stand behind --scenarios: --scenarios {given}"
        return UsageError(f"{self.name} cannot use {given!r}", hint)

    def add_options(self, options: Iterable[Option], *, greedy: bool = False) -> None:
        """Take settings as flags. greedy: one flag takes several values; only where no positional can follow."""
        for option in options:
            flags = [option.short, option.flag] if option.short else [option.flag]
            if option.is_truth:
                self.add_argument(*flags, dest=option.name, action=argparse.BooleanOptionalAction, help=_help(option))
            elif option.many:
                action, nargs = ("extend", "+") if greedy else ("append", None)
                self.add_argument(
                    *flags, dest=option.name, action=action, nargs=nargs, metavar=option.metavar, help=_help(option)
                )
            else:
                self.add_argument(*flags, dest=option.name, metavar=option.metavar, help=_help(option))


def _help(option: Option) -> str:
    default = option.default_help or option.default
    if default in (None, "false"):
        return option.help.replace("%", "%%")
    return f"{option.help} [default: {default}]".replace("%", "%%")
