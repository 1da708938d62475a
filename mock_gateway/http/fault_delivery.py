"""Delivering faults: what stands between the application and the server while faults are set for a request.

Owns: `Delivery`, which takes every ASGI message of one answer and does to it what the faults say, stage by stage:
events, lines, chunks, the connection. Each piece is one message, one chunk, one write, and the loop turns once behind
it, so that the same faults give the same bytes in the same pieces. Waiting here is real time, also where sessions are
on virtual time: it is for the client.
Must not know: which faults a request gets (`faulted.py`), what they do to a message (`faults/`).
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from math import ceil
from typing import Any, Protocol

from mock_gateway.faults.board import Chosen
from mock_gateway.faults.chunk_stage import cuts_of
from mock_gateway.faults.event_stage import EventStage
from mock_gateway.faults.frames import Frame, offset_of, read_frame
from mock_gateway.faults.injection import Injection
from mock_gateway.faults.line_stage import LineStage
from mock_gateway.http.edge import Call, cors
from mock_gateway.http.fault_answers import (
    ANSWERS,
    Rewrite,
    instead,
    with_extension,
    with_own_date,
    with_trailers,
    wrong_length,
)
from mock_gateway.http.streams import Injected, Message

CUTS = ("reset", "clean-end", "drop", "half-close", "stall")
"""What happens to the connection at a place."""
COMMENT = b": stall\n"
SHORTEST = 0.001
"""Seconds between two comments, however short the time that was asked for."""
DRAIN = 2.0
"""Seconds until the kernel must have taken what was sent before a reset."""


class Severed(ConnectionError):
    """A fault needs the server's socket, which is out of reach: the nearest thing is that the application fails."""


class Socket(Protocol):
    """What `SeamProtocol` lets a fault do."""

    on_lost: Any

    @property
    def is_lost(self) -> bool: ...
    @property
    def unsent(self) -> int: ...
    def abort(self) -> None: ...
    def keep_next(self) -> None: ...
    def flush(self) -> None: ...
    def reset(self) -> None: ...
    def end(self) -> None: ...
    def half_close(self) -> None: ...
    def bend(self, send: Any, rewrite: Any) -> None: ...


class Watched:
    """The connection as the stream loop knows it; a delivery that waits hears too when the client has gone."""

    def __init__(self, socket: Socket, gone: asyncio.Event) -> None:
        self.on_lost: Any = None
        self._socket = socket
        self._gone = gone
        socket.on_lost = self._lose

    def _lose(self) -> None:
        self._gone.set()
        if self.on_lost is not None:
            self.on_lost()

    def abort(self) -> None:
        """Close the socket without a word."""
        self._socket.abort()

    def keep_next(self) -> None:
        """Keep what is written next until something follows it."""
        self._socket.keep_next()

    def flush(self) -> None:
        """Let what was kept go."""
        self._socket.flush()


