"""Lines on which more happens than one request and one answer."""

from __future__ import annotations

import json
import socket

from tests.bad_input.desk import BODY_LIMIT, Desk, check_error, check_unharmed
from tests.bad_input.table import ROWS, covers
from tests.bad_input.wire_text import KEY, Line, request

MAKE = request("POST", "/sessions", '{"agent_name": "desk"}')
EXPECT = f"POST /sessions HTTP/1.1\r\nHost: a\r\n{KEY}Expect: 100-continue\r\n"
HOLD = json.dumps({"input": [{"type": "user.message", "content": "hold"}]})


@covers("line-expect")
def test_who_expects_to_be_asked_for_the_body_is_asked(desk: Desk) -> None:
    body = b'{"agent_name": "desk"}'
    with Line(desk.port) as line:
        line.send(f"{EXPECT}Content-Length: {len(body)}\r\n\r\n")
        asked, _ = line.read_head()
        line.send(body)

        assert (asked, line.read_reply().status) == (ROWS["line-expect"].status, 201)


@covers("line-expect-too-large")
def test_who_expects_to_be_asked_for_too_much_is_refused(desk: Desk) -> None:
    with Line(desk.port) as line:
        line.send(f"{EXPECT}Content-Length: {BODY_LIMIT + 1}\r\n\r\n")
        status, headers = line.read_head()

        assert status == ROWS["line-expect-too-large"].status
        assert line.read_body(headers)


@covers("line-pipelined")
def test_requests_that_come_together_are_answered_in_order(desk: Desk) -> None:
    ids = [desk.idle, desk.gated, desk.asked]
    with Line(desk.port) as line:
        line.send(b"".join(request("GET", f"/sessions/{one}") for one in ids))

        assert [line.read_reply().json["data"]["id"] for _ in ids] == ids


@covers("line-smuggled-request")
def test_a_request_behind_a_short_body_is_a_request_of_its_own(desk: Desk) -> None:
    row, before = ROWS["line-smuggled-request"], desk.server.holding()
    with Line(desk.port) as line:
        line.send(f"POST {desk.turns} HTTP/1.1\r\nHost: a\r\n{KEY}Content-Length: 1\r\n\r\n{{".encode())
        line.send(request("GET", f"/sessions/{desk.gated}"))
        first, second = line.read_reply(), line.read_reply()

    check_error(first, row)
    assert (first.status, second.json["data"]["id"]) == (row.status, desk.gated)
    assert desk.server.holding() == before


@covers("line-garbage-behind")
def test_bytes_behind_a_request_do_not_take_its_answer(desk: Desk) -> None:
    before = desk.server.holding()
    with Line(desk.port) as line:
        line.send(MAKE + b"GARBAGE\r\n\r\n")
        reply = line.read_reply()

    assert (reply.status, reply.closed) == (ROWS["line-garbage-behind"].status, True)
    assert desk.server.holding().sessions == before.sessions + 1


@covers("line-garbage-in-stream")
def test_bytes_in_a_stream_do_not_break_it(desk: Desk) -> None:
    session = desk.post("/sessions", {"agent_name": "desk"})["data"]["id"]
    with Line(desk.port) as line:
        line.send(request("POST", f"/sessions/{session}/turns", HOLD))
        status, headers = line.read_head()
        line.send(b"GARBAGE\r\n\r\n")
        desk.post(f"/sessions/{session}/cancel", {})
        body = line.read_body(headers)

        assert status == ROWS["line-garbage-in-stream"].status
        assert body.startswith(b"id: 1\n") and b'"turn.done"' in body
        assert line.is_closed()


@covers("line-websocket", "line-h2c")
def test_the_offer_of_another_protocol_is_not_taken(desk: Desk) -> None:
    websocket = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    h2c = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
    with Line(desk.port) as line:
        line.send(request("GET", f"/sessions/{desk.idle}", headers=websocket))
        first = line.read_reply()
        line.send(request("POST", "/sessions", '{"agent_name": "desk"}', headers=h2c))
        second = line.read_reply()
        line.send(request("GET", f"/sessions/{desk.idle}"))

        assert line.read_reply().json["data"]["id"] == desk.idle
    assert (first.status, second.status) == (ROWS["line-websocket"].status, ROWS["line-h2c"].status)


@covers("line-half-request", "line-length-large")
def test_a_request_that_ends_too_early_is_none(desk: Desk) -> None:
    before = desk.server.holding()
    short = f"POST {desk.turns} HTTP/1.1\r\nHost: a\r\n{KEY}Content-Length: 100\r\n\r\n{HOLD[:20]}"
    for sent in (MAKE[:30], short.encode()):
        with Line(desk.port) as line:
            line.send(sent)
            line.socket.shutdown(socket.SHUT_WR)

            assert line.is_closed()

    check_unharmed(desk)
    assert desk.server.holding() == before


@covers("line-held-request")
def test_a_request_that_does_not_end_holds_up_nobody(desk: Desk) -> None:
    sent = request("GET", f"/sessions/{desk.idle}")
    with Line(desk.port) as line:
        line.send(sent[:40])
        for _ in range(3):
            check_unharmed(desk)
        line.send(sent[40:])

        assert line.read_reply().status == ROWS["line-held-request"].status
