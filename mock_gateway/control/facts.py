"""What happened in a turn, as JSON: one entry per fact, with the sequence ids that each dialect gave it.

Owns: the entry of every kind of fact, and of a turn. Must not know: frames; the dialects only say how many a fact is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mock_gateway.core.events import (
    ApprovalRequired,
    Deltas,
    Fact,
    McpAuthRequired,
    McpInitialized,
    MessageStarted,
    ResponseRequired,
    SandboxCreated,
    ThreadCreated,
    ThreadDone,
    ToolResponded,
    TurnCreated,
    TurnDone,
)
from mock_gateway.core.lifecycle import ThreadState
from mock_gateway.core.pieces import PieceKind
from mock_gateway.core.rules import rule_of
from mock_gateway.core.state import MAIN, OpenCall, Thread, Turn
from mock_gateway.wire.dialect import Dialect
from mock_gateway.wire.projection import view_of
from mock_gateway.wire.times import iso_time

Json = dict[str, Any]


def seconds(time: float) -> float:
    """Seconds without the noise of floating point."""
    return round(time, 6)


def calls_json(calls: Sequence[OpenCall]) -> list[Json]:
    """Tool calls by id and name."""
    return [{"id": call.id, "tool": call.name} for call in calls]


def _deltas(fact: Deltas) -> Json:
    pieces = fact.message.pieces[fact.first : fact.stop]
    text = "".join([piece.text for piece in pieces if piece.kind is PieceKind.TEXT])
    fields: Json = {"thread_id": fact.message.thread_id, "pieces": len(pieces), "text": text}
    if fact.stop == len(fact.message.pieces):
        fields |= {"finish_reason": fact.message.finish_reason, "calls": calls_json(fact.message.calls)}
    return fields


def _paused(fact: ApprovalRequired | ResponseRequired) -> Json:
    return {"thread_id": fact.thread_id, "calls": calls_json(fact.calls)}


def _thread_created(fact: ThreadCreated) -> Json:
    parent = fact.thread.parent
    return {
        "thread_id": fact.thread.id,
        "name": fact.thread.name,
        "parent": parent.id if parent else None,
    }


def _initialized(fact: McpInitialized) -> Json:
    return {"thread_id": fact.thread_id, "servers": [name for name, _ in fact.servers]}


Show = Callable[[Any], Json]
SHOWN: Mapping[type, tuple[str, Show]] = {
    TurnCreated: ("turn.created", lambda _fact: {}),
    MessageStarted: ("message.started", lambda fact: {"thread_id": fact.message.thread_id}),
    Deltas: ("model.message", _deltas),
    ToolResponded: (
        "tool.response",
        lambda fact: {"thread_id": fact.thread_id, "call_id": fact.call_id, "content": fact.content},
    ),
    ApprovalRequired: ("tool.approval_required", _paused),
    ResponseRequired: ("tool.response_required", _paused),
    ThreadCreated: ("thread.created", _thread_created),
    ThreadDone: ("thread.done", lambda fact: {"thread_id": fact.thread.id, "error": fact.error}),
    McpInitialized: ("mcp.initialize", _initialized),
    McpAuthRequired: ("mcp.auth_required", lambda fact: {"servers": [name for name, _, _ in fact.servers]}),
    SandboxCreated: ("sandbox.created", lambda fact: {"sandbox_id": fact.sandbox_id}),
    TurnDone: ("turn.done", lambda _fact: {}),
}
"""By kind of fact: its type, and what there is to tell of it."""


def facts_json(turn: Turn, dialects: Sequence[Dialect], first: int = 0) -> list[Json]:
    """The facts of a turn from the `first`-th on.

    `at`: seconds since the turn began. `sequence_ids`: by dialect, of the first and the last frame; a dialect that
    does not show the fact is not there.
    """
    facts, last = turn.log.facts[first:], {}
    for dialect in dialects:
        view = view_of(turn, dialect)
        view.sync()
        last[dialect.name] = view.last - sum(dialect.weigh(fact) for fact in facts)
    entries = []
    for fact in facts:
        kind, show = SHOWN[type(fact)]
        head: Json = {"type": kind, "at": seconds(fact.at - turn.created_at), "turn_id": turn.id}
        entries.append(head | show(fact) | {"sequence_ids": _numbered(fact, dialects, last)})
    return entries


def _numbered(fact: Fact, dialects: Sequence[Dialect], last: dict[str, int]) -> dict[str, list[int]]:
    numbers = {}
    for dialect in dialects:
        frames = dialect.weigh(fact)
        if frames:
            numbers[dialect.name] = [last[dialect.name] + 1, last[dialect.name] + frames]
            last[dialect.name] += frames
    return numbers


def turn_json(turn: Turn) -> Json:
    """A turn in short: its state and what it waits for."""
    return {
        "id": turn.id,
        "number": turn.number,
        "previous_turn_id": turn.previous.id if turn.previous else None,
        "state": turn.state.value,
        "reason": turn.error or turn.cancel_reason,
        "created_at": iso_time(turn.created_at),
        "completed_at": None if turn.completed_at is None else iso_time(turn.completed_at),
        "seconds": None if turn.completed_at is None else seconds(turn.completed_at - turn.created_at),
        "rule": _rule(turn),
        "waits_for": waits_for(turn),
    }


def _rule(turn: Turn) -> str | None:
    rule = rule_of(turn)
    return None if rule is None else str(rule.position or rule.name)


def waits_for(turn: Turn) -> str | None:
    """What a turn cannot go on without; None when it goes on by itself, or has ended for good."""
    if turn.is_running:
        held = any(thread.state is ThreadState.HELD for thread in turn.threads)
        return "a cancel, or its timeout" if held and not turn.tasks else None
    if not turn.rest:
        return None
    pending = [call.name for thread in turn.rest for call in thread.pending()]
    return f"answers to {', '.join(pending)}" if pending else "the authorisation of its MCP servers"


def threads_json(turn: Turn) -> list[Json]:
    """The threads of a turn: the main one, those that it began with, those that it started."""
    before = turn.previous.rest if turn.previous and turn.rule is None else ()
    found: dict[str, Json] = {MAIN: _thread(MAIN, MAIN, None)}
    for thread in before:
        found[thread.id] = _thread(thread.id, thread.name, thread.parent)
    for fact in turn.log.facts:
        if isinstance(fact, ThreadCreated):
            made = {"created": seconds(fact.at - turn.created_at)}
            found[fact.thread.id] = _thread(fact.thread.id, fact.thread.name, fact.thread.parent) | made
        elif isinstance(fact, ThreadDone) and fact.thread.id in found:
            found[fact.thread.id] |= {"ended": seconds(fact.at - turn.created_at), "error": fact.error}
    for thread in (*turn.threads, *turn.rest):
        found[thread.id]["state"] = thread.state.value
    return list(found.values())


def _thread(thread_id: str, name: str, parent: Thread | None) -> Json:
    return {
        "id": thread_id,
        "name": name,
        "parent": parent.id if parent else None,
        "state": ThreadState.ENDED.value,
        "created": None,
        "ended": None,
        "error": None,
    }
