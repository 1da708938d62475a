"""What is wrong or odd about a scenario as a whole."""

from __future__ import annotations

from mock_gateway.core.script import Agent
from mock_gateway.scenario.reading import Shared
from mock_gateway.scenario.records import Record
from mock_gateway.scenario.workshop import Workshop


def lint(agent: Agent, record: Record, shared: Shared, shop: Workshop) -> None:
    """Add errors and warnings."""
