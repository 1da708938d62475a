"""The gateway that the broken ones are made of: loaded with the scenarios of both contracts' tests.

Must not know: what is broken.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from contract_tests.broken.serving import HEARTBEAT, SCENARIOS
from mock_gateway.core.script import Agent
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.runtime import LoopRuntime
from mock_gateway.scenario.library import Library
from mock_gateway.settings import Settings

MORE = Path(__file__).resolve().parent.parent / "scenarios"


@cache
def agents() -> dict[str, Agent]:
    """The agents of these tests."""
    return dict(Library.load([SCENARIOS, MORE]).agents)


def real_app(**settings: Any) -> App:
    """The unbroken gateway."""
    return App(Gateway(agents(), Settings(**{"heartbeat": HEARTBEAT, **settings}), runtime=LoopRuntime()))
