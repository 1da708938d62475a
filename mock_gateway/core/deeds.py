"""What was done to a session from outside, in order: enough to make it again.

Owns: one record per deed, and how far the running turn had come when it was done. Everything else that a session is
follows from its seed, its scenario and these. Must not know: how deeds are written down (`control/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from mock_gateway.core.state import Turn

NOTHING_RUNS = -1


class Began(Struct, eq=False):
    """A turn was created. played, here and below: what `progress` was before."""

    played: int
    turn: Turn


class Cancelled(Struct, eq=False):
    """The running turn was asked to stop at a session time; delay: seconds until that takes effect."""

    played: int
    at: float
    delay: float


class Closed(Struct, eq=False):
    """The session was cancelled for good."""

    played: int


class Decided(Struct, eq=False):
    """A person allowed or refused a server."""

    played: int
    server: str
    allow: bool


class Pushed(Struct, eq=False):
    """An event was put into the running turn at a session time. event: as it was written."""

    played: int
    at: float
    event: Mapping[str, object]


Deed = Began | Cancelled | Closed | Decided | Pushed


def progress(turn: Turn | None) -> int:
    """How far a turn has been played; it grows with everything that is. No turn: `NOTHING_RUNS`."""
    if turn is None:
        return NOTHING_RUNS
    return 2 * (turn.ticks - len(turn.tasks)) + turn.stopping
