"""The journal: the last entries, and listeners that are told of each one that is complete.

Owns: numbers, the bounds, who listens, to requests that begin too (`starters`). The oldest entries go first, when there
are too many or they keep too much.
Must not know: what is in an entry (`entries.py`).
"""

from __future__ import annotations

import time
from array import array
from collections import deque
from collections.abc import Callable, Sequence

from mock_gateway.journal.entries import Exchange, Sent, TurnEntry
from mock_gateway.journal.redact import Header, Heads, redacted_query
from mock_gateway.wire.projection import Projection

Entry = Exchange | TurnEntry

MOST_BYTES = 16 * 1024 * 1024
"""Bytes of bodies that are kept."""


class Journal:
    """What has happened, bounded.

    size: entries. most_bytes: of the bodies in them. keeps_bytes: streams keep what they wrote; otherwise their frames
    are made again when they are asked for. epoch: wall time of `perf_counter` zero. began: wall seconds.
    """

    def __init__(self, size: int, most_bytes: int = MOST_BYTES) -> None:
        self.entries: deque[Entry] = deque()
        self.listeners: list[Callable[[Entry], None]] = []
        self.starters: list[Callable[[Exchange], None]] = []
        self.size = size
        self.most_bytes = most_bytes
        self.keeps_bytes = False
        self.epoch = time.time() - time.perf_counter()
        self.began = time.time()
        self.count = 0
        self.bytes = 0
        self._heads = Heads()

    # -- requests --------------------------------------------------------------------------------------------------

    def begin(self, method: str, raw_path: bytes, query_string: bytes, headers: Sequence[Header]) -> Exchange:
        """What is remembered of a request that has come; keys are left out here. It is in the journal from `open`, or
        from `close`."""
        return Exchange(
            time.perf_counter() + self.epoch,
            method,
            raw_path,
            redacted_query(query_string) if query_string else query_string,
            self._heads.keep(headers),
        )

    def open(self, exchange: Exchange, view: Projection | None, cursor: int) -> Sent:
        """A stream begins: it is in the journal while it is open. Gives what its writes are noted in."""
        raw: list[tuple[int, bytes]] | None = [] if self.keeps_bytes else None
        sent = exchange.sent = Sent(view, cursor, exchange.at - self.epoch, array("Q"), raw)
        self._put(exchange)
        return sent

    def close(self, exchange: Exchange) -> None:
        """A request has its answer, a stream has ended: tell the listeners."""
        exchange.took = time.perf_counter() + self.epoch - exchange.at
        exchange.is_complete = True
        if exchange.number == 0:
            self._put(exchange)
        elif exchange.charged >= 0:
            self.bytes -= exchange.charged
            self._charge(exchange)
        for tell in self.listeners:
            tell(exchange)

    # -- all entries -----------------------------------------------------------------------------------------------

    def add(self, entry: Entry) -> None:
        """Keep an entry that is complete and tell the listeners."""
        self._put(entry)
        for tell in self.listeners:
            tell(entry)

    def _put(self, entry: Entry) -> None:
        self.count += 1
        entry.number = self.count
        self.entries.append(entry)
        self._charge(entry)

    def _charge(self, entry: Entry) -> None:
        weight = entry.charged = entry.weight
        self.bytes += weight
        entries = self.entries
        while entries and (len(entries) > self.size or self.bytes > self.most_bytes):
            self._forget(entries.popleft())

    def _forget(self, entry: Entry) -> None:
        self.bytes -= entry.charged
        entry.charged = -1  # it may still be open, and is charged no more

    def find(self, entry_id: str) -> Entry | None:
        """An entry by its id."""
        return next((entry for entry in self.entries if entry.id == entry_id), None)

    def clear(self, world: str | None = None) -> None:
        """Forget everything, or everything of one world. Numbers go on."""
        kept = [] if world is None else [entry for entry in self.entries if entry.world != world]
        gone = [entry for entry in self.entries if world is None or entry.world == world]
        for entry in gone:
            self._forget(entry)
        self.entries = deque(kept)
