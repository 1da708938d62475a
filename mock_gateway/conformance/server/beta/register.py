"""The register: every rule of the documented contract, and the check that judges it.

Owns: ids, one sentence for each rule in our words, whether a break is an error or a flaw, whether the rule is
documented or was chosen where the documentation is silent. A check has its rule's id as its name.
Must not know: how a check works (`checks/`).
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.conformance.server.beta.checks import (
    cancel,
    events,
    input,
    log,
    paging,
    readings,
    sessions,
    stream,
    transport,
    turns,
)
from mock_gateway.conformance.server.rule import Check, Rule, select_from

TEXTS: Mapping[str, str] = {
    "NET-1": "A path prefix before the endpoints is an isolated world with the same first sessions.",
    "NET-2": "Every call carries a bearer key; without one it is answered 401, and any key will do.",
    "NET-3": "Bodies are JSON in UTF-8 with snake_case names; times are UTC with milliseconds and Z.",
    "NET-4": "A refusal has the status of its kind and a body {error: {message, type, code, param}}.",
    "NET-5": "Request fields that the gateway does not know are tolerated.",
    "API-1": "POST /sessions answers 201 with the new session under data.",
    "API-2": "GET /sessions answers a page of sessions; limit is 100 unless it says 1 to 1000.",
    "API-3": "GET /sessions/{id} answers the session under data.",
    "API-4": "POST /sessions/{id}/cancel answers 200 with an empty object.",
    "API-5": "POST /sessions/{id}/turns answers a stream, or the turn when stream is false.",
    "API-6": "GET /sessions/{id}/turns answers a page of turns.",
    "API-7": "GET /sessions/{id}/turns/{id} answers the turn under data.",
    "API-8": "GET .../turns/{id}/stream answers the turn's stream after a cursor; a bad cursor is a 400.",
    "API-9": "GET .../turns/{id}/events answers a page of stored events.",
    "API-10": "POST .../turns/{id}/cancel answers 200 with an empty object.",
    "SES-1": "A session is made for a saved agent; an unknown name is a 404 that names those there are.",
    "SES-2": "A session shows id, agent_name, title or null, created_by, created_at and updated_at.",
    "SES-3": "Sessions are listed newest first, by agent, creator and an inclusive time window.",
    "SES-4": "A session lasts across turns with the agent that it began with.",
    "SES-5": "At most one turn of a session runs at any time.",
    "SES-6": "Cancelling a session is idempotent, also when nothing runs.",
    "TRN-1": "A turn shows id (UUIDv7), session, previous turn, creator, time, input as sent, and state.",
    "TRN-2": "A turn leaves running once, for done, cancelled or error, and never changes again.",
    "TRN-3": "done carries the output, cancelled the reason, error a text for a person.",
    "TRN-4": "A turn is chained to the latest one, or to the one that it names; an unknown one is a 404.",
    "TRN-5": "The chain goes through cancelled and failed turns, and the agent remembers them.",
    "TRN-6": "Turns are listed newest first, or oldest first with order=asc.",
    "TRN-7": "A turn ends by itself: when the agent is ready, at the iteration limit, at the timeout.",
    "TRN-8": "A client that hangs up does not stop the turn.",
    "TRN-9": "Without a stream the answer comes as soon as the turn exists, and it goes on by itself.",
    "INP-1": "User messages are not mixed with approvals or responses (400); those two may be mixed.",
    "INP-2": "A file's data URI parses, decodes and is not empty (400).",
    "INP-3": "Each pending call gets exactly one fitting answer; the refusal (422) names the calls.",
    "INP-4": "While calls are pending a user message is refused (422).",
    "INP-5": "After mcp.auth_required a turn has no input; anything else is refused (422).",
    "INP-6": "With nothing pending there has to be a user message (422).",
    "INP-7": "Files that are no images need an agent with a sandbox (422).",
    "INP-8": "A request that is refused changes nothing.",
    "STR-1": "Each frame is one JSON event; its id line is the sequence id, so Last-Event-ID works.",
    "STR-2": "A stream begins with turn.created, ends with turn.done, and is closed; no other end mark.",
    "STR-3": "A pause ends the agent's work; turn.done with status done follows.",
    "STR-4": "Long silence is bridged by comments, which carry no event.",
    "STR-5": "Following a running turn gives everything after the cursor, then what comes.",
    "STR-6": "Following a turn that does not run is refused with 409.",
    "STR-7": "Any number of readers get every event once and in order.",
    "SEQ-1": "Sequence ids are 1, 2, 3 and so on within the turn.",
    "SEQ-2": "Dropping and resuming, anywhere and any number of times, gives what one read gives.",
    "EVT-1": "turn.created has turn_id and created_at.",
    "EVT-2": "turn.done has the status and what the state has: output, reason or message.",
    "EVT-3": "A delta has content, chunks of calls, and finish_reason at the end only.",
    "EVT-4": "A stored message has whole calls and a finish_reason.",
    "EVT-5": "tool.response has tool_call_id and a content that is text.",
    "EVT-6": "tool.approval_required has the ids of the calls.",
    "EVT-7": "tool.response_required has the ids of the calls.",
    "EVT-8": "thread.created has its parent's thread and call, and the agent's name and input.",
    "EVT-9": "thread.done has a status, with it the output or a message, and its parent.",
    "EVT-10": "mcp.initialize has the servers with their session ids.",
    "EVT-11": "mcp.auth_required has servers with address and threads.",
    "EVT-12": "sandbox.created has sandbox_id.",
    "EVT-13": "Events that belong to a thread carry thread_id.",
    "MSG-1": "The deltas of a message, joined, are exactly the stored message.",
    "MSG-2": "Within a thread a message ends before anything else comes.",
    "MSG-3": "Arguments are valid JSON, and no chunk holds half of a character.",
    "THR-1": "main is never created and never done.",
    "THR-2": "A sub-agent's events lie between created and done, below a call; ids are unique.",
    "THR-3": "A failed sub-agent does not end the turn; one that waits lives on in the next turn.",
    "TOO-1": "Each tool.response answers one call made before, in its thread, once.",
    "TOO-2": "A call that waits for the user is named, not answered; then it is, or the agent is told.",
    "MCP-1": "All servers that need it are listed, with pages to open, and again until it was done.",
    "SBX-1": "The sandbox is created once per session.",
    "LOG-1": "The log of a finished turn has its events in order, without the first and last, messages whole.",
    "LOG-2": "Stored events keep their sequence ids; a message has that of its last delta.",
    "LOG-3": "The log of a cancelled or failed turn can be read.",
    "CAN-1": "After cancelling, turn.done says cancelled and client-cancelled, and the stream closes.",
    "CAN-2": "Cancelling aborts a message and waits for a tool that runs.",
    "CAN-3": "After a cancelled turn the conversation can go on, chained to it.",
    "CAN-4": "Cancelling a finished turn, or twice, is answered 200 and changes nothing.",
    "PAG-1": "The pages of a list have every item once, in order, at any limit.",
    "PAG-2": "A page token that is not of this list is a 400.",
    "reading:cancel": "A cancelled session goes on, or refuses turns with 409.",
    "reading:running_turn_events": "A running turn's events are refused with 409, or are those so far.",
    "reading:concurrent_turn": "A second turn is refused with 409, or the first is cancelled.",
}

CHOSEN = frozenset(
    [
        "NET-1",
        "NET-2",
        "NET-4",
        "NET-5",
        "API-1",
        "API-2",
        "API-3",
        "API-4",
        "API-5",
        "API-6",
        "API-7",
        "API-8",
        "API-9",
        "API-10",
        "TRN-8",
        "INP-6",
        "STR-1",
        "STR-4",
        "STR-6",
        "SEQ-1",
        "LOG-2",
        "PAG-2",
    ]
)
"""Rules on which the documentation is silent."""

FLAWS = frozenset(("STR-4", "LOG-2"))
"""Rules that a client can do without."""

CHECKS: tuple[Check, ...] = (
    transport.net_1,
    transport.net_2,
    transport.net_3,
    transport.net_4,
    transport.net_5,
    sessions.api_1,
    sessions.api_2,
    sessions.api_3,
    sessions.api_4,
    sessions.ses_1,
    sessions.ses_2,
    sessions.ses_3,
    sessions.ses_4,
    sessions.ses_5,
    sessions.ses_6,
    turns.api_5,
    turns.api_6,
    turns.api_7,
    turns.api_10,
    turns.trn_1,
    turns.trn_2,
    turns.trn_3,
    turns.trn_4,
    turns.trn_5,
    turns.trn_6,
    turns.trn_7,
    turns.trn_8,
    turns.trn_9,
    stream.api_8,
    stream.str_1,
    stream.str_2,
    stream.str_3,
    stream.str_4,
    stream.str_5,
    stream.str_6,
    stream.str_7,
    stream.seq_1,
    stream.seq_2,
    log.api_9,
    log.log_1,
    log.log_2,
    log.log_3,
    input.inp_1,
    input.inp_2,
    input.inp_3,
    input.inp_4,
    input.inp_5,
    input.inp_6,
    input.inp_7,
    input.inp_8,
    events.evt_1,
    events.evt_2,
    events.evt_3,
    events.evt_4,
    events.evt_5,
    events.evt_6,
    events.evt_7,
    events.evt_8,
    events.evt_9,
    events.evt_10,
    events.evt_11,
    events.evt_12,
    events.evt_13,
    events.msg_1,
    events.msg_2,
    events.msg_3,
    events.thr_1,
    events.thr_2,
    events.thr_3,
    events.too_1,
    events.too_2,
    events.mcp_1,
    events.sbx_1,
    cancel.can_1,
    cancel.can_2,
    cancel.can_3,
    cancel.can_4,
    paging.pag_1,
    paging.pag_2,
    readings.cancel,
    readings.running_turn_events,
    readings.concurrent_turn,
)


def _id(check: Check) -> str:
    name = str(getattr(check, "__name__", ""))
    if check in READINGS:
        return f"reading:{name}"
    return name.upper().replace("_", "-")


def _register() -> Mapping[str, Rule]:
    checks = {_id(check): check for check in CHECKS}
    assert checks.keys() == TEXTS.keys() and len(checks) == len(CHECKS), "each rule has one check"
    return {
        id: Rule(
            id,
            text,
            checks[id],
            "SHOULD" if id in FLAWS else "MUST",
            "chosen" if id in CHOSEN else "documented",
        )
        for id, text in TEXTS.items()
    }


READINGS = (readings.cancel, readings.running_turn_events, readings.concurrent_turn)
REGISTER = _register()


def select(patterns: str) -> list[Rule]:
    """The rules whose ids fit one of the patterns, separated by commas. Raises `LookupError` when none does."""
    return select_from(REGISTER, patterns)
