"""Every rule of the contract, against the gateway under test."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from contract_tests.runs import Address
from mock_gateway.conformance.server.beta.register import READINGS, REGISTER, TEXTS, select
from mock_gateway.conformance.server.rule import Rule
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.trials import Trial, attempt
from mock_gateway.conformance.server.violation import Violation
from mock_gateway.conformance.verdicts import Verdict

ROOT = Path(__file__).resolve().parent.parent


class ContractFlaw(UserWarning):
    """A rule is broken that a client can do without."""


def test_the_gateway_keeps_the_rule(
    rule: Rule,
    address: Address,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    async def story(target: Target) -> tuple[Trial, dict[str, str]]:
        return await attempt(target, rule), target.notes

    trial, notes = address.run(story)

    for id, reading in notes.items():
        record_property(id, reading)
    if trial.verdict is Verdict.NON_STRICT and request.config.getoption("--gateway-url"):
        warnings.warn(ContractFlaw(f"{rule.id}: {trial.message}"), stacklevel=1)
    else:
        assert trial.verdict is Verdict.PASS, f"{trial.blames}: {trial.message}\n{trial.shown}"


def test_a_reading_is_noted_when_it_is_found(address: Address) -> None:
    async def notes(target: Target) -> dict[str, str]:
        for check in READINGS:
            await check(target)
        return target.notes

    found = address.run(notes)

    assert found["reading:cancel"] in ("turn", "session")
    assert found["reading:running_turn_events"] in ("refuse", "snapshot")
    assert found["reading:concurrent_turn"] in ("refuse", "supersede")


def test_the_register_has_the_whole_contract() -> None:
    sections = {"NET": 5, "API": 10, "SES": 6, "TRN": 9, "INP": 8, "STR": 7, "SEQ": 2, "EVT": 13}
    sections |= {"MSG": 3, "THR": 3, "TOO": 2, "MCP": 1, "SBX": 1, "LOG": 3, "CAN": 4, "PAG": 2}
    expected = [f"{section}-{number + 1}" for section, count in sections.items() for number in range(count)]
    expected += ["reading:cancel", "reading:running_turn_events", "reading:concurrent_turn"]

    assert sorted(REGISTER) == sorted(expected)
    assert all(text.endswith(".") for text in TEXTS.values())


def test_rules_are_selected_by_patterns() -> None:
    assert [rule.id for rule in select("SEQ-*, EVT-3")] == ["SEQ-1", "SEQ-2", "EVT-3"]
    with pytest.raises(LookupError, match="no rule fits 'NOPE-"):
        select("NOPE-*")


@pytest.mark.own_gateway
@pytest.mark.parametrize("arguments", [["--rules", "NOPE-*"], ["-k", "no_test_has_this_name"]])
def test_a_run_without_a_check_fails(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "contract_tests/test_register.py", *arguments]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert run.returncode != 0, run.stdout


@pytest.mark.own_gateway
def test_the_summary_tells_which_readings_were_found(address: Address) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "contract_tests/test_register.py"]
    command += ["--gateway-url", address.url, "--rules", "reading:*", "-k", "keeps_the_rule"]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert run.returncode == 0, run.stdout
    assert "reading:concurrent_turn is refuse" in run.stdout


@pytest.mark.own_gateway
def test_a_gateway_that_is_not_there_fails_and_is_not_left_out() -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "contract_tests/test_register.py"]
    # Port 1 is reserved and nobody listens there.
    command += ["--gateway-url", "http://127.0.0.1:1", "--rules", "SEQ-1", "-k", "keeps_the_rule"]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert run.returncode == 1, run.stdout
    assert "1 failed" in run.stdout


def test_a_violation_shows_rule_message_and_evidence() -> None:
    violation = Violation("SEQ-1", "3 was due", {"sequence_id": 2})

    assert str(violation) == 'SEQ-1: 3 was due\n{\n "sequence_id": 2\n}'
