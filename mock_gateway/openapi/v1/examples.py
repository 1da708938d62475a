"""Every example of the document: one list per schema, and named ones for requests and answers.

Owns: example sessions, drafts, turns, inputs and errors; where the examples of events come from.
Must not know: how they are placed (`document.py`). The story is told in `openapi/story.py`.
"""

from __future__ import annotations

from typing import Any

from mock_gateway.openapi import story
from mock_gateway.openapi.errors import error
from mock_gateway.openapi.facts import Json, NamedExample
from mock_gateway.openapi.v1 import examples_events as events
from mock_gateway.openapi.v1.examples_events import SUBJECT, USER_MESSAGE

TEXT_PART: Json = {"type": "text", "text": story.LABEL}
FILE_PART: Json = {"type": "file", "name": story.LABEL_NAME, "data": story.LABEL_FILE}
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
MODEL: Json = {"name": "support-bot", "params": {"temperature": 0}}
SPEC: Json = {
    "model": MODEL,
    "instructions": "You look after parcels.",
    "mcp_servers": [{"type": "truefoundry-mcp-registry", "name": "parcels", "enable_tools": ["@all"]}],
    "config": {"iteration_limit": 25, "sandbox": {"enabled": True}},
    "variables": {"carrier": "Seagull Post"},
}
SMALL_SPEC: Json = {"model": {"name": "any"}}
_KEPT: Json = {
    "created_by_subject": SUBJECT,
    "created_at": story.SESSION_CREATED_AT,
    "updated_at": story.TURN_CREATED_AT,
}
SESSION: Json = {
    "type": "session",
    "id": story.SESSION_ID,
    "agent_name": story.AGENT,
    "title": story.LATE,
    **_KEPT,
}
NEW_SESSION: Json = {**SESSION, "title": None, "updated_at": story.SESSION_CREATED_AT}
SEEDED_SESSION: Json = {
    **SESSION,
    "id": story.SEEDED_SESSION_ID,
    "created_at": story.SEEDED_AT,
    "updated_at": story.SEEDED_AT,
}
DRAFT: Json = {
    "type": "session/draft",
    "id": "sess-0193f5a0c6e81b72",
    "agent_spec": SPEC,
    "agent_name": None,
    "title": None,
    **_KEPT,
}
TURN: Json = {
    "id": story.TURN_ID,
    "session_id": story.SESSION_ID,
    "previous_turn_id": None,
    "input": [USER_MESSAGE],
    "state": events.PAUSED,
    "created_by_subject": SUBJECT,
    "created_at": story.TURN_CREATED_AT,
}
NEW_TURN: Json = {
    **TURN,
    "id": story.NEXT_TURN_ID,
    "previous_turn_id": story.TURN_ID,
    "input": [ALLOW_REFUND],
    "state": {"status": "running"},
    "created_at": story.NEXT_TURN_CREATED_AT,
}
FIRST_PAGE: Json = {"limit": 2, "next_page_token": story.PAGE_TOKEN}
SESSION_EVENTS: list[Json] = [
    {"turn_id": story.TURN_ID, "event": event}
    for event in (events.TURN_DONE, *reversed(events.LOG), events.TURN_CREATED)
]
SESSION_PAGE: Json = {"data": [SESSION, SEEDED_SESSION], "pagination": FIRST_PAGE}
DRAFT_PAGE: Json = {"data": [DRAFT], "pagination": {"limit": 10}}
ANY_SESSION_PAGE: Json = {"data": [DRAFT, SESSION], "pagination": FIRST_PAGE}
TURN_PAGE: Json = {"data": [NEW_TURN, TURN], "pagination": {"limit": 10}}
EVENT_PAGE: Json = {"data": list(events.LOG), "pagination": {"limit": 25}}
SESSION_EVENT_PAGE: Json = {"data": SESSION_EVENTS, "pagination": {"limit": 100}}

ERROR = error("there is no agent 'suport-bot'; there are: support-bot", "not_found", "agent_not_found", "agent_name")

SCHEMA_EXAMPLES: dict[str, list[Any]] = {
    "AgentModel": [MODEL],
    "AgentSpec": [SPEC, SMALL_SPEC],
    "AnySession": [SESSION, DRAFT],
    "AnySessionListResponse": [ANY_SESSION_PAGE],
    "Approval": [ALLOW, DENY],
    "ApprovalAllow": [ALLOW],
    "ApprovalDeny": [DENY, {"status": "deny"}],
    "CancelResponse": [{}],
    "CancelSession": [{}],
    "CreateDraft": [{"agent_spec": SPEC}, {"agent_spec": SMALL_SPEC, "agent_name": story.AGENT}],
    "CreateSession": [{"agent_name": story.AGENT}],
    "CreateTurn": [{"input": [USER_MESSAGE]}, {"input": None, "previous_turn_id": None}, {}],
    "DataUri": [story.LABEL_FILE],
    "DraftListResponse": [DRAFT_PAGE],
    "DraftResponse": [{"data": DRAFT}],
    "DraftSession": [DRAFT],
    "Error": [ERROR["error"]],
    "ErrorResponse": [ERROR],
    "FilePart": [FILE_PART],
    "Pagination": [FIRST_PAGE, {"limit": 10}],
    "SandboxFile": ["parcel,state\n4711,lost\n"],
    "Session": [SESSION, NEW_SESSION],
    "SessionEventItem": SESSION_EVENTS[:1],
    "SessionEventListResponse": [SESSION_EVENT_PAGE],
    "SessionId": [story.SESSION_ID],
    "SessionListResponse": [SESSION_PAGE],
    "SessionResponse": [{"data": SESSION}],
    "SubAgentThreadId": [story.SUB_AGENT_THREAD],
    "SubscribeTurn": [{"after_sequence_number": 3}, {"after_sequence_number": None}, {}],
    "TextPart": [TEXT_PART],
    "ThreadId": ["main", story.SUB_AGENT_THREAD],
    "Timestamp": [story.SESSION_CREATED_AT],
    "ToolCallId": [story.REFUND_CALL],
    "Turn": [TURN, NEW_TURN],
    "TurnEventListResponse": [EVENT_PAGE],
    "TurnId": [story.TURN_ID],
    "TurnInput": [[USER_MESSAGE], [ALLOW_REFUND, ANSWER], []],
    "TurnListResponse": [TURN_PAGE],
    "TurnResponse": [{"data": NEW_TURN}],
    "TurnState": [{"status": "running"}, events.PAUSED, events.CANCELLED, events.FAILED],
    "TurnStreamFrame": [events.FRAMES["first"], events.FRAMES["delta"]],
    "UpdateDraft": [{"agent_spec": SPEC}, {"agent_spec": None}, {}],
    "UserContentPart": [TEXT_PART, FILE_PART],
    "UserMessage": [USER_MESSAGE, USER_MESSAGE_WITH_FILE],
    "UserToolAnswer": [ALLOW_REFUND, ANSWER],
    "UserToolApproval": [ALLOW_REFUND, DENY_REFUND],
    "UserToolResponse": [ANSWER],
    **events.EVENT_EXAMPLES,
}
"""Component schema name to values that fit it; every component has at least one."""

