"""The operations on turns, events and files, in words.

Owns: summaries, descriptions, statuses and links. Method, path and success status are not repeated here: they come from
`wire/v1/operations.py`. Must not know: how a document is laid out (`document.py`). Look next: `sessions.py`.
"""

from __future__ import annotations

from mock_gateway.openapi.facts import SSE, Body, Link, OperationFacts
from mock_gateway.openapi.v1.cases import (
    BODY,
    COMMON,
    NO_SESSION,
    NO_TURN,
    OF_FIRST_TURN,
    OF_NEW_TURN,
    OF_SESSION,
    OF_TURN,
    OF_TURN_OF_FIRST_EVENT,
    PAGE,
    PATH,
    SCRIPTED,
    STORE_GONE,
    next_page,
    talk_links,
    turn_links,
)
from mock_gateway.openapi.v1.examples_events import SHORT_STREAM, sse_text

_STREAM_SAMPLE = f"A short stream, whole:\n\n```text\n{sse_text(SHORT_STREAM)}```"
_PAGES = ("V1-PAG-1", "V1-PAG-2", "V1-PAG-3", "V1-PAG-4", "V1-PAG-5")
_FRAMES = ("AFirstFrame", "AMessageBegins", "ADeltaFrame", "ALastFrame")

_CREATE_TURN = OperationFacts(
    tag="Turns",
    summary="Create a turn, and follow it",
    description="Says something, answers pending tool calls, resumes after an authorisation, or lets the agent go on "
    "with what it has. The answer is a stream of events that ends by itself after `turn.done`; with `stream: false` it "
    "is the turn, at once. What is asked for in `Accept` says nothing. A client that hangs up does not stop the turn. "
    "A turn that runs while its successor is made is cancelled (`cancelled-for-next-turn`). A refused request changes "
    "nothing.",
    rules=(
        *(f"V1-TRN-{number}" for number in (1, 2, 3, 5, 6, 7, 8, 11, 13, 15, 16, 19)),
        *(f"V1-INP-{number}" for number in range(1, 15)),
        *(f"V1-STR-{number}" for number in (1, 2, 3, 4, 12, 16)),
        *("V1-MSG-1", "V1-MSG-2", "V1-TOO-2", "V1-TOO-3", "V1-TOO-4", "V1-MCP-2"),
    ),
    request=Body(
        "CreateTurn",
        (
            "Say",
            "SayNext",
            "SayNextWithoutStream",
            "SayAfterTurn",
            "SayAnew",
            "SayWithFile",
            "Allow",
            "DenyAndAnswer",
            "ResumeAfterAuthorisation",
            "ResumeAsEarlyClientsDo",
        ),
    ),
    request_required=False,
    answer="The events of the turn as they happen; or the turn, when `stream` is false. " + _STREAM_SAMPLE,
    bodies=(Body("TurnStreamFrame", _FRAMES, SSE), Body("TurnResponse", ("ANewTurn",))),
    errors={
        **COMMON,
        400: "The body is not JSON or not of the schema, kinds are mixed (V1-INP-1), or a file does not decode or "
        "has a path in its name (V1-INP-2); under `--strict` also when it has a field that is not known (V1-NET-4).",
        403: "The key may not do this (V1-NET-3), or is pinned to a subject that did not create the session "
        "(V1-TRN-19).",
        404: "There is no such session, or `previous_turn_id` names no turn of it.",
        412: "A turn runs and new ones do not supersede; or the session was cancelled for good. Both are readings of a "
        "scenario or a server, not the default. It is never 409: clients would repeat that.",
        **BODY,
        422: "The input does not fit what the session waits for: a user message while answers are pending, an answer "
        "for nothing, too many or too few, an empty message, a file that needs a sandbox. The message names the calls. "
        "Published clients have no typed error for it; a server can be told to answer 400 instead.",
    },
    links=turn_links(OF_NEW_TURN)
    | {
        "ListTurns": Link("list_turns", "Find the turn in its session.", OF_SESSION),
        "CancelSession": Link("cancel_session", "Stop the turn.", OF_SESSION),
    },
)
_LIST_TURNS = OperationFacts(
    tag="Turns",
    summary="List the turns of a session",
    description="The newest first: the latest turn, the one it goes on from, and so on to the first. Turns of branches "
    "that were left are not among them. So the first item tells whether something runs.",
    rules=("V1-TRN-14", *_PAGES),
    parameters=("TurnLimit", "PageToken"),
    answer="A page of turns.",
    bodies=(Body("TurnListResponse", ("ATurnPage",)),),
    errors={
        **COMMON,
        400: "`limit` or `page_token` is wrong, or the token is not of this list (V1-PAG-3).",
        **NO_SESSION,
        **STORE_GONE,
    },
    links=next_page("list_turns", OF_SESSION) | turn_links(OF_FIRST_TURN),
)
_GET_TURN = OperationFacts(
    tag="Turns",
    summary="Get a turn and its state",
    description="The state leaves `running` once and never changes again; asking until then is a way to wait.",
    rules=("V1-TRN-4", "V1-TRN-5", "V1-TRN-9", "V1-TRN-10", "V1-TRN-11"),
    answer="The turn.",
    bodies=(Body("TurnResponse", ("AFinishedTurn", "ANewTurn")),),
    errors={**PATH, **COMMON, **NO_TURN},
    links={name: link for name, link in turn_links(OF_TURN).items() if name != "GetTurn"},
)
_SUBSCRIBE = OperationFacts(
    tag="Events",
    summary="Follow a turn",
    description="Gives every event after the cursor, then goes on live. Reading, dropping and resuming, at any event "
    "and any number of times, yields what one unbroken read would. Any number of readers may follow one turn. A turn "
    "that is over is given again for some minutes. A cursor beyond the end waits.",
    rules=tuple(f"V1-STR-{number}" for number in (5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 17)),
    parameters=("LastEventId",),
    request=Body("SubscribeTurn", ("FromTheBeginning", "FromThere", "FromTheBeginningAsEarlyClientsDo")),
    request_required=False,
    answer="The events of the turn after the cursor. The stream ends by itself after `turn.done`.",
    bodies=(Body("TurnStreamFrame", _FRAMES, SSE),),
    errors={
        **COMMON,
        400: "The cursor is not a whole number of at least 0, or the body is neither empty nor a JSON object.",
        **NO_TURN,
        412: "The turn is over for too long; its events are in the log.",
        **BODY,
        504: f"The contract has it for a stream that did not begin in time. {SCRIPTED}",
    },
)
_LIST_TURN_EVENTS = OperationFacts(
    tag="Events",
    summary="Read the log of a finished turn",
    description="All events in order but `turn.created` and `turn.done`; messages are whole. The log of a cancelled or "
    "failed turn can be read as well; a message that was cut short is not in it.",
    rules=("V1-LOG-1", "V1-LOG-2", "V1-LOG-3", "V1-LOG-4", "V1-LOG-5", "V1-MSG-2", *_PAGES),
    parameters=("OldestFirst", "EventLimit", "PageToken"),
    answer="A page of stored events.",
    bodies=(Body("TurnEventListResponse", ("AnEventPage",)),),
    errors={
        **COMMON,
        **PAGE,
        **NO_TURN,
        409: "The turn is still running and has no log yet, unless the server gives a snapshot.",
        **STORE_GONE,
    },
    links=next_page("list_turn_events", OF_TURN),
)
_LIST_SESSION_EVENTS = OperationFacts(
    tag="Events",
    summary="Read the log of a session",
    description="The events of the latest turn, or of the one that is asked for, and of those it goes on from; the "
    "newest first, each with its turn. Every turn has its `turn.created` and `turn.done` here; messages are whole. A "
    "turn that still runs is left out: subscribe to it.",
    rules=("V1-SEV-1", "V1-SEV-2", "V1-SEV-3", "V1-SEV-4", "V1-MSG-2", *_PAGES),
    parameters=("LastTurnId", "SessionEventLimit", "PageToken"),
    answer="A page of stored events.",
    bodies=(Body("SessionEventListResponse", ("ASessionEventPage",)),),
    errors={
        **COMMON,
        400: "`limit` or `page_token` is wrong, or the token is not of this list (V1-PAG-3).",
        404: "There is no such session, or `last_turn_id` names no turn of it.",
        **STORE_GONE,
    },
    links=next_page("list_session_events", OF_SESSION) | turn_links(OF_TURN_OF_FIRST_EVENT) | talk_links(OF_SESSION),
)
_DOWNLOAD = OperationFacts(
    tag="Files",
    summary="Download a file of a sandbox",
    description="What an agent left in its sandbox, as bytes. The sandbox is named by `sandbox.created`, the file by "
    "what the agent says.",
    rules=("V1-SBX-2", "V1-SBX-3"),
    parameters=("FilePath",),
    answer="The file.",
    bodies=(Body("SandboxFile", ("AFile",), "application/octet-stream"),),
    errors={
        **COMMON,
        400: "`path` is missing or does not begin with a slash.",
        404: "There is no such sandbox, or no such file in it.",
        410: "The sandbox was stopped when its turn was cancelled; the next turn starts it again.",
        412: "No turn has started the sandbox yet.",
        413: f"The contract has it for a file that is too large. {SCRIPTED}",
        502: f"The contract has it for a sandbox that does not answer. {SCRIPTED}",
    },
)

FACTS: dict[str, OperationFacts] = {
    "create_turn": _CREATE_TURN,
    "list_turns": _LIST_TURNS,
    "get_turn": _GET_TURN,
    "subscribe_turn": _SUBSCRIBE,
    "list_turn_events": _LIST_TURN_EVENTS,
    "list_session_events": _LIST_SESSION_EVENTS,
    "download_sandbox_file": _DOWNLOAD,
}
"""By operation id."""
