"""Input that is well written and does not fit (INP-1 to INP-7): refused, and what was pending stays pending (INP-8)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from tests.bad_input.desk import Case, Desk, Json, check
from tests.bad_input.table import Row, cases
from tests.bad_input.wire_text import request

HELLO: Json = {"type": "user.message", "content": "hello"}


def approval(call: str, thread: str = "main") -> Json:
    """A call is allowed."""
    return {
        "type": "user.tool_approval",
        "thread_id": thread,
        "tool_call_id": call,
        "approval": {"status": "allow"},
    }


def response(call: str) -> Json:
    """A call is answered."""
    return {"type": "user.tool_response", "thread_id": "main", "tool_call_id": call, "content": "a"}


def to(session: str, items: Callable[[Desk], list[Json]]) -> Case:
    """A turn of one of the desk's sessions."""

    def write(desk: Desk) -> bytes:
        return request("POST", f"/sessions/{getattr(desk, session)}/turns", json.dumps({"input": items(desk)}))

    return write


def upload(uri: str, name: str = "a.png") -> Case:
    """A message with one file."""
    file = {"type": "file_upload", "file": {"filename": name, "file_data": uri}}
    return to("idle", lambda _: [{"type": "user.message", "content": [file]}])


CASES: Mapping[str, Case] = {
    "input-mixed": to("gated", lambda desk: [HELLO, approval(desk.gated_call)]),
    "input-uri-no-comma": upload("data:image/png;base64"),
    "input-uri-no-base64": upload("data:image/png,abcd"),
    "input-uri-bad-letter": upload("data:image/png;base64,@@@@"),
    "input-uri-bad-length": upload("data:image/png;base64,abc"),
    "input-uri-empty": upload("data:image/png;base64,"),
    "input-uri-no-mime": upload("data:;base64,YWJj"),
    "input-uri-web": upload("http://127.0.0.1/a.png"),
    "input-missing-answer": to("gated", lambda _: []),
    "input-unknown-call": to("gated", lambda desk: [approval(desk.gated_call), approval("x" * 5000)]),
    "input-wrong-thread": to("gated", lambda desk: [approval(desk.gated_call, "side" * 1000)]),
    "input-wrong-kind": to("asked", lambda desk: [approval(desk.asked_call)]),
    "input-doubled": to("gated", lambda desk: [approval(desk.gated_call)] * 2),
    "input-message-while-pending": to("gated", lambda _: [HELLO]),
    "input-message-while-auth": to("locked", lambda _: [HELLO]),
    "input-answer-while-auth": to("locked", lambda _: [approval("c")]),
    "input-answer-to-nothing": to("idle", lambda _: [response("c")]),
    "input-nothing": to("idle", lambda _: []),
    "input-no-sandbox": upload("data:text/plain;base64,YWJj", "a.txt"),
    "input-while-running": to("held", lambda _: [HELLO]),
}


@cases(CASES)
def test_input_that_does_not_fit_is_refused_and_changes_nothing(desk: Desk, row: Row, case: Case) -> None:
    check(desk, row, case)
