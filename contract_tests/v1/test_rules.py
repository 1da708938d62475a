"""Every rule of the published contract, against the gateway under test. All checks are run once, side by side."""

from __future__ import annotations

import asyncio
import re
import warnings
from collections.abc import Iterator

import pytest

from contract_tests.broken.serving import HEARTBEAT, real_app, serving_in_a_thread
from mock_gateway.conformance.server.rule import Rule
from mock_gateway.conformance.server.trials import Trial, try_all
from mock_gateway.conformance.server.v1.place import arrived
from mock_gateway.conformance.server.v1.register import REGISTER

AREAS = {"NET", "ERR", "SES", "TRN", "INP", "STR", "EVT", "MSG", "THR", "TOO", "MCP", "SBX", "LOG", "SEV", "CAN", "PAG"}
AREAS |= {"DRA"}


class ContractFlaw(UserWarning):
    """A rule is broken that a client can do without."""


@pytest.fixture(scope="module")
def trials(request: pytest.FixtureRequest) -> Iterator[dict[str, Trial]]:
    """What came of every check, by rule."""
    url = request.config.getoption("--gateway-url")

    async def all_of(url: str, heartbeat: float) -> dict[str, Trial]:
        patience = request.config.getoption("--patience")
        async with arrived(url, patience=patience, heartbeat=heartbeat) as place:
            return {trial.rule.id: trial for trial in await try_all(place, REGISTER.values())}

    if url is not None:
        yield asyncio.run(all_of(url, request.config.getoption("--heartbeat")))
        return
    with serving_in_a_thread(real_app) as own:
        yield asyncio.run(all_of(own, HEARTBEAT))


@pytest.mark.parametrize("published", REGISTER.values(), ids=list(REGISTER))
def test_the_gateway_keeps_the_rule(published: Rule, trials: dict[str, Trial], request: pytest.FixtureRequest) -> None:
    violation = trials[published.id].violation

    if violation is not None and published.level == "SHOULD" and request.config.getoption("--gateway-url"):
        warnings.warn(ContractFlaw(str(violation)), stacklevel=1)
    elif violation is not None:
        raise violation


def test_the_rules_of_each_area_are_numbered_from_one() -> None:
    areas: dict[str, list[int]] = {}
    for id in REGISTER:
        found = re.fullmatch(r"V1-([A-Z]{3})-(\d+)", id)
        assert found is not None, id
        areas.setdefault(found[1], []).append(int(found[2]))

    assert {name: sorted(numbers) for name, numbers in areas.items()} == {
        name: list(range(1, len(numbers) + 1)) for name, numbers in areas.items()
    }
    assert areas.keys() == AREAS


def test_every_rule_is_one_sentence() -> None:
    for one in REGISTER.values():
        assert one.text.endswith(".") and one.text.count(". ") == 0, one.text
