"""Layers around the real gateway that bend what goes through.

Owns: `Layer`, which takes a request and its answer apart and puts them together again, with one hook for each thing
that can be bent. A hook that is left alone changes nothing. Must not know: rules; who bends what, and why, is in
`zoo.py`.
"""

# Hooks that change nothing need none of their arguments.
# ruff: noqa: ARG002

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mock_gateway.http.app import App

Json = dict[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
Headers = list[tuple[bytes, bytes]]

_SESSION, _TURN = r"(?P<session>.*/sessions/[^/]+)", r"(?P<turn>.*/sessions/[^/]+/turns/[^/]+)"
_DRAFT = r"(?P<session>.*/draft-sessions/[^/]+)"
OPERATIONS = tuple(
    (name, method, re.compile(pattern))
    for name, method, pattern in (
        ("create_session", "POST", r".*/sessions"),
        ("list_sessions", "GET", r".*/sessions"),
        ("get_session", "GET", _SESSION),
        ("cancel_session", "POST", _SESSION + "/cancel"),
        ("create_turn", "POST", _SESSION + "/turns"),
        ("list_turns", "GET", _SESSION + "/turns"),
        ("get_turn", "GET", _TURN),
        ("stream_turn", "GET", _TURN + "/stream"),
        ("list_turn_events", "GET", _TURN + "/events"),
        ("cancel_turn", "POST", _TURN + "/cancel"),
        # The published contract has most paths in common.
        ("stream_turn", "POST", _TURN + "/subscribe"),
        ("list_session_events", "GET", _SESSION + "/events"),
        ("create_draft", "POST", r".*/draft-sessions"),
        ("list_drafts", "GET", r".*/draft-sessions"),
        ("get_draft", "GET", _DRAFT),
        ("update_draft", "PATCH", _DRAFT),
        ("list_owned", "GET", r".*/owned-sessions"),
        ("search", "GET", r".*/search-sessions"),
        ("download", "GET", r".*/sandbox/[^/]+/file"),
    )
)
MOST_BYTES = 1_000_000
"""Bodies that say they are larger pass through as they are."""


@dataclass(slots=True)
class Asked:
    """A request. session, turn: paths without anything behind the id, so that they are unique among all worlds.

    seen: what a layer remembers about this one request.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: Headers
    body: bytes
    operation: str = ""
    session: str = ""
    turn: str = ""
    seen: Json = field(default_factory=dict)

    @property
    def is_published(self) -> bool:
        """Whether it is of the published contract, whose events do not carry their numbers."""
        return "/v1/" in self.path

    @property
    def json(self) -> Json:
        """The body, when it is a JSON object; else empty."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @json.setter
    def json(self, value: Json) -> None:
        self.body = json.dumps(value).encode()

    def items(self) -> list[Json]:
        """The input items that are objects."""
        given = self.json.get("input")
        return [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []


@dataclass(slots=True)
class Reply:
    """An answer that is no stream."""

    status: int
    body: bytes = b"{}"
    headers: Headers = field(default_factory=list)

    @property
    def json(self) -> Any:
        """The body as JSON, or None."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @json.setter
    def json(self, value: Any) -> None:
        self.body = json.dumps(value, ensure_ascii=False).encode()

    @property
    def code(self) -> str:
        """The code of an error; empty when it is none."""
        value = self.json
        error = value.get("error") if isinstance(value, dict) else None
        return str(error.get("code")) if isinstance(error, dict) else ""


def refusal(status: int, text: str = "broken on purpose") -> Reply:
    """An error answer."""
    reply = Reply(status, headers=[(b"content-type", b"application/json")])
    reply.json = {"error": {"message": text, "type": "error", "code": "broken", "param": None}}
    return reply


def ask_of(scope: Any, body: bytes) -> Asked:
    """The request of a scope."""
    path = scope["raw_path"].decode("ascii")
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    asked = Asked(scope["method"], path, query, list(scope["headers"]), body)
    for name, method, pattern in OPERATIONS:
        found = pattern.fullmatch(path)
        if found and method == asked.method:
            groups = found.groupdict()
            asked.operation, asked.turn = name, groups.get("turn") or ""
            asked.session = groups.get("session") or asked.turn.rpartition("/turns/")[0]
    return asked


class Layer:
    """A gateway that bends nothing. app: the real one."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.streams = app.streams

    # -- hooks

    async def request(self, asked: Asked) -> None:
        """Bend a request before the real gateway sees it."""

    async def instead(self, asked: Asked) -> Reply | None:
        """Answer without the real gateway."""
        return None

    async def reply(self, asked: Asked, reply: Reply) -> None:
        """Bend an answer that is no stream."""

    def session(self, asked: Asked, session: Json) -> None:
        """Bend a session wherever it is shown."""

    def turn(self, asked: Asked, turn: Json) -> None:
        """Bend a turn wherever it is shown."""

    def event(self, asked: Asked, event: Json) -> list[Json]:
        """Bend an event of a stream: what is sent instead."""
        return [event]

    def stored(self, asked: Asked, event: Json) -> None:
        """Bend an event of a log or an output."""

    def log(self, asked: Asked, events: list[Json]) -> list[Json]:
        """Bend a page of a log."""
        return events

    def start(self, asked: Asked, status: int, headers: Headers) -> int:
        """Bend the status and the headers of a stream."""
        return status

    def frame(self, asked: Asked, event: Json) -> bytes:
        """The bytes of an event. Hooks see its number in it, whether or not the contract sends it there."""
        shown = {name: value for name, value in event.items() if not (asked.is_published and name == "sequence_id")}
        # As ASCII, because half of a surrogate pair can only be sent as an escape.
        return b"id: %d\ndata: %b\n\n" % (event.get("sequence_id", 0), json.dumps(shown).encode())

    def comment(self, asked: Asked, line: bytes) -> bytes:
        """Bend a comment line of a stream."""
        return line

    def raw(self, body: bytes) -> bytes:
        """Bend the bytes of any answer."""
        return body

    async def hung_up(self, asked: Asked) -> None:
        """The client left its stream."""

    async def over(self, asked: Asked, receive: Receive, send: Send) -> None:
        """A stream has ended: end the answer."""
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    # -- the way through

    async def ask(self, asked: Asked, method: str, path: str) -> Reply:
        """Ask the real gateway something on the side."""
        inner = Asked(method, path, {}, [pair for pair in asked.headers if pair[0] in (b"authorization", b"host")], b"")
        found = Reply(0)

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                found.status = message["status"]
            else:
                found.body = message.get("body", b"")

        await self.app(self._scope({"type": "http", "scheme": "http"}, inner), _body(b""), send)
        return found

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if int(length) > MOST_BYTES:
            await self.app(scope, receive, send)
            return
        asked = ask_of(scope, await _read(receive))
        await self.request(asked)
        out = Out(self, asked, receive, send)
        reply = await self.instead(asked)
        if reply is not None:
            await out.send_reply(reply)
            return
        await self.app(self._scope(scope, asked), self._receive(asked, receive), out)

    def _scope(self, scope: Any, asked: Asked) -> Any:
        bent = {
            "method": asked.method,
            "raw_path": asked.path.encode("ascii"),
            "path": asked.path,
            "query_string": urlencode(asked.query).encode(),
            "headers": [pair for pair in asked.headers if pair[0] != b"content-length"],
        }
        return {**scope, **bent}

    def _receive(self, asked: Asked, receive: Receive) -> Receive:
        first = [_message(asked.body)]

        async def bent() -> Message:
            if first:
                return first.pop()
            message = await receive()
            if message["type"] == "http.disconnect":
                await self.hung_up(asked)
            return message

        return bent


class Out:
    """Takes an answer apart, and hands its parts to the layer."""

    def __init__(self, layer: Layer, asked: Asked, receive: Receive, send: Send) -> None:
        self.layer = layer
        self.asked = asked
        self.receive = receive
        self.send = send
        self.found = Reply(0)
        self.is_stream = False
        self.buffer = b""
        self.number = 0

    async def __call__(self, message: Message) -> None:
        """What the real gateway sends."""
        if message["type"] == "http.response.start":
            await self._start(message["status"], list(message["headers"]))
        elif self.is_stream:
            await self._stream(message)
        else:
            self.found.body = message.get("body", b"")
            await self.send_reply(self.found)

    async def _start(self, status: int, headers: Headers) -> None:
        self.is_stream = (b"content-type", b"text/event-stream") in headers
        self.found = Reply(status, b"", headers)
        if self.is_stream:
            status = self.layer.start(self.asked, status, headers)
            await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def _stream(self, message: Message) -> None:
        self.buffer += message.get("body", b"")
        *lines, self.buffer = self.buffer.split(b"\n")
        body = b""
        for line in lines:
            if line.startswith(b":"):
                body += self.layer.comment(self.asked, line + b"\n")
            elif line.startswith(b"id: "):
                self.number = int(line[4:])
            elif line.startswith(b"data: "):
                body += self._event({**json.loads(line[6:]), "sequence_id": self.number})
        if body:
            await self.send({"type": "http.response.body", "body": self.layer.raw(body), "more_body": True})
        if not message.get("more_body"):
            await self.layer.over(self.asked, self.receive, self.send)

    def _event(self, event: Json) -> bytes:
        for item in kept_in(event):
            self.layer.stored(self.asked, item)
        return b"".join(self.layer.frame(self.asked, bent) for bent in self.layer.event(self.asked, event))

    async def send_reply(self, reply: Reply) -> None:
        """Bend an answer that is no stream, and send it."""
        value = reply.json
        if isinstance(value, dict) and "data" in value:
            self._objects(value)
            reply.json = value
        await self.layer.reply(self.asked, reply)
        body = self.layer.raw(reply.body)
        headers = [pair for pair in reply.headers if pair[0] != b"content-length"]
        headers.append((b"content-length", b"%d" % len(body)))
        await self.send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": b"" if self.asked.method == "HEAD" else body})

    def _objects(self, value: Json) -> None:
        layer, asked, data = self.layer, self.asked, value["data"]
        if asked.operation in ("list_turn_events", "list_session_events"):
            for item in data:
                event = item.get("event", item)
                for kept in (event, *kept_in(event)):
                    layer.stored(asked, kept)
            value["data"] = layer.log(asked, data)
            return
        for item in data if isinstance(data, list) else [data]:
            if "agent_name" in item:
                layer.session(asked, item)
            else:
                for kept in kept_in(item):
                    layer.stored(asked, kept)
                layer.turn(asked, item)


def kept_in(holder: Json) -> list[Json]:
    """The stored events that a turn, its end or the end of a thread holds, in either contract."""
    state = holder.get("state", holder if holder.get("type") == "turn.done" else {})
    output, required = state.get("output"), state.get("required_actions")
    return [*(output if isinstance(output, list) else [output] if output else []), *(required or ())]


def _message(body: bytes) -> Message:
    return {"type": "http.request", "body": body, "more_body": False}


def _body(body: bytes) -> Receive:
    async def receive() -> Message:
        return _message(body)

    return receive


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body += part
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return body
