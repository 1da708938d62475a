"""Running under uvicorn: listening, and ending at once.

Owns: the server and its socket. One connection of it is `connection.py`; nothing else knows uvicorn.
"""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable
from typing import Any, Protocol

import uvicorn

from mock_gateway.http.connection import SeamProtocol


class Streams(Protocol):
    """What is open."""

    def close(self) -> None:
        """End all of it."""


class Served(Protocol):
    """What a server serves. dates: whether the server adds the Date field; a proxy passes on the one that came."""

    dates: bool

    @property
    def streams(self) -> Streams: ...

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI entry."""


class Server(uvicorn.Server):
    """A uvicorn server that says when it is ready and ends at once, open streams or not."""

    def __init__(self, app: Served, sockets: list[socket.socket], on_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http=SeamProtocol,
            loop="uvloop",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=app.dates,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
            backlog=8192,
        )
        super().__init__(config)
        self.interrupted = False
        self._app = app
        self._sockets = sockets
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        self._on_ready()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """A signal: end every stream now, and the server with the next tick."""
        self.interrupted = self.interrupted or sig == 2
        self._app.streams.close()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close every connection and go."""
        self._app.streams.close()
        await asyncio.sleep(0)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `OSError` when the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(8192)
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def settle_garbage() -> None:
    """Keep the collector away from what was loaded and from what lives long: it makes the tails of many streams.

    Nothing is collected before: it would take a twentieth of the start, and find a few hundred objects. A look at the
    young objects takes a microsecond for each, so it comes often enough to stay below what a reader of a stream feels;
    at the older ones it comes once in millions.
    """
    gc.freeze()
    gc.set_threshold(10_000, 250, 50)
    gc.enable()


def serve(app: Served, sock: socket.socket, on_ready: Callable[[], None]) -> bool:
    """Serve until a signal. True when it was an interrupt (Ctrl-C)."""
    server = Server(app, [sock], on_ready)
    settle_garbage()
    try:
        server.run(sockets=[sock])
    except KeyboardInterrupt:
        server.interrupted = True
    return server.interrupted
