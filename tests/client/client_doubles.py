"""Small gateways for the tests of the client: answers from a list, one turn with a bad line, raw sockets.

Owns: what the client's tests talk to. Uses nothing of the project but the client.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from mock_gateway.client import Pacing, Session, TrueFoundryGateway

Json = dict[str, Any]
Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]

SESSION: Json = {
    "id": "s1",
    "agent_name": "support-bot",
    "title": None,
    "created_by": "ada",
    "created_at": "2026-01-02T03:04:05.678Z",
    "updated_at": "2026-01-02T03:04:05.678Z",
}


def turn(state: Json | None = None, **fields: Any) -> Json:
    """A turn record, running unless a state is given."""
    record: Json = {
        "id": "t1",
        "session_id": "s1",
        "previous_turn_id": None,
        "created_by": "ada",
        "created_at": "2026-01-02T03:04:06.000Z",
        "input": [{"type": "user.message", "content": "hi"}],
        "state": state or {"status": "running"},
    }
    return record | fields


def numbered(events: Iterable[Json]) -> list[Json]:
    """The events with sequence ids 1, 2, 3..."""
    return [{**event, "sequence_id": n} for n, event in enumerate(events, 1)]


def delta(content: str | None = None, thread: str = "main", finish: str | None = None, **fields: Any) -> Json:
    """A `model.message` delta without empty fields."""
    event: Json = {"type": "model.message", "thread_id": thread, **fields}
    return event | ({"content": content} if content is not None else {}) | ({"finish_reason": finish} if finish else {})


def chunk(index: int, arguments: str, call_id: str | None = None, name: str = "find") -> Json:
    """A piece of a tool call; the first piece of an index has the call's id."""
    if call_id is None:
        return {"index": index, "function": {"arguments": arguments}}
    info = {"mcp_server_id": "m1", "mcp_server_name": "orders", "original_tool_name": name}
    function = {"name": name, "arguments": arguments}
    return {"index": index, "id": call_id, "type": "function", "function": function, "tool_info": info}


CREATED: Json = {"type": "turn.created", "turn_id": "t1", "created_at": "2026-01-02T03:04:06.000Z"}
DONE: Json = {"type": "turn.done", "status": "done", "output": []}
PARENT: Json = {"thread_id": "main", "tool_call_id": "c1"}

TURN_EVENTS: list[Json] = numbered(
    [
        CREATED,
        delta("Grüße "),
        delta("👋", tool_calls=[chunk(0, '{"q', "c1")]),
        delta(tool_calls=[chunk(0, '":"é'), chunk(1, "", "c2")]),
        delta(tool_calls=[chunk(0, '"}'), chunk(1, "{}")]),
        delta(finish="tool_calls"),
        {"type": "thread.created", "thread_id": "h1", "parent": PARENT, "agent_info": {"name": "a", "input": "x"}},
        delta("one ", thread="h1"),
        {"type": "tool.response", "thread_id": "main", "tool_call_id": "c2", "content": "ok"},
        delta("two", thread="h1", finish="stop"),
        {"type": "thread.done", "thread_id": "h1", "status": "done", "output": {}, "parent": PARENT},
        {"type": "weather.changed", "degrees": 3},
        delta("bye", finish="stop"),
        DONE,
    ]
)
"""A turn with two threads, two parallel calls, text of several bytes per character, an unknown event."""


def sse(events: Iterable[Json]) -> bytes:
    """The events as frames of a stream."""
    frames = (f"id: {e['sequence_id']}\ndata: {json.dumps(e, ensure_ascii=False)}\n\n" for e in events)
    return "".join(frames).encode()


class Body(httpx.SyncByteStream):
    """A body in given pieces that may end in an error; knows whether the client hung up."""

    def __init__(self, *pieces: bytes, then: Exception | None = None) -> None:
        self._pieces = pieces
        self._then = then
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        if self._then is not None:
            raise self._then

    def close(self) -> None:
        self.closed = True


def stream(*pieces: bytes, then: Exception | None = None) -> httpx.Response:
    """A 200 answer with an event stream."""
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Body(*pieces, then=then))


def data(value: object, status: int = 200) -> httpx.Response:
    """A `{data: ...}` answer."""
    return httpx.Response(status, json={"data": value})


