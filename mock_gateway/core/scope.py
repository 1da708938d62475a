"""What templates see: the scope of a thread, and putting values into data.

Owns: the names of section "template names" of the scenario reference, and `resolve`, which replaces every expression
in a piece of data by its value.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.core.commands import UserMessage
from mock_gateway.core.script import NOTHING, File, Incoming, Value
from mock_gateway.core.state import OpenCall, Thread, Turn, json_compact


def resolve(value: Value, scope: Mapping[str, object]) -> object:
    """The value with every expression in it evaluated. Raises `ScriptError` for an unknown name."""
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: resolve(item, scope) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, scope) for item in value]
    evaluate = getattr(value, "evaluate", None)
    return value if evaluate is None else evaluate(scope)


def resolve_text(value: Value, scope: Mapping[str, object]) -> str:
    """The value as text: a string as it is, data as JSON."""
    if isinstance(value, str):
        return value
    result = resolve(value, scope)
    return result if isinstance(result, str) else json_compact(result)


def is_static(value: Value) -> bool:
    """Whether a value holds no expression."""
    if isinstance(value, Mapping):
        return all(is_static(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(is_static(item) for item in value)
    return not hasattr(value, "evaluate")


def files_of(turn: Turn) -> tuple[File, ...]:
    """The files that came with a turn."""
    messages = [item for item in turn.items or () if isinstance(item, UserMessage)]
    return tuple(File(file.name, file.mime, file.size) for message in messages for file in message.files)


def turn_scope(turn: Turn) -> dict[str, object]:
    """The names that every thread of a turn sees."""
    session = turn.session
    chain = list(turn.chain())
    return {
        "input": {
            "text": turn.text(),
            "files": [{"name": file.name, "mime": file.mime, "size": file.size} for file in files_of(turn)],
        },
        "turn": {"n": turn.depth},
        "session": {"id": session.id, "title": session.title, "created_by": session.created_by},
        "state": turn.values,
        "params": session.agent.params,
        "history": [{"text": past.text(), "reply": past.reply()} for past in reversed(chain[1:])],
        "match": NOTHING,
    }


def thread_scope(turn: Turn, thread: Thread) -> dict[str, object]:
    """The names that one thread sees now."""
    return {**turn_scope(turn), **thread.bound}


def incoming_of(turn: Turn, *, kind: str, visit: int = 1) -> Incoming:
    """What rules look at."""
    return Incoming(
        kind="resume" if kind == "resume" else "message",
        text=turn.text(),
        files=files_of(turn),
        turn=turn.depth,
        visit=visit,
        state=turn.values,
    )


def incoming_of_call(turn: Turn, call: OpenCall) -> Incoming:
    """What the branch conditions of an answered call look at."""
    decision = "" if call.allowed is None else "allow" if call.allowed else "deny"
    return Incoming(
        kind="answers",
        text=turn.text(),
        turn=turn.depth,
        state=turn.values,
        tool=call.name,
        decision=decision,
        reason=call.reason or "",
        answer=call.answer or "",
    )
