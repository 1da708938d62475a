"""The four states of a turn (TRN-2, TRN-3).

Owns: the state classes and the reading of a state.
Must not know: how a turn gets from one to another; the gateway owns that.
Next: `endpoints.py`, whose turn record carries one.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import Field

from mock_gateway.client.errors import ProtocolError
from mock_gateway.client.events import TurnDone, TurnOutput
from mock_gateway.client.model import WireModel, read_model


class TurnRunningState(WireModel):
    """The agent works; there is no output yet."""

    status: Literal["running"] = "running"


class TurnDoneState(WireModel):
    """The agent finished or paused; `output` is its messages and pause events in order."""

    status: Literal["done"] = "done"
    output: TurnOutput = Field(default_factory=list)


class TurnCancelledState(WireModel):
    """The turn was stopped: `client-cancelled` or `server-execution-timeout`."""

    status: Literal["cancelled"] = "cancelled"
    cancellation_reason: str


class TurnErrorState(WireModel):
    """The turn failed; `error` is text for a person."""

    status: Literal["error"] = "error"
    error: str


TurnState: TypeAlias = TurnRunningState | TurnDoneState | TurnCancelledState | TurnErrorState

_BY_STATUS: dict[object, type[TurnState]] = {
    "running": TurnRunningState,
    "done": TurnDoneState,
    "cancelled": TurnCancelledState,
    "error": TurnErrorState,
}


def read_state(value: Any) -> TurnState:
    """Make the state of a turn record. Raises ProtocolError for an unknown status or a missing field."""
    status = value.get("status") if isinstance(value, dict) else None
    model = _BY_STATUS.get(status) if isinstance(status, str) else None
    if model is None:
        raise ProtocolError(f"a turn's state has status {status!r}; known are {', '.join(map(str, _BY_STATUS))}")
    return read_model(model, value, f"turn state {status}")


def done_event(state: TurnState, sequence_id: int) -> TurnDone:
    """Make the `turn.done` that a terminal state stands for (EVT-2), for a reader who missed it."""
    match state:
        case TurnDoneState():
            return TurnDone(sequence_id=sequence_id, status="done", output=state.output)
        case TurnCancelledState():
            reason = state.cancellation_reason
            return TurnDone(sequence_id=sequence_id, status="cancelled", cancellation_reason=reason)
        case TurnErrorState():
            return TurnDone(sequence_id=sequence_id, status="error", message=state.error)
        case TurnRunningState():
            raise ValueError("a running turn has no turn.done")
