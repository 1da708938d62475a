"""The journal of a world, in the hands of a test.

Owns: what a test asks of it. Must not know: what an entry is (`journal/entries.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_gateway.journal import Entry, Exchange, TurnEntry
from mock_gateway.journal.frames import FrameNote, frames_of
from mock_gateway.journal.queries import query
from mock_gateway.journal.shapes import entries_json
from mock_gateway.testing.served import Served

Json = dict[str, object]


class Records:
    """What went over the wire in one world. prefix: of the world."""

    def __init__(self, served: Served, prefix: str) -> None:
        self._served = served
        self._prefix = prefix

    def entries(self, **wanted: Any) -> Sequence[Entry]:
        """Requests and turns that ended, oldest first. wanted: filters, as `operation="create_turn"`, `status="4xx"`,
        `session=`, `turn=`, `method=`, `path=` (a pattern), `kind=`, `agent=`, `after=` (an entry's id), `limit=`."""
        return self._served.call(lambda: query(self._served.gateway.journal, world=self._prefix, **wanted))

    def exchanges(self, **wanted: Any) -> list[Exchange]:
        """The requests, each with all that was sent back. wanted: as in `entries`."""
        return [entry for entry in self.entries(kind="exchange", **wanted) if isinstance(entry, Exchange)]

    def turns(self, **wanted: Any) -> list[TurnEntry]:
        """The turns that ended, each with its `story`. wanted: as in `entries`."""
        return [entry for entry in self.entries(kind="turn", **wanted) if isinstance(entry, TurnEntry)]

    def frames(self, exchange: Exchange) -> list[FrameNote]:
        """What a stream sent, frame by frame."""
        return self._served.call(frames_of, exchange)

    def json(self, **wanted: Any) -> list[Json]:
        """The entries as JSON, as docs/journal.md describes them. wanted: as in `entries`."""
        found = self.entries(**wanted)
        return self._served.call(entries_json, found)

    def clear(self) -> None:
        """Forget what is there."""
        self._served.call(self._served.gateway.journal.clear, self._prefix)
