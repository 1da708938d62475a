"""The vocabulary: what one can say to a gateway, and hear, with as few opinions as possible.

Owns: requests, answers, open streams. It refuses to go on only where nothing can be done with an answer; then it
blames the rule of the endpoint. Must not know: the gateway's own client, the order of events (`grammar.py`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlencode

from mock_gateway.conformance.server.hooks import Voice
from mock_gateway.conformance.server.http11 import ConnectionBroken, Exchange, Headers, Pool
from mock_gateway.conformance.server.record import note
from mock_gateway.conformance.server.violation import Violation, require
from mock_gateway.conformance.sse import Message, SseReader

Json = dict[str, Any]
KEY = "contract-key"
SSE = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. asked: method and path, for evidence."""

    asked: str
    status: int
    headers: Headers
    body: bytes
    voice: Voice | None = None

    @property
    def json(self) -> Any:
        """The body as JSON. Raises `Violation` (NET-3)."""
        try:
            value = json.loads(self.body)
            return value if self.voice is None else self.voice.back(value)
        except ValueError:
            raise Violation("NET-3", f"{self.asked} was not answered with JSON", self.shown()) from None

    def is_object(self) -> bool:
        """Whether the body is a JSON object."""
        try:
            return isinstance(json.loads(self.body), dict)
        except ValueError:
            return False

    def shown(self) -> Json:
        """What came, as evidence."""
        return {"asked": self.asked, "status": self.status, "body": self.body[:1000].decode("utf-8", "replace")}

    def data(self, rule: str) -> Any:
        """What is under `data`. Raises `Violation` with the rule of the endpoint when the answer is no good one."""
        require(200 <= self.status < 300, rule, f"{self.asked} was refused", self.shown())
        body = self.json
        require(isinstance(body, dict) and "data" in body, rule, "the answer has no `data`", self.shown())
        return body["data"]

    def message(self) -> str:
        """The text of an error; empty when there is none."""
        body = self.json
        error = body.get("error") if isinstance(body, dict) else None
        text = error.get("message") if isinstance(error, dict) else None
        return text if isinstance(text, str) else ""


def parse_event(frame: Message) -> Json:
    """The event of a frame. Raises `Violation` (STR-1, or STR-2 for an end mark that the contract does not know)."""
    require(frame.data != "[DONE]", "STR-2", "the stream has an end mark; turn.done is the only end", frame.data)
    try:
        event = json.loads(frame.data)
    except ValueError:
        raise Violation("STR-1", "a frame's data is not JSON", frame.data) from None
    is_event = isinstance(event, dict) and isinstance(event.get("type"), str)
    require(is_event, "STR-1", "a frame's data is not one JSON object with a type", frame.data)
    return dict(event)


@dataclass(slots=True)
class Stream:
    """An open event stream; a context manager that hangs up.

    events, frames: all that came so far. closed: the gateway ended it. patience: seconds to wait for the next byte.
    """

    asked: str
    exchange: Exchange
    patience: float
    voice: Voice | None = None
    reader: SseReader = field(default_factory=SseReader)
    frames: list[Message] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    closed: bool = False
    broken: str = ""

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.exchange.status

    @property
    def headers(self) -> Headers:
        """The HTTP headers."""
        return self.exchange.headers

    async def pull(self, patience: float | None = None) -> bool:
        """Read what comes next. False at the end; raises `TimeoutError` when nothing comes."""
        if self.closed:
            return False
        try:
            piece = await self.exchange.piece(patience or self.patience)
        except ConnectionBroken as error:
            self.broken, piece = str(error), b""
        self.closed = not piece
        for frame in self.reader.feed(piece):
            self.frames.append(frame)
            event = parse_event(frame)
            self.events.append(event if self.voice is None else self.voice.back(event))
        return not self.closed

    async def more(self) -> bool:
        """Read until there is another event, comments or not. False at the end.

        Raises `TimeoutError` when none comes in `patience` seconds.
        """
        before = len(self.events)
        async with asyncio.timeout(self.patience):
            while len(self.events) == before and await self.pull():
                pass
        return len(self.events) > before

    async def until(self, enough: Callable[[list[Json]], object], rule: str = "STR-2") -> list[Json]:
        """Read until the events are enough. Raises `Violation` of a rule when the stream ends or is silent before."""
        while not enough(self.events):
            try:
                went_on = await self.more()
            except TimeoutError:
                raise Violation(rule, "the stream fell silent too early", self.events[-5:]) from None
            require(went_on or enough(self.events), rule, "the stream ended too early", self.events[-5:])
        return self.events

    async def count(self, number: int) -> list[Json]:
        """Read until there are so many events."""
        return await self.until(lambda events: len(events) >= number)

    async def rest(self, rule: str = "STR-2") -> list[Json]:
        """Read to `turn.done`, and to the end of the stream if that comes soon; hang up."""
        await self.until(lambda events: self.closed or (events and events[-1]["type"] == "turn.done"), rule)
        await self.end(0.25)
        await self.close()
        return self.events

    async def end(self, patience: float) -> bool:
        """Read to the end of the stream; False when it stays open for so many seconds of silence."""
        try:
            while await self.pull(patience):
                pass
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Hang up."""
        self.exchange.close()

    async def __aenter__(self) -> Stream:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


class Speaker:
    """Somebody who talks to one world of a gateway.

    base: base path with the world's prefix. patience: seconds for any answer. key: sent as the bearer key; None sends
    no Authorization header at all. voice: translates, on a gateway that has agents of its own.
    """

    def __init__(
        self, pool: Pool, base: str, *, patience: float = 10.0, key: str | None = KEY, voice: Voice | None = None
    ) -> None:
        self.pool = pool
        self.base = base
        self.patience = patience
        self.key = key
        self.voice = voice

    def as_(self, key: str | None) -> Speaker:
        """The same world, with another key."""
        return Speaker(self.pool, self.base, patience=self.patience, key=key, voice=self.voice)

    async def exchange(
        self,
        method: str,
        path: str,
        *,
        json_body: object = None,
        content: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """One request and the head of its answer. path: below the base path, already percent-encoded."""
        if self.voice is not None:
            json_body, query, path = self.voice.out(json_body), self.voice.out(query), self.voice.path(path)
        sent = {} if self.key is None else {"authorization": f"Bearer {self.key}"}
        if json_body is not None:
            content = json.dumps(json_body).encode()
            sent["content-type"] = "application/json"
        sent |= headers or {}
        if query:
            path += ("&" if "?" in path else "?") + urlencode(query)
        writes_length = "content-length" in sent
        body = b"" if content is None and method == "POST" and not writes_length else content
        noted = note(f"{method} {self.base}{path}", body)
        noted.exchange = await self.pool.send(method, self.base + path, sent.items(), body, self.patience)
        return noted.exchange

    async def send(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        content: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request and its whole answer."""
        exchange = await self.exchange(method, path, json_body=json, content=content, query=query, headers=headers)
        body = await exchange.body(self.patience)
        return Answer(f"{method} {path}", exchange.status, exchange.headers, body, self.voice)

    async def open(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Stream:
        """One request whose answer is read bit by bit."""
        exchange = await self.exchange(method, path, json_body=json, query=query, headers=headers)
        return Stream(f"{method} {path}", exchange, self.patience, self.voice)

    async def refused(self, stream: Stream) -> Answer:
        """The whole answer of a request that was opened as a stream and is none."""
        body = await stream.exchange.body(self.patience)
        return Answer(stream.asked, stream.status, stream.headers, body, self.voice)


def segment(text: str) -> str:
    """An id as a segment of a path."""
    return quote(text, safe="")
