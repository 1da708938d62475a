"""Sessions, drafts, turns, and the bodies of requests and answers of the published contract.

Owns: the objects that an operation takes and gives. What they are made of: inputs in `models_input.py`, agents in
`models_spec.py`, events and states in `models_events.py`, strings in `models_base.py`.
Must not know: paths and statuses; those are in `operations.py` and the OpenAPI document.
A starting server imports none of this (pydantic is slow to load).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from mock_gateway.wire.model_base import Name, WireModel
from mock_gateway.wire.v1.models_base import SessionId, Subject, Timestamp, TurnId
from mock_gateway.wire.v1.models_events import (
    SessionEvent,
    TurnCancelledState,
    TurnDoneState,
    TurnErrorState,
    TurnEvent,
    TurnRunningState,
)
from mock_gateway.wire.v1.models_input import TurnInput
from mock_gateway.wire.v1.models_spec import AgentSpec

PAGE_SIZE_MAX = 100


class CreateSession(WireModel):
    """Asks for a session with a saved agent (V1-SES-1)."""

    agent_name: Name
    """The saved agent to talk to."""


class CancelSession(WireModel):
    """Says nothing: the path says what to cancel. The body may also be left out."""


class CreateTurn(WireModel):
    """Asks for the next turn of a session. Null is the same as absent in each field (V1-TRN-3)."""

    input: TurnInput | None = None
    """What to say or to answer. Absent, null and empty are the same."""
    previous_turn_id: Name | None = None
    """The turn to go on from: an id, `auto` (also when absent) for the latest, or `none` to begin anew (V1-TRN-6)."""
    stream: bool | None = None
    """False returns the turn at once instead of its events (V1-TRN-1, V1-TRN-2). Absent is true."""


class SubscribeTurn(WireModel):
    """Asks for the stream of a turn. Null is the same as absent (V1-TRN-3). The body may be left out."""

    after_sequence_number: Annotated[int, Field(ge=0)] | None = None
    """The `id` of the last frame that was read; the stream begins after it (V1-STR-6). Absent or 0: at the first."""


class CreateDraft(WireModel):
    """Asks for a session with an agent that is not saved yet (V1-DRA-1)."""

    agent_spec: AgentSpec
    agent_name: str | None = None
    """A saved agent that the draft belongs to; its scenario plays the draft. Null or empty is none."""


class UpdateDraft(WireModel):
    """Changes a draft's agent, or only marks the draft as used (V1-DRA-5)."""

    agent_spec: AgentSpec | None = None
    """The new agent, whole. Absent or null leaves it as it is."""


class Session(WireModel):
    """A conversation with a saved agent (V1-SES-2)."""

    type: Literal["session"]
    id: SessionId
    agent_name: Name
    """The saved agent."""
    title: str | None = None
    """The beginning of what the user said first; null before that (V1-SES-8)."""
    created_by_subject: Subject
    created_at: Timestamp
    updated_at: Timestamp


class DraftSession(WireModel):
    """A conversation with an agent that is not saved yet. Its turns are made and read like those of a session."""

    type: Literal["session/draft"]
    id: SessionId
    agent_spec: AgentSpec
    agent_name: str | None = None
    """A saved agent that the draft belongs to."""
    title: str | None = None
    """The beginning of what the user said first; null before that (V1-SES-8)."""
    created_by_subject: Subject
    created_at: Timestamp
    updated_at: Timestamp


AnySession = TypeAliasType(
    "AnySession",
    Annotated[
        Session | DraftSession,
        Field(discriminator="type", description="A session with a saved agent, or a draft."),
    ],
)
TurnState = TypeAliasType(
    "TurnState",
    Annotated[
        TurnRunningState | TurnDoneState | TurnCancelledState | TurnErrorState,
        Field(
            discriminator="status",
            description="Where a turn is. It leaves `running` once and never changes again (V1-TRN-11).",
        ),
    ],
)


class Turn(WireModel):
    """One exchange with the agent: an input, and what came of it (V1-TRN-4)."""

    id: TurnId
    session_id: SessionId
    previous_turn_id: TurnId | None = None
    """The turn this one goes on from; null for a first one."""
    input: TurnInput | None = None
    """The input as it was sent; absent when there was none (V1-TRN-5)."""
    state: TurnState
    created_by_subject: Subject
    created_at: Timestamp


class SessionEventItem(WireModel):
    """An event of a session, and the turn that it is of."""

    turn_id: TurnId
    event: SessionEvent


class Pagination(WireModel):
    """Where the neighbouring pages of a list are (V1-PAG-1, V1-PAG-5)."""

    limit: Annotated[int, Field(ge=1, le=PAGE_SIZE_MAX)]
    """The page size that was used."""
    next_page_token: str | None = None
    """Send it as `page_token` for the page after this one; absent, null or empty on the last page."""
    previous_page_token: str | None = None
    """Where a server can go back. The mock does not say it."""


class SessionResponse(WireModel):
    """Carries one session."""

    data: Session


class SessionListResponse(WireModel):
    """Carries a page of sessions."""

    data: list[Session]
    pagination: Pagination


class DraftResponse(WireModel):
    """Carries one draft."""

    data: DraftSession


class DraftListResponse(WireModel):
    """Carries a page of drafts."""

    data: list[DraftSession]
    pagination: Pagination


class AnySessionListResponse(WireModel):
    """Carries a page of sessions and drafts."""

    data: list[AnySession]
    pagination: Pagination


class TurnResponse(WireModel):
    """Carries one turn."""

    data: Turn


class TurnListResponse(WireModel):
    """Carries a page of turns, newest first along the chain that ends with the latest."""

    data: list[Turn]
    pagination: Pagination


class TurnEventListResponse(WireModel):
    """Carries a page of what is stored of a turn (V1-LOG-1)."""

    data: list[TurnEvent]
    pagination: Pagination


class SessionEventListResponse(WireModel):
    """Carries a page of what is stored of a chain of turns, newest first."""

    data: list[SessionEventItem]
    pagination: Pagination


class CancelResponse(WireModel):
    """Says nothing: the wish was taken (V1-CAN-1)."""


class Error(WireModel):
    """What went wrong (V1-ERR-1)."""

    message: Name
    """What, where and what was allowed, for a person."""
    type: str | None = None
    """The kind of error, one per status: see the responses."""
    code: str | None = None
    """A short word for programs, in snake_case, or null."""
    param: str | None = None
    """The field or query parameter at fault, or null."""


class ErrorResponse(WireModel):
    """The body of every answer that is not a success. A client finds its typed error by this shape only."""

    error: Error
