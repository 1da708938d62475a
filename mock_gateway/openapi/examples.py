"""Every example of the document: one list per schema, and named ones for requests and answers.

Owns: example sessions, turns, inputs and errors; where the examples of events come from.
Must not know: how they are placed (`document.py`). The story is told in `examples_events.py`.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from mock_gateway.openapi import examples_events as events
from mock_gateway.openapi.examples_events import Json

AGENT = "support-bot"
SUBJECT = "ada@example.test"
SESSION_ID = "sess-0193f5a0b1c2d3e4"
SEEDED_SESSION_ID = "sess-abc123"
SESSION_CREATED_AT = "2024-12-23T22:26:09.474Z"
NEXT_TURN_ID = "0193f5a0-f2a4-7b52-8d4f-60718293a4b5"
NEXT_TURN_CREATED_AT = "2024-12-23T22:26:26.084Z"
PAGE_TOKEN = "cDE6MTAw"


@dataclass(frozen=True, slots=True)
class NamedExample:
    """A value to show, and a line that says what it shows."""

    summary: str
    value: Any


def _data_uri(mime: str, payload: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(payload).decode()}"


FILE: Json = {"filename": "label.txt", "file_data": _data_uri("text/plain", b"Parcel 4711\n")}
TEXT_PART: Json = {"type": "text", "text": "This is the label."}
FILE_PART: Json = {"type": "file_upload", "file": FILE}
USER_MESSAGE: Json = {"type": "user.message", "content": "My parcel 4711 has not arrived."}
USER_MESSAGE_WITH_FILE: Json = {"type": "user.message", "content": [TEXT_PART, FILE_PART]}
ALLOW: Json = {"status": "allow"}
DENY: Json = {"status": "deny", "reason": "Ask the carrier first."}
ALLOW_REFUND: Json = {
    "type": "user.tool_approval",
    "thread_id": "main",
    "tool_call_id": events.REFUND_CALL,
    "approval": ALLOW,
}
DENY_REFUND: Json = {**ALLOW_REFUND, "approval": DENY}
ANSWER: Json = {
    "type": "user.tool_response",
    "thread_id": "main",
    "tool_call_id": events.ASK_CALL,
    "content": "By bank transfer, please.",
}

SAY_NEXT: Json = {"input": [USER_MESSAGE], "previous_turn_id": "auto", "stream": True}

RUNNING: Json = {"status": "running"}
DONE: Json = {"status": "done", "output": list(events.OUTPUT)}
CANCELLED: Json = {"status": "cancelled", "cancellation_reason": "client-cancelled"}
FAILED: Json = {"status": "error", "error": "The agent used up its 25 iterations."}

SESSION: Json = {
    "id": SESSION_ID,
    "agent_name": AGENT,
    "title": "Parcel 4711",
    "created_by": SUBJECT,
    "created_at": SESSION_CREATED_AT,
    "updated_at": events.TURN_CREATED_AT,
}
UNTITLED_SESSION: Json = {
    **SESSION,
    "id": SEEDED_SESSION_ID,
    "title": None,
    "created_at": "2024-12-23T20:26:09.474Z",
    "updated_at": "2024-12-23T20:26:09.474Z",
}
TURN: Json = {
    "id": events.TURN_ID,
    "session_id": SESSION_ID,
    "previous_turn_id": None,
    "created_by": SUBJECT,
    "created_at": events.TURN_CREATED_AT,
    "input": [USER_MESSAGE],
    "state": DONE,
}
NEW_TURN: Json = {
    **TURN,
    "id": NEXT_TURN_ID,
    "previous_turn_id": events.TURN_ID,
    "created_at": NEXT_TURN_CREATED_AT,
    "input": [ALLOW_REFUND],
    "state": RUNNING,
}
LAST_PAGE: Json = {"limit": 100, "next_page_token": None, "previous_page_token": None}
FIRST_PAGE: Json = {"limit": 2, "next_page_token": PAGE_TOKEN, "previous_page_token": None}
SESSION_PAGE: Json = {"data": [SESSION, UNTITLED_SESSION], "pagination": FIRST_PAGE}
TURN_PAGE: Json = {"data": [NEW_TURN, TURN], "pagination": LAST_PAGE}
EVENT_PAGE: Json = {"data": list(events.LOG), "pagination": LAST_PAGE}


def error(message: str, kind: str, code: str | None = None, param: str | None = None) -> Json:
    """An error body (NET-4)."""
    return {"error": {"message": message, "type": kind, "code": code, "param": param}}


ERROR = error(
    "there is no agent 'suport-bot'; there are: support-bot",
    "not_found_error",
    "agent_not_found",
    "agent_name",
)

SCHEMA_EXAMPLES: dict[str, list[Any]] = {
    "Approval": [ALLOW, DENY],
    "ApprovalAllow": [ALLOW],
    "ApprovalDeny": [DENY, {"status": "deny"}],
    "CancelResponse": [{}],
    "CreateSession": [{"agent_name": AGENT, "title": "Parcel 4711"}],
    "CreateTurn": [{"input": [USER_MESSAGE]}, {}],
    "DataUri": [FILE["file_data"]],
    "Error": [ERROR["error"]],
    "ErrorResponse": [ERROR],
    "FileUpload": [FILE],
    "FileUploadContentPart": [FILE_PART],
    "Pagination": [FIRST_PAGE, LAST_PAGE],
    "SequenceId": [1],
    "Session": [SESSION, UNTITLED_SESSION],
    "SessionId": [SESSION_ID],
    "SessionListResponse": [SESSION_PAGE],
    "SessionResponse": [{"data": SESSION}],
    "SubAgentThreadId": [events.SUB_AGENT_THREAD],
    "TextContentPart": [TEXT_PART],
    "ThreadId": ["main", events.SUB_AGENT_THREAD],
    "Timestamp": [SESSION_CREATED_AT],
    "ToolCallId": [events.REFUND_CALL],
    "Turn": [TURN, NEW_TURN],
    "TurnCancelledState": [CANCELLED],
    "TurnDoneState": [DONE],
    "TurnErrorState": [FAILED],
    "TurnEventListResponse": [EVENT_PAGE],
    "TurnId": [events.TURN_ID],
    "TurnInput": [[USER_MESSAGE], [ALLOW_REFUND, ANSWER], []],
    "TurnListResponse": [TURN_PAGE],
    "TurnResponse": [{"data": NEW_TURN}],
    "TurnRunningState": [RUNNING],
    "TurnState": [RUNNING, DONE, CANCELLED, FAILED],
    "TurnStreamFrame": [events.frame(events.TURN_CREATED), events.frame(events.TEXT_DELTA)],
    "UserContentPart": [TEXT_PART, FILE_PART],
    "UserMessage": [USER_MESSAGE, USER_MESSAGE_WITH_FILE],
    "UserToolAnswer": [ALLOW_REFUND, ANSWER],
    "UserToolApproval": [ALLOW_REFUND, DENY_REFUND],
    "UserToolResponse": [ANSWER],
    **events.EVENT_EXAMPLES,
}
"""Component schema name to values that fit it; every component has at least one."""

NAMED_EXAMPLES: dict[str, NamedExample] = {
    "NewSession": NamedExample("A session with a title", {"agent_name": AGENT, "title": "Parcel 4711"}),
    "NewUntitledSession": NamedExample("A session without one", {"agent_name": AGENT}),
    "Say": NamedExample("A message, answered by a stream", {"input": [USER_MESSAGE]}),
    "SayNext": NamedExample("A message that goes on from the latest turn (TRN-4)", SAY_NEXT),
    "SayNextWithoutStream": NamedExample(
        "A message, answered by the turn at once (TRN-9)", {**SAY_NEXT, "stream": False}
    ),
    "SayWithFile": NamedExample("A message with a file", {"input": [USER_MESSAGE_WITH_FILE]}),
    "SayAfterTurn": NamedExample(
        "A message that goes on from a given turn (TRN-4)",
        {"input": [USER_MESSAGE], "previous_turn_id": events.TURN_ID},
    ),
    "Allow": NamedExample("A tool call is allowed (TOO-2)", {"input": [ALLOW_REFUND]}),
    "DenyAndAnswer": NamedExample(
        "A tool call is denied, another is answered: both in one input (INP-1)", {"input": [DENY_REFUND, ANSWER]}
    ),
    "ResumeAfterAuthorisation": NamedExample("Nothing to say after `mcp.auth_required` (INP-5)", {}),
    "ASession": NamedExample("A session", {"data": SESSION}),
    "ASessionPage": NamedExample("Two sessions, and more to come", SESSION_PAGE),
    "AFirstFrame": NamedExample("The frame that opens every stream", events.frame(events.TURN_CREATED)),
    "ADeltaFrame": NamedExample("A frame with a piece of text", events.frame(events.TEXT_DELTA)),
    "ALastFrame": NamedExample("The frame that ends every stream", events.frame(events.TURN_DONE)),
    "ANewTurn": NamedExample("A turn that has just begun", {"data": NEW_TURN}),
    "AFinishedTurn": NamedExample("A turn that waits for an approval", {"data": TURN}),
    "ATurnPage": NamedExample("All turns of a session, the newest first", TURN_PAGE),
    "AnEventPage": NamedExample("All that is stored of a turn", EVENT_PAGE),
    "Cancelled": NamedExample("The wish was taken", {}),
}
"""Name in `components.examples` to the example."""