def page(items: Sequence[object], next_token: str | None = None) -> httpx.Response:
    """A page of a list."""
    pagination = {"limit": 100, "next_page_token": next_token, "previous_page_token": None}
    return httpx.Response(200, json={"data": items, "pagination": pagination})


def refusal(status: int, message: str = "no", **headers: str) -> httpx.Response:
    """An error answer (NET-4)."""
    error = {"message": message, "type": "some_type", "code": "some_code", "param": "some_param"}
    return httpx.Response(status, json={"error": error}, headers=headers)


class Naps(list[float]):
    """A sleep that only takes notes."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


class Listed:
    """A gateway that gives the listed answers in order and remembers the requests."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.naps = Naps()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        assert self._answers, f"nothing listed for {request.method} {request.url}"
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)

    def insert(self, answer: Answer) -> None:
        """Put an answer before the others."""
        self._answers.insert(0, answer)

    @property
    def calls(self) -> list[str]:
        """The requests as `METHOD target`."""
        return [f"{r.method} {r.url.raw_path.decode()}" for r in self.requests]

    def client(self, pacing: Pacing | None = None) -> TrueFoundryGateway:
        """A client of this gateway that never really sleeps."""
        transport = httpx.MockTransport(self)
        return TrueFoundryGateway("http://gw.test", "k", pacing=pacing, sleep=self.naps, transport=transport)

    def session(self, pacing: Pacing | None = None) -> Session:
        """The session s1 of such a client; its own request is not remembered."""
        self.insert(data(SESSION))
        session = self.client(pacing).agents.get_session("s1")
        self.requests.clear()
        return session


class OneTurn:
    """A gateway with one turn whose line is cut: connection n sends only what `plan(n, events)` gives.

    Streams are served from the asked cursor. After the last planned connection the line is good.
    """

    def __init__(self, events: list[Json], *cuts: Callable[[bytes], httpx.Response]) -> None:
        self.events = events
        self.cuts = list(cuts)
        self.calls: list[str] = []
        self.naps = Naps()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode()
        self.calls.append(f"{request.method} {target}")
        if target == "/sessions/s1":
            return data(SESSION)
        assert target.startswith("/sessions/s1/turns"), target
        cursor = int(request.url.params.get("after_sequence_id", "0"))
        body = sse(e for e in self.events if e["sequence_id"] > cursor)
        return self.cuts.pop(0)(body) if self.cuts else stream(body)

    def session(self, pacing: Pacing | None = None) -> Session:
        """The session s1 of a client that never really sleeps."""
        transport = httpx.MockTransport(self)
        client = TrueFoundryGateway("http://gw.test", "k", pacing=pacing, sleep=self.naps, transport=transport)
        session = client.agents.get_session("s1")
        self.calls.clear()
        return session


Play = Callable[[socket.socket, bytes], None]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
CLOSE_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def json_answer(value: object, status: str = "200 OK") -> bytes:
    """A whole plain answer after which the connection closes."""
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body


def chunked(body: bytes) -> bytes:
    """One chunk of a chunked body."""
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


LAST_CHUNK = b"0\r\n\r\n"


def reset(connection: socket.socket) -> None:
    """Make the coming close a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class SocketGateway:
    """A server on a real socket; connection n is played by the n-th play, then closed."""

    def __init__(self, plays: Iterable[Play]) -> None:
        self._plays = list(plays)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heads: list[str] = []
        self.failure: Exception | None = None
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        try:
            for play in self._plays:
                connection, _ = self._listener.accept()
                with connection:
                    connection.settimeout(10)
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    request = _read_request(connection)
                    self.heads.append(request.partition(b"\r\n")[0].decode())
                    play(connection, request)
        except OSError as error:
            self.failure = error
        finally:
            self._listener.close()


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = (int(lengths[0].partition(b":")[2]) if lengths else 0) - len(body)
    while missing > 0:
        missing -= len(connection.recv(65536))
    return received


@contextmanager
def socket_gateway(*plays: Play) -> Iterator[SocketGateway]:
    """Run a SocketGateway; at the end every play must have been used, without an error."""
    gateway = SocketGateway(plays)
    gateway.thread.start()
    yield gateway
    gateway.thread.join(timeout=15)
    assert not gateway.thread.is_alive()
    assert gateway.failure is None
