"""The published contract as a dialect: what `truefoundry-gateway-sdk` 0.1.0 to 0.4.2 speaks."""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.core.errors import Refusal
from mock_gateway.core.events import Fact
from mock_gateway.core.state import Session, Turn, json_bytes
from mock_gateway.wire import tokens
from mock_gateway.wire.asks import Ask, ListEvents, ListSessionEvents, ListSessions, ListTurns, Trail
from mock_gateway.wire.dialect import Show
from mock_gateway.wire.projection import Projection, view_of
from mock_gateway.wire.v1 import events, objects
from mock_gateway.wire.v1.errors import error_body, status_of
from mock_gateway.wire.v1.messages import Json
from mock_gateway.wire.v1.operations import BASES, OPERATIONS
from mock_gateway.wire.v1.parse import parse_table
from mock_gateway.wire.v1.readings import Readings
from mock_gateway.wire.words import Words


class V1:
    """See `wire.dialect.Dialect`. readings: how the open points of the contract are read."""

    name = "v1"
    operations = OPERATIONS
    bases: tuple[str, ...] = BASES
    words = Words(status="state.status")

    def __init__(self, readings: Readings | None = None) -> None:
        self.readings = readings or Readings()
        self.parse = parse_table(self.readings)
        self.shows: Mapping[type[Ask], Show] = {ListSessionEvents: self.session_events}

    def weigh(self, fact: Fact) -> int:
        """How many frames a fact is."""
        return events.weigh(fact)

    def frames(self, turn: Turn, view: Projection, fact: Fact, number: int, skip: int, limit: int) -> list[bytes]:
        """The frames of a fact."""
        return events.frames(turn, view, fact, number, skip, limit)

    def session(self, session: Session) -> bytes:
        """`{data: Session}` or `{data: DraftSession}`."""
        return json_bytes({"data": objects.session_object(session)})

    def turn(self, turn: Turn) -> bytes:
        """`{data: Turn}`."""
        return json_bytes({"data": objects.turn_object(turn, self)})

    def sessions(self, ask: ListSessions, page: list[Session], *, more: bool) -> bytes:
        """A page of sessions, drafts or both."""
        token = tokens.encode(ask.listing, [page[-1].created_at, page[-1].number]) if more else None
        return objects.page([objects.session_object(session) for session in page], ask.limit, token)

    def turns(self, ask: ListTurns, page: list[Turn], *, more: bool) -> bytes:
        """A page of turns, newest first along the chain of the last one."""
        token = tokens.encode(ask.listing, [page[-1].number]) if more else None
        return objects.page([objects.turn_object(turn, self) for turn in page], ask.limit, token)

    def events(self, ask: ListEvents, turn: Turn) -> bytes:
        """A page of a turn's content events."""
        listing = f"v1 events {turn.id} {ask.newest_first}"
        position = tokens.decode(listing, ask.token)
        items = events.content(turn, view_of(turn, self))
        if ask.newest_first:
            items.reverse()  # a copy already
        start = int(position[0]) if position else 0
        end = start + ask.limit
        token = tokens.encode(listing, [end]) if end < len(items) else None
        return objects.page(items[start:end], ask.limit, token)

    def session_events(self, ask: ListSessionEvents, trail: Trail) -> bytes:
        """A page of `{turn_id, event}`, newest first, through the turns of a chain."""
        items: list[Json] = []
        position: list[float] = []
        for turn, count, event in objects.history(trail.turns, trail.skip, self):
            if len(items) == ask.limit:
                return objects.page(items, ask.limit, tokens.encode(ask.listing, position))
            items.append({"turn_id": turn.id, "event": event})
            position = [turn.number, count]
        return objects.page(items, ask.limit, None)

    def refusal(self, refusal: Refusal, operation: str = "") -> tuple[int, bytes]:
        """Status and body of a refusal of an operation."""
        status = status_of(refusal, operation, self.readings.unfit)
        return status, error_body(status, refusal.message, refusal.reason.value, refusal.param)

    def error(self, status: int, message: str, code: str | None = None) -> bytes:
        """The body of an error of the server itself."""
        return error_body(status, message, code)
