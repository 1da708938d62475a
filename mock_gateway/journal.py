"""What went over the wire: one entry per request, one per turn that ended. Bounded; the oldest goes first.

Owns: the entries and who listens. No key and no body is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple


class RequestEntry(NamedTuple):
    """One answered request. at: wall time; took: seconds until the answer was complete, a stream's
    last byte included; notes: remarks on it (NET-5)."""

    at: float
    method: str
    path: str
    status: int
    took: float
    subject: str
    notes: Sequence[str]
    message: str


class TurnEntry(NamedTuple):
    """One turn that ended. took: session seconds; rule: what was played; where: its place in the scenario."""

    at: float
    session_id: str
    turn_id: str
    agent: str
    state: str
    took: float
    rule: str
    detail: str


Entry = RequestEntry | TurnEntry


class Journal:
    """The last entries, and listeners that are told of each new one."""

    def __init__(self, size: int) -> None:
        self.entries: deque[Entry] = deque(maxlen=size)
        self.listeners: list[Callable[[Entry], None]] = []

    def add(self, entry: Entry) -> None:
        """Keep an entry and tell the listeners."""
        self.entries.append(entry)
        for tell in self.listeners:
            tell(entry)
