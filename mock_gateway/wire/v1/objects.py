"""Sessions, drafts, turns and pages of the published contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from mock_gateway.core.state import Session, Turn, json_bytes
from mock_gateway.wire.projection import Renderer, view_of
from mock_gateway.wire.times import iso_time
from mock_gateway.wire.v1.events import state, stored
from mock_gateway.wire.v1.inputs import shown
from mock_gateway.wire.v1.messages import Json
from mock_gateway.wire.v1.subjects import subject

TITLE = 50
"""Characters of the first user text that make a title."""


def session_object(session: Session) -> Json:
    """Session or DraftSession."""
    draft = session.draft
    if draft is None:
        kind: Json = {"type": "session", "id": session.id, "agent_name": session.agent.name}
    else:
        kind = {
            "type": "session/draft",
            "id": session.id,
            "agent_spec": draft.spec,
            "agent_name": draft.agent_name,
        }
    common = {
        "title": title_of(session),
        "created_by_subject": subject(session.created_by),
        "created_at": iso_time(session.created_at),
        "updated_at": iso_time(session.updated_at),
    }
    return kind | common


def title_of(session: Session) -> str | None:
    """The title it was given, or the beginning of what the user said first."""
    if session.title is not None or not session.turns:
        return session.title
    return session.turns[0].text().strip()[:TITLE] or None


def turn_object(turn: Turn, renderer: Renderer) -> Json:
    """Turn."""
    result: Json = {
        "id": turn.id,
        "session_id": turn.session.id,
        "previous_turn_id": turn.previous.id if turn.previous is not None else None,
    }
    if turn.items:
        result["input"] = [shown(item) for item in turn.items]
    rest = {
        "state": state(turn, view_of(turn, renderer)),
        "created_by_subject": subject(turn.created_by),
        "created_at": iso_time(turn.created_at),
    }
    return result | rest


def history(turns: Iterable[Turn], skip: int, renderer: Renderer) -> Iterator[tuple[Turn, int, Json]]:
    """The events of turns, newest first: the turn, how many of its events came up to here, the event.

    skip: events of the first turn to leave out.
    """
    for turn in turns:
        events = stored(turn, view_of(turn, renderer))
        for count, event in islice(enumerate(reversed(events), 1), skip, None):
            yield turn, count, event
        skip = 0


def page(items: list[Json], limit: int, token: str | None) -> bytes:
    """A page of anything; the token is left out on the last one."""
    pagination: Json = {"limit": limit} if token is None else {"limit": limit, "next_page_token": token}
    return json_bytes({"data": items, "pagination": pagination})
