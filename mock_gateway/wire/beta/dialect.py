"""The documented contract as a dialect."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mock_gateway.core.errors import Refusal
from mock_gateway.core.events import Fact
from mock_gateway.core.state import Session, Turn, json_bytes
from mock_gateway.wire import tokens
from mock_gateway.wire.asks import Ask, ListEvents, ListSessions, ListTurns
from mock_gateway.wire.beta import render
from mock_gateway.wire.beta.errors import error_body, status_of
from mock_gateway.wire.beta.operations import OPERATIONS
from mock_gateway.wire.beta.parse import PARSE
from mock_gateway.wire.dialect import Show
from mock_gateway.wire.projection import Projection, view_of
from mock_gateway.wire.words import Words


class Beta:
    """See `wire.dialect.Dialect`."""

    name = "beta"
    operations = OPERATIONS
    parse = PARSE
    bases: tuple[str, ...] = ()
    words = Words(number="sequence_id")
    shows: Mapping[type[Ask], Show] = MappingProxyType({})

    def weigh(self, fact: Fact) -> int:
        """How many frames a fact is."""
        return render.weigh(fact)

    def frames(self, turn: Turn, view: Projection, fact: Fact, number: int, skip: int, limit: int) -> list[bytes]:
        """The frames of a fact."""
        return render.frames(turn, view, fact, number, skip, limit)

    def session(self, session: Session) -> bytes:
        """`{data: Session}`."""
        return json_bytes({"data": render.session_object(session)})

    def turn(self, turn: Turn) -> bytes:
        """`{data: Turn}`."""
        return json_bytes({"data": render.turn_object(turn, view_of(turn, self))})

    def sessions(self, ask: ListSessions, page: list[Session], *, more: bool) -> bytes:
        """A page of sessions (SES-3)."""
        token = tokens.encode(ask.listing, [page[-1].created_at, page[-1].number]) if more else None
        return _page([render.session_object(session) for session in page], ask.limit, token)

    def turns(self, ask: ListTurns, page: list[Turn], *, more: bool) -> bytes:
        """A page of turns (TRN-6)."""
        token = tokens.encode(ask.listing, [page[-1].number]) if more else None
        return _page([render.turn_object(turn, view_of(turn, self)) for turn in page], ask.limit, token)

    def events(self, ask: ListEvents, turn: Turn) -> bytes:
        """A page of stored events (LOG-1)."""
        listing = f"events {turn.id} {ask.newest_first}"
        position = tokens.decode(listing, ask.token)
        items = render.stored(turn, view_of(turn, self))
        if ask.newest_first:
            items = items[::-1]
        start = int(position[0]) if position else 0
        page = items[start : start + ask.limit]
        end = start + len(page)
        token = tokens.encode(listing, [end]) if end < len(items) else None
        return _page(page, ask.limit, token)

    def refusal(self, refusal: Refusal, operation: str = "") -> tuple[int, bytes]:  # noqa: ARG002
        """NET-4."""
        status = status_of(refusal)
        return status, error_body(status, refusal.message, refusal.reason.value, refusal.param)

    def error(self, status: int, message: str, code: str | None = None) -> bytes:
        """NET-4."""
        return error_body(status, message, code)


def _page(items: list[render.Json], limit: int, token: str | None) -> bytes:
    pagination = {"limit": limit, "next_page_token": token, "previous_page_token": None}
    return json_bytes({"data": items, "pagination": pagination})
