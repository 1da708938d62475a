"""Bodies that make no sense."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping

from mock_gateway.journal import Exchange
from tests.bad_input.desk import BODY_LIMIT, Case, Desk, check
from tests.bad_input.served import served
from tests.bad_input.table import ROWS, Row, cases, covers
from tests.bad_input.wire_text import KEY, ask, request


def turn(body: bytes | str) -> Case:
    """Sent to make a turn."""
    return lambda desk: request("POST", desk.turns, body)


def turn_of(item: object) -> Case:
    """A turn with one item of input."""
    return turn(json.dumps({"input": [item]}))


def message_of(content: object) -> Case:
    """A turn with one message."""
    return turn_of({"type": "user.message", "content": content})


def approval(**fields: object) -> Case:
    """A turn with one approval."""
    item = {"type": "user.tool_approval", "thread_id": "main", "tool_call_id": "c", "approval": {"status": "allow"}}
    return turn_of({name: value for name, value in (item | fields).items() if value is not None})


def session(body: bytes | str) -> bytes:
    """Sent to make a session."""
    return request("POST", "/sessions", body)


def chunked(size: int) -> Case:
    """A body in chunks."""

    def write(desk: Desk) -> bytes:
        head = f"POST {desk.turns} HTTP/1.1\r\nHost: a\r\n{KEY}Transfer-Encoding: chunked\r\n\r\n".encode()
        return head + (b"8000\r\n" + b" " * 0x8000 + b"\r\n") * (size // 0x8000) + b"0\r\n\r\n"

    return write


CASES: Mapping[str, Case] = {
    "body-empty": session(""),
    "body-not-json": turn("hello"),
    "body-cut": turn("{"),
    "body-trailing": turn("{} {}"),
    "body-not-utf8": turn(b'{"input":\xff}'),
    "body-utf16": turn("{}".encode("utf-16-le").join([b"\xff\xfe", b""])),
    "body-gzip": turn(gzip.compress(b"{}")),
    "body-nan": turn('{"input": NaN}'),
    "body-infinity": turn('{"input": -Infinity}'),
    "body-digits": turn('{"input": ' + "1" * 10_000 + "}"),
    "body-too-deep": turn('{"input": ' + "[" * 200 + "]" * 200 + "}"),
    "body-bottomless": turn("[" * 100_000),
    "body-too-large": turn(b" " * (8 * BODY_LIMIT)),
    "body-too-large-chunked": chunked(8 * BODY_LIMIT),
    "body-array": turn("[]"),
    "body-string": turn('"{}"'),
    "body-null": turn("null"),
    "body-half-surrogate": turn('{"input":[{"type":"user.message","content":"\\ud83d"}]}'),
    "body-agent-missing": session("{}"),
    "body-agent-number": session('{"agent_name": 1}'),
    "body-agent-empty": session('{"agent_name": ""}'),
    "body-agent-unknown": session('{"agent_name": "desc"}'),
    "body-title-number": session('{"agent_name": "desk", "title": 1}'),
    "body-stream-text": turn('{"stream": "false"}'),
    "body-previous-number": turn('{"previous_turn_id": 1}'),
    "body-previous-empty": turn('{"previous_turn_id": ""}'),
    "body-previous-unknown": turn('{"previous_turn_id": "nope"}'),
    "body-input-object": turn('{"input": {}}'),
    "body-item-text": turn_of("hi"),
    "body-item-null": turn_of(None),
    "body-type-missing": turn_of({}),
    "body-type-unknown": turn_of({"type": "x"}),
    "body-content-number": message_of(1),
    "body-content-missing": turn_of({"type": "user.message"}),
    "body-content-null": message_of(None),
    "body-part-text": message_of(["hi"]),
    "body-part-unknown": message_of([{"type": "x"}]),
    "body-part-number": message_of([{"type": "text", "text": 1}]),
    "body-file-missing": message_of([{"type": "file_upload"}]),
    "body-filename-empty": message_of([{"type": "file_upload", "file": {"filename": "", "file_data": "x"}}]),
    "body-thread-missing": approval(thread_id=None),
    "body-call-number": approval(tool_call_id=1),
    "body-approval-missing": approval(approval=None),
    "body-approval-unknown": approval(approval={"status": "maybe"}),
    "body-reason-number": approval(approval={"status": "deny", "reason": 1}),
    "body-response-number": turn_of(
        {"type": "user.tool_response", "thread_id": "main", "tool_call_id": "c", "content": 1}
    ),
    "body-double-field": turn('{"stream": false, "stream": "x"}'),
}


@cases(CASES)
def test_a_bad_body_is_refused_and_changes_nothing(desk: Desk, row: Row, case: Case) -> None:
    check(desk, row, case)


@cases({"body-too-large-promised": f"POST /sessions HTTP/1.1\r\nHost: a\r\n{KEY}Content-Length: 99999999999\r\n\r\n"})
def test_a_promise_of_too_much_is_refused_before_it_is_kept(desk: Desk, row: Row, case: str) -> None:
    check(desk, row, case.encode())


ODD = '{"agent_name": "desk", "titel": "Refund"}'


@covers("body-unknown-field")
def test_an_unknown_field_is_tolerated_and_remarked_on(desk: Desk) -> None:
    row, before = ROWS["body-unknown-field"], desk.server.holding()

    reply = ask(desk.port, session(ODD))

    last = desk.server.inside(lambda: desk.server.gateway.journal.entries[-1])
    assert isinstance(last, Exchange)
    assert (reply.status, list(last.notes)) == (row.status, list(row.says))
    assert desk.server.holding().sessions == before.sessions + 1


@covers("body-unknown-field-strict")
def test_an_unknown_field_is_refused_under_strict() -> None:
    row = ROWS["body-unknown-field-strict"]
    with served(strict=True) as server:
        reply = ask(server.port, session(ODD))

        assert (reply.status, server.holding().sessions) == (row.status, 0)
        assert reply.message == row.says[0]
