"""Which scenarios a gateway of a test plays: paths, texts, or the default of `mock-gateway serve`.

Owns: telling a text from a path. Must not know: what is in a scenario (`scenario/`), servers.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from mock_gateway.core.script import Agent
from mock_gateway.gateway import Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import Library, Mistake, ScenarioErrors, gallery_path, load_text
from mock_gateway.seeding import check_histories
from mock_gateway.settings import Settings

Source = str | os.PathLike[str]
Sources = Source | Sequence[Source] | None


def is_text(source: Source) -> bool:
    """Whether a source is a scenario itself: a `str` of more than one line, or one that begins with `agent:`."""
    return isinstance(source, str) and ("\n" in source or source.startswith(("agent:", "{")))


def read_agents(scenarios: Sources, settings: Settings, params: Mapping[str, object] | None = None) -> dict[str, Agent]:
    """The agents by name, their seeded histories checked.

    scenarios: files, folders, texts; None is `./scenarios` if there is such a folder, else the gallery. An agent of a
    text goes before one of the same name in a file. Raises `ScenarioErrors` with every mistake.
    """
    sources = _listed(scenarios)
    paths = [Path(source) for source in sources if not is_text(source)]
    library = Library.load(paths, settings.seed, settings.strict, params)
    agents = dict(library.agents)
    for source in sources:
        if is_text(source):
            agent = load_text(str(source), "scenario", settings.seed, settings.strict, params=params, folder=Path.cwd())
            agents[agent.name] = agent
    mistakes = check_histories(Gateway(agents, settings, runtime=Runtime()))
    if mistakes:
        raise ScenarioErrors(Mistake(None, mistake) for mistake in mistakes)
    return agents


def _listed(scenarios: Sources) -> Sequence[Source]:
    if scenarios is None:
        return ["scenarios"] if Path("scenarios").is_dir() else [gallery_path()]
    return [scenarios] if isinstance(scenarios, str | os.PathLike) else scenarios
