"""Explicit lists of events: the escape from scripting.

Owns: turning a listed event into facts. The lists were checked when the scenario loaded, so they keep the contract.
"""

from __future__ import annotations

from collections.abc import Callable

from mock_gateway.core.events import (
    Deltas,
    McpInitialized,
    MessageStarted,
    SandboxCreated,
    ThreadCreated,
    ThreadDone,
    ToolResponded,
)
from mock_gateway.core.ids import digest, uuid4
from mock_gateway.core.lifecycle import CALL, THREAD, Happening, move
from mock_gateway.core.messages import compose
from mock_gateway.core.pieces import message_pieces
from mock_gateway.core.scope import resolve, resolve_text, thread_scope
from mock_gateway.core.script import ListedEvent, Step, SubAgentCall
from mock_gateway.core.state import MAIN, Message, OpenCall, Playing, Thread, Turn, json_compact

Schedule = Callable[[Turn, Thread, float], None]


def play_events(turn: Turn, thread: Thread, events: tuple[ListedEvent, ...], at: float, schedule: Schedule) -> bool:
    """Play what is due. True when the thread has to be played again later (it was scheduled)."""
    if thread.listing is None:
        thread.listing = Playing(threads={MAIN: thread})
    playing = thread.listing
    while playing.next < len(events):
        event = events[playing.next]
        if event.after and not playing.waited:
            playing.waited = True
            thread.state = move(THREAD, thread.state, Happening.WAIT)
            schedule(turn, thread, at + event.after)
            return True
        EMIT[event.kind](turn, playing, event, at)
        playing.waited = False
        playing.next += 1
    thread.listing = None
    return False


def _message(turn: Turn, playing: Playing, event: ListedEvent, at: float) -> None:
    thread = playing.threads[event.thread]
    step = Step(say=event.say, calls=tuple(call for _, call in event.calls))
    message = compose(turn, thread, step, at)
    turn.log.facts.append(MessageStarted(at, message))
    turn.log.facts.append(Deltas(at, message, 0, len(message.pieces)))
    message.complete = True
    turn.messages.append(message)
    thread.last_message = message
    for (label, _), call in zip(event.calls, message.calls, strict=True):
        playing.calls[label] = call


def _tool_response(turn: Turn, playing: Playing, event: ListedEvent, at: float) -> None:
    call = playing.calls[event.call]
    call.result = resolve(event.content, thread_scope(turn, playing.threads[event.thread]))
    call.state = move(CALL, call.state, Happening.FINISH)
    content = call.result if isinstance(call.result, str) else json_compact(call.result)
    turn.log.facts.append(ToolResponded(at, call.thread_id, call.id, content))


def _thread_created(turn: Turn, playing: Playing, event: ListedEvent, at: float) -> None:
    session, parent, call = turn.session, playing.threads[event.parent], playing.calls[event.call]
    task = resolve(event.content, thread_scope(turn, parent))
    session.threads += 1
    thread = Thread(
        id=uuid4(session.seed, session.number, "thread", session.threads),
        name=event.name,
        frames=[],
        parent=parent,
        parent_call=OpenCall(
            call.id, SubAgentCall(event.name, task, ()), call.arguments, call.message, parent.id, call.state
        ),
        bound={"task": task},
    )
    turn.threads.append(thread)
    playing.threads[event.thread] = thread
    turn.log.facts.append(ThreadCreated(at, thread))


def _thread_done(turn: Turn, playing: Playing, event: ListedEvent, at: float) -> None:
    thread = playing.threads[event.thread]
    text = resolve_text(event.content if event.error is None else event.error, thread_scope(turn, thread))
    thread.state = move(THREAD, thread.state, Happening.FINISH)
    if event.error is not None:
        turn.log.facts.append(ThreadDone(at, thread, error=text))
        return
    output = thread.last_message
    if output is None or output.text() != text:
        output = Message(0, thread.id, at, message_pieces(texts=[text]), "stop")
    turn.log.facts.append(ThreadDone(at, thread, output=output))


def _mcp_initialize(turn: Turn, playing: Playing, event: ListedEvent, at: float) -> None:
    session = turn.session
    servers = tuple(
        (name, "mcp-" + digest(6, session.seed, session.number, "mcp", name).hex()) for name in event.servers
    )
    turn.log.facts.append(McpInitialized(at, playing.threads[event.thread].id, servers, servers))


def _sandbox_created(turn: Turn, _playing: Playing, event: ListedEvent, at: float) -> None:
    turn.session.sandbox_id = event.name
    turn.log.facts.append(SandboxCreated(at, event.name))


EMIT: dict[str, Callable[[Turn, Playing, ListedEvent, float], None]] = {
    "message": _message,
    "tool_response": _tool_response,
    "thread_created": _thread_created,
    "thread_done": _thread_done,
    "mcp_initialize": _mcp_initialize,
    "sandbox_created": _sandbox_created,
}
