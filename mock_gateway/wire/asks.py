"""What a request asks for, in words that no dialect owns.

Owns: one class per use case. A dialect's parse table makes them from bytes; `gateway.py` performs them.
`notes` are remarks on the request (unknown fields, NET-5): tolerated, reported, refused only when strict.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mock_gateway.core.commands import Item


@dataclass(slots=True)
class Ask:
    """Any request that parsed."""

    notes: list[str] = field(default_factory=list, kw_only=True)


@dataclass(slots=True)
class CreateSession(Ask):
    """A new session for an agent."""

    agent_name: str
    title: str | None = None


@dataclass(slots=True)
class ListSessions(Ask):
    """Sessions of an agent, newest first. start, end: inclusive window on `created_at`, seconds since the epoch."""

    agent_name: str
    created_by: str | None = None
    start: float | None = None
    end: float | None = None
    limit: int = 100
    token: str | None = None


@dataclass(slots=True)
class GetSession(Ask):
    """One session."""

    session_id: str


@dataclass(slots=True)
class CancelSession(Ask):
    """Cancel what runs in a session."""

    session_id: str


@dataclass(slots=True)
class StartTurn(Ask):
    """A new turn. items: None when input is absent. stream: follow it in the answer."""

    session_id: str
    items: tuple[Item, ...] | None = None
    previous: str = "auto"
    stream: bool = True


@dataclass(slots=True)
class ListTurns(Ask):
    """Turns of a session."""

    session_id: str
    newest_first: bool = True
    limit: int = 100
    token: str | None = None


@dataclass(slots=True)
class GetTurn(Ask):
    """One turn."""

    session_id: str
    turn_id: str


@dataclass(slots=True)
class CancelTurn(Ask):
    """Cancel one turn."""

    session_id: str
    turn_id: str


@dataclass(slots=True)
class FollowTurn(Ask):
    """The live stream of a turn, after a sequence id."""

    session_id: str
    turn_id: str
    after: int = 0


@dataclass(slots=True)
class ListEvents(Ask):
    """The stored events of a turn."""

    session_id: str
    turn_id: str
    newest_first: bool = False
    limit: int = 100
    token: str | None = None