class Delivery:
    """The faults of one request, and its way to the client. wall: seconds since the epoch, for dates."""

    def __init__(self, call: Call, wall: float) -> None:
        self.injections: list[Injection] = []
        self._call = call
        self._wall = wall
        self._send, self._receive = call.send, call.receive
        self._gone = asyncio.Event()
        self._sent = 0
        self._held = bytearray()
        self._cuts_held: set[int] = set()
        self._whole_held = 0
        self._is_stream = False
        self._gzip: Any = None
        self._due = 0.0
        extensions = call.scope.get("extensions") or {}
        self._socket: Socket | None = extensions.get("mock_gateway.connection")
        if self._socket is not None:
            watched = Watched(self._socket, self._gone)
            call.scope["extensions"] = {**extensions, "mock_gateway.connection": watched}
        call.send, call.receive = self.send, self.receive
        call.singly = True

    def add(self, chosen: Sequence[Chosen]) -> None:
        """Deliver these too."""
        self.injections += [Injection(one, self._call.exchange.fault) for one in chosen]

    def _find(self, *names: str) -> Iterator[Injection]:
        return (one for one in self.injections if one.name in names and not one.is_done)

    async def receive(self) -> Message:
        """What comes from the client."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._gone.set()
        return message

    # -- before an answer ------------------------------------------------------------------------------------------

    async def answer(self, effect: str) -> None:
        """What happens before the request has an effect, or after it. Raises `Injected` when that was the answer."""
        due = [one for one in self.injections if not one.is_done and one.spec.params.get("effect") == effect]
        for injection in due:
            if injection.name == "slow-first-byte":
                injection.done(f"the answer came {injection.spec['for']:g} s late")
                await self._wait(injection.spec["for"])
        for injection in due:
            if injection.name == "reset-before-headers":
                await self._reset(injection, "the connection was reset instead of an answer")
            elif injection.name in ANSWERS:
                await self._instead(injection)

    async def _instead(self, injection: Injection) -> None:
        call = self._call
        found = instead(injection.spec, call.dialect, self._wall)
        injection.done(f"the answer was {found.status}")
        headers = [*found.all_headers(), *cors(call)]
        call.exchange.give(found.status, b"", found.body, headers)
        await self._start({"type": "http.response.start", "status": found.status, "headers": headers})
        body = b"" if call.scope["method"] == "HEAD" else found.body
        await self._whole(body, is_over=True)
        raise Injected

    # -- the head --------------------------------------------------------------------------------------------------

    async def send(self, message: Message) -> None:
        """A message of the application."""
        if message["type"] == "http.response.start":
            await self.answer("after")
            await self._start(message)
        elif self._is_stream:
            await self._stream(message["body"], is_over=not message.get("more_body", False))
        else:
            await self._whole(message["body"], is_over=not message.get("more_body", False))

    async def _start(self, message: Message) -> None:
        headers = list(message["headers"])
        self._is_stream = (b"content-type", b"text/event-stream") in headers and self._call.scope["method"] != "HEAD"
        if self._is_stream:
            words = self._call.dialect.words
            self._events = EventStage(self.injections, words)
            self._lines = LineStage(self.injections, words)
            headers = self._stream_headers(headers)
        headers = self._any_headers(headers)
        self._bend(headers)
        await self._send({**message, "headers": headers})
        if self._socket is not None:
            self._socket.flush()
        await asyncio.sleep(0)
        for injection in self._find("headers-then-silence"):
            injection.done(f"nothing followed the headers for {_time(injection.spec['for'])}")
            await self._wait(injection.spec["for"])

    def _stream_headers(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        for injection in self._find("wrong-content-type", "odd-content-type"):
            value: str = injection.spec["value"]
            headers = [header for header in headers if header[0] != b"content-type"]
            headers = [(b"content-type", value.encode("latin-1")), *headers] if value else headers
            injection.done(f"the content type was {value or 'missing'}")
        for injection in self._find("gzip"):
            self._gzip = zlib.compressobj(wbits=31)
            headers = [*headers, (b"content-encoding", b"gzip")]
            injection.done("the stream was compressed")
        return headers

    def _any_headers(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        for injection in self._find("connection-close"):
            headers = [*headers, (b"connection", b"close")]
            injection.done("the answer said that the connection closes")
        return headers

    def _bend(self, headers: list[tuple[bytes, bytes]]) -> None:
        """What no ASGI message can say."""
        rewrites: list[Rewrite] = []
        if any(name == b"date" for name, _ in headers):
            rewrites.append(with_own_date)
        for injection in self._find("wrong-content-length"):
            if dict(headers).get(b"content-length") is not None and self._has_socket(injection):
                rewrites.append(wrong_length(injection.spec["by"]))
                injection.done(f"Content-Length was {injection.spec['by']:+d}")
        for injection in self._find("chunk-extensions") if self._is_stream else ():
            if self._has_socket(injection):
                rewrites.append(with_extension(injection.spec["extension"]))
                injection.done("every chunk had an extension")
        for injection in self._find("trailers") if self._is_stream else ():
            if self._has_socket(injection):
                headers.append((b"trailer", b", ".join(name for name, _ in injection.spec["headers"])))
                rewrites.append(with_trailers(injection.spec["headers"]))
                injection.done("headers followed the body")
        if rewrites and self._socket is not None and hasattr(self._socket, "bend"):

            def rewrite(data: bytes) -> bytes:
                for one in rewrites:
                    data = one(data)
                return data

            self._socket.bend(self._send, rewrite)

    def _has_socket(self, injection: Injection) -> bool:
        has_socket = hasattr(self._socket, "bend")  # not so without a socket, whether there is a seam or not
        if not has_socket:
            injection.cannot("it needs the server's socket; the answer was left alone")
        return has_socket

    # -- the body --------------------------------------------------------------------------------------------------

    async def _whole(self, body: bytes, *, is_over: bool) -> None:
        """A body that is no stream."""
        if body:
            await self._emit(None, body)
        if is_over:
            await self._finish()

    async def _stream(self, body: bytes, *, is_over: bool) -> None:
        frames = self._events.feed(read_frame(body)) if body else []
        if is_over:
            frames += self._events.finish()
            if frames:
                frames[-1].is_last = True
        for frame in frames:
            data = self._lines.feed(frame)
            if self._gzip is not None:
                data = self._gzip.compress(data) + self._gzip.flush(zlib.Z_SYNC_FLUSH)
            await self._emit(frame, data)
        if is_over:
            await self._finish()

    async def _emit(self, frame: Frame | None, data: bytes) -> None:
        """The bytes of a frame, cut into pieces, and what happens to the connection between them."""
        words = self._call.dialect.words
        places = sorted(self._places(frame, data), key=lambda found: found[0])
        cuts = cuts_of(self.injections, frame, data, words) if frame is not None else set()
        done = 0
        for place, injection in places:
            await self._give(data[done:place], {cut - done for cut in cuts if done < cut < place}, is_event=False)
            await self._flush_held()
            done = max(done, place)
            await self._act(injection)
        is_event = frame is not None and frame.line("data") is not None
        await self._give(data[done:], {cut - done for cut in cuts if cut > done}, is_event=is_event)

    def _places(self, frame: Frame | None, data: bytes) -> Iterator[tuple[int, Injection]]:
        words = self._call.dialect.words
        ahead = self._sent + len(self._held)
        for injection in self._find(*CUTS):
            at = injection.spec.at
            if at is None:
                continue
            if at.event is None:
                place: int | None = (at.byte or 0) - ahead
                place = place if place is not None and 0 <= place <= len(data) else None
            elif frame is None or not injection.is_for(frame, words):
                place = None
            else:
                place = offset_of(at, frame, words)
            if place is not None:
                yield min(place, len(data)), injection

    async def _give(self, data: bytes, cuts: set[int], *, is_event: bool) -> None:
        """Send bytes, or hold them back until there are more. is_event: with them an event is whole."""
        if not data:
            return
        joined = next((one for one in self.injections if one.name == "joined-chunks"), None)
        if joined is None or not self._is_stream:
            await self._pieces(data, cuts)
            return
        joined.done("events were held back and came together")
        self._cuts_held |= {len(self._held) + place for place in cuts}
        self._held += data
        self._whole_held += is_event
        if self._whole_held == joined.spec["events"]:
            await self._flush_held()

    async def _flush_held(self) -> None:
        self._whole_held = 0
        if not self._held:
            return
        data, cuts = bytes(self._held), self._cuts_held
        self._held, self._cuts_held = bytearray(), set()
        await self._pieces(data, cuts)

    async def _pieces(self, data: bytes, cuts: set[int]) -> None:
        bounds = [0, *sorted(cuts), len(data)]
        slow = next((one for one in self.injections if one.name == "slow"), None)
        for start, end in pairwise(bounds):
            if slow is None:
                await self._piece(data[start:end])
                continue
            size, rate = slow.spec["piece"], slow.spec["rate"]
            slow.done(f"the body came at {rate:g} bytes a second")
            for place in range(start, end, size):
                piece = data[place : min(place + size, end)]
                await self._piece(piece)
                await self._keep_to(len(piece) / rate)

    async def _piece(self, data: bytes) -> None:
        """One message, one chunk, one write."""
        if not data:
            return
        self._sent += len(data)
        sent = self._call.exchange.sent
        if sent is not None:
            sent.really_wrote(data)
        await self._send({"type": "http.response.body", "body": data, "more_body": True})
        await asyncio.sleep(0)

    async def _finish(self) -> None:
        if self._gzip is not None:
            await self._piece(self._gzip.flush())
        await self._flush_held()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        longer = next((one for one in self.injections if one.name == "wrong-content-length"), None)
        if longer is not None and longer.is_done and longer.spec["by"] > 0 and self._socket is not None:
            self._socket.end()

    # -- the connection --------------------------------------------------------------------------------------------

    async def _act(self, injection: Injection) -> None:
        name, sent = injection.name, self._sent
        if name == "stall":
            await self._stall(injection)
        elif name == "clean-end":
            injection.done(f"the body ended after {sent} bytes")
            await self._finish()
            raise Injected
        elif name == "reset":
            await self._reset(injection, f"the connection was reset after {sent} bytes of the body")
        else:
            socket = self._reached(injection)
            await self._drain(socket)
            injection.done(f"{_DID[name]} after {sent} bytes of the body")
            socket.end() if name == "drop" else socket.half_close()
            await self._leave(socket)

    async def _reset(self, injection: Injection, what: str) -> None:
        socket = self._reached(injection)
        await self._drain(socket)
        injection.done(what)
        socket.reset()
        await self._leave(socket)

    def _reached(self, injection: Injection) -> Socket:
        if self._socket is None:
            injection.cannot("it needs the server's socket; the application failed instead")
            raise Severed(f"{injection.name}: a fault was set, and the server's socket is out of reach")
        return self._socket

    async def _drain(self, socket: Socket) -> None:
        """Let the kernel take what was sent: a reset throws away the rest."""
        socket.flush()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                while socket.unsent and not socket.is_lost:
                    await asyncio.sleep(0.001)

    async def _leave(self, socket: Socket) -> None:
        """Wait until the socket is gone: until then the server believes that the answer goes on."""
        if not socket.is_lost:
            await self._gone.wait()
        raise Injected

    async def _stall(self, injection: Injection) -> None:
        seconds, comments = injection.spec["for"], injection.spec["comments"]
        injection.done(f"nothing came for {_time(seconds)}")
        if comments is None:
            await self._wait(seconds)
            return
        times = None if seconds == "forever" else ceil(round(seconds / max(comments, SHORTEST), 6)) - 1
        while times is None or times > 0:
            await self._wait(max(comments, SHORTEST))
            await self._piece(COMMENT)
            times = None if times is None else times - 1
        await self._wait(max(comments, SHORTEST))

    async def _keep_to(self, seconds: float) -> None:
        """Wait until this much more time has passed since the first piece: what one wait lacks, the next makes up."""
        now = asyncio.get_running_loop().time()
        self._due = (self._due or now) + seconds
        if self._due > now:
            await self._wait(self._due - now)

    async def _wait(self, seconds: float | str) -> None:
        """Wait in real time, or until the client has gone: then there is nobody to answer. Raises `Injected`."""
        if self._socket is not None and self._socket.is_lost:
            raise Injected
        with suppress(TimeoutError):
            await asyncio.wait_for(self._gone.wait(), None if isinstance(seconds, str) else seconds)
            raise Injected


_DID = {"drop": "the connection was closed", "half-close": "the direction to the client was closed"}


def _time(seconds: float | str) -> str:
    return "ever" if isinstance(seconds, str) else f"{seconds:g} s"
