"""Every rule of the published contract, against the gateway under test. All checks are run once, side by side."""

from __future__ import annotations

import asyncio
import re
import warnings
from collections.abc import Iterator

import pytest

from contract_tests.broken.serving import HEARTBEAT, real_app, serving_in_a_thread
from mock_gateway.conformance.server.rule import Rule
from mock_gateway.conformance.server.trials import Aim, results_of
from mock_gateway.conformance.server.v1.register import REGISTER
from mock_gateway.conformance.verdicts import Result, Verdict

AREAS = {"NET", "ERR", "SES", "TRN", "INP", "STR", "EVT", "MSG", "THR", "TOO", "MCP", "SBX", "LOG", "SEV", "CAN", "PAG"}
AREAS |= {"DRA"}


class ContractFlaw(UserWarning):
    """A rule is broken that a client can do without."""


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> Iterator[dict[str, Result]]:
    """What came of every check, by rule."""
    url = request.config.getoption("--gateway-url")

    def all_of(url: str, heartbeat: float) -> dict[str, Result]:
        aim = Aim(url, "v1", patience=request.config.getoption("--patience"), heartbeat=heartbeat)
        return {one.case: one for one in asyncio.run(results_of(aim, REGISTER.values()))[0]}

    if url is not None:
        yield all_of(url, request.config.getoption("--heartbeat"))
        return
    with serving_in_a_thread(real_app) as own:
        yield all_of(own, HEARTBEAT)


@pytest.mark.parametrize("published", REGISTER.values(), ids=list(REGISTER))
def test_the_gateway_keeps_the_rule(
    published: Rule, results: dict[str, Result], request: pytest.FixtureRequest
) -> None:
    result = results[published.id]

    if result.verdict is Verdict.NON_STRICT and request.config.getoption("--gateway-url"):
        warnings.warn(ContractFlaw(f"{result.message}\n{result.got}"), stacklevel=1)
    else:
        assert result.verdict is Verdict.PASS, f"{result.message}\n{result.got}"


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
