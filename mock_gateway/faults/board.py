"""The faults that are set: who put them where, which request they are for, how often each was injected.

Owns: the list, the counting of requests, chance. Scenarios bring faults of their own (`Agent.faults`, `Rule.faults`);
their requests are counted for each session or turn by itself. Must not know: how a fault is delivered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mock_gateway.core.ids import random_for

if TYPE_CHECKING:
    from mock_gateway.faults.specs import FaultSpec


class FaultEntry(Struct, eq=False):
    """A fault that was put on the board.

    id: `fault-1` and so on. world: prefix of the world that it is limited to, None for all. session, turn: ids, None
    for any. matched: requests that it could have been for. injected: how often it was delivered.
    """

    id: str
    spec: FaultSpec
    world: str | None = None
    session: str | None = None
    turn: str | None = None
    matched: int = 0
    injected: int = 0


class Occasion(Struct, frozen=True):
    """A request that faults may be for.

    session, turn: ids as far as they are known. number: of the turn in its session, from 1; 0 when there is none.
    is_stream: it will be answered by a stream, unless it is refused.
    """

    world: str
    operation: str
    session: str | None = None
    turn: str | None = None
    number: int = 0
    is_stream: bool = False


class Chosen(Struct, frozen=True):
    """A fault that is to be delivered now. id: of the entry, or where in the scenario it stands."""

    id: str
    spec: FaultSpec
    entry: FaultEntry | None = None

    def count(self) -> None:
        """It was delivered."""
        if self.entry is not None:
            self.entry.injected += 1


class FaultBoard:
    """All faults of a server. is_set: whether there can be any at all; the one thing that a request without looks at.

    refuses: whether connections may be refused. seed: for probabilities.
    """

    __slots__ = ("_entries", "_made", "_scripted", "is_set", "refuses", "seed")

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.is_set = False
        self.refuses = False
        self._scripted = False
        self._entries: dict[str, FaultEntry] = {}
        self._made = 0

    # -- what is set -----------------------------------------------------------------------------------------------

    def put(
        self, spec: FaultSpec, *, world: str | None = None, session: str | None = None, turn: str | None = None
    ) -> str:
        """Set a fault; gives its id.

        world: prefix that it is limited to. session, turn: ids that it is limited to. Raises `FaultError` when a fault
        of the whole server is to be limited; the root world counts as the whole server.
        """
        if spec.kind.scope == "server":
            _check_unlimited(spec, {"world": world or None, "session": session, "turn": turn})
        self._made += 1
        entry = FaultEntry(f"fault-{self._made}", spec, world, session, turn)
        self._entries[entry.id] = entry
        self._look()
        return entry.id

    def remove(self, fault_id: str) -> None:
        """Take a fault away. Raises `KeyError` for an id that is not there."""
        del self._entries[fault_id]
        self._look()

    def clear(self, world: str | None = None) -> None:
        """Take all faults away, or those that are limited to a world; scenarios keep theirs."""
        self._entries = {
            key: entry for key, entry in self._entries.items() if world is not None and entry.world != world
        }
        self._look()

    def listed(self, world: str | None = None) -> list[FaultEntry]:
        """The faults that are set, oldest first; of a world those that are limited to it."""
        return [entry for entry in self._entries.values() if world is None or entry.world == world]

    def get(self, fault_id: str) -> FaultEntry:
        """A fault by its id. Raises `KeyError`."""
        return self._entries[fault_id]

    def learn(self, agents: Iterable[Any]) -> None:
        """Whether any of these agents brings faults of its own: then requests are looked at from now on."""
        if not self._scripted and any(agent.has_faults for agent in agents):
            self._scripted = True
            self._look()

    def _look(self) -> None:
        self.is_set = self._scripted or bool(self._entries)
        self.refuses = any(entry.spec.kind.scope == "server" for entry in self._entries.values())

    # -- what a request gets -----------------------------------------------------------------------------------------

    def chosen(self, occasion: Occasion) -> list[Chosen]:
        """The faults of the board that this request is for. Each call counts as a request."""
        found = []
        for entry in self._entries.values():
            if entry.spec.kind.scope == "request" and _is_within(entry, occasion) and fits(entry.spec, occasion):
                entry.matched += 1
                if self._is_due(entry.spec, entry.matched, entry.id):
                    found.append(Chosen(entry.id, entry.spec, entry))
        return found

    def scripted(
        self, faults: Mapping[str, FaultSpec], occasion: Occasion, scope: str, counts: dict[tuple[str, str], int]
    ) -> list[Chosen]:
        """The faults of a scenario that this request is for.

        faults: by their place in the scenario. scope: what requests are counted within, an id of a session or turn.
        counts: how many there were; the world keeps them, as long as it has the session.
        """
        found = []
        for place, spec in faults.items():
            if fits(spec, occasion):
                count = counts[scope, place] = counts.get((scope, place), 0) + 1
                if self._is_due(spec, count, f"{place} {scope}"):
                    found.append(Chosen(place, spec))
        return found

    def refused(self) -> Iterator[Chosen]:
        """The faults that a new connection meets. Each call counts as a connection."""
        for entry in self._entries.values():
            if entry.spec.kind.scope == "server":
                entry.matched += 1
                if self._is_due(entry.spec, entry.matched, entry.id):
                    yield Chosen(entry.id, entry.spec, entry)

    def _is_due(self, spec: FaultSpec, count: int, what: str) -> bool:
        if spec.request and count not in spec.request:
            return False
        return spec.probability is None or random_for(self.seed, "fault", what, count).random() < spec.probability


def _check_unlimited(spec: FaultSpec, limits: Mapping[str, str | None]) -> None:
    from mock_gateway.faults.kinds import FaultError

    for name, limit in limits.items():
        if limit is not None:
            raise FaultError(name, f"{spec.fault} is for the whole server: nothing of a request is known yet")


def _is_within(entry: FaultEntry, occasion: Occasion) -> bool:
    return (
        (entry.world is None or entry.world == occasion.world)
        and (entry.session is None or entry.session == occasion.session)
        and (entry.turn is None or entry.turn == occasion.turn)
    )


def fits(spec: FaultSpec, occasion: Occasion) -> bool:
    """Whether a fault is for requests of this kind."""
    return (
        (not spec.on or occasion.operation in spec.on)
        and (not spec.turn or occasion.number in spec.turn)
        and (occasion.is_stream or not spec.streams_only)
    )
