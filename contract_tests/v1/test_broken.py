"""Every check has been seen to fail: each broken gateway turns red exactly the checks that it is meant to."""

from __future__ import annotations

import asyncio

import pytest

from contract_tests.broken.edits import Make
from contract_tests.broken.layers import Layer
from contract_tests.broken.serving import HEARTBEAT, real_app, serving
from contract_tests.v1.broken.zoo import every
from mock_gateway.conformance.server.trials import Aim, results_of
from mock_gateway.conformance.server.v1.register import REGISTER
from mock_gateway.conformance.verdicts import Result, Verdict

BROKEN = (Verdict.FAIL, Verdict.NON_STRICT)
"""What a broken rule is worth. A check that is only kept from its rule is UNTESTABLE."""
pytestmark = pytest.mark.own_gateway

PATIENCE = 30.0
"""Seconds. No broken gateway keeps a check waiting for so long, so it costs nothing; a slow machine may need it."""


async def results_on(layer: Make) -> list[Result]:
    """Every check against a gateway with this layer around it, as `mock-gateway check server` runs them."""
    assert callable(layer)
    async with serving(layer(real_app())) as url:
        aim = Aim(url, "v1", patience=PATIENCE, heartbeat=HEARTBEAT)
        return (await results_of(aim, REGISTER.values()))[0]


def blamed(results: list[Result]) -> dict[str, str]:
    """The checks that did not pass, with the rule that each blames."""
    return {one.case: one.bucket.removeprefix(f"{one.case}:") for one in results if one.verdict is not Verdict.PASS}


def told(results: list[Result], ids: set[str]) -> str:
    """What these checks say."""
    return "\n".join(f"{one.verdict} {one.case} {one.message} {one.got}"[:1500] for one in results if one.case in ids)


@pytest.mark.parametrize("name", sorted(every()))
def test_a_broken_gateway_turns_red_exactly_what_it_breaks(name: str) -> None:
    broken = every()[name]

    results = asyncio.run(results_on(broken.make))

    found = blamed(results)
    red = {one.case for one in results if one.verdict in BROKEN}
    assert red == broken.red, f"{name}: {told(results, red ^ broken.red)}"
    strays = {id for id, rule in found.items() if id != rule and rule not in broken.red}
    astray = {id for id in strays if broken.blocked.get(id) != found[id]}
    assert not astray, f"{name}: {told(results, astray)}"


def test_every_rule_has_a_broken_gateway() -> None:
    covered = {rule for broken in every().values() for rule in broken.red}

    assert covered == set(REGISTER)


def test_a_layer_that_bends_nothing_turns_nothing_red() -> None:
    results = asyncio.run(results_on(Layer))

    assert blamed(results) == {}, told(results, set(blamed(results)))
