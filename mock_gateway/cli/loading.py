"""Scenarios for a command: which files, loaded, their histories played once.

Owns: the default place of scenarios, and what is said when they cannot be loaded. Must not know: what is in them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import UsageError
from mock_gateway.cli.options import OPTIONS
from mock_gateway.cli.resolve import Chosen, choose
from mock_gateway.core.script import Agent, Position, SeededSession
from mock_gateway.gateway import Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import Library, Mistake, ScenarioErrors, gallery_path
from mock_gateway.seeding import check_histories
from mock_gateway.settings import Settings


def scenario_paths(given: Sequence[str]) -> list[str]:
    """The paths that were given, else ./scenarios, else the gallery. Raises `UsageError` for one that is missing."""
    if not given:
        return ["scenarios"] if Path("scenarios").is_dir() else [str(gallery_path())]
    for path in given:
        if not Path(path).exists():
            raise UsageError(
                f"there is no scenario file or folder {path} (looked in {Path.cwd()})",
                "give a .yaml file or a folder of them; 'mock-gateway init' writes a first one",
            )
    return list(given)


def load(paths: Sequence[str], settings: Settings, *, params: Mapping[str, object] | None = None) -> Library:
    """The scenarios of some paths.

    Raises `UsageError` with every mistake in them, those of seeded histories too, or when there is no agent at all.
    """
    try:
        library = Library.load(paths, seed=settings.seed, strict=settings.strict, params=params)
    except ScenarioErrors as errors:
        raise mistaken(errors.mistakes) from errors
    if not library.agents:
        raise UsageError(f"there is no agent in {', '.join(paths)}", "'mock-gateway init' writes a first scenario")
    found = history_mistakes(library.agents.values(), settings)
    if found:
        raise mistaken(found)
    return library


def mistaken(mistakes: Sequence[Mistake]) -> UsageError:
    """What is said about scenarios with mistakes."""
    count = counted(len(mistakes), "mistake")
    return UsageError(f"{count} in the scenarios; nothing was started\n" + "\n".join(map(str, mistakes)))


def counted(count: int, noun: str) -> str:
    """`1 mistake`, `2 mistakes`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def history_mistakes(agents: Iterable[Agent], settings: Settings) -> list[Mistake]:
    """What the scripts do not allow in the histories of seeded sessions."""
    # A session without a history cannot be wrong, and there may be thousands of them.
    told = {agent.name: replace(agent, sessions=_with_history(agent)) for agent in agents if _with_history(agent)}
    if not told:
        return []
    return [_mistake(text) for text in check_histories(Gateway(told, settings, runtime=Runtime()))]


def _with_history(agent: Agent) -> tuple[SeededSession, ...]:
    return tuple(plan for plan in agent.sessions if plan.history)


_PLACE = re.compile(r"(.*):([0-9]+):([0-9]+): (.*)", re.DOTALL)


def _mistake(text: str) -> Mistake:
    found = _PLACE.fullmatch(text)
    if found is None:
        return Mistake(None, text)
    file, line, column = found[1], int(found[2]), int(found[3])
    return Mistake(Position(file, line, column), found[4], excerpt=_line_of(file, line))


def _line_of(file: str, number: int) -> str:
    try:
        lines = Path(file).read_text("utf-8").splitlines()
    except OSError:
        return ""
    return lines[number - 1] if number <= len(lines) else ""


def choose_scenarios(flags: Mapping[str, object]) -> tuple[Chosen, list[str]]:
    """Settings and paths of a command that takes paths as arguments. flags: `paths` among them.

    Raises `UsageError`.
    """
    given = flags.get("paths")
    chosen = choose({**flags, "scenarios": given} if given else flags, os.environ, Path.cwd())
    return chosen, scenario_paths(chosen["scenarios"])


def add_scenario_arguments(parser: Parser) -> None:
    """What such a command takes."""
    parser.add_argument("paths", metavar="PATH", nargs="*", help=OPTIONS["scenarios"].help)
    parser.add_options([OPTIONS["seed"], OPTIONS["param"]])
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="Print JSON.")


def add_config(parser: Parser) -> None:
    """The flag that every command with settings has."""
    help = "YAML file with settings. [default: ./mock-gateway.yaml if there is one]"
    parser.add_argument("--config", metavar="FILE", help=help)
