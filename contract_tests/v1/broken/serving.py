"""The gateway that the broken ones are made of: loaded with the scenarios of both contracts' tests.

Must not know: what is broken.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from contract_tests.broken.serving import HEARTBEAT, SCENARIOS
from mock_gateway.core.script import Agent, Sandbox
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.runtime import LoopRuntime
from mock_gateway.scenario.library import Library
from mock_gateway.settings import Settings

MORE = Path(__file__).resolve().parent.parent / "scenarios"
FILES = {"/out/report.txt": "Grüße\r\n\x00 as they are".encode(), "/out/empty": b""}


@cache
def agents() -> dict[str, Agent]:
    """The agents of these tests; a scenario cannot say which files a sandbox has."""
    found = dict(Library.load([SCENARIOS, MORE]).agents)
    mind = found["contract-mind"]
    assert mind.sandbox is not None
    box = Sandbox(mind.sandbox.id, mind.sandbox.at_once, FILES)
    return {**found, mind.name: msgspec.structs.replace(mind, sandbox=box)}


def real_app(**settings: Any) -> App:
    """The unbroken gateway."""
    return App(Gateway(agents(), Settings(**{"heartbeat": HEARTBEAT, **settings}), runtime=LoopRuntime()))
