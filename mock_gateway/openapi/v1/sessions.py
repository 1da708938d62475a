"""The operations on sessions and drafts, and the lists of them, in words.

Owns: summaries, descriptions, statuses and links. Method, path and success status are not repeated here: they come from
`wire/v1/operations.py`. Must not know: how a document is laid out (`document.py`). Look next: `turns.py`.
"""

from __future__ import annotations

from mock_gateway.openapi.facts import Body, OperationFacts
from mock_gateway.openapi.v1.cases import (
    BODY,
    COMMON,
    LISTED,
    NO_AGENT,
    NO_DRAFT,
    NO_SESSION,
    OF_FIRST_SESSION,
    OF_NEW_SESSION,
    OF_SESSION,
    PATH,
    SCRIPTED,
    draft_links,
    next_page,
    session_links,
    talk_links,
)

_WINDOW = ("StartTimestamp", "EndTimestamp")
_PAGED = ("SessionLimit", "NewestFirst", "PageToken")
_UNKNOWN_FIELD = "under `--strict` also when it has a field that is not known (V1-NET-4)."
_PAGES = ("V1-PAG-1", "V1-PAG-2", "V1-PAG-3", "V1-PAG-4", "V1-PAG-5")
_KEYSET = "Walking the pages meets every one once, also while new ones are made."

