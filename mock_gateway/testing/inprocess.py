"""httpx without a socket: requests go to the application on its own loop, bytes come back as they are sent.

Owns: one exchange with the application, from a thread or from another event loop; reading at one's own pace, leaving
in the middle. httpx's own ASGI transport hands over a response when all of it is there, which no stream survives.
Must not know: what is asked. Look next: `thread.py`, where the application runs.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator, MutableMapping
from concurrent.futures import Future
from typing import Any

import httpx

from mock_gateway.testing.seam import Seam
from mock_gateway.testing.thread import ServerThread

ROOM = 256 * 1024
"""Bytes that wait for a reader before the application has to, about what a socket would hold."""

Message = MutableMapping[str, Any]


class Exchange:
    """One request with its response, between the application's loop and one reader elsewhere."""

    def __init__(self, server: ServerThread, request: httpx.Request, body: bytes) -> None:
        self._server = server
        self._request = request
        self._body: bytes | None = body
        self._lock = threading.Lock()
        self._parts: deque[Message | BaseException] = deque()
        self._held = 0
        self._reader: Future[None] | None = None
        self._seam = Seam(request, self._put)
        self._gone = asyncio.Event()
        self._taken = asyncio.Event()
        server.spawn(self._run, self._ended)

    # -- on the application's loop -----------------------------------------------------------------------------------

    async def _run(self) -> None:
        app = self._server.app
        if app.gateway.faults.refuses:
            from mock_gateway.http.faulted import refuses

            if refuses(app):
                self._seam.reset()
                return
        scope = scope_of(self._request) | {"extensions": {"mock_gateway.connection": self._seam}}
        await app(scope, self._receive, self._send)

    def _ended(self, error: BaseException | None) -> None:
        """The last that a reader can get, when it has not had the end of the response by then."""
        if error is not None:
            self._put(error)
        else:
            self._seam.half_close()

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        while self._held > ROOM and not self._gone.is_set():
            self._taken.clear()
            await self._taken.wait()
        self._put(message)

    def _put(self, part: Message | BaseException) -> None:
        with self._lock:
            self._parts.append(part)
            self._held += 0 if isinstance(part, BaseException) else len(part.get("body", b""))
            reader, self._reader = self._reader, None
        if reader is not None and reader.set_running_or_notify_cancel():
            reader.set_result(None)

    def _leave(self) -> None:
        self._gone.set()
        self._taken.set()
        self._seam.lose()

    # -- for the reader ----------------------------------------------------------------------------------------------

    def take(self) -> Message | Future[None]:
        """The next message, or what is done when there is one. Raises what ended the exchange."""
        with self._lock:
            if not self._parts:
                self._reader = Future()
                return self._reader
            part = self._parts.popleft()
            was_full = self._held > ROOM
            self._held -= 0 if isinstance(part, BaseException) else len(part.get("body", b""))
        if was_full:
            self._server.wake(self._taken.set)
        if isinstance(part, BaseException):
            raise part
        return part

    def leave(self) -> None:
        """Hang up; what is still sent is thrown away. Called again, or at the end, it does nothing."""
        self._server.wake(self._leave)

    def timed_out(self, seconds: float | None) -> httpx.ReadTimeout:
        """What a reader is told that waits no longer."""
        return httpx.ReadTimeout(f"nothing came in {seconds:g} seconds", request=self._request)


class SyncBody(httpx.SyncByteStream):
    """A response's body, for `httpx.Client`."""

    def __init__(self, exchange: Exchange, patience: float | None) -> None:
        self._exchange = exchange
        self._patience = patience

    def read_one(self) -> Message:
        """The next message of the application."""
        while not isinstance(found := self._exchange.take(), MutableMapping):
            try:
                found.result(self._patience)
            except TimeoutError:
                raise self._exchange.timed_out(self._patience) from None
        return found

    def __iter__(self) -> Iterator[bytes]:
        while True:
            message = self.read_one()
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body"):
                return

    def close(self) -> None:
        """Hang up."""
        self._exchange.leave()


class AsyncBody(httpx.AsyncByteStream):
    """A response's body, for `httpx.AsyncClient` under asyncio."""

    def __init__(self, exchange: Exchange, patience: float | None) -> None:
        self._exchange = exchange
        self._patience = patience

    async def read_one(self) -> Message:
        """The next message of the application."""
        while not isinstance(found := self._exchange.take(), MutableMapping):
            try:
                await asyncio.wait_for(asyncio.wrap_future(found), self._patience)
            except TimeoutError:
                raise self._exchange.timed_out(self._patience) from None
        return found

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            message = await self.read_one()
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body"):
                return

    async def aclose(self) -> None:
        """Hang up."""
        self._exchange.leave()


class InProcessTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """For `httpx.Client(transport=...)` and `httpx.AsyncClient(transport=...)`; the latter under asyncio.

    server: where the application runs. A read timeout of the client counts; its other timeouts have nothing to time.
    """

    def __init__(self, server: ServerThread) -> None:
        self._server = server

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the response is there as soon as its head is."""
        exchange = Exchange(self._server, request, request.read())
        body = SyncBody(exchange, _patience(request))
        try:
            return _response(body.read_one(), body)
        except BaseException:
            exchange.leave()
            raise

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the response is there as soon as its head is."""
        exchange = Exchange(self._server, request, await request.aread())
        body = AsyncBody(exchange, _patience(request))
        try:
            return _response(await body.read_one(), body)
        except BaseException:
            exchange.leave()
            raise


def _response(head: Message, body: SyncBody | AsyncBody) -> httpx.Response:
    return httpx.Response(
        head["status"], headers=head["headers"], stream=body, extensions={"http_version": b"HTTP/1.1"}
    )


def _patience(request: httpx.Request) -> float | None:
    seconds: float | None = request.extensions.get("timeout", {}).get("read")
    return seconds


def scope_of(request: httpx.Request) -> dict[str, Any]:
    """A request as the application is told of it."""
    url = request.url
    raw_path = url.raw_path.partition(b"?")[0]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": raw_path,
        "query_string": url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (url.host, url.port or 80),
        "client": ("127.0.0.1", 0),
    }
