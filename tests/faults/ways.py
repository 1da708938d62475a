"""Ways to a gateway for `cut_and_resume.py`: inside of this program, and over raw sockets.

Owns: requests that are sent before they are read, and doing something where the gateway lives.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from mock_gateway.core.script import Agent
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.runtime import Runtime
from mock_gateway.settings import Settings
from mock_gateway.wire.dialects import Voice
from tests.faults.cut_and_resume import Cut
from tests.faults.raw_line import PATIENCE, Client
from tests.faults.stage import wait_until
from tests.v1.desk import Desk

TURNS = 10_000
"""Turns of the loop after which nothing more is expected."""


class Call:
    """A request inside of this program."""

    def __init__(self, way: Inside, scope: dict[str, Any], body: bytes) -> None:
        self._way = way
        self._unsent = [{"type": "http.request", "body": body, "more_body": False}]
        self._got: list[Any] = []
        self._task = way.loop.create_task(self._run(scope))

    async def _run(self, scope: dict[str, Any]) -> None:
        await self._way.app(scope, self._receive, self._send)

    async def _receive(self) -> Any:
        if self._unsent:
            return self._unsent.pop()
        return await self._way.loop.create_future()

    async def _send(self, message: Any) -> None:
        self._got.append(message)

    @property
    def is_over(self) -> bool:
        return self._task.done()

    def read(self) -> tuple[int, bytes]:
        self._way.loop.run_until_complete(self._task)
        start, *parts = self._got
        return start["status"], b"".join(part.get("body", b"") for part in parts)


class Inside:
    """A gateway with one agent, without sockets."""

    def __init__(self, agent: Agent) -> None:
        self.loop = asyncio.new_event_loop()
        self.gateway = Gateway({agent.name: agent}, Settings(speed=0, journal_size=1), runtime=Runtime())
        self.app = App(self.gateway)

    def send(self, method: str, path: str, body: object = None) -> Call:
        found = urlsplit(path)
        scope = {"type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": found.path}
        scope |= {"raw_path": found.path.encode(), "query_string": found.query.encode(), "server": ("127.0.0.1", 1)}
        scope["headers"] = [(b"host", b"x"), (b"authorization", b"Bearer k")]
        return Call(self, scope, b"" if body is None else json.dumps(body).encode())

    def do(self, work: Callable[[], Any]) -> Any:
        found = work()
        self._turn()
        return found

    def _turn(self) -> None:
        for _ in range(3):
            self.loop.run_until_complete(asyncio.sleep(0))

    def until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(TURNS):
            if is_so():
                return
            self._turn()
        raise AssertionError("it never came to that")

    def close(self) -> None:
        self.loop.close()


class Sent:
    """A request over a connection of its own."""

    is_over = False

    def __init__(self, port: int, method: str, path: str, body: object) -> None:
        self._client = Client(port)
        self._client.send(method, path, body)

    def read(self) -> tuple[int, bytes]:
        answer = self._client.read()
        self._client.close()
        return answer.status, answer.body


class Outside:
    """A served gateway and raw sockets."""

    def __init__(self, running: Desk) -> None:
        self.gateway = running.gateway
        self._desk = running
        self._port = int(running.url.rsplit(":", 1)[1])

    def send(self, method: str, path: str, body: object = None) -> Sent:
        return Sent(self._port, method, path, body)

    def do(self, work: Callable[[], Any]) -> Any:
        found: list[Any] = []
        done = threading.Event()

        def there() -> None:
            found.append(work())
            done.set()

        self._desk.loop.call_soon_threadsafe(there)
        assert done.wait(PATIENCE), "it was not done"
        return found[0]

    def until(self, is_so: Callable[[], bool]) -> None:
        wait_until(is_so)


@contextmanager
def outside(agent: Agent) -> Iterator[Outside]:
    """A server with one agent for the length of a block."""
    running = Desk({agent.name: agent}, Settings(speed=0), App)
    running.start()
    try:
        yield Outside(running)
    finally:
        running.stop()


def cut_over_a_socket(agent: Agent, voice: Voice, at: int, fault: str) -> tuple[Cut, Cut]:
    """A conversation over raw sockets, whole, and with every stream cut behind event `at` and resumed.

    fault: how it is cut, such as `reset` or `drop`.
    """
    with outside(agent) as way:
        return Cut(way, agent, voice, "/a", 0).talk(), Cut(way, agent, voice, "/b", at, fault).talk()
