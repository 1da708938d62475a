"""The ten operations of the documented contract in words (API-1 to API-10).

Owns: summaries, descriptions, statuses and links per operation id. Method, path and success status
are not repeated here: they come from `wire/beta/operations.py`.
Must not know: how a document is laid out (`document.py`).
"""

from __future__ import annotations

from mock_gateway.openapi.beta.examples_events import SHORT_STREAM, sse_text
from mock_gateway.openapi.facts import SSE, Body, Link, OperationFacts

TAGS: dict[str, str] = {
    "Sessions": "A session is a conversation with one saved agent. It lasts across turns.",
    "Turns": "A turn is one exchange: an input, and what the agent does with it. A session runs one at a time.",
    "Events": "What happened in a turn: live as a stream while it runs, and from the log when it is over.",
}

_KEY = {
    401: "The key is missing, empty or refused (NET-2).",
    403: "The key may not do this (NET-2).",
}
_PATH = {400: "The path is not percent-encoded UTF-8."}
_DOOR = {
    429: "A scenario's door sends the caller away for a while; `Retry-After` says how long.",
    500: "A scenario's door answers with a failure.",
    502: "A scenario's door answers with a failure behind it.",
    503: "A scenario's door answers that the service is not there.",
    504: "A scenario's door answers that it waited for too long.",
}
_METHOD = {405: "Another method was used on this path. `Allow` names those it has.", **_DOOR}
"""What every operation may answer, besides 401 and 403."""
_NO_SESSION = {404: "There is no such session."}
_NO_TURN = {404: "There is no such session, or no such turn in it."}
_BODY = {413: "The body is larger than the server takes."}
_PAGE = {400: "`limit`, `order` or `page_token` is wrong, or the token is not of this list (PAG-2)."}

_OF_NEW_SESSION = {"session_id": "$response.body#/data/id"}
_OF_SESSION = {"session_id": "$request.path.session_id"}
_OF_FIRST_SESSION = {"session_id": "$response.body#/data/0/id"}
_OF_TURN = {**_OF_SESSION, "turn_id": "$request.path.turn_id"}
_OF_NEW_TURN = {**_OF_SESSION, "turn_id": "$response.body#/data/id"}
_OF_FIRST_TURN = {**_OF_SESSION, "turn_id": "$response.body#/data/0/id"}
_NEXT_TOKEN = {"page_token": "$response.body#/pagination/next_page_token"}


def _talk_links(parameters: dict[str, str]) -> dict[str, Link]:
    return {
        "Say": Link("create_turn", "Say something and follow the answer.", parameters, "SayNext"),
        "SayWithoutStream": Link("create_turn", "Say something and poll.", parameters, "SayNextWithoutStream"),
        "ListTurns": Link("list_turns", "See what was said.", parameters),
    }


def _session_links(parameters: dict[str, str]) -> dict[str, Link]:
    return {
        "GetSession": Link("get_session", "Read the session again.", parameters),
        **_talk_links(parameters),
        "CancelSession": Link("cancel_session", "Stop what runs in the session.", parameters),
    }


def _turn_links(parameters: dict[str, str]) -> dict[str, Link]:
    return {
        "GetTurn": Link("get_turn", "See how far the turn is.", parameters),
        "StreamTurn": Link("stream_turn", "Follow the turn while it runs.", parameters),
        "ListTurnEvents": Link("list_turn_events", "Read its log when it is over.", parameters),
        "CancelTurn": Link("cancel_turn", "Stop the turn.", parameters),
    }


def _next_page(operation: str, parameters: dict[str, str]) -> dict[str, Link]:
    return {"NextPage": Link(operation, "Go on with the next page, if there is one.", parameters | _NEXT_TOKEN)}


_STREAM_SAMPLE = f"A short stream, whole:\n\n```text\n{sse_text(SHORT_STREAM)}```"

