"""Scenario files and folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mock_gateway.core.script import Agent
from mock_gateway.scenario.compile import compile_agent
from mock_gateway.scenario.reading import gather, read_scenario
from mock_gateway.scenario.source import Source


def load_text(
    text: str,
    name: str = "scenario.yaml",
    seed: int = 0,
    strict: bool = False,
    *,
    params: Mapping[str, object] | None = None,
    folder: Path | None = None,
) -> Agent:
    """The agent of a text. name: what positions show. folder: what includes are relative to.

    Raises `ScenarioErrors`.
    """
    record = read_scenario(Source(text, name))
    shared = gather(record, folder)
    return compile_agent(record, shared, seed=seed, strict=strict, params=params or {}, base=name)[0]
