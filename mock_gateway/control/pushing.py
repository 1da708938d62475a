"""An event that somebody puts into a running turn.

Owns: whether it makes sense there: the lint's rules for lists of events, told of what has happened in the turn; and
what is the script's own business. Must not know: how it is played (`core/pushed.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from mock_gateway.control.errors import Cause, ControlError
from mock_gateway.control.facts import Json, facts_json, turn_json
from mock_gateway.core.engine import advance
from mock_gateway.core.errors import ScriptError
from mock_gateway.core.lifecycle import CallState, ThreadState
from mock_gateway.core.pushed import push_event, threads_by_label
from mock_gateway.core.script import ListedEvent, ToolCall
from mock_gateway.core.state import Session, Thread, Turn
from mock_gateway.gateway import Gateway
from mock_gateway.scenario.errors import ScenarioErrors
from mock_gateway.scenario.lint_events import Story, StoryCall, StoryThread, follow
from mock_gateway.scenario.single import read_event
from mock_gateway.wire.dialect import Dialect

WAITING = {
    ThreadState.PAUSED: "an answer of the user",
    ThreadState.UNAUTHORISED: "the authorisation of its servers",
}
"""Threads in which nothing happens, by what they wait for."""


def push(gateway: Gateway, session: Session, event: Mapping[str, object], dialects: Sequence[Dialect]) -> Json:
    """Put an event into the running turn of a session, now. Raises `ControlError`; then nothing has changed."""
    turn = _running(gateway, session)
    before = len(turn.log.facts)
    # Turns are played a little ahead of the wall clock; nothing happens before what happened already.
    put(turn, event, max(gateway.now(session), turn.log.facts[-1].at))
    return {"happened": facts_json(turn, dialects, before), "turn": turn_json(turn)}


def put(turn: Turn, event: Mapping[str, object], at: float) -> None:
    """Put an event into a running turn at a session time. Raises `ControlError`; then nothing has changed."""
    listed = _read(event, turn)
    _check(turn, listed)
    try:
        push_event(turn, listed, at, json.loads(json.dumps(event)))
    except ScriptError as error:
        raise ControlError(Cause.INVALID, str(error), field="event") from error


def _running(gateway: Gateway, session: Session) -> Turn:
    turn = session.running
    if turn is not None and session.clock.paused is None:
        advance(turn, gateway.now(session))  # what is due by now comes before it
        if not turn.is_running:
            gateway.runtime.on_end(turn)
    if turn is None or not turn.is_running:
        hint = "push while one does: hold it with `wait: cancel`, or pause the clock before it is created"
        raise ControlError(Cause.CONFLICT, f"no turn of session {session.id} is running", field="event", hint=hint)
    if turn.stopping:
        message = f"turn {turn.id} is being cancelled; it only waits for the tool that runs"
        raise ControlError(Cause.CONFLICT, message, field="event")
    return turn


def _read(event: Mapping[str, object], turn: Turn) -> ListedEvent:
    """The event, with its threads called as the story calls them."""
    try:
        listed = read_event(event, turn.session.agent)
    except ScenarioErrors as errors:
        raise ControlError(Cause.INVALID, str(errors), field="event") from errors
    labels = _labels(turn)
    known = {name: labels[thread.id] for name, thread in threads_by_label(turn).items()}
    thread = listed.thread if listed.kind == "thread_created" else known.get(listed.thread, listed.thread)
    return replace(listed, thread=thread, parent=known.get(listed.parent, listed.parent))


def _labels(turn: Turn) -> dict[str, str]:
    """What each thread is called in messages, by its id: the last name that it has, a label before a name."""
    labels = {thread.id: thread.id for thread in turn.threads}
    for name, thread in threads_by_label(turn).items():
        if name != thread.id or thread.is_main:
            labels[thread.id] = name
    return labels


def _check(turn: Turn, event: ListedEvent) -> None:
    wrong = list(_wrong(turn, event))
    if wrong:
        message, hints = "; ".join(message for message, _ in wrong), [hint for _, hint in wrong if hint]
        raise ControlError(Cause.CONFLICT, message, field="event", hint=hints[0] if hints else "")


def _wrong(turn: Turn, event: ListedEvent) -> Iterator[tuple[str, str]]:
    """Why an event makes no sense where the turn is now."""
    threads = threads_by_label(turn)
    yield from _SPECIAL.get(event.kind, _nothing_special)(turn, event)
    inside = threads.get(event.parent if event.kind == "thread_created" else event.thread)
    if inside is not None and inside.state in WAITING and event.kind != "sandbox_created":
        yield f"the thread `{event.thread}` waits for {WAITING[inside.state]}; nothing happens in it", ""
    speaks = threads.get(event.thread)
    if event.kind != "sandbox_created" and speaks is not None and speaks.message is not None:
        yield f"the thread `{event.thread}` is in the middle of a message", "let time pass to its end first"
    for _, message, hint in follow(_story(turn), event):
        yield message, hint


def _story(turn: Turn) -> Story:
    """The turn so far, as the lint tells it. Calls of the script are left out: it answers them itself."""
    labels = _labels(turn)
    made = {} if turn.pushed is None else turn.pushed.calls
    calls = {
        label: StoryCall(labels[call.thread_id], call.call, call.state is CallState.CLOSED, _started_by(turn, call.id))
        for label, call in made.items()
        if isinstance(call.call, ToolCall)
    }
    started = {call.id: label for label, call in made.items()}
    threads = {labels[thread.id]: _thread(thread, labels, started) for thread in turn.threads}
    return Story(calls, threads, sandboxes=1 if turn.session.sandbox_id is not None else 0)


def _thread(thread: Thread, labels: Mapping[str, str], calls: Mapping[str, str]) -> StoryThread:
    parent = labels[thread.parent.id] if thread.parent is not None else ""
    call = calls.get(thread.parent_call.id, "") if thread.parent_call is not None else ""
    return StoryThread(parent, call, thread.state is ThreadState.ENDED)


def _started_by(turn: Turn, call_id: str) -> str:
    """The label of the thread that a pushed call started; empty when it has not."""
    threads = {} if turn.pushed is None else turn.pushed.threads
    return next(
        (label for label, thread in threads.items() if thread.parent_call and thread.parent_call.id == call_id), ""
    )


# -- what is the script's ----------------------------------------------------------------------------------------------

Special = Callable[[Turn, ListedEvent], Iterator[tuple[str, str]]]


def _nothing_special(_turn: Turn, _event: ListedEvent) -> Iterator[tuple[str, str]]:
    yield from ()


def _response(turn: Turn, event: ListedEvent) -> Iterator[tuple[str, str]]:
    script = {call.id for thread in turn.threads for call in thread.calls}
    if event.call in script:
        yield f"the call `{event.call}` was made by the scenario, which answers it itself (TOO-1)", ""


def _thread_done(turn: Turn, event: ListedEvent) -> Iterator[tuple[str, str]]:
    thread = threads_by_label(turn).get(event.thread)
    pushed = {} if turn.pushed is None else turn.pushed.threads
    if thread is not None and not thread.is_main and thread not in pushed.values():
        yield f"the thread `{event.thread}` is the scenario's, which ends it itself (THR-2)", ""


_SPECIAL: Mapping[str, Special] = {
    "tool_response": _response,
    "thread_done": _thread_done,
}
