"""A fault and a session that meets it, for one conversation of a client.

Owns: the scenario, a world for each try, the fault in it, time that stands still while a turn has to run on.
Must not know: which client talks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

from mock_gateway.faults.catalogue import FAULTS
from mock_gateway.faults.clients import Trial
from mock_gateway.scenario.records import as_data
from mock_gateway.scenario.source import Source, compose
from mock_gateway.testing import MockGateway
from mock_gateway.testing.world import GatewayWorld

SCENARIO = """
agent: a
turns:
  - when: { message: hold }
    say: Wait.
    then: { wait: cancel }
  - say: { text: "Grüße, \\"Ada\\" 😀 ok", cut: words }
    then: { wait: 1m, say: Done. }
"""
SESSIONS = {"reference": "/sessions", "sdk": "/v1/agents/sessions"}
_NUMBERS = count(1)


class Try:
    """One conversation in a world of its own. client: a key of `SESSIONS`. runs: time stands still in it."""

    def __init__(self, gateway: MockGateway, client: str, *, runs: bool = False) -> None:
        self.gateway = gateway
        self.world: GatewayWorld = gateway.world(f"t{next(_NUMBERS)}")
        if runs:
            self.world.clock.set("virtual")
        with self.world.client() as http:
            made = http.post(SESSIONS[client], json={"agent_name": "a"})
        self.session = str(made.json()["data"]["id"])

    def go_on(self) -> None:
        """Let the turn come to its end."""
        self.world.clock.advance("1h")

    @contextmanager
    def fault(self, fault: Mapping[str, object]) -> Iterator[None]:
        """Set a fault for the length of a block, in which it has to be injected."""
        is_ours = FAULTS[str(fault["fault"])].scope == "request"
        faults = self.world.faults if is_ours else self.gateway.faults
        fault_id = faults.put(fault)
        try:
            yield
            (listed,) = (entry for entry in faults.listed() if entry["id"] == fault_id)
            assert listed["injected"], "the conversation did not meet the fault"
        finally:
            faults.remove(fault_id)


def fault_of(name: str, trial: Trial) -> dict[str, Any]:
    """The fault of a trial."""
    keys = ", ".join(filter(None, (f"fault: {name}", trial.keys)))
    found: Any = as_data(compose(Source(f"[{{ {keys} }}]", "trial")))
    return dict(found[0])


def follows(fault: Mapping[str, object]) -> bool:
    """Whether it is for a stream that joins a turn, so that a client has to join one."""
    return "stream_turn" in str(fault.get("on", ""))


def said(fault: Mapping[str, object]) -> str:
    """What the user says."""
    return "hold" if fault["fault"] == "cancelled-says-done" else "hi"
