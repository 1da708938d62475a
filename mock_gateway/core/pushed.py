"""Events that somebody puts into a running turn by hand.

Owns: the names that such an event can use for threads and calls, and ending the threads that it began. The threads of
the script stay the script's. Must not know: whether an event makes sense (`control/pushing.py` asks the lint).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from mock_gateway.core.deeds import Pushed, progress
from mock_gateway.core.events import ThreadDone, ToolResponded
from mock_gateway.core.lifecycle import CALL, THREAD, CallState, Happening, ThreadState, move
from mock_gateway.core.listed import EMIT
from mock_gateway.core.script import ListedEvent
from mock_gateway.core.state import OpenCall, Playing, Thread, Turn


def threads_by_label(turn: Turn) -> dict[str, Thread]:
    """The threads of a running turn by what an event may call them: the label of a pushed one, a name that only one
    has, an id."""
    names = Counter(thread.name for thread in turn.threads)
    labels = {thread.name: thread for thread in turn.threads if names[thread.name] == 1}
    labels |= {thread.id: thread for thread in turn.threads}
    return labels | (turn.pushed.threads if turn.pushed is not None else {})


def push_event(turn: Turn, event: ListedEvent, at: float, written: Mapping[str, object]) -> None:
    """Put an event into a running turn at a session time. written: what it was made from.

    Raises `ScriptError` when a template cannot be evaluated; then nothing has changed.
    """
    played = progress(turn)
    pushed = turn.pushed or Playing()
    playing = Playing(threads=threads_by_label(turn), calls=pushed.calls)
    EMIT[event.kind](turn, playing, event, at)
    if event.kind == "thread_created":
        pushed.threads[event.thread] = playing.threads[event.thread]
    turn.pushed = pushed
    turn.session.deeds.append(Pushed(played, at, written))
    turn.log.wake()


def close_pushed(turn: Turn, at: float, parent: Thread | None = None) -> None:
    """End the threads that were pushed (THR-2): all of them, or those below a thread that ends."""
    assert turn.pushed is not None
    for thread in reversed(turn.pushed.threads.values()):
        if thread.state is not ThreadState.ENDED and (parent is None or _is_below(thread, parent)):
            _end(turn, thread, at)


def _end(turn: Turn, thread: Thread, at: float) -> None:
    """End a thread; its call gets a response before, as the scenario's sub-agents do it.

    Where the parent waits for somebody it can get none: then the thread ends with an error.
    """
    parent, call = thread.parent, _open_call(turn, thread)
    assert parent is not None
    waits = parent.state in (ThreadState.PAUSED, ThreadState.UNAUTHORISED)
    if call is not None and not waits:
        call.state = move(CALL, call.state, Happening.FINISH)
        turn.log.facts.append(ToolResponded(at, call.thread_id, call.id, ""))
    thread.state = move(THREAD, thread.state, Happening.FINISH)
    error = "the turn ended" if call is not None and waits else None
    turn.log.facts.append(ThreadDone(at, thread, output=thread.last_message, error=error))


def _open_call(turn: Turn, thread: Thread) -> OpenCall | None:
    """The call that started a pushed thread, if it has no response yet."""
    assert turn.pushed is not None and thread.parent_call is not None
    calls = (call for call in turn.pushed.calls.values() if call.id == thread.parent_call.id)
    return next((call for call in calls if call.state is not CallState.CLOSED), None)


def _is_below(thread: Thread, parent: Thread) -> bool:
    above = thread.parent
    while above is not None and above is not parent:
        above = above.parent
    return above is parent
