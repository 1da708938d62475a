"""A server in a thread of this program, so that a test can look inside while it talks to the socket.

Owns: starting it, stopping it, counting what it holds. Look next: `wire_text.py` (writing and reading raw HTTP).
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import dedent
from typing import Any, TypeVar

from mock_gateway.core.state import Turn
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.http.server import Server, bind
from mock_gateway.runtime import LoopRuntime
from mock_gateway.scenario import load_text
from mock_gateway.settings import Settings
from mock_gateway.wire.beta.dialect import Beta
from mock_gateway.wire.projection import view_of

PATIENCE = 20.0
Result = TypeVar("Result")

AGENTS = """
agent: desk
mcp: { vault: { auth: required }, till: {} }
turns:
  - when: { message: refund }
    call: { tool: till.refund, approval: required, returns: ok }
    on_allow: { say: Refunded. }
    on_deny: { say: Kept. }
  - when: { message: question }
    call: { ask: "Which one?", options: [a, b] }
    on_answer: { say: "{{ answer }} it is." }
  - when: { message: vault }
    call: { tool: vault.open, returns: open }
    then: { say: It is open. }
  - when: { message: hold }
    say: I hold the line.
    then: { wait: cancel }
  - when: { message: flood }
    say: { words: 100000, cut: tokens }
    repeat: 3
    then: { wait: cancel }
"""
"""An agent with every kind of pause, a turn that never ends by itself, and one of many megabytes."""


def until(is_so: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Return when something is so. patience: seconds. Raises AssertionError when it is not in time."""
    deadline, pause = time.monotonic() + patience, threading.Event()
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that"
        pause.wait(0.005)


@dataclass(frozen=True, slots=True)
class Holding:
    """What a server holds; a refused request changes none of it (INP-8)."""

    sessions: int
    turns: int
    facts: int
    open_calls: int
    readers: int


class Served:
    """A running server. gateway, app: what is inside; only to be touched through `inside`."""

    def __init__(self, settings: Settings) -> None:
        agent = load_text(dedent(AGENTS), name="desk.yaml")
        self.gateway = Gateway({agent.name: agent}, settings, runtime=LoopRuntime())
        self.app = App(self.gateway)
        self._sock = bind("127.0.0.1", 0)
        self.port: int = self._sock.getsockname()[1]
        self._ready = threading.Event()
        self._server = Server(self.app, [self._sock], self._begin)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._sock]})
        self._loop: asyncio.AbstractEventLoop

    def _begin(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ready.set()

    def start(self) -> None:
        """Serve; returns when it listens."""
        self._thread.start()
        assert self._ready.wait(PATIENCE), "the server did not start"

    def stop(self) -> None:
        """End it, and see to it that it has ended."""
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        self._sock.close()
        assert not self._thread.is_alive(), "the server did not stop"

    def inside(self, look: Callable[[], Result]) -> Result:
        """What a function finds when the server's own loop calls it."""

        async def call() -> Result:
            return look()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(PATIENCE)

    def holding(self) -> Holding:
        """What it holds now."""
        return self.inside(self._count)

    def _count(self) -> Holding:
        sessions = [session for world in self.gateway.worlds.values() for session in world.sessions.values()]
        turns = [turn for session in sessions for turn in session.turns]
        return Holding(
            len(sessions),
            len(turns),
            sum(len(turn.log.facts) for turn in turns),
            sum(1 for turn in turns for thread in turn.rest for _ in thread.pending()),
            len(self.app.streams.readers),
        )

    def connections(self) -> int:
        """Open sockets, and tasks other than the server's own."""
        return self.inside(lambda: len(self._server.server_state.connections) + len(self._server.server_state.tasks))

    def tasks(self) -> int:
        """All tasks of the loop."""
        return self.inside(lambda: len(asyncio.all_tasks()))

    def size_of(self, session: str) -> int:
        """Bytes of all frames of a session's last turn; only inside."""
        view, cursor, size = view_of(self._turn(session), Beta()), 0, 0
        while True:
            body, cursor = view.take(cursor)
            if not body:
                return size
            size += len(body)

    def waiting(self, session: str) -> int:
        """Readers that wait for more of a session's last turn; only inside."""
        return len(self._turn(session).log.readers)

    def _turn(self, session: str) -> Turn:
        return self.gateway.worlds[""].sessions[session].turns[-1]


@contextmanager
def served(**settings: Any) -> Iterator[Served]:
    """A server for the length of a `with` block. settings: of `Settings`, on virtual time unless they say otherwise."""
    server = Served(Settings(**{"speed": 0, **settings}))
    server.start()
    try:
        yield server
    finally:
        server.stop()
