"""The ways to an adapter that a user can choose: a long-lived command, a URL, a command per turn.

Owns: the flags that every command with an adapter has. Must not know: what the adapter is used for.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from mock_gateway.conformance.adapters.channel import Channel
from mock_gateway.conformance.adapters.http import HttpChannel
from mock_gateway.conformance.adapters.oneshot import OneshotChannel
from mock_gateway.conformance.adapters.process import ProcessChannel
from mock_gateway.core.errors import MockGatewayError


class NoWay(MockGatewayError):
    """None of the flags was given, or several."""


class Way(Struct, frozen=True):
    """How adapters are reached. transport: process, http or oneshot. command: as it was written; how: with its flag."""

    make: Callable[[], Channel]
    command: str
    transport: str
    how: str


TRANSPORTS: Mapping[str, tuple[str, Callable[[str], Channel], str]] = {
    "command": ("process", ProcessChannel, "An adapter that lives long: JSON lines over stdin and stdout."),
    "adapter-url": ("http", HttpChannel, "An adapter that is served: the same lines by POST."),
    "oneshot": ("oneshot", OneshotChannel, "A program that runs one turn, and prints what it saw."),
}
"""By flag: the name, the channel, what it is."""


SHIPPED = "{adapters}"
"""Stands in a command for the folder of the adapters that come with this package."""


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Take the flags."""
    for flag, (_, _, says) in TRANSPORTS.items():
        parser.add_argument(f"--{flag}", dest=flag, metavar="URL" if flag.endswith("url") else "COMMAND", help=says)


def chosen(flags: Mapping[str, object]) -> Way:
    """The one that was given. Raises `NoWay`."""
    given = [flag for flag in TRANSPORTS if flag in flags]
    if len(given) != 1:
        expected = "one of " + ", ".join(f"--{flag}" for flag in TRANSPORTS)
        raise NoWay(f"expected {expected}; found {' and '.join(f'--{flag}' for flag in given) or 'none of them'}")
    transport, channel, _ = TRANSPORTS[given[0]]
    command = str(flags[given[0]])
    target = command.replace(SHIPPED, shlex.quote(str(Path(__file__).parent)))
    return Way(lambda: channel(target), command, transport, f"--{given[0]} {shlex.quote(command)}")
