"""The lifecycles of session, turn, thread and tool call, as tables.

Owns: which state follows which, on what. A missing cell is an error; a terminal state has an empty row.
`move` is the only way to change a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from mock_gateway.core.errors import LifecycleError


class SessionState(StrEnum):
    """OPEN takes turns; CANCELLED does not (reading `cancel: session`)."""

    OPEN = "open"
    CANCELLED = "cancelled"


class TurnState(StrEnum):
    """TRN-2."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    ERROR = "error"


class ThreadState(StrEnum):
    """What a thread is doing.

    READY: about to take its next step. WAITING: for a time. SPEAKING: a message is being delivered. CALLING: tools run.
    JOINING: its sub-agents run. PAUSED: the user has to answer. UNAUTHORISED: MCP servers have to be authorised.
    HELD: until cancelled. ENDED: over.
    """

    READY = "ready"
    WAITING = "waiting"
    SPEAKING = "speaking"
    CALLING = "calling"
    JOINING = "joining"
    PAUSED = "paused"
    UNAUTHORISED = "unauthorised"
    HELD = "held"
    ENDED = "ended"


class CallState(StrEnum):
    """OPEN: the model made it. PENDING: the user has to answer. DECIDED: the user did. CLOSED: it has its result."""

    OPEN = "open"
    PENDING = "pending"
    DECIDED = "decided"
    CLOSED = "closed"


class Happening(StrEnum):
    """What moves a lifecycle on."""

    CANCEL = "cancel"
    FINISH = "finish"
    FAIL = "fail"
    WAIT = "wait"
    SPEAK = "speak"
    CALL = "call"
    SPAWN = "spawn"
    PAUSE = "pause"
    LOCK = "lock"
    HOLD = "hold"
    GO_ON = "go_on"
    DECIDE = "decide"


H, S, T, R, C = Happening, SessionState, TurnState, ThreadState, CallState

SESSION: Mapping[SessionState, Mapping[Happening, SessionState]] = {
    S.OPEN: {H.CANCEL: S.CANCELLED},
    S.CANCELLED: {H.CANCEL: S.CANCELLED},  # SES-6: idempotent
}
TURN: Mapping[TurnState, Mapping[Happening, TurnState]] = {
    T.RUNNING: {H.FINISH: T.DONE, H.CANCEL: T.CANCELLED, H.FAIL: T.ERROR},
    T.DONE: {},
    T.CANCELLED: {},
    T.ERROR: {},
}
THREAD: Mapping[ThreadState, Mapping[Happening, ThreadState]] = {
    R.READY: {
        H.WAIT: R.WAITING,
        H.SPEAK: R.SPEAKING,
        H.LOCK: R.UNAUTHORISED,
        H.HOLD: R.HELD,
        H.GO_ON: R.READY,
        H.FINISH: R.ENDED,
        H.FAIL: R.ENDED,
        H.CANCEL: R.ENDED,
    },
    R.WAITING: {H.GO_ON: R.READY, H.CANCEL: R.ENDED, H.FAIL: R.ENDED},
    R.SPEAKING: {
        H.CALL: R.CALLING,
        H.PAUSE: R.PAUSED,
        H.HOLD: R.HELD,
        H.GO_ON: R.READY,
        H.CANCEL: R.ENDED,
        H.FAIL: R.ENDED,
    },
    R.CALLING: {H.SPAWN: R.JOINING, H.GO_ON: R.READY, H.CANCEL: R.ENDED, H.FAIL: R.ENDED},
    R.JOINING: {H.GO_ON: R.READY, H.CANCEL: R.ENDED, H.FAIL: R.ENDED},
    R.PAUSED: {H.CALL: R.CALLING, H.CANCEL: R.ENDED, H.FAIL: R.ENDED},
    R.UNAUTHORISED: {H.GO_ON: R.READY, H.LOCK: R.UNAUTHORISED, H.CANCEL: R.ENDED, H.FAIL: R.ENDED},
    R.HELD: {H.CANCEL: R.ENDED, H.FAIL: R.ENDED},
    R.ENDED: {},
}
CALL: Mapping[CallState, Mapping[Happening, CallState]] = {
    C.OPEN: {H.PAUSE: C.PENDING, H.FINISH: C.CLOSED},
    C.PENDING: {H.DECIDE: C.DECIDED},
    C.DECIDED: {H.FINISH: C.CLOSED},
    C.CLOSED: {},
}

State = TypeVar("State", bound=StrEnum)


def move(table: Mapping[State, Mapping[Happening, State]], state: State, happening: Happening) -> State:
    """The state that follows. Raises `LifecycleError` when the table has no such cell."""
    try:
        return table[state][happening]
    except KeyError:
        allowed = ", ".join(table[state]) or "nothing: it is final"
        raise LifecycleError(f"{happening} does not apply to {state}; allowed: {allowed}") from None
