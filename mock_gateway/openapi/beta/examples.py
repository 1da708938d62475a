"""Every example of the document: one list per schema, and named ones for requests and answers.

Owns: example sessions, turns, inputs and errors; where the examples of events come from.
Must not know: how they are placed (`document.py`). The story is told in `openapi/story.py`.
"""

from __future__ import annotations

from typing import Any

from mock_gateway.openapi import story
from mock_gateway.openapi.beta import examples_events as events
from mock_gateway.openapi.errors import error
from mock_gateway.openapi.facts import Json, NamedExample

FILE: Json = {"filename": story.LABEL_NAME, "file_data": story.LABEL_FILE}
TEXT_PART: Json = {"type": "text", "text": story.LABEL}
FILE_PART: Json = {"type": "file_upload", "file": FILE}
USER_MESSAGE: Json = {"type": "user.message", "content": story.LATE}
USER_MESSAGE_WITH_FILE: Json = {"type": "user.message", "content": [TEXT_PART, FILE_PART]}
ALLOW: Json = {"status": "allow"}
DENY: Json = {"status": "deny", "reason": story.DENIED}
ALLOW_REFUND: Json = {
    "type": "user.tool_approval",
    "thread_id": "main",
    "tool_call_id": story.REFUND_CALL,
    "approval": ALLOW,
}
DENY_REFUND: Json = {**ALLOW_REFUND, "approval": DENY}
ANSWER: Json = {
    "type": "user.tool_response",
    "thread_id": "main",
    "tool_call_id": story.ASK_CALL,
    "content": story.BANK_TRANSFER,
}

SAY_NEXT: Json = {"input": [USER_MESSAGE], "previous_turn_id": "auto", "stream": True}

RUNNING: Json = {"status": "running"}
DONE: Json = {"status": "done", "output": list(events.OUTPUT)}
CANCELLED: Json = {"status": "cancelled", "cancellation_reason": "client-cancelled"}
FAILED: Json = {"status": "error", "error": story.USED_UP}

SESSION: Json = {
    "id": story.SESSION_ID,
    "agent_name": story.AGENT,
    "title": "Parcel 4711",
    "created_by": story.SUBJECT,
    "created_at": story.SESSION_CREATED_AT,
    "updated_at": story.TURN_CREATED_AT,
}
UNTITLED_SESSION: Json = {
    **SESSION,
    "id": story.SEEDED_SESSION_ID,
    "title": None,
    "created_at": story.SEEDED_AT,
    "updated_at": story.SEEDED_AT,
}
TURN: Json = {
    "id": story.TURN_ID,
    "session_id": story.SESSION_ID,
    "previous_turn_id": None,
    "created_by": story.SUBJECT,
    "created_at": story.TURN_CREATED_AT,
    "input": [USER_MESSAGE],
    "state": DONE,
}
NEW_TURN: Json = {
    **TURN,
    "id": story.NEXT_TURN_ID,
    "previous_turn_id": story.TURN_ID,
    "created_at": story.NEXT_TURN_CREATED_AT,
    "input": [ALLOW_REFUND],
    "state": RUNNING,
}
LAST_PAGE: Json = {"limit": 100, "next_page_token": None, "previous_page_token": None}
FIRST_PAGE: Json = {"limit": 2, "next_page_token": story.PAGE_TOKEN, "previous_page_token": None}
SESSION_PAGE: Json = {"data": [SESSION, UNTITLED_SESSION], "pagination": FIRST_PAGE}
TURN_PAGE: Json = {"data": [NEW_TURN, TURN], "pagination": LAST_PAGE}
EVENT_PAGE: Json = {"data": list(events.LOG), "pagination": LAST_PAGE}


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
    "CreateSession": [{"agent_name": story.AGENT, "title": "Parcel 4711"}],
    "CreateTurn": [{"input": [USER_MESSAGE]}, {}],
    "DataUri": [FILE["file_data"]],
    "Error": [ERROR["error"]],
    "ErrorResponse": [ERROR],
    "FileUpload": [FILE],
    "FileUploadContentPart": [FILE_PART],
    "Pagination": [FIRST_PAGE, LAST_PAGE],
    "SequenceId": [1],
    "Session": [SESSION, UNTITLED_SESSION],
    "SessionId": [story.SESSION_ID],
    "SessionListResponse": [SESSION_PAGE],
    "SessionResponse": [{"data": SESSION}],
    "SubAgentThreadId": [story.SUB_AGENT_THREAD],
    "TextContentPart": [TEXT_PART],
    "ThreadId": ["main", story.SUB_AGENT_THREAD],
    "Timestamp": [story.SESSION_CREATED_AT],
    "ToolCallId": [story.REFUND_CALL],
    "Turn": [TURN, NEW_TURN],
    "TurnCancelledState": [CANCELLED],
    "TurnDoneState": [DONE],
    "TurnErrorState": [FAILED],
    "TurnEventListResponse": [EVENT_PAGE],
    "TurnId": [story.TURN_ID],
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
    "NewSession": NamedExample("A session with a title", {"agent_name": story.AGENT, "title": "Parcel 4711"}),
    "NewUntitledSession": NamedExample("A session without one", {"agent_name": story.AGENT}),
    "Say": NamedExample("A message, answered by a stream", {"input": [USER_MESSAGE]}),
    "SayNext": NamedExample("A message that goes on from the latest turn (TRN-4)", SAY_NEXT),
    "SayNextWithoutStream": NamedExample(
        "A message, answered by the turn at once (TRN-9)", {**SAY_NEXT, "stream": False}
    ),
    "SayWithFile": NamedExample("A message with a file", {"input": [USER_MESSAGE_WITH_FILE]}),
    "SayAfterTurn": NamedExample(
        "A message that goes on from a given turn (TRN-4)",
        {"input": [USER_MESSAGE], "previous_turn_id": story.TURN_ID},
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
