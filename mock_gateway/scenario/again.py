"""A scenario compiled again from what an agent carries, without its files.

Owns: reading texts in the place of files. Must not know: where the texts come from.
"""

from __future__ import annotations

from pathlib import Path

from mock_gateway.core.script import Agent, Written
from mock_gateway.scenario.compile import compile_agent
from mock_gateway.scenario.errors import Mistake, ScenarioErrors
from mock_gateway.scenario.reading import gather, read_scenario, shared_of
from mock_gateway.scenario.records import Record
from mock_gateway.scenario.source import Source


def compile_again(written: Written, seed: int) -> Agent:
    """The agent that was written. Raises `ScenarioErrors`."""
    root = Path("/mock-gateway").resolve()  # a folder that is nowhere
    texts = {(root / path).resolve(): Source(text, name) for path, name, text in written.included}

    def read(path: Path) -> Record:
        source = texts.get(path)
        if source is None:
            raise ScenarioErrors([Mistake(None, f"the included file {path.name} is not carried along")])
        return shared_of(source)

    record = read_scenario(Source(written.text, written.name))
    if "agent" not in record:
        raise ScenarioErrors([record.mistake("`agent` is missing: this only shares something with other files")])
    shared = gather(record, root / written.folder, read)
    agent, _ = compile_agent(record, shared, seed=seed, strict=written.strict, params=written.params, base=written.base)
    return agent
