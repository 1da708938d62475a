"""Sessions, turns, and the bodies of requests and answers (sections 2 to 4, NET-4, PAG).

Owns: the objects that an operation takes and gives. What they are made of: inputs in
`models_input.py`, events in `models_events.py`, strings in `models_base.py`.
Must not know: paths and statuses; those are in `operations.py` and the OpenAPI document.
A starting server imports none of this (pydantic is slow to load).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from mock_gateway.wire.beta.models_base import SessionId, Timestamp, TurnId
from mock_gateway.wire.beta.models_events import CancellationReason, TurnEvent, TurnOutputEvent
from mock_gateway.wire.beta.models_input import TurnInput
from mock_gateway.wire.model_base import Name, WireModel

PAGE_SIZE_MAX = 1000


class CreateSession(WireModel):
    """Asks for a session with a saved agent (API-1, SES-1)."""

    agent_name: Name
    """The saved agent to talk to."""
    title: str | None = None
    """What a person calls the session. Null is the same as absent."""


class CreateTurn(WireModel):
    """Asks for the next turn of a session (API-5). Null is the same as absent in each field."""

    input: TurnInput | None = None
    """What to say or to answer. Absent or empty after `mcp.auth_required` (INP-5)."""
    previous_turn_id: Name | None = None
    """The turn to go on from: an id, or `auto` (also when absent) for the latest (TRN-4)."""
    stream: bool | None = None
    """False returns the turn at once instead of its events (TRN-9). Absent is true."""


class Session(WireModel):
    """A conversation with a saved agent (SES-2)."""

    id: SessionId
    agent_name: Name
    """The saved agent."""
    title: str | None
    """What a person calls the session, or null."""
    created_by: Name
    """The subject that the key belongs to."""
    created_at: Timestamp
    updated_at: Timestamp


class TurnRunningState(WireModel):
    """The agent is at work."""

    status: Literal["running"]


class TurnDoneState(WireModel):
    """The agent finished, or pauses for an answer."""

    status: Literal["done"]
    output: list[TurnOutputEvent]
    """The messages and pause events of the turn, in order."""


class TurnCancelledState(WireModel):
    """The turn was stopped from outside."""

    status: Literal["cancelled"]
    cancellation_reason: CancellationReason


class TurnErrorState(WireModel):
    """The turn failed."""

    status: Literal["error"]
    error: Name
    """What went wrong, for a person."""


TurnState = TypeAliasType(
    "TurnState",
    Annotated[
        TurnRunningState | TurnDoneState | TurnCancelledState | TurnErrorState,
        Field(
            discriminator="status",
            description="Where a turn is. It leaves `running` once and never changes again (TRN-2, TRN-3).",
        ),
    ],
)


class Turn(WireModel):
    """One exchange with the agent: an input, and what came of it (TRN-1)."""

    id: TurnId
    session_id: SessionId
    previous_turn_id: TurnId | None
    """The turn this one goes on from; null for the first of a session (TRN-4)."""
    created_by: Name
    """The subject that asked for the turn."""
    created_at: Timestamp
    input: TurnInput | None
    """The input as it was sent, or null."""
    state: TurnState


class Pagination(WireModel):
    """Where the neighbouring pages of a list are (PAG-1)."""

    limit: Annotated[int, Field(ge=1, le=PAGE_SIZE_MAX)]
    """The page size that was used."""
    next_page_token: str | None = None
    """Send it as `page_token` for the page after this one; absent, null or empty on the last page."""
    previous_page_token: str | None = None
    """Send it as `page_token` for the page before this one; absent, null or empty on the first page."""


class SessionResponse(WireModel):
    """Carries one session (API-1, API-3)."""

    data: Session


class SessionListResponse(WireModel):
    """Carries a page of sessions, newest first (API-2, SES-3)."""

    data: list[Session]
    pagination: Pagination


class TurnResponse(WireModel):
    """Carries one turn (API-5, API-7)."""

    data: Turn


class TurnListResponse(WireModel):
    """Carries a page of turns (API-6, TRN-6)."""

    data: list[Turn]
    pagination: Pagination


class TurnEventListResponse(WireModel):
    """Carries a page of stored events (API-9, LOG-1)."""

    data: list[TurnEvent]
    pagination: Pagination


class CancelResponse(WireModel):
    """Says nothing: the wish was taken (API-4, API-10, CAN-1)."""


class Error(WireModel):
    """What went wrong (NET-4)."""

    message: Name
    """What, where and what was allowed, for a person."""
    type: str | None = None
    """The kind of error, one per status: see the responses."""
    code: str | None = None
    """A short word for programs, in snake_case, or null."""
    param: str | None = None
    """The field or query parameter at fault, or null."""


class ErrorResponse(WireModel):
    """The body of every answer that is not a success (NET-4)."""

    error: Error
