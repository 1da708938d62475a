"""What the operations that judge the journal do: expectations, coverage.

Owns: which entries and which scenarios count, and the whole verdict. Must not know: how anything is judged
(`journal/verify.py`, `journal/coverage.py`), which is loaded when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mock_gateway.admin.acts_world import Act
from mock_gateway.admin.answers import Desk
from mock_gateway.admin.errors import not_found
from mock_gateway.core.script import Agent
from mock_gateway.journal import Entry, Exchange


def entries_of(desk: Desk) -> list[Entry]:
    """The entries of this world, the oldest first."""
    return [entry for entry in desk.gateway.journal.entries if entry.world == desk.prefix]


def _agents(desk: Desk, *names: str) -> Mapping[str, Agent]:
    """The scenarios that count: those that are named, else what this world added and what clients talked to."""
    world = desk.control.world
    there = world.all_agents(desk.gateway.agents)
    asked = {entry.session_id for entry in entries_of(desk) if isinstance(entry, Exchange)}
    used = {one.agent.name: one.agent for one in world.sessions.values() if one.id in asked}
    if not names:
        return {**used, **world.agents}
    for name in names:
        if name not in there and name not in used:
            raise not_found(f"there is no scenario {name[:80]!r} in this world", "agent", there)
    return {name: there.get(name) or used[name] for name in names}


def _named(expectations: Iterable[Mapping[str, Any]]) -> list[str]:
    steps = (one.get("steps_played") for one in expectations)
    return [name for name in steps if isinstance(name, str)]


def _verify(desk: Desk) -> object:
    from mock_gateway.journal.verify import report, verify

    expectations = desk.body["expect"]
    named = _named(expectations)
    agents = {**_agents(desk), **(_agents(desk, *named) if named else {})}
    verdicts = verify(entries_of(desk), expectations, agents)
    return {
        "ok": all(verdict.ok for verdict in verdicts),
        "report": report(verdicts),
        "verdicts": [verdict.json() for verdict in verdicts],
    }


def _coverage(desk: Desk) -> object:
    from mock_gateway.journal.coverage import coverage

    agent = desk.query("agent")
    found = coverage(entries_of(desk), _agents(desk, agent) if agent else _agents(desk))
    return {**found.json(), "text": found.text()}


VERDICT_ACTS: Mapping[str, Act] = {"verify": _verify, "get_coverage": _coverage}
"""By operation."""
