"""HTTP/1.1 by hand: requests as they are written, answers as they come, piece by piece.

Owns: connections. No library stands between a test and the wire: nothing is normalised, repeated or hidden, an answer
can be read up to any byte, and a connection can be dropped there. Must not know: the contract.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import httptools

Headers = Mapping[str, str]
"""Names in small letters."""


class ConnectionBroken(Exception):
    """The connection was lost, or what came over it is no HTTP."""


class _Connection(asyncio.Protocol):
    """One connection, and the answer that comes over it now."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.error: Exception | None = None
        self.waiting: asyncio.Future[None] | None = None
        self.begin(head_only=False)

    def begin(self, *, head_only: bool) -> None:
        """Get ready for the next answer. head_only: it has no body, whatever its headers say."""
        self.parser = httptools.HttpResponseParser(self)
        self.head_only = head_only
        self.headers: dict[str, str] = {}
        self.pieces: deque[bytes] = deque()
        self.has_head = self.complete = self.stays_open = False

    # -- what the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; equal names are joined as HTTP has it."""
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        """The body begins."""
        self.has_head = True
        self.complete = self.head_only

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self.pieces.append(body)

    def on_message_complete(self) -> None:
        """The body is over."""
        self.complete = True
        self.stays_open = self.parser.should_keep_alive()

    # -- what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.error = error
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed. A body whose length nobody said ends with its connection."""
        says = self.headers.keys() & {"content-length", "transfer-encoding"}
        if self.has_head and not says:
            self.complete = True
        self.error = self.error or exc or ConnectionBroken("the connection was closed")
        self._wake()

    def _wake(self) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(None)

    # -- what an exchange calls

    @property
    def is_usable(self) -> bool:
        """Whether another request can be sent."""
        return self.complete and self.stays_open and not self.head_only and self.error is None

    async def wait(self, patience: float) -> None:
        """Wait until something comes. Raises `TimeoutError`, `ConnectionBroken`."""
        if self.error is not None:
            raise ConnectionBroken(str(self.error))
        self.waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(patience):
                await self.waiting
        finally:
            self.waiting = None

    def close(self) -> None:
        """Hang up, at once."""
        if self.transport is not None:
            self.transport.abort()


@dataclass(slots=True)
class Exchange:
    """A request that was sent, and its answer as far as it came. read: its body so far, with monotonic seconds."""

    pool: Pool
    status: int
    headers: Headers
    _connection: _Connection | None
    read: list[tuple[float, bytes]] = field(default_factory=list)

    async def piece(self, patience: float) -> bytes:
        """The next piece of the body; empty at its end. Raises `TimeoutError`, `ConnectionBroken`."""
        connection = self._connection
        while connection is not None:
            if connection.pieces:
                self.read.append((time.monotonic(), connection.pieces[0]))
                return connection.pieces.popleft()
            if connection.complete:
                self.close()
                break
            await connection.wait(patience)
        return b""

    async def body(self, patience: float) -> bytes:
        """The whole body."""
        pieces = []
        while piece := await self.piece(patience):
            pieces.append(piece)
        return b"".join(pieces)

    def close(self) -> None:
        """Give the connection back when the answer was read to its end; else drop it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self.pool.take_back(connection)


@dataclass(slots=True)
class Pool:
    """Connections to one server. host, port: of it; context: for TLS."""

    host: str
    port: int
    context: ssl.SSLContext | None = None
    _idle: list[_Connection] = field(default_factory=list)

    @classmethod
    def of(cls, url: str) -> Pool:
        """The pool for a URL's server."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        context = ssl.create_default_context() if secure else None
        return cls(parts.hostname or "", parts.port or (443 if secure else 80), context)

    async def send(
        self, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes | None, patience: float
    ) -> Exchange:
        """Send a request and wait for the head of its answer. path: with its query, as it is to be written.

        Raises `TimeoutError`, `ConnectionBroken`.
        """
        host = f"[{self.host}]" if ":" in self.host else self.host
        lines = [f"{method} {path} HTTP/1.1", f"host: {host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if body is not None:
            lines.append(f"content-length: {len(body)}")
        raw = "\r\n".join([*lines, "", ""]).encode() + (body or b"")
        connection, fresh = await self._connection(patience)
        try:
            await self._head(connection, raw, method, patience)
        except ConnectionBroken:
            # A server may close an idle connection at any time; that says nothing about this request.
            if fresh or connection.headers:
                raise
            connection, _ = await self._connection(patience, fresh=True)
            await self._head(connection, raw, method, patience)
        return Exchange(self, connection.parser.get_status_code(), connection.headers, connection)

    async def _head(self, connection: _Connection, raw: bytes, method: str, patience: float) -> None:
        connection.begin(head_only=method == "HEAD")
        assert connection.transport is not None
        connection.transport.write(raw)
        try:
            while not connection.has_head:
                await connection.wait(patience)
        except (TimeoutError, ConnectionBroken):
            connection.close()
            raise

    async def _connection(self, patience: float, *, fresh: bool = False) -> tuple[_Connection, bool]:
        while self._idle and not fresh:
            connection = self._idle.pop()
            if connection.is_usable:
                return connection, False
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(patience):
                made = await loop.create_connection(_Connection, self.host, self.port, ssl=self.context)
        except OSError as error:
            raise ConnectionBroken(str(error)) from error
        return made[1], True

    def take_back(self, connection: _Connection) -> None:
        """Keep a connection for the next request, or drop it."""
        if connection.is_usable:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Drop all connections that are not in use."""
        while self._idle:
            self._idle.pop().close()
