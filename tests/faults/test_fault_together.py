"""Several faults on one stream, and faults where the server's socket is out of reach."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from mock_gateway.faults.catalogue import FAULTS
from mock_gateway.faults.specs import parse_fault
from mock_gateway.http.fault_delivery import Severed
from mock_gateway.journal.entries import Exchange
from tests.faults.raw_line import Client
from tests.faults.rows_of_events import event_of, frame_of
from tests.faults.stage import DIALECTS, Stage, World, staged
from tests.http.apps import make_app, make_session
from tests.http.asgi import Reply, call

SOCKET = ("reset", "drop", "half-close", "reset-before-headers")
FRAMING = ("wrong-content-length", "chunk-extensions", "trailers")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A server for all of them."""
    with staged() as running:
        yield running


@pytest.fixture(params=DIALECTS)
def world(stage: Stage, request: pytest.FixtureRequest) -> World:
    """A fresh world, for each contract."""
    return stage.world(request.param)


def test_events_are_changed_first_then_lines_then_chunks_then_the_connection(world: World) -> None:
    n = world.n
    for fault in (
        {"fault": "drop", "at": {"event": n + 1, "character": 3}},
        {"fault": "byte-by-byte", "at": {"event": n}},
        {"fault": "cut-characters"},
        {"fault": "line-ends", "ends": "crlf"},
        {"fault": "replace-event", "at": {"event": n + 1}, "event": {"content": "äöü"}, "merge": True},
        {"fault": "skip-event", "at": {"event": 1}},
    ):
        world.put(fault)

    answer = world.turn()

    lines = [frame.replace(b"\n", b"\r\n") for frame in world.plain]
    changed = frame_of({**event_of(world.plain[n]), "content": "äöü"}, n + 1).replace(b"\n", b"\r\n")
    cut = changed.index("ö".encode()) - 1
    one_by_one = [bytes([byte]) for byte in lines[n - 1]]
    end = changed.index("ü".encode()) + 1
    assert answer.end == "eof"
    assert answer.pieces == [
        *lines[1 : n - 1],
        *one_by_one,
        changed[:cut],
        changed[cut : cut + 2],
        changed[cut + 2 : end],
    ]
    assert len(world.exchange().faults) == 6


def test_what_is_held_back_goes_out_before_the_connection_ends(world: World) -> None:
    world.put({"fault": "joined-chunks"})
    world.put({"fault": "reset", "at": {"event": "last", "byte": 5}})

    answer = world.turn()

    assert answer.end == "reset"
    assert answer.pieces == [b"".join(world.plain[:-1]) + world.plain[-1][:5]]


def test_comments_that_keep_a_stream_alive_are_no_events() -> None:
    with staged(heartbeat=0.02) as stage:
        world = stage.world("beta")
        for fault in ({"fault": "line-ends", "ends": "crlf"}, {"fault": "bare-data"}, {"fault": "comment"}):
            world.put(fault)
        answer = world.turn("hold", until=lambda came: came.body.count(b": hb") == 3)

    assert answer.body.count(b": hb\r\n") == 3
    assert answer.body.count(b"data\r\n") == answer.body.count(b": a comment\r\n") == answer.body.count(b"id: ")


def test_a_framing_is_bent_for_its_own_answer_only(stage: Stage) -> None:
    world = stage.world("beta")
    world.turn()
    world.put({"fault": "trailers", "on": "create_turn"})
    client = Client(stage.port)
    client.send("POST", f"{world.session}/turns", world.message("hi"))
    client.send("GET", world.turn_path())

    answer = client.read(linger=True, until=lambda came: b'"data"' in came.rest)

    client.close()
    assert answer.trailers == b"x-mock: 1\r\n"
    assert answer.rest.startswith(b"HTTP/1.1 200 OK\r\n")


def test_the_same_faults_give_the_same_chunks(stage: Stage) -> None:
    def pieces() -> list[bytes]:
        world = stage.world("v1")
        for fault in ({"fault": "chunk-sizes", "sizes": [9, 4]}, {"fault": "line-ends", "ends": "mixed"}):
            world.put(fault)
        return world.turn().pieces

    assert pieces() == pieces()


