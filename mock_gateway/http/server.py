"""Running under uvicorn: the seam to its sockets, and ending at once.

Owns: everything that knows uvicorn. `SeamProtocol` puts the connection into the scope, so that a stream notices a lost
client without a task of its own; elsewhere (another server) streams fall back to watching `receive()`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_gateway.http.app import App


class SeamProtocol(HttpToolsProtocol):
    """uvicorn's fast protocol, with its connection in the scope."""

    on_lost: Callable[[], None] | None = None

    def on_message_begin(self) -> None:
        """A request begins: let the application find this connection."""
        super().on_message_begin()
        self.scope["extensions"] = {"mock_gateway.connection": self}  # type: ignore[dict-item]

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        super().connection_lost(exc)
        if self.on_lost is not None:
            self.on_lost()
            self.on_lost = None

    def abort(self) -> None:
        """Close the socket without a word."""
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Bytes that are no HTTP get the contract's error body as well (NET-4)."""
        error = {"message": f"this is no HTTP/1.1 request: {msg}", "type": "invalid_request_error"}
        body = json.dumps({"error": error | {"code": "malformed_http", "param": None}}).encode()
        head = b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: %d\r\n" % len(body)
        self.transport.write(head + b"connection: close\r\n\r\n" + body)
        self.transport.close()


class Server(uvicorn.Server):
    """A uvicorn server that says when it is ready and ends at once, open streams or not."""

    def __init__(self, app: App, sockets: list[socket.socket], on_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http=SeamProtocol,
            loop="uvloop",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
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
    sock = socket.socket(family, socket.SOCK_STREAM)
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
    """Keep the collector away from what was loaded: it makes the long tails of thousands of streams."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


def serve(app: App, sock: socket.socket, on_ready: Callable[[], None]) -> bool:
    """Serve until a signal. True when it was an interrupt (Ctrl-C)."""
    server = Server(app, [sock], on_ready)
    settle_garbage()
    try:
        server.run(sockets=[sock])
    except KeyboardInterrupt:
        server.interrupted = True
    return server.interrupted
