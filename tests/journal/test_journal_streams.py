"""What is remembered of a stream: every frame as it went over the wire, at next to no cost while it went."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, MutableMapping
from functools import cache
from typing import Any

import pytest

from mock_gateway.cli.screen import fitting_text
from mock_gateway.core.script import Agent
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.journal import Exchange, Sent
from mock_gateway.journal.coverage import rules_of
from mock_gateway.journal.frames import HEARTBEAT, frames_of, writes_of
from mock_gateway.journal.lines import export_jsonl, parse_jsonl
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import Library, gallery_path
from mock_gateway.settings import Settings
from tests.journal.journals import BASES, SCENARIO, exchanges, pending, post, say, session, shop, turn

HELD = f"""
agent: shop
turns:
  - when: {{ message: wait }}
    say: Hm.
    then: {{ wait: cancel }}
otherwise: {{ say: {json.dumps(" ".join(["word"] * 2000))} }}
"""


@cache
def gallery() -> dict[str, Agent]:
    agents = Library.load([str(gallery_path())], seed=0, strict=False, params=None).agents
    return {name: agent for name, agent in agents.items() if not _waits(agent)}


def _waits(agent: Agent) -> bool:
    return any(step.until_cancelled for rule in rules_of(agent) for step in rule.script)


@pytest.mark.parametrize("base", BASES.values(), ids=list(BASES))
def test_what_every_scenario_of_the_gallery_streams_is_told_to_the_byte(base: str) -> None:
    app = App(Gateway(gallery(), Settings(speed=0), runtime=Runtime()))
    for name, agent in gallery().items():
        path = session(app, name, base)
        bodies = [say(app, path, fitting_text(agent)).body]
        while (answers := pending(app)) and len(bodies) < 4:
            bodies.append(turn(app, path, answers).body)
        streams = [one for one in exchanges(app) if one.sent is not None]
        told = [b"".join(frame.raw for frame in frames_of(one)) for one in streams]
        assert told == [body for body in bodies if body.startswith(b"id: ")], name
        app.gateway.journal.clear()


def test_a_frame_has_its_time_its_number_its_type_and_its_data() -> None:
    app = shop()
    path = session(app)

    reply = say(app, path, "hello")

    frames = frames_of(exchanges(app)[-1])
    assert [frame.sequence_id for frame in frames] == [str(n) for n in range(1, len(frames) + 1)]
    assert (frames[0].type, frames[-1].type) == ("turn.created", "turn.done")
    assert [frame.ms for frame in frames] == sorted(frame.ms for frame in frames)
    assert 0 < frames[-1].ms <= exchanges(app)[-1].took * 1000
    assert json.dumps(frames[-1].json(), separators=(",", ":")) in reply.text


def test_a_stream_from_a_cursor_is_told_from_there() -> None:
    app = shop(HELD, v1_replay=1000.0)
    path = session(app, base=BASES["v1"])
    say(app, path, "hello")
    ended = exchanges(app)[-1].turn_id

    body = post(app, f"{path}/turns/{ended}/subscribe", {"after_sequence_number": 1000}).body

    frames = frames_of(exchanges(app)[-1])
    assert frames[0].sequence_id == "1001"
    assert b"".join(frame.raw for frame in frames) == body


def test_while_it_is_open_a_stream_is_in_the_journal_and_nobody_was_told_yet() -> None:
    app = shop(HELD)
    path = session(app)
    told: list[object] = []
    app.gateway.journal.listeners.append(told.append)
    seen: list[tuple[int, bool, list[str]]] = []

    def look(leave: Callable[[], None], _body: bytes) -> None:
        one = exchanges(app)[-1]
        seen.append((one.status, one.is_complete, [frame.type for frame in frames_of(one)]))
        leave()

    asyncio.run(_follow(app, f"{path}/turns", "wait", look))

    assert seen[0] == (200, False, ["turn.created"])
    assert exchanges(app)[-1].is_complete and told == [exchanges(app)[-1]]


@pytest.mark.parametrize("keeps_bytes", [False, True])
def test_of_a_stream_that_the_client_cut_only_what_was_handed_over_is_told(keeps_bytes: bool) -> None:
    app = shop(HELD)
    app.gateway.journal.keeps_bytes = keeps_bytes
    path = session(app)
    got: list[bytes] = []

    def third(leave: Callable[[], None], body: bytes) -> None:
        got.append(body)
        if len(got) == 3:
            leave()

    asyncio.run(_follow(app, f"{path}/turns", "hello", third))

    frames = frames_of(exchanges(app)[-1])
    assert b"".join(frame.raw for frame in frames) == b"".join(got)
    assert frames[-1].type != "turn.done" and len(frames) < 2000
    assert exchanges(app)[-1].sent is not None
    assert (exchanges(app)[-1].sent.raw is not None) == keeps_bytes  # type: ignore[union-attr]


def test_of_a_stream_that_is_too_large_to_keep_the_bytes_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_gateway.journal.entries.MOST_RAW", 1000)
    app = shop(HELD)
    app.gateway.journal.keeps_bytes = True

    body = say(app, session(app), "hello").body

    one = exchanges(app)[-1]
    assert one.sent is not None and one.sent.raw is None
    assert b"".join(frame.raw for frame in frames_of(one)) == body


def test_a_heartbeat_is_told_as_a_comment() -> None:
    app = shop(HELD, heartbeat=0.04)
    path = session(app)

    def leave_then(leave: Callable[[], None], body: bytes) -> None:
        if body == HEARTBEAT:
            leave()

    asyncio.run(_follow(app, f"{path}/turns", "wait", leave_then))

    assert frames_of(exchanges(app)[-1])[-1].raw == HEARTBEAT
    assert frames_of(exchanges(app)[-1])[-1].type == "comment"


def test_where_a_fault_wrote_other_bytes_those_are_told() -> None:
    app = shop()
    say(app, session(app), "hello")
    sent = exchanges(app)[-1].sent
    assert isinstance(sent, Sent)

    for data in (b"id: 1\r\nda", b"ta: {}\r\n\r\n", b": odd\n\n", b'id: 9\ndata: {"type"', b""):
        sent.really_wrote(data)

    frames = frames_of(exchanges(app)[-1])
    assert [frame.raw for frame in frames] == [
        b"id: 1\r\ndata: {}\r\n\r\n",
        b": odd\n\n",
        b'id: 9\ndata: {"type"',
    ]
    assert [(frame.sequence_id, frame.type) for frame in frames] == [("1", ""), ("", "comment"), ("9", "")]


def test_a_journal_that_was_read_back_tells_the_same_frames() -> None:
    app = shop(SCENARIO)
    path = session(app)
    say(app, path, "hello")
    one = exchanges(app)[-1]

    read = parse_jsonl("\n".join(export_jsonl(app.gateway.journal)) + "\n")

    again = read[-1]
    assert isinstance(again, Exchange)
    assert [frame.raw for frame in frames_of(again)] == [frame.raw for frame in frames_of(one)]
    assert [round(frame.ms, 3) for frame in frames_of(again)] == [round(frame.ms, 3) for frame in frames_of(one)]


def test_what_a_stream_costs_while_it_is_open_is_eight_bytes_a_write() -> None:
    app = shop(HELD)
    say(app, session(app), "hello")
    one = exchanges(app)[-1]

    assert one.sent is not None and one.sent.raw is None
    assert one.sent.writes.itemsize == 8
    assert one.weight == 8 * len(list(writes_of(one))) + len(one.body)


# ---- a client that reads as long as it likes


async def _follow(app: App, path: str, text: str, on_body: Callable[[Callable[[], None], bytes], None]) -> None:
    """Start a turn and follow it; on_body is called for each part of the body, and can leave."""
    left = asyncio.Event()
    sent = [json.dumps({"input": [{"type": "user.message", "content": text}]}).encode()]

    async def receive() -> MutableMapping[str, Any]:
        if sent:
            return {"type": "http.request", "body": sent.pop(), "more_body": False}
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message.get("body"):
            on_body(left.set, message["body"])
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    headers = [(b"host", b"a"), (b"authorization", b"Bearer k"), (b"content-type", b"application/json")]
    head = {"type": "http", "http_version": "1.1", "scheme": "http", "query_string": b"", "headers": headers}
    scope = {**head, "method": "POST", "path": path, "raw_path": path.encode(), "server": ("a", 1), "client": None}
    await asyncio.wait_for(app(scope, receive, send), 20)
