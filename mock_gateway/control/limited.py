"""Faults and journal, limited to one world.

Owns: what a world sees of them, as JSON. Must not know: how faults are delivered (`faults/`), what the journal keeps
(`journal/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_gateway.control.errors import unknown
from mock_gateway.control.facts import Json
from mock_gateway.faults.board import FaultBoard, FaultEntry
from mock_gateway.journal import Journal


class WorldFaults:
    """The faults that are set in a world."""

    def __init__(self, board: FaultBoard, prefix: str) -> None:
        self._board = board
        self._prefix = prefix

    def put(self, fault: Mapping[str, object], *, session: str | None = None, turn: str | None = None) -> str:
        """Set a fault; gives its id.

        fault: as in a scenario. session, turn: ids that it is limited to. Raises `FaultError` with the field.
        """
        from mock_gateway.faults.specs import parse_fault

        return self._board.put(parse_fault(fault), world=self._prefix, session=session, turn=turn)

    def listed(self) -> list[Json]:
        """The faults, oldest first: as they were written, with `id`, limits, and how often each was `injected`."""
        return [fault_entry_json(entry) for entry in entries_of(self._board, self._prefix)]

    def remove(self, fault_id: str) -> None:
        """Take a fault away. Raises `ControlError` for one that this world has not."""
        there = [entry.id for entry in entries_of(self._board, self._prefix)]
        if fault_id not in there:
            raise unknown("fault", fault_id, there, field="fault_id", hint="none is set in this world")
        self._board.remove(fault_id)

    def clear(self) -> None:
        """Take all of them away; scenarios keep theirs."""
        self._board.clear(self._prefix)
        for entry in entries_of(self._board, self._prefix):
            self._board.remove(entry.id)


def entries_of(board: FaultBoard, prefix: str) -> list[FaultEntry]:
    """The faults of a world; those of the whole server are the root's."""
    return [entry for entry in board.listed() if (entry.world or "") == prefix]


def fault_entry_json(entry: FaultEntry) -> Json:
    """A fault of the board."""
    from mock_gateway.faults.specs import fault_json

    limits = {"session": entry.session, "turn": entry.turn}
    return {"id": entry.id, **limits, "injected": entry.injected, "spec": fault_json(entry.spec)}


class WorldJournal:
    """What a world has of the journal."""

    def __init__(self, journal: Journal, prefix: str) -> None:
        self._journal = journal
        self._prefix = prefix

    def query(self, **wanted: Any) -> list[Json]:
        """The entries that fit, oldest first. wanted: the filters of `journal.queries.query`, but for the world."""
        from mock_gateway.journal.queries import query
        from mock_gateway.journal.shapes import entries_json

        found: Sequence[Any] = query(self._journal, world=self._prefix, **wanted)
        return entries_json(found)

    def clear(self) -> None:
        """Forget everything of this world."""
        self._journal.clear(self._prefix)