_CREATE_SESSION = OperationFacts(
    tag="Sessions",
    summary="Begin a session with a saved agent",
    description="The session keeps the agent's configuration as it is now, also when the agent is changed later. "
    "An agent that is not known is answered 404, and the message names those that are.",
    rules=("API-1", "SES-1", "SES-2", "SES-4", "NET-5"),
    request=Body("CreateSession", ("NewSession", "NewUntitledSession")),
    answer="The new session.",
    bodies=(Body("SessionResponse", ("ASession",)),),
    errors={
        400: "The body is not JSON or not of the schema; under `--strict` also when it has a field that is not known.",
        **_KEY,
        404: "There is no agent of that name.",
        **_METHOD,
        409: "A scenario's door answers with a conflict; it does not happen otherwise.",
        **_BODY,
        422: "A scenario's door answers that the request does not fit; it does not happen otherwise.",
    },
    links=_session_links(_OF_NEW_SESSION),
)
_LIST_SESSIONS = OperationFacts(
    tag="Sessions",
    summary="List the sessions of an agent",
    description="The newest come first. Walking the pages meets every session once, also while new ones are made.",
    rules=("API-2", "SES-3", "PAG-1", "PAG-2"),
    parameters=("AgentName", "CreatedBy", "StartTimestamp", "EndTimestamp", "Limit", "PageToken"),
    answer="A page of sessions.",
    bodies=(Body("SessionListResponse", ("ASessionPage",)),),
    errors={
        400: "`agent_name` is missing, a moment or `limit` is wrong, or the token is not of this list (PAG-2).",
        **_KEY,
        404: "There is no agent of that name.",
        **_METHOD,
    },
    links=_next_page("list_sessions", {"agent_name": "$request.query.agent_name"}) | _session_links(_OF_FIRST_SESSION),
)
_GET_SESSION = OperationFacts(
    tag="Sessions",
    summary="Get a session",
    description="For coming back to an earlier conversation.",
    rules=("API-3", "SES-2"),
    answer="The session.",
    bodies=(Body("SessionResponse", ("ASession",)),),
    errors={**_PATH, **_KEY, **_NO_SESSION, **_METHOD},
    links={name: link for name, link in _session_links(_OF_SESSION).items() if name != "GetSession"},
)
_CANCEL_SESSION = OperationFacts(
    tag="Sessions",
    summary="Cancel what runs in a session",
    description="Asks the running turn to stop; a few more events may still arrive before its stream ends. "
    "Cancelling again, or when nothing runs, changes nothing. The session stays usable, unless the server follows "
    "the other reading of the contract (`cancel: session`).",
    rules=("API-4", "SES-6", "CAN-1", "CAN-2", "CAN-3", "CAN-4"),
    answer="The wish was taken.",
    bodies=(Body("CancelResponse", ("Cancelled",)),),
    errors={**_PATH, **_KEY, **_NO_SESSION, **_METHOD, **_BODY},
    links={
        "GetSession": Link("get_session", "Read the session again.", _OF_SESSION),
        **_talk_links(_OF_SESSION),
    },
)
_CREATE_TURN = OperationFacts(
    tag="Turns",
    summary="Create a turn, and follow it",
    description="Says something, answers pending tool calls, or resumes after an authorisation. The answer is a "
    "stream of events that ends by itself after `turn.done`; with `stream: false` it is the turn, at once. A client "
    "that hangs up does not stop the turn. A refused request changes nothing.",
    rules=(
        *("API-5", "SES-5", "TRN-4", "TRN-5", "TRN-8", "TRN-9"),
        *("INP-1", "INP-2", "INP-3", "INP-4", "INP-5", "INP-6", "INP-7", "INP-8"),
        *("STR-1", "STR-2", "STR-3", "STR-4", "SEQ-1", "MSG-1", "MSG-2", "EVT-13"),
    ),
    request=Body(
        "CreateTurn",
        (
            "Say",
            "SayNext",
            "SayNextWithoutStream",
            "SayAfterTurn",
            "SayWithFile",
            "Allow",
            "DenyAndAnswer",
            "ResumeAfterAuthorisation",
        ),
    ),
    request_required=False,
    answer="The events of the turn as they happen; or the turn, when `stream` is false. " + _STREAM_SAMPLE,
    bodies=(
        Body("TurnStreamFrame", ("AFirstFrame", "ADeltaFrame", "ALastFrame"), SSE),
        Body("TurnResponse", ("ANewTurn",)),
    ),
    errors={
        400: "The body is not JSON or not of the schema, kinds are mixed (INP-1), or a file does not decode (INP-2); "
        "under `--strict` also when it has a field that is not known (NET-5).",
        **_KEY,
        404: "There is no such session, or `previous_turn_id` names no turn of it (TRN-4).",
        **_METHOD,
        409: "A turn runs in this session (SES-5), unless new turns supersede (reading `concurrent_turn`); or the "
        "session was cancelled (reading `cancel: session`).",
        **_BODY,
        422: "The input does not fit what the session waits for (INP-3 to INP-7). The message names the calls.",
    },
    links=_turn_links(_OF_NEW_TURN) | {"ListTurns": Link("list_turns", "Find the turn in its session.", _OF_SESSION)},
)
_LIST_TURNS = OperationFacts(
    tag="Turns",
    summary="List the turns of a session",
    description="The newest come first; `order=asc` turns that round.",
    rules=("API-6", "TRN-6", "PAG-1", "PAG-2"),
    parameters=("NewestFirst", "Limit", "PageToken"),
    answer="A page of turns.",
    bodies=(Body("TurnListResponse", ("ATurnPage",)),),
    errors={**_PAGE, **_KEY, **_NO_SESSION, **_METHOD},
    links=_next_page("list_turns", _OF_SESSION) | _turn_links(_OF_FIRST_TURN),
)
_GET_TURN = OperationFacts(
    tag="Turns",
    summary="Get a turn and its state",
    description="The state leaves `running` once and never changes again; asking until then is a way to wait.",
    rules=("API-7", "TRN-1", "TRN-2", "TRN-3", "TRN-7"),
    answer="The turn.",
    bodies=(Body("TurnResponse", ("AFinishedTurn", "ANewTurn")),),
    errors={**_PATH, **_KEY, **_NO_TURN, **_METHOD},
    links={name: link for name, link in _turn_links(_OF_TURN).items() if name != "GetTurn"},
)
_STREAM_TURN = OperationFacts(
    tag="Events",
    summary="Follow a running turn",
    description="Gives every event after the cursor, then goes on live. Reading, dropping and resuming, at any event "
    "and any number of times, yields what one unbroken read would. Any number of readers may follow one turn.",
    rules=("API-8", "STR-1", "STR-2", "STR-4", "STR-5", "STR-6", "STR-7", "SEQ-1", "SEQ-2"),
    parameters=("AfterSequenceId", "LastEventId"),
    answer="The events of the turn after the cursor. The stream ends by itself after `turn.done`.",
    bodies=(Body("TurnStreamFrame", ("AFirstFrame", "ADeltaFrame", "ALastFrame"), SSE),),
    errors={
        400: "The cursor is not a whole number of at least 0, or not one that this turn can have.",
        **_KEY,
        **_NO_TURN,
        **_METHOD,
        409: "The turn is not running; its events are in the log (STR-6).",
    },
)
_LIST_TURN_EVENTS = OperationFacts(
    tag="Events",
    summary="Read the log of a finished turn",
    description="All events in order but `turn.created` and `turn.done`; messages are whole, and each event keeps its "
    "`sequence_id`. The log of a cancelled or failed turn can be read as well.",
    rules=("API-9", "LOG-1", "LOG-2", "LOG-3", "MSG-1", "PAG-1", "PAG-2"),
    parameters=("OldestFirst", "Limit", "PageToken"),
    answer="A page of stored events.",
    bodies=(Body("TurnEventListResponse", ("AnEventPage",)),),
    errors={
        **_PAGE,
        **_KEY,
        **_NO_TURN,
        **_METHOD,
        409: "The turn is still running and has no log yet, unless the server gives a snapshot (reading "
        "`running_turn_events`).",
    },
    links=_next_page("list_turn_events", _OF_TURN),
)
_CANCEL_TURN = OperationFacts(
    tag="Turns",
    summary="Cancel a turn",
    description="Asks the turn to stop; a few more events may still arrive before its stream ends. "
    "Cancelling again, or a turn that is over, changes nothing.",
    rules=("API-10", "CAN-1", "CAN-2", "CAN-3", "CAN-4"),
    answer="The wish was taken.",
    bodies=(Body("CancelResponse", ("Cancelled",)),),
    errors={**_PATH, **_KEY, **_NO_TURN, **_METHOD, **_BODY},
    links={"GetTurn": Link("get_turn", "See how the turn ended.", _OF_TURN)},
)

FACTS: dict[str, OperationFacts] = {
    "create_session": _CREATE_SESSION,
    "list_sessions": _LIST_SESSIONS,
    "get_session": _GET_SESSION,
    "cancel_session": _CANCEL_SESSION,
    "create_turn": _CREATE_TURN,
    "list_turns": _LIST_TURNS,
    "get_turn": _GET_TURN,
    "stream_turn": _STREAM_TURN,
    "list_turn_events": _LIST_TURN_EVENTS,
    "cancel_turn": _CANCEL_TURN,
}
"""By operation id; the operation table and this one name the same operations."""
