"""One connection under uvicorn: the seam to its socket, and what is said about bytes that are no request.

Owns: `SeamProtocol`, which puts the connection into the scope, so that a stream notices a lost client without a task of
its own; elsewhere (another server) streams fall back to watching `receive()`. What faults do to a socket: reset it,
close one direction, send bytes that are no chunk. Limits of a request's head.
Must not know: endpoints, dialects, faults. Look next: `server.py`, which serves with it; `fault_delivery.py`.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import socket
import struct
from collections.abc import Callable
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 256 * 1024
"""Bytes of a request line and its headers; checked read by read, so a little more may pass."""
URL_LIMIT = 65_535
"""Bytes of a request target; the parser cannot take more."""

OFFER = (b"connection", b"upgrade", b"http2-settings")
PHRASES = {400: b"Bad Request", 414: b"URI Too Long", 431: b"Request Header Fields Too Large"}
OTHER_PROTOCOLS = {
    b"\x16\x03": "this is a TLS hello, and the port speaks plain HTTP; write http:// and not https://",
    b"PRI * HTTP/2": "this is HTTP/2, and the port speaks HTTP/1.1",
}
"""By the first bytes of what they send."""
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: to close is to reset, whatever was not sent yet is thrown away."""
UNSENT = 0x894B
"""SIOCOUTQNSD of Linux: bytes that the kernel has not sent yet."""
Rewrite = Callable[[bytes], bytes]


class Line(asyncio.WriteTransport):
    """The way to the client, which can keep a head until its body follows.

    uvloop writes at once, and uvicorn writes head and body apart: two calls of the kernel, and two packets for the
    client to wake up for, where one does.
    """

    __slots__ = ("_keeps", "_kept", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._keeps = False
        self._kept = b""

    def keep_next(self) -> None:
        """Keep what is written next until something follows it."""
        self._keeps = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send, behind what was kept."""
        if self._keeps:
            self._keeps, self._kept = False, bytes(data)
            return
        if self._kept:
            data, self._kept = self._kept + data, b""
        self._transport.write(data)

    def flush(self) -> None:
        """Let what was kept go."""
        self._keeps = False
        if self._kept:
            self.write(b"")

    def close(self) -> None:
        """Close when everything was sent."""
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        """Close without a word."""
        self._transport.abort()

    def write_eof(self) -> None:
        """Close this direction only."""
        self.flush()
        self._transport.write_eof()

    def get_write_buffer_size(self) -> int:
        """Bytes that the transport keeps."""
        return self._transport.get_write_buffer_size()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What the transport knows."""
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._transport.is_closing()


class BentLine(Line):
    """The way to the client for one answer whose bytes are not those that the server would write."""

    __slots__ = ("_line", "_rewrite")

    def __init__(self, line: Line, rewrite: Rewrite) -> None:
        super().__init__(line._transport)
        self._line = line
        self._rewrite = rewrite

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send something else."""
        self._line.write(self._rewrite(bytes(data)))

    def close(self) -> None:
        """Close when everything was sent."""
        self._line.close()


class SeamProtocol(HttpToolsProtocol):
    """uvicorn's fast protocol, with its connection in the scope."""

    # With three more names in its __dict__ there would be more than instances share: a kilobyte for each of them.
    __slots__ = ("_head", "line", "on_lost")
    on_lost: Callable[[], None] | None
    url = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come."""
        super().connection_made(transport)
        self.on_lost = None
        self._head = 0
        self.line = Line(transport)
        self.transport = self.line  # type: ignore[assignment]  # all that uvicorn does with it from here on
        faults = getattr(self.config.app, "faults", None)  # an application without a gateway has none
        if faults is not None and faults.refuses:
            from mock_gateway.http.faulted import refuses

            if refuses(self.config.app):  # type: ignore[arg-type]  # it has faults, so it is ours
                self.reset()

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
        self.line.abort()

    def keep_next(self) -> None:
        """Keep what is written next until something follows it."""
        self.line.keep_next()

    def flush(self) -> None:
        """Let what was kept go."""
        self.line.flush()

    # -- what faults do ----------------------------------------------------------------------------------------------

    @property
    def is_lost(self) -> bool:
        """Whether the client has gone."""
        return self.parser is None

    @property
    def unsent(self) -> int:
        """Bytes that have not left this machine's sending side."""
        kept = self.line.get_write_buffer_size()
        try:
            found = fcntl.ioctl(self.line.get_extra_info("socket").fileno(), UNSENT, b"\0\0\0\0")
        except OSError:
            return kept
        return kept + int.from_bytes(found, "little")

    def reset(self) -> None:
        """Close the socket with a reset."""
        sock = self.line.get_extra_info("socket")
        if sock is not None and not self.line.is_closing():
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.line.abort()

    def end(self) -> None:
        """Close the socket when everything was sent, whatever the answer still lacks."""
        self.line.close()

    def half_close(self) -> None:
        """Close the direction to the client only."""
        self.line.write_eof()

    def bend(self, send: Any, rewrite: Rewrite) -> None:
        """From here on write something else for an answer. send: uvicorn's, of that answer: others may wait behind."""
        send.__self__.transport = BentLine(self.line, rewrite)

    # -- what cannot be read -----------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes of requests; the first that are none end the connection with one answer."""
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as offer:
            if self._should_upgrade():
                self._decline(data[offer.args[0] :])
        except HttpParserError as error:
            self._give_up(data, error)
        else:
            self._weigh_head(len(data))

    def _weigh_head(self, size: int) -> None:
        if self.cycle is not None and self.cycle.scope is self.scope:
            self._head = 0
            return
        self._head += size
        if self._head > HEAD_LIMIT:
            self._refuse(431, f"the request line and its headers are larger than {HEAD_LIMIT} bytes")

    def _should_upgrade(self) -> bool:
        """Every offer of another protocol goes to `_decline`; CONNECT, which looks like one, to the application."""
        return bool(self.parser.get_method() != b"CONNECT")

    def _decline(self, rest: bytes) -> None:
        """Go on in HTTP/1.1. The parser believes that the body is another protocol, so it reads all again."""
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        lines = [b"%s %s HTTP/1.1" % (self.scope["method"].encode(), self.url)]
        lines += [b"%s: %s" % header for header in self.scope["headers"] if header[0] not in OFFER]
        self.data_received(b"\r\n".join(lines) + b"\r\n\r\n" + rest)

    def _give_up(self, data: bytes, error: HttpParserError) -> None:
        if len(self.url) > URL_LIMIT:
            self._refuse(414, f"the URL is longer than {URL_LIMIT} bytes")
            return
        for begin, message in OTHER_PROTOCOLS.items():
            if data.startswith(begin):
                self._refuse(400, message)
                return
        reason = str(error.__context__ or error)
        self._refuse(400, f"this is no HTTP/1.1 request: {reason[:1].lower()}{reason[1:]}")

    def _refuse(self, status: int, message: str) -> None:
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if not cycle.more_body:
                # What came before is a whole request: it gets its answer, and nobody else's, before the end.
                cycle.keep_alive = False
                return
            if cycle.response_started or self.pipeline:
                self.transport.close()
                return
        self.config.app.unreadable(status, message)  # type: ignore[union-attr]  # it is always our application
        self._say(status, message)
        self.transport.close()

    def _say(self, status: int, message: str) -> None:
        """The contract's error body, also for bytes that are no HTTP (NET-4)."""
        error = {"message": message, "type": "invalid_request_error", "code": "malformed_http", "param": None}
        body = json.dumps({"error": error}).encode()
        head = b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\n" % (status, PHRASES[status])
        self.transport.write(head + b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body) + body)
