"""Servers of the gallery for the tests beside this file: one process for each speed, started when first asked for.

Every test has a world of its own below them (NET-1), so counts and seeded sessions begin anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import pytest
from gallery_files import ROOT
from gallery_talk import Begin, Talk

from mock_gateway.client import TrueFoundryGateway
from mock_gateway.testing.process import running_server


class Servers:
    """The servers that run, by speed, and the number of the next world."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._urls: dict[float, str] = {}
        self._worlds = count(1)

    def world(self, speed: float) -> str:
        """The base URL of a new world of the server with a speed."""
        if speed not in self._urls:
            arguments = ("--scenarios", "scenarios", "--speed", f"{speed:g}", "--no-watch")
            self._urls[speed] = self._stack.enter_context(running_server(*arguments, cwd=ROOT))
        return f"{self._urls[speed]}/world-{next(self._worlds)}"


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """All servers; they end with the last test."""
    with ExitStack() as stack:
        yield Servers(stack)


@pytest.fixture
def gateway_at(servers: Servers) -> Iterator[Callable[[float], TrueFoundryGateway]]:
    """Makes clients of a new world at a speed; 0 plays at once, 1 as written."""
    with ExitStack() as stack:

        def make(speed: float = 0) -> TrueFoundryGateway:
            client = TrueFoundryGateway(base_url=servers.world(speed), api_key="any-key")
            return stack.enter_context(client)

        yield make


@pytest.fixture
def talk(gateway_at: Callable[[float], TrueFoundryGateway]) -> Begin:
    """Begins a session with an agent: `talk("hello")`; with `speed=`, on a server where time passes."""

    def begin(agent: str, *, speed: float = 0, session_id: str | None = None) -> Talk:
        return Talk(gateway_at(speed), agent, session_id=session_id)

    return begin