def test_the_journal_has_the_bytes_that_were_really_sent(world: World) -> None:
    world.put({"fault": "gzip"})

    answer = world.turn()

    sent = world.exchange().sent
    assert sent is not None and sent.altered
    assert [data for _, data in sent.raw or ()] == answer.pieces


def test_an_answer_that_is_no_stream_is_left_alone_by_faults_of_streams(world: World) -> None:
    world.put({"fault": "gzip", "on": "streams"})

    refused = world.ask("POST", f"{world.session}/turns", {"input": [{"type": "user.message"}]})
    assert refused.status in (400, 422)
    assert world.exchange().faults == ()


def test_every_fault_that_needs_the_socket_says_so() -> None:
    assert {kind.name for kind in FAULTS.values() if kind.needs_socket} == {*SOCKET, *FRAMING, "refuse-connection"}


# -- without a socket --------------------------------------------------------------------------------------------------


def _asked(name: str) -> tuple[Any, Reply | None]:
    """The exchange and the answer of a turn in an application that nobody serves."""
    app = make_app()
    at = {"at": {"event": 2}} if FAULTS[name].needs == "point" else {}
    app.gateway.faults.put(parse_fault({"fault": name, **at, "on": "create_turn"}))
    session = make_session(app)
    body = json.dumps({"input": [{"type": "user.message", "content": "Hello."}]})
    reply = None
    if name in SOCKET:
        with pytest.raises(Severed, match=f"{name}: a fault was set, and the server's socket is out of reach"):
            call(app, "POST", f"/sessions/{session}/turns", body)
    else:
        reply = call(app, "POST", f"/sessions/{session}/turns", body)
    return next(one for one in app.gateway.journal.entries if isinstance(one, Exchange) and one.faults), reply


@pytest.mark.parametrize("name", SOCKET)
def test_without_a_socket_the_application_fails_and_says_why(name: str) -> None:
    exchange, _ = _asked(name)

    (note,) = exchange.faults
    assert note.what == "cannot be done here: it needs the server's socket; the application failed instead"


@pytest.mark.parametrize("name", ["chunk-extensions", "trailers"])
def test_without_a_socket_the_framing_is_left_alone(name: str) -> None:
    exchange, reply = _asked(name)

    (note,) = exchange.faults
    assert note.what == "cannot be done here: it needs the server's socket; the answer was left alone"
    assert reply is not None and reply.status == 200 and "turn.done" in reply.text


@pytest.mark.parametrize("fault", [{"fault": "clean-end", "at": {"event": 2}}, {"fault": "byte-by-byte"}])
def test_without_a_socket_everything_else_works(fault: dict[str, object]) -> None:
    app = make_app()
    app.gateway.faults.put(parse_fault(fault))
    session = make_session(app)

    reply = call(app, "POST", f"/sessions/{session}/turns", json.dumps({"input": [message("Hello.")]}))

    assert reply.text.count('"type":"turn.created"') == 1
    assert ("turn.done" in reply.text) == (fault["fault"] == "byte-by-byte")


def message(text: str) -> dict[str, str]:
    return {"type": "user.message", "content": text}


def test_without_a_socket_a_client_that_leaves_ends_a_stall() -> None:
    app = make_app()
    app.gateway.faults.put(parse_fault({"fault": "stall", "at": {"event": 2}}))
    session = make_session(app)
    left = asyncio.Event()

    async def receive() -> Any:
        if not body:
            await left.wait()
            return {"type": "http.disconnect"}
        return body.pop()

    async def send(got: Any) -> None:
        if got.get("body"):
            left.set()

    body = [{"type": "http.request", "body": json.dumps({"input": [message("Hello.")]}).encode(), "more_body": False}]
    path = f"/sessions/{session}/turns"
    headers = [(b"host", b"x"), (b"authorization", b"Bearer k")]
    scope = {"type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": path}
    scope |= {"raw_path": path.encode(), "query_string": b"", "headers": headers, "server": ("127.0.0.1", 1)}

    async def run() -> None:
        async with asyncio.timeout(20):
            await app(scope, receive, send)

    asyncio.run(run())


def test_a_refusal_can_have_a_fault_too(stage: Stage) -> None:
    world = stage.world("beta")
    world.put({"fault": "html-error", "effect": "after", "on": "get_session"})

    assert world.ask("GET", f"{world.prefix}/sessions/nope").status == 502