NAMED_EXAMPLES: dict[str, NamedExample] = {
    "NewSession": NamedExample("A session with a saved agent", {"agent_name": story.AGENT}),
    "NewDraft": NamedExample("A draft of an agent", {"agent_spec": SPEC}),
    "NewSmallDraft": NamedExample(
        "A draft that a saved agent plays", {"agent_spec": SMALL_SPEC, "agent_name": story.AGENT}
    ),
    "AnotherSpec": NamedExample("Another agent for the draft", {"agent_spec": SMALL_SPEC}),
    "OnlyTouched": NamedExample("The draft is only marked as used", {}),
    "Say": NamedExample("A message, answered by a stream", {"input": [USER_MESSAGE]}),
    "SayNext": NamedExample("A message that goes on from the latest turn", SAY_NEXT),
    "SayNextWithoutStream": NamedExample(
        "A message, answered by the turn at once (V1-TRN-2)", {**SAY_NEXT, "stream": False}
    ),
    "SayWithFile": NamedExample("A message with a file", {"input": [USER_MESSAGE_WITH_FILE]}),
    "SayAfterTurn": NamedExample(
        "A message that goes on from a given turn", {"input": [USER_MESSAGE], "previous_turn_id": story.TURN_ID}
    ),
    "SayAnew": NamedExample(
        "A message that begins anew in the same session", {"input": [USER_MESSAGE], "previous_turn_id": "none"}
    ),
    "Allow": NamedExample("A tool call is allowed (V1-INP-11)", {"input": [ALLOW_REFUND]}),
    "DenyAndAnswer": NamedExample(
        "A tool call is denied, another is answered: both in one input (V1-INP-1)", {"input": [DENY_REFUND, ANSWER]}
    ),
    "ResumeAfterAuthorisation": NamedExample("Nothing to say after `mcp.auth_required` (V1-INP-5)", {}),
    "ResumeAsEarlyClientsDo": NamedExample("The same with nulls (V1-TRN-3)", {"input": None, "previous_turn_id": None}),
    "FromTheBeginning": NamedExample("The whole stream again", {}),
    "FromThere": NamedExample("What comes after the third frame", {"after_sequence_number": 3}),
    "FromTheBeginningAsEarlyClientsDo": NamedExample("The whole stream, with a null", {"after_sequence_number": None}),
    "WishToCancel": NamedExample("The path says it all", {}),
    "ANewSession": NamedExample("A session in which nothing was said yet", {"data": NEW_SESSION}),
    "ASession": NamedExample("A session", {"data": SESSION}),
    "ASessionPage": NamedExample("Two sessions, and more to come", SESSION_PAGE),
    "ADraft": NamedExample("A draft", {"data": DRAFT}),
    "ADraftPage": NamedExample("All drafts of the caller", DRAFT_PAGE),
    "AMixedPage": NamedExample("A draft and a session, and more to come", ANY_SESSION_PAGE),
    "AFirstFrame": NamedExample("The frame that opens every stream", events.FRAMES["first"]),
    "AMessageBegins": NamedExample("A frame that opens a message", events.FRAMES["started"]),
    "ADeltaFrame": NamedExample("A frame with a piece of text", events.FRAMES["delta"]),
    "ALastFrame": NamedExample("The frame that ends every stream", events.FRAMES["last"]),
    "ANewTurn": NamedExample("A turn that has just begun", {"data": NEW_TURN}),
    "AFinishedTurn": NamedExample("A turn that waits for an approval", {"data": TURN}),
    "ATurnPage": NamedExample("All turns of a session, the newest first", TURN_PAGE),
    "AnEventPage": NamedExample("All that is stored of a turn", EVENT_PAGE),
    "ASessionEventPage": NamedExample("All that is stored of a session, the newest first", SESSION_EVENT_PAGE),
    "AFile": NamedExample("A file that the agent made", "parcel,state\n4711,lost\n"),
    "Cancelled": NamedExample("The wish was taken", {}),
}
"""Name in `components.examples` to the example."""
