"""All gateways that break the published contract. The modules named here fill the table when they are imported."""

from __future__ import annotations

from contract_tests.broken.edits import Broken
from contract_tests.v1.broken import of_events, of_requests, of_streams, of_turns
from contract_tests.v1.broken.bending import ZOO

HOUSES = (of_requests, of_turns, of_streams, of_events)


def every() -> dict[str, Broken]:
    """By name."""
    found = {broken.name: broken for broken in ZOO}
    assert len(found) == len(ZOO), "two broken gateways have the same name"
    return found
