"""Scenarios for a command: which files, loaded, their histories played once.

Owns: the default place of scenarios, and what is said when they cannot be loaded. Must not know: what is in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mock_gateway.cli.errors import UsageError
from mock_gateway.core.script import Agent, SeededSession
from mock_gateway.gateway import Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import Library, ScenarioErrors, gallery_path
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
        raise mistaken([str(mistake) for mistake in errors.mistakes]) from errors
    if not library.agents:
        raise UsageError(f"there is no agent in {', '.join(paths)}", "'mock-gateway init' writes a first scenario")
    found = history_mistakes(library.agents.values(), settings)
    if found:
        raise mistaken(found)
    return library


def mistaken(mistakes: Sequence[str]) -> UsageError:
    """What is said about scenarios with mistakes."""
    count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    return UsageError(f"{count} in the scenarios; nothing was started\n" + "\n".join(mistakes))


def history_mistakes(agents: Iterable[Agent], settings: Settings) -> list[str]:
    """What the scripts do not allow in the histories of seeded sessions; each names its place."""
    # A session without a history cannot be wrong, and there may be thousands of them.
    told = {agent.name: replace(agent, sessions=_with_history(agent)) for agent in agents if _with_history(agent)}
    return check_histories(Gateway(told, settings, runtime=Runtime())) if told else []


def _with_history(agent: Agent) -> tuple[SeededSession, ...]:
    return tuple(plan for plan in agent.sessions if plan.history)
