"""Readers that are slow, that stop, and that vanish: others are served, and nothing of them is left."""

from __future__ import annotations

import gc
import json
import socket
import struct
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bad_input.desk import Desk, Json, check_unharmed
from tests.bad_input.served import until
from tests.bad_input.table import covers
from tests.bad_input.wire_text import KEY, Line, ask, request

MEGABYTE = 1024 * 1024
STALLED = 5
VANISHED = 100


def make_turn(desk: Desk, text: str) -> tuple[str, str]:
    """A session, and a turn in it that nobody reads: their ids."""
    session = str(desk.post("/sessions", {"agent_name": "desk"})["data"]["id"])
    return session, str(desk.post(f"/sessions/{session}/turns", turn_of(text) | {"stream": False})["data"]["id"])


def turn_of(text: str) -> Json:
    """What makes a turn."""
    return {"input": [{"type": "user.message", "content": text}]}


def resident() -> int:
    """Bytes of memory that this program, server included, holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def vanish(line: Line, *, reset: bool) -> None:
    """Leave without a word, or with a reset."""
    if reset:
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def status_of(desk: Desk, session: str, turn: str) -> Json:
    """The state of a turn."""
    state: Json = desk.get(f"/sessions/{session}/turns/{turn}")["data"]["state"]
    return state


@covers("reader-drip")
def test_a_reader_who_takes_one_byte_at_a_time_gets_every_byte(desk: Desk) -> None:
    session = desk.post("/sessions", {"agent_name": "desk"})["data"]["id"]
    with Line(desk.port) as line:
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        line.send(request("POST", f"/sessions/{session}/turns", json.dumps(turn_of("hello"))))
        _, headers = line.read_head()
        while b"turn.done" not in line.kept:
            line.kept += line.socket.recv(1)
        frames = line.read_body(headers).decode().split("\n\n")[:-1]

    assert [frame.split("\n")[0] for frame in frames] == [f"id: {number}" for number in range(1, len(frames) + 1)]
    assert '"turn.done"' in frames[-1]


@covers("reader-stalled")
def test_readers_who_stop_reading_hold_up_nobody_and_cost_little(desk: Desk) -> None:
    session, turn = make_turn(desk, "flood")
    size = desk.server.inside(lambda: desk.server.size_of(session))
    before = resident()
    with ExitStack() as lines:
        for _ in range(STALLED):
            line = lines.enter_context(Line(desk.port))
            line.send(request("GET", f"/sessions/{session}/turns/{turn}/stream"))
            assert line.read_head()[0] == 200
        for _ in range(20):
            check_unharmed(desk)
        grown = resident() - before

    assert size > 20 * MEGABYTE
    assert grown < 6 * MEGABYTE, f"{grown / MEGABYTE:.1f} MB for {STALLED} streams of {size / MEGABYTE:.1f} MB"
    desk.post(f"/sessions/{session}/cancel", {})
    until(lambda: desk.server.holding().readers == 0)


@covers("reader-vanished")
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_readers_who_vanish_leave_nothing_behind(desk: Desk, reset: bool) -> None:
    session, turn = make_turn(desk, "hold")
    path = f"/sessions/{session}/turns/{turn}/stream"
    tasks, memory = desk.server.tasks(), []
    for _ in range(3):
        lines = [Line(desk.port) for _ in range(VANISHED)]
        for line in lines:
            line.send(request("GET", path))
            line.read_until(b"\n\n")
        assert desk.server.holding().readers == VANISHED
        for line in lines:
            vanish(line, reset=reset)
        until(lambda: desk.server.holding().readers == 0)
        until(lambda: desk.server.connections() == 0)
        memory.append(resident())

    assert desk.server.tasks() == tasks
    assert desk.server.inside(lambda: desk.server.waiting(session)) == 0
    assert memory[-1] - memory[0] < 2 * MEGABYTE
    assert status_of(desk, session, turn)["status"] == "running"


@covers("reader-gone-before-answer")
def test_a_turn_whose_client_is_gone_before_the_answer_is_played(desk: Desk) -> None:
    session = desk.post("/sessions", {"agent_name": "desk"})["data"]["id"]
    line = Line(desk.port)
    line.send(request("POST", f"/sessions/{session}/turns", json.dumps(turn_of("hello"))))
    vanish(line, reset=False)

    until(lambda: len(desk.get(f"/sessions/{session}/turns")["data"]) == 1)
    (turn,) = desk.get(f"/sessions/{session}/turns")["data"]
    until(lambda: status_of(desk, session, turn["id"])["status"] == "done")
    assert desk.get(f"/sessions/{session}/turns/{turn['id']}/events")["data"]


@covers("reader-gone-in-body")
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_a_client_who_is_gone_in_the_middle_of_its_body_asked_for_nothing(desk: Desk, reset: bool) -> None:
    before = desk.server.holding()
    line = Line(desk.port)
    line.send(f'POST {desk.turns} HTTP/1.1\r\nHost: a\r\n{KEY}Content-Length: 90\r\n\r\n{{"input": [')
    until(lambda: desk.server.connections() == 2)
    vanish(line, reset=reset)

    until(lambda: desk.server.connections() == 0)
    assert desk.server.holding() == before


@covers("reader-cancel-unread")
def test_a_turn_that_nobody_reads_can_be_cancelled(desk: Desk) -> None:
    session, turn = make_turn(desk, "hold")

    reply = ask(desk.port, request("POST", f"/sessions/{session}/turns/{turn}/cancel"))

    assert (reply.status, reply.json) == (200, {})
    until(lambda: status_of(desk, session, turn)["status"] == "cancelled")
    assert status_of(desk, session, turn)["cancellation_reason"] == "client-cancelled"
    assert desk.get(f"/sessions/{session}/turns/{turn}/events")["data"] is not None
