"""Serving an application for the length of a block, with uvicorn on a free port.

Owns: starting, and stopping for certain. Nothing is shared between two servers, so tests can run in any number of
workers. Must not know: what is served.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import Any, Protocol

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_gateway.conformance.server import SCENARIOS
from mock_gateway.core.script import Agent
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.http.streams import Streams
from mock_gateway.runtime import LoopRuntime
from mock_gateway.scenario.library import Library
from mock_gateway.settings import Settings

HEARTBEAT = 0.3


class Served(Protocol):
    """An ASGI application with streams that can be ended."""

    streams: Streams

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI entry."""


@cache
def agents() -> dict[str, Agent]:
    """The agents of the contract tests."""
    return dict(Library.load([SCENARIOS]).agents)


def real_app(**settings: Any) -> App:
    """The unbroken gateway, loaded with the scenarios of these tests."""
    return App(Gateway(agents(), Settings(**{"heartbeat": HEARTBEAT, **settings}), runtime=LoopRuntime()))


class _Server(uvicorn.Server):
    """A server that leaves the signals of its host alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield


@asynccontextmanager
async def serving(app: Served) -> AsyncIterator[str]:
    """Serve in the running event loop; gives the base URL."""
    # asyncio turns Nagle's delay off only for a socket that says it is TCP.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    sock.listen(512)  # whoever comes before the server is ready waits
    config = uvicorn.Config(
        app,
        http=HttpToolsProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        app.streams.close()
        server.should_exit = True
        await task
        sock.close()


@contextmanager
def serving_in_a_thread(make: Callable[[], Served]) -> Iterator[str]:
    """Serve in a thread with a loop of its own, for callers that are not asynchronous; gives the base URL."""
    ready: list[str] = []
    started, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(make()) as url:
            ready.append(url)
            started.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="gateway", daemon=True)
    thread.start()
    try:
        if not started.wait(20):
            raise RuntimeError("the gateway did not start")
        yield ready[0]
    finally:
        over.set()
        thread.join(20)
