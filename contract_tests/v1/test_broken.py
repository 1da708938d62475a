"""Every check has been seen to fail: each broken gateway turns red exactly the checks that it is meant to."""

from __future__ import annotations

import asyncio

import pytest

from contract_tests.broken.edits import Make
from contract_tests.broken.layers import Layer
from contract_tests.broken.serving import HEARTBEAT, real_app, serving
from contract_tests.v1.broken.zoo import every
from mock_gateway.conformance.server.trials import Trial, try_all
from mock_gateway.conformance.server.v1.place import arrived
from mock_gateway.conformance.server.v1.register import REGISTER

pytestmark = pytest.mark.own_gateway

PATIENCE = 3.0


async def trials_of(layer: Make) -> list[Trial]:
    """Every check against a gateway with this layer around it."""
    async with serving(layer(real_app())) as url, arrived(url, patience=PATIENCE, heartbeat=HEARTBEAT) as place:
        return await try_all(place, REGISTER.values())


def blamed(trials: list[Trial]) -> dict[str, str]:
    """The checks that failed, with the rule that each blames."""
    return {trial.rule.id: trial.blames for trial in trials if trial.violation is not None}


def told(trials: list[Trial], ids: set[str]) -> str:
    """What these checks say."""
    return "\n".join(f"[{trial.rule.id}] {trial.violation}"[:1500] for trial in trials if trial.rule.id in ids)


@pytest.mark.parametrize("name", sorted(every()))
def test_a_broken_gateway_turns_red_exactly_what_it_breaks(name: str) -> None:
    broken = every()[name]

    trials = asyncio.run(trials_of(broken.make))

    found = blamed(trials)
    red = {id for id, rule in found.items() if id == rule}
    assert red == broken.red, f"{name}: {told(trials, red ^ broken.red)}"
    strays = {id for id, rule in found.items() if id != rule and rule not in broken.red}
    astray = {id for id in strays if broken.blocked.get(id) != found[id]}
    assert not astray, f"{name}: {told(trials, astray)}"


def test_every_rule_has_a_broken_gateway() -> None:
    covered = {rule for broken in every().values() for rule in broken.red}

    assert covered == set(REGISTER)


def test_a_layer_that_bends_nothing_turns_nothing_red() -> None:
    trials = asyncio.run(trials_of(Layer))

    assert blamed(trials) == {}, told(trials, set(blamed(trials)))
