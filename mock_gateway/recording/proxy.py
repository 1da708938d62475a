"""Between a client and a gateway: what comes in goes out, bytes as they came, as soon as they came.

Owns: passing requests and answers on (RFC 9110, 7.6), and what a client is told when the gateway cannot be reached.
A frame is passed on before anybody looks at it. A client that leaves closes its request to the gateway.
Must not know: what passes by (`recorder.py`), how a port is opened (`http/server.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from msgspec import Struct, field

from mock_gateway.faults.board import FaultBoard
from mock_gateway.recording.recorder import Recorder, Watch
from mock_gateway.wire.dialects import documented

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)
OURS = frozenset((b"host", b"expect", b"proxy-authorization", b"http2-settings"))
"""Fields of a request that are meant for this server."""
CONNECTING = 10.0
"""Seconds that a gateway may take to accept a connection; for an answer it may take as long as it likes."""

SAVING = 2.0
"""Seconds until what is new is written while streams are open."""


class Incoming(httpx.AsyncByteStream):
    """The body of a request, piece by piece as it comes."""

    def __init__(self, receive: Receive, watch: Watch | None) -> None:
        self._receive = receive
        self._watch = watch
        self.is_read = asyncio.Event()
        self.is_gone = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces. Raises `httpx.ReadError` when the client leaves in the middle."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.is_gone = True
                raise httpx.ReadError("the client has left")
            piece, more = message.get("body", b""), bool(message.get("more_body"))
            if self._watch is not None:
                self._watch.sent(piece)
            if piece:
                yield piece
        self.is_read.set()

    async def left(self) -> None:
        """Wait until the client leaves; only when its body was read."""
        await self.is_read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass


class NoFaults(Struct):
    """What the server asks of a gateway before it lets somebody in: here nobody is refused."""

    faults: FaultBoard = field(default_factory=FaultBoard)


class Proxy:
    """The ASGI application. upstream: base URL of the gateway. pool: the transport to use instead of the network."""

    dates = False

    def __init__(self, upstream: str, recorder: Recorder, pool: httpx.AsyncBaseTransport | None = None) -> None:
        self._upstream = httpx.URL(upstream)
        self._base = self._upstream.raw_path.split(b"?")[0].rstrip(b"/")
        self._host = urlsplit(upstream).netloc.rpartition("@")[2].encode("idna" if not upstream.isascii() else "ascii")
        self._recorder = recorder
        self._errors = documented()
        self._client = httpx.AsyncClient(
            transport=pool,
            timeout=httpx.Timeout(None, connect=CONNECTING),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=50),
            follow_redirects=False,
        )
        self._open: set[asyncio.Task[Any]] = set()
        self._saving: asyncio.TimerHandle | None = None
        self.streams = self
        self.gateway = NoFaults()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] == "http":
            await self._pass(scope, receive, send)

    def close(self) -> None:
        """End everything that is open: the server stops. Whoever closes it writes what is left."""
        if self._saving is not None:
            self._saving.cancel()
        for task in self._open:
            task.cancel()

    def unreadable(self, status: int, message: str) -> None:
        """Note bytes that were no request."""
        self._recorder.say(f"no request, answered {status}: {message}")

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        watch = self._recorder.watch(
            scope["method"], scope["raw_path"], scope["query_string"], scope["headers"], time.monotonic()
        )
        incoming = Incoming(receive, watch)
        work = asyncio.ensure_future(self._exchange(scope, incoming, send, watch))
        leaving = asyncio.ensure_future(incoming.left())
        self._open.add(work)
        try:
            await asyncio.wait((work, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open.discard(work)
            for task in (work, leaving):
                task.cancel()
            await asyncio.gather(work, leaving, return_exceptions=True)
            if watch is not None:
                watch.ended()
            self._save_soon()
        if not work.cancelled() and (error := work.exception()) is not None:
            raise error

    def _save_soon(self) -> None:
        """Write what is new: at once when nothing else is open, else a little later, so that no stream stands still."""
        if not self._recorder.has_news or self._saving is not None:
            return
        if self._open:
            self._saving = asyncio.get_running_loop().call_later(SAVING, self._save)
        else:
            self._save()

    def _save(self) -> None:
        self._saving = None
        self._recorder.save()

    async def _exchange(self, scope: Scope, incoming: Incoming, send: Send, watch: Watch | None) -> None:
        request = self._request(scope, incoming)
        try:
            response = await self._client.send(request, stream=True)
        except httpx.LocalProtocolError as error:
            await self._refuse(scope, send, 400, f"this request cannot be passed on: {_why(error)}", "malformed_http")
            return
        except httpx.TransportError as error:
            if not incoming.is_gone:
                await self._unreachable(scope, send, error)
            return
        try:
            await self._answer(scope, response, send, watch)
        finally:
            await response.aclose()

    def _request(self, scope: Scope, incoming: Incoming) -> httpx.Request:
        given: Headers = scope["headers"]
        named = {name.strip().lower() for key, value in given if key == b"connection" for name in value.split(b",")}
        headers = [(b"host", self._host)]
        headers += [(key, value.strip(b" \t")) for key, value in given if key not in HOP_BY_HOP | OURS | named]
        has_body = any(key in (b"content-length", b"transfer-encoding") for key, _ in given)
        if any(key == b"transfer-encoding" for key, _ in given):
            headers.append((b"transfer-encoding", b"chunked"))
        if not has_body:
            incoming.is_read.set()
        query: bytes = scope["query_string"]
        path = self._base + scope["raw_path"] + (b"?" + query if query else b"")
        url = self._upstream.copy_with(raw_path=path)
        return httpx.Request(
            scope["method"], url, headers=headers, stream=incoming if has_body else httpx.ByteStream(b"")
        )

    async def _answer(self, scope: Scope, response: httpx.Response, send: Send, watch: Watch | None) -> None:
        given = [(key.lower(), value) for key, value in response.headers.raw]
        named = {name.strip().lower() for key, value in given if key == b"connection" for name in value.split(b",")}
        headers = [(key, value) for key, value in given if key not in HOP_BY_HOP | named]
        if watch is not None:
            watch.head(response.status_code, headers)
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        try:
            async for chunk in response.aiter_raw():
                at = time.monotonic()
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                if watch is not None:
                    watch.chunk(chunk, at)
        except httpx.TransportError as error:
            self._recorder.say(f"{scope['method']} {scope['path']}: the gateway broke off its answer ({_why(error)})")
            await _break_off(scope)
            return
        await send({"type": "http.response.body", "body": b""})

    async def _unreachable(self, scope: Scope, send: Send, error: httpx.TransportError) -> None:
        status = 504 if isinstance(error, httpx.TimeoutException) else 502
        why = f"the gateway {self._upstream} cannot be reached: {_why(error)}"
        message = f"{why}; is it running, and is --upstream right?"
        await self._refuse(scope, send, status, message, "upstream_unreachable")

    async def _refuse(self, scope: Scope, send: Send, status: int, message: str, code: str) -> None:
        self._recorder.say(f"{scope['method']} {scope['path']}: {message}")
        body = self._errors.error(status, message, code)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def aclose(self) -> None:
        """End everything that is open, and let go of the connections to the gateway."""
        self.close()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._client.aclose()


def _why(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__


async def _break_off(scope: Scope) -> None:
    """Close the connection to the client without an end of the answer, as the gateway did."""
    connection = (scope.get("extensions") or {}).get("mock_gateway.connection")
    if connection is None:
        raise ConnectionResetError("the gateway broke off its answer")
    connection.transport.close()