_CREATE_SESSION = OperationFacts(
    tag="Sessions",
    summary="Begin a session with a saved agent",
    description="The session keeps the agent's configuration as it is now, also when the agent is changed later. Its "
    "title is not sent: it is the beginning of what the user says first.",
    rules=("V1-SES-1", "V1-SES-2", "V1-SES-3", "V1-SES-4", "V1-SES-8", "V1-SES-9", "V1-NET-4"),
    request=Body("CreateSession", ("NewSession",)),
    answer="The new session.",
    bodies=(Body("SessionResponse", ("ANewSession",)),),
    errors={
        **COMMON,
        400: f"The body is not JSON or not of the schema; {_UNKNOWN_FIELD}",
        404: "There is no agent of that name; the message names those that there are.",
        409: f"The contract has it, and does not say when. {SCRIPTED}",
        **BODY,
        422: f"The contract has it for a request that does not fit, to which the mock says 400. {SCRIPTED}",
    },
    links=session_links(OF_NEW_SESSION),
)
_LIST_SESSIONS = OperationFacts(
    tag="Sessions",
    summary="List the sessions of an agent",
    description=f"By the moment of creation, the newest first; drafts are not among them. {_KEYSET}",
    rules=("V1-SES-5", "V1-SES-4", "V1-SES-6", *_PAGES),
    parameters=("AgentName", *_WINDOW, *_PAGED),
    answer="A page of sessions.",
    bodies=(Body("SessionListResponse", ("ASessionPage",)),),
    errors={
        **COMMON,
        **NO_AGENT,
        **LISTED,
        400: f"`agent_name` is missing. {LISTED[400]}",
    },
    links=next_page("list_sessions", {"agent_name": "$request.query.agent_name"}) | session_links(OF_FIRST_SESSION),
)
_GET_SESSION = OperationFacts(
    tag="Sessions",
    summary="Get a session",
    description="For coming back to an earlier conversation. A draft is not found here; "
    "`get_draft_session` is for that.",
    rules=("V1-SES-7", "V1-SES-2", "V1-DRA-3"),
    answer="The session.",
    bodies=(Body("SessionResponse", ("ASession",)),),
    errors={**PATH, **COMMON, **NO_SESSION},
    links=talk_links(OF_SESSION),
)
_CANCEL_SESSION = OperationFacts(
    tag="Sessions",
    summary="Cancel what runs in a session",
    description="Asks the latest turn to stop, if it runs; a few more events may still arrive before its stream ends "
    "with `turn.done`. Cancelling again, or when nothing runs, changes nothing. The session stays usable: the next "
    "turn goes on from the cancelled one. There is no other way to stop a turn. Takes the id of a draft too.",
    rules=("V1-CAN-1", "V1-CAN-2", "V1-CAN-3", "V1-CAN-4", "V1-CAN-5"),
    request=Body("CancelSession", ("WishToCancel",)),
    request_required=False,
    answer="The wish was taken.",
    bodies=(Body("CancelResponse", ("Cancelled",)),),
    errors={
        **COMMON,
        400: "The body is neither empty nor a JSON object, or the path is not percent-encoded UTF-8.",
        404: "There is no such session. Published clients have no typed error for it here.",
        412: f"The contract has it for a turn whose executor cannot be reached. {SCRIPTED}",
        **BODY,
        424: f"The contract has it for a failure of something that the cancelling needs. {SCRIPTED}",
    },
    links={name: link for name, link in session_links(OF_SESSION).items() if name != "CancelSession"},
)
_CREATE_DRAFT = OperationFacts(
    tag="Drafts",
    summary="Begin a session with an agent that is not saved yet",
    description="The agent's specification is kept as it came. The mock plays a scenario instead: that of the saved "
    "agent that the draft names; else the one whose name the specification has, as its own `name` or as its model's; "
    "else the first there is. Turns of a draft are made and read under `/v1/agents/sessions`, with the draft's id.",
    rules=("V1-DRA-1", "V1-DRA-2", "V1-DRA-4", "V1-NET-4"),
    request=Body("CreateDraft", ("NewDraft", "NewSmallDraft")),
    answer="The new draft.",
    bodies=(Body("DraftResponse", ("ADraft",)),),
    errors={
        **COMMON,
        400: f"The body is not JSON or not of the schema; {_UNKNOWN_FIELD}",
        404: "The draft names a saved agent that there is not; or no scenario is loaded.",
        **BODY,
        422: f"The contract has it for a specification that makes no sense; the mock says 400. {SCRIPTED}",
        500: f"The contract has it for a draft that could not be stored. {SCRIPTED}",
    },
    links=draft_links(OF_NEW_SESSION),
)
_LIST_DRAFTS = OperationFacts(
    tag="Drafts",
    summary="List the caller's drafts",
    description=f"By the moment of creation, the newest first. {_KEYSET}",
    rules=("V1-DRA-6", *_PAGES),
    parameters=("OfAgent", *_WINDOW, *_PAGED),
    answer="A page of drafts.",
    bodies=(Body("DraftListResponse", ("ADraftPage",)),),
    errors={**COMMON, **NO_AGENT, **LISTED},
    links=next_page("list_draft_sessions", {}) | draft_links(OF_FIRST_SESSION),
)
_GET_DRAFT = OperationFacts(
    tag="Drafts",
    summary="Get a draft",
    description="Only its owner can. A session with a saved agent is not found here.",
    rules=("V1-DRA-3",),
    answer="The draft.",
    bodies=(Body("DraftResponse", ("ADraft",)),),
    errors={**PATH, **COMMON, **NO_DRAFT},
    links={name: link for name, link in draft_links(OF_SESSION).items() if name != "GetDraft"},
)
_UPDATE_DRAFT = OperationFacts(
    tag="Drafts",
    summary="Change a draft",
    description="Puts another specification in place of the one it has; without one it only moves `updated_at`. Only "
    "its owner can. A draft in which nothing was said yet can get another scenario by it; later it keeps its "
    "own.",
    rules=("V1-DRA-5", "V1-DRA-2", "V1-NET-4"),
    request=Body("UpdateDraft", ("AnotherSpec", "OnlyTouched")),
    request_required=False,
    answer="The draft as it is now.",
    bodies=(Body("DraftResponse", ("ADraft",)),),
    errors={
        **COMMON,
        400: f"The body is neither empty nor of the schema; {_UNKNOWN_FIELD}",
        **NO_DRAFT,
        **BODY,
        422: f"The contract has it for a specification that makes no sense; the mock says 400. {SCRIPTED}",
    },
    links={name: link for name, link in draft_links(OF_SESSION).items() if name != "UpdateDraft"},
)
_LIST_OWNED = OperationFacts(
    tag="Sessions",
    summary="List the caller's sessions and drafts",
    description=f"By the moment of creation, the newest first; `type` tells them apart. {_KEYSET}",
    rules=("V1-DRA-7", *_PAGES),
    parameters=("OfAgent", *_WINDOW, *_PAGED),
    answer="A page of sessions and drafts.",
    bodies=(Body("AnySessionListResponse", ("AMixedPage",)),),
    errors={**COMMON, **NO_AGENT, **LISTED},
    links=next_page("list_owned_sessions", {}) | talk_links(OF_FIRST_SESSION),
)
_SEARCH = OperationFacts(
    tag="Sessions",
    summary="Search sessions and drafts",
    description="Everybody's, as far as every filter that is given fits; a name that nobody has fits nothing. By the "
    f"moment of creation, the newest first. {_KEYSET}",
    rules=("V1-DRA-8", *_PAGES),
    parameters=("OfAgent", "CreatorId", "CreatorType", "SessionType", "ThisSession", *_WINDOW, *_PAGED),
    answer="A page of sessions and drafts.",
    bodies=(Body("AnySessionListResponse", ("AMixedPage",)),),
    errors={**COMMON, **LISTED},
    links=next_page("search_sessions", {}) | talk_links(OF_FIRST_SESSION),
)

FACTS: dict[str, OperationFacts] = {
    "create_session": _CREATE_SESSION,
    "list_sessions": _LIST_SESSIONS,
    "get_session": _GET_SESSION,
    "cancel_session": _CANCEL_SESSION,
    "create_draft_session": _CREATE_DRAFT,
    "list_draft_sessions": _LIST_DRAFTS,
    "get_draft_session": _GET_DRAFT,
    "update_draft_session": _UPDATE_DRAFT,
    "list_owned_sessions": _LIST_OWNED,
    "search_sessions": _SEARCH,
}
"""By operation id."""
