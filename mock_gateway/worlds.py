"""Worlds: isolated sets of sessions, one per base path (NET-1).

Owns: sessions by id and by agent, newest last; numbers, so that every world gives the same ids for the same requests.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator

from mock_gateway.core.state import Session

Entry = tuple[float, int, Session]


class World:
    """The sessions under one prefix.

    numbers: sessions made so far. attempts: create_session requests per agent, refused ones included.
    """

    __slots__ = ("_all", "_by_agent", "_drafts", "attempts", "numbers", "prefix", "sessions")

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.sessions: dict[str, Session] = {}
        self.numbers = 0
        self.attempts: dict[str, int] = {}
        self._all: list[Entry] = []
        self._by_agent: dict[str, list[Entry]] = {}
        self._drafts: list[Entry] = []

    def add(self, session: Session) -> None:
        """Take in a session."""
        self.sessions[session.id] = session
        session.world = self.prefix
        entry = (session.created_at, session.number, session)
        shelf = self._drafts if session.draft is not None else self._by_agent.setdefault(session.agent.name, [])
        _shelve(shelf, entry)
        _shelve(self._all, entry)

    def listed(
        self,
        agent: str | None,
        kinds: frozenset[str],
        position: tuple[float, int] | None,
        *,
        newest_first: bool = True,
    ) -> Iterator[Session]:
        """Sessions of some kinds in order of creation, beyond `position` (created_at, number).

        agent: only those of an agent; a draft has the agent that it was made for, if any.
        """
        if kinds == {"draft"}:
            shelf = self._drafts
        elif kinds == {"saved"} and agent is not None:
            shelf = self._by_agent.get(agent, [])
        else:
            shelf = self._all
        for session in _walk(shelf, position, newest_first=newest_first):
            draft = session.draft
            if ("saved" if draft is None else "draft") in kinds:
                name = session.agent.name if draft is None else draft.agent_name
                if agent is None or name == agent:
                    yield session


def _shelve(shelf: list[Entry], entry: Entry) -> None:
    if not shelf or shelf[-1] < entry:  # as good as always; only seeded sessions come out of order
        shelf.append(entry)
    else:
        insort(shelf, entry)


def _walk(entries: list[Entry], position: tuple[float, int] | None, *, newest_first: bool) -> Iterator[Session]:
    if newest_first:
        end = len(entries) if position is None else bisect_left(entries, position, key=_place)
        for index in range(end - 1, -1, -1):
            yield entries[index][2]
    else:
        start = 0 if position is None else bisect_right(entries, position, key=_place)
        for index in range(start, len(entries)):
            yield entries[index][2]


def _place(entry: Entry) -> tuple[float, int]:
    return entry[:2]
