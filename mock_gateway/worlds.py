"""Worlds: isolated sets of sessions, one per base path (NET-1).

Owns: sessions by id and by agent, newest last; numbers, so that every world gives the same ids for the same requests;
the agents that only this world has, or has no more, and how the clocks of its next sessions go.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from mock_gateway.core.clock import Rate
from mock_gateway.core.script import Agent
from mock_gateway.core.state import Session

Entry = tuple[float, int, Session]


class World:
    """The sessions under one prefix.

    numbers: sessions made so far. attempts: requests at doors, refused ones included (`door.py`).
    agents: those that only this world has; they go before the server's. removed: names of the server's agents that it
    does not have. selected: the agent that plays every name there is no agent for.
    rate: how new clocks go; None leaves it to the server. paused: they begin paused. advanced: seconds by which
    somebody has set the whole world forward. met: requests that faults of scenarios were for, by what they are
    counted within and which fault it is.
    """

    __slots__ = (
        "_all",
        "_by_agent",
        "_drafts",
        "_stand_ins",
        "advanced",
        "agents",
        "attempts",
        "met",
        "numbers",
        "paused",
        "prefix",
        "rate",
        "removed",
        "selected",
        "sessions",
    )

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.sessions: dict[str, Session] = {}
        self.numbers = 0
        self.met: dict[tuple[str, str], int] = {}
        self.attempts: dict[str, int] = {}
        self._all: list[Entry] = []
        self._by_agent: dict[str, list[Entry]] = {}
        self._drafts: list[Entry] = []
        self.agents: dict[str, Agent] = {}
        self.removed: set[str] = set()
        self.selected: str | None = None
        self._stand_ins: dict[str, Agent] = {}
        self.rate: Rate | None = None
        self.paused = False
        self.advanced = 0.0

    def emptied(self) -> World:
        """The same world without its sessions."""
        world = World(self.prefix)
        world.agents, world.removed, world.selected = self.agents, self.removed, self.selected
        world.rate, world.paused, world.advanced = self.rate, self.paused, self.advanced
        return world

    def agent(self, name: str, known: Mapping[str, Agent]) -> Agent | None:
        """The agent that plays a name here. known: the server's agents."""
        agent = self.agents.get(name)
        if agent is None and name not in self.removed:
            agent = known.get(name)
        if agent is None and self.selected is not None and self.selected != name:
            chosen = self.agent(self.selected, known)
            return None if chosen is None else self._stand_in(name, chosen)
        return agent

    def _stand_in(self, name: str, agent: Agent) -> Agent:
        """An agent under another name: a client finds its sessions by the name that it asked for."""
        known = self._stand_ins.get(name)
        if known is None or known.rules is not agent.rules:
            known = self._stand_ins[name] = replace(agent, name=name, sessions=())
        return known

    def all_agents(self, known: Mapping[str, Agent]) -> Mapping[str, Agent]:
        """Every agent here by its name. known: the server's agents."""
        if not self.agents and not self.removed:
            return known
        return {name: agent for name, agent in known.items() if name not in self.removed} | self.agents

    def add(self, session: Session) -> None:
        """Take in a session."""
        self.sessions[session.id] = session
        session.world = self.prefix
        entry = (session.created_at, session.number, session)
        shelf = self._drafts if session.draft is not None else self._by_agent.setdefault(session.agent.name, [])
        _shelve(shelf, entry)
        _shelve(self._all, entry)

    def discard(self, session: Session) -> None:
        """Let a session go."""
        del self.sessions[session.id]
        for shelf in (self._all, self._drafts, *self._by_agent.values()):
            shelf[:] = [entry for entry in shelf if entry[2] is not session]

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
