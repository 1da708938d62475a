"""Worlds: isolated sets of sessions, one per base path (NET-1).

Owns: sessions by id and by agent, newest last; numbers, so that every world gives the same ids for the same requests.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from mock_gateway.core.state import Session

Entry = tuple[float, int, Session]


class World:
    """The sessions under one prefix.

    numbers: sessions made so far. attempts: create_session requests per agent, refused ones included.
    """

    __slots__ = ("_by_agent", "attempts", "numbers", "prefix", "sessions")

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.sessions: dict[str, Session] = {}
        self.numbers = 0
        self.attempts: dict[str, int] = {}
        self._by_agent: dict[str, list[Entry]] = {}

    def add(self, session: Session) -> None:
        """Take in a session."""
        self.sessions[session.id] = session
        insort(self._by_agent.setdefault(session.agent.name, []), (session.created_at, session.number, session))

    def newest_first(self, agent: str, before: tuple[float, int] | None) -> Iterator[Session]:
        """Sessions of an agent, newest first, older than `before` (created_at, number)."""
        entries = self._by_agent.get(agent, [])
        end = len(entries) if before is None else bisect_left(entries, before, key=lambda entry: entry[:2])
        for index in range(end - 1, -1, -1):
            yield entries[index][2]
