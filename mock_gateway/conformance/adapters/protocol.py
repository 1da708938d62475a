"""The adapter protocol, version 1: one JSON object a line, a request and its reply by `id`.

Owns: operations, arguments, results, capabilities, kinds of errors, all as tables; the documentation, the self-test and
the checks of replies follow from them. Must not know: how lines travel (`process.py`, `http.py`), any dialect.

    -> {"v":1,"id":1,"op":"hello"}
    <- {"id":1,"ok":true,"result":{"name":"my-client","dialects":["beta"],"capabilities":["approval"]}}
    <- {"id":4,"event":1,"type":"turn.created"}          as it is delivered, if the adapter can
    <- {"id":4,"ok":false,"error":{"kind":"http","status":429},"result":{what was seen until then}}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from mock_gateway.conformance.observation import REQUIRED, BadObservation, read_error, read_observation

VERSION = 1

ERROR_KINDS: Mapping[str, str] = {
    "http": "the gateway answered with an error status; `status` has it",
    "protocol": "an answer broke the contract",
    "transport": "no whole answer: refused, reset, ended early",
    "timeout": "nothing came in time",
    "client": "anything else that the client raised",
    "unsupported": "the client or its adapter cannot do this",
}

CAPABILITIES: Mapping[str, str] = {
    "resume": "goes on by itself after a dropped stream",
    "subscribe": "follows a turn from a cursor",
    "background": "starts a turn without following it",
    "turn": "asks for the state of a turn",
    "events": "lists the stored events of a turn",
    "turns": "lists the turns of a session",
    "sessions": "lists sessions, and finds one again",
    "approval": "answers tool approvals",
    "response": "answers tool calls that run on the client",
    "auth": "goes on after a person has authorised MCP servers",
    "cancel": "cancels what runs",
    "retry": "repeats a refused call by itself, where that is safe",
    "parallel": "follows several turns at once",
    "live": "writes an event line for each event as it is delivered",
}
"""What an adapter may declare. What every adapter has to do needs no capability."""


class Field(Struct, frozen=True):
    """An argument or a part of a result. kind: a name of `KINDS`."""

    kind: str
    says: str
    required: bool = False


class Op(Struct, frozen=True):
    """One operation. capability: empty when every adapter has it; `a|b` when a case says which of the two it needs.

    observes: its result is an observation.
    """

    says: str
    args: Mapping[str, Field] = {}
    result: Mapping[str, Field] = {}
    capability: str = ""
    observes: bool = False


_SESSION = {"session_id": Field("text", "the session", required=True)}
_TURN = {**_SESSION, "turn_id": Field("text", "the turn", required=True)}
_STOP = {"stop_after": Field("count", "leave the stream after so many events")}
_LIMIT = {"limit": Field("count", "items a page")}
_READ = {**_STOP, "cancel_after": Field("count", "cancel the turn after so many events, and go on reading")}
_INPUT = {
    "input": Field("list", "what the contract calls input: user.message items; absent when there is none"),
    "previous_turn_id": Field("text", "the turn to chain to; absent leaves it to the client"),
}

OPS: Mapping[str, Op] = {
    "hello": Op(
        "Say who you are.",
        result={
            "name": Field("text", "the client", required=True),
            "version": Field("text", "its version"),
            "dialects": Field("texts", "contracts that it speaks: beta, v1", required=True),
            "capabilities": Field("texts", "what else it can do", required=True),
        },
    ),
    "open": Op(
        "Make a client; what there was before is closed.",
        {
            "base_url": Field("text", "of the gateway, with a base path", required=True),
            "api_key": Field("text", "the bearer key", required=True),
            "dialect": Field("text", "one that was declared", required=True),
            "options": Field("object", "read_timeout_ms, max_retries; those that the client has"),
        },
    ),
    "create_session": Op(
        "Make a session.",
        {"agent": Field("text", "name of the agent", required=True)},
        {"session_id": Field("text", "its id", required=True)},
    ),
    "run_turn": Op("Start a turn and read its stream to the end.", {**_SESSION, **_INPUT, **_READ}, observes=True),
    "run_turns": Op(
        "Start several turns and read them at the same time.",
        {"turns": Field("list", "arguments of run_turn", required=True)},
        {"turns": Field("list", "an observation each, in the same order", required=True)},
        capability="parallel",
    ),
    "start_turn": Op(
        "Start a turn without a stream.",
        {**_SESSION, **_INPUT},
        {"turn_id": Field("text", "its id", required=True), "status": Field("text", "its status")},
        capability="background",
    ),
    "answer": Op(
        "Answer what the last turn asked for, and read the next turn's stream to the end.",
        {**_SESSION, "answers": Field("answers", "one for each call that waits", required=True), **_READ},
        capability="approval|response",
        observes=True,
    ),
    "resume_mcp": Op(
        "Go on after the authorisation of MCP servers: a turn without input.",
        {**_SESSION, **_READ},
        capability="auth",
        observes=True,
    ),
    "subscribe": Op(
        "Follow a turn that there is already.",
        {**_TURN, "after": Field("count", "the cursor; absent is the beginning"), **_READ},
        capability="subscribe",
        observes=True,
    ),
    "get_turn": Op("Ask for the state of a turn.", _TURN, capability="turn", observes=True),
    "wait_turn": Op("Ask for the state of a turn until it has ended.", _TURN, capability="turn", observes=True),
    "list_events": Op(
        "Read all stored events of a turn.",
        {**_TURN, **_LIMIT},
        capability="events",
        observes=True,
    ),
    "list_turns": Op(
        "List all turns of a session.",
        {**_SESSION, **_LIMIT},
        {"turn_ids": Field("texts", "in the order of the list", required=True)},
        capability="turns",
    ),
    "list_sessions": Op(
        "List all sessions of an agent.",
        {"agent": Field("text", "name of the agent", required=True), **_LIMIT},
        {"session_ids": Field("texts", "in the order of the list", required=True)},
        capability="sessions",
    ),
    "get_session": Op(
        "Find a session again.",
        _SESSION,
        {"session_id": Field("text", "its id", required=True)},
        capability="sessions",
    ),
    "cancel": Op(
        "Cancel what runs in a session.",
        {**_SESSION, "turn_id": Field("text", "the turn, for contracts that cancel one")},
        capability="cancel",
    ),
    "reset": Op("Close the client and forget everything."),
    "quit": Op("End."),
}
"""The operations by name."""

ANSWER: Mapping[str, Field] = {
    "kind": Field("text", "approval or response", required=True),
    "thread": Field("text", "id of the thread, as it was reported", required=True),
    "id": Field("text", "id of the tool call, as it was reported", required=True),
    "decision": Field("text", "allow or deny, of an approval"),
    "reason": Field("text", "why it is denied"),
    "content": Field("text", "the result, of a response"),
}
"""One item of `answers`."""

KINDS: Mapping[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "count": lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    "texts": lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "answers": lambda value: isinstance(value, list) and all(isinstance(one, dict) for one in value),
}
IN_WORDS = {"count": "a whole number from 0", "texts": "a list of texts", "answers": "a list of objects"}


def wrong_arguments(op: str, args: Mapping[str, object]) -> list[str]:
    """What is wrong with the arguments of an operation; empty when nothing is."""
    return [*_strange(f"{op}: argument", OPS[op].args, args), *_wrong(op, OPS[op].args, args)]


def wrong_result(op: str, result: object) -> list[str]:
    """What is wrong with the result of an operation; empty when nothing is. More than was asked for is fine."""
    if op not in OPS:
        return []
    if OPS[op].observes:
        return _wrong_observation(op, result)
    if not isinstance(result, dict):
        return [] if result is None and not OPS[op].result else [f"{op}: result is an object, not {_named(result)}"]
    found = list(_wrong(f"{op}: result", OPS[op].result, result))
    if op == "run_turns" and not found:
        found = [wrong for one in result["turns"] for wrong in _wrong_observation(op, one)]
    if op == "hello":
        found += _strange("hello: capability", CAPABILITIES, dict.fromkeys(result.get("capabilities") or ()))
    return found


def wrong_error(error: object) -> list[str]:
    """What is wrong with the error of a reply."""
    try:
        kind = read_error(error).kind
    except BadObservation as bad:
        return [str(bad)]
    return [] if kind in ERROR_KINDS else [f"error.kind is {kind!r}; known are {', '.join(ERROR_KINDS)}"]


def _wrong_observation(op: str, result: object) -> list[str]:
    try:
        seen = read_observation(result)
    except BadObservation as bad:
        return [f"{op}: {bad}"]
    missing = [name for name in REQUIRED if getattr(seen, name) is None and seen.error is None]
    return [f"{op}: result.{name} is missing" for name in missing]


def _wrong(where: str, fields: Mapping[str, Field], given: Mapping[str, object]) -> Iterator[str]:
    for name, field in fields.items():
        if given.get(name) is None:
            if field.required:
                yield f"{where}.{name} is missing: {field.says}"
        elif not KINDS[field.kind](given[name]):
            yield f"{where}.{name} is {_named(given[name])}; expected {IN_WORDS.get(field.kind, field.kind)}"


def _strange(what: str, known: Mapping[str, object], given: Mapping[str, object]) -> list[str]:
    return [f"{what} {name!r} is not known; there are: {', '.join(known)}" for name in given if name not in known]


def _named(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
