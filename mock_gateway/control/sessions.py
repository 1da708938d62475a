"""The sessions of a world, and the timeline of one of them.

Owns: what a session looks like from outside the contracts. Must not know: who asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from mock_gateway.control.clocks import clock_json
from mock_gateway.control.errors import unknown
from mock_gateway.control.facts import Json, facts_json, threads_json, turn_json
from mock_gateway.core.state import Session, Turn
from mock_gateway.gateway import Gateway
from mock_gateway.wire.dialect import Dialect
from mock_gateway.wire.times import iso_time
from mock_gateway.worlds import World


def find_session(world: World, session_id: str) -> Session:
    """A session of a world. Raises `ControlError`."""
    session = world.sessions.get(session_id)
    if session is None:
        hint = "the client has to create one first" if not world.sessions else ""
        raise unknown("session", session_id, world.sessions, field="session_id", hint=hint)
    return session


def delete_session(gateway: Gateway, world: World, session_id: str) -> None:
    """Let a session go: nothing of its turns happens any more, and their streams end. Raises `ControlError`."""
    session = find_session(world, session_id)
    gateway.runtime.forget(session.turns)
    world.discard(session)


def session_json(gateway: Gateway, session: Session) -> Json:
    """A session in short."""
    return {
        "id": session.id,
        "number": session.number,
        "agent_name": session.agent.name,
        "kind": "saved" if session.draft is None else "draft",
        "title": session.title,
        "created_by": session.created_by,
        "created_at": iso_time(session.created_at),
        "updated_at": iso_time(session.updated_at),
        "state": session.state.value,
        "turns": len(session.turns),
        "running": session.running.id if session.running else None,
        "clock": clock_json(gateway, session),
    }


def timeline_json(gateway: Gateway, session: Session, dialects: Sequence[Dialect]) -> Json:
    """Everything that happened in a session, turn by turn."""
    return session_json(gateway, session) | {"turns": [_turn(turn, dialects) for turn in session.turns]}


def _turn(turn: Turn, dialects: Sequence[Dialect]) -> Json:
    facts = facts_json(turn, dialects)
    return turn_json(turn) | {
        "input": turn.text() or None,
        "threads": threads_json(turn),
        "pauses": [fact for fact in facts if fact["type"] in PAUSES],
        "facts": facts,
    }


PAUSES = ("tool.approval_required", "tool.response_required", "mcp.auth_required")
