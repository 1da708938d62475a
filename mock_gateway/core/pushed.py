"""Events that somebody puts into a running turn by hand.

Owns: the names that such an event can use for threads and calls, and ending the threads that it began. The threads of
the script stay the script's. Must not know: whether an event makes sense (`control/pushing.py` asks the lint).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from mock_gateway.core.deeds import Pushed, progress
from mock_gateway.core.events import ThreadDone
from mock_gateway.core.lifecycle import THREAD, Happening, ThreadState, move
from mock_gateway.core.listed import EMIT
from mock_gateway.core.script import ListedEvent
from mock_gateway.core.state import Playing, Thread, Turn


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
            thread.state = move(THREAD, thread.state, Happening.FINISH)
            turn.log.facts.append(ThreadDone(at, thread, output=thread.last_message))


def _is_below(thread: Thread, parent: Thread) -> bool:
    above = thread.parent
    while above is not None and above is not parent:
        above = above.parent
    return above is parent
