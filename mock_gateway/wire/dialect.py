"""What a dialect is: tables and pure functions that translate. It never runs the show.

Owns: the interface between `http/` and the dialects. `DIALECTS` is the only place that selects one.
To look next: `wire/beta/dialect.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mock_gateway.core.errors import Refusal
from mock_gateway.core.state import Session, Turn
from mock_gateway.wire.asks import Ask, ListEvents, ListSessions, ListTurns
from mock_gateway.wire.operations import Operation
from mock_gateway.wire.projection import Renderer
from mock_gateway.wire.request import Request
from mock_gateway.wire.words import Words

Parse = Callable[[Request], Ask]
Show = Callable[[Any, Any], bytes]


class Dialect(Renderer, Protocol):
    """One contract on the wire."""

    operations: tuple[Operation, ...]
    parse: Mapping[str, Parse]
    """By operation name. Each raises `Refusal`."""
    bases: tuple[str, ...]
    """Paths below which no other dialect's endpoint is looked for."""
    words: Words
    """How it spells what every stream has."""
    shows: Mapping[type[Ask], Show]
    """Bodies for asks that only this dialect has, by (ask, answer)."""

    def session(self, session: Session) -> bytes:
        """The body that shows a session."""

    def turn(self, turn: Turn) -> bytes:
        """The body that shows a turn."""

    def sessions(self, ask: ListSessions, page: list[Session], *, more: bool) -> bytes:
        """The body that shows a page of sessions."""

    def turns(self, ask: ListTurns, page: list[Turn], *, more: bool) -> bytes:
        """The body that shows a page of turns."""

    def events(self, ask: ListEvents, turn: Turn) -> bytes:
        """The body that shows a page of a turn's stored events."""

    def refusal(self, refusal: Refusal, operation: str = "") -> tuple[int, bytes]:
        """Status and body of a refusal of an operation."""

    def error(self, status: int, message: str, code: str | None = None) -> bytes:
        """The body of an error of the server itself."""
