"""`mock-gateway list`: the agents there are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import OK, write
from mock_gateway.cli.loading import add_scenario_arguments, choose_scenarios, counted, load
from mock_gateway.core.script import Agent
from mock_gateway.settings import Settings


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError`."""
    parser = Parser("list")
    add_scenario_arguments(parser)
    flags = parser.read(arguments)
    as_json = bool(flags.pop("json", False))
    chosen, paths = choose_scenarios(flags)
    agents = load(paths, Settings(seed=chosen["seed"]), params=chosen["param"]).agents.values()
    write(_as_json(agents) if as_json else _as_text(agents))
    return OK


def _as_json(agents: Iterable[Agent]) -> str:
    listed = [
        {
            "name": agent.name,
            "description": agent.description,
            "file": agent.file,
            "rules": len(agent.rules),
            "sessions": len(agent.sessions),
        }
        for agent in agents
    ]
    return json.dumps(listed, ensure_ascii=False, indent=2) + "\n"


def _as_text(agents: Iterable[Agent]) -> str:
    rows = [
        (
            agent.name,
            counted(len(agent.rules), "rule"),
            counted(len(agent.sessions), "session") if agent.sessions else "",
            agent.description,
        )
        for agent in agents
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = (
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) for row in rows
    )
    return "".join(line.rstrip() + "\n" for line in lines)
