"""Rules as data, and `mock-gateway explain`: sentences, origins, what checks each rule, who breaks it."""

from __future__ import annotations

import json
import re

import pytest

from contract_tests.broken.zoo import every as gateways
from contract_tests.mutants.zoo import MUTANTS
from contract_tests.v1.broken.zoo import every as gateways_of_v1
from mock_gateway.conformance.check import catalogue
from mock_gateway.conformance.judge.law import LAWS
from mock_gateway.conformance.rules import Rule, every_rule, examples
from mock_gateway.conformance.server.contracts import CONTRACTS
from tests.cli.cli_runs import told

WRITE = "run: python -m contract_tests.examples"


@pytest.fixture(scope="module")
def rules() -> dict[str, Rule]:
    return every_rule(catalogue())


def test_every_rule_case_and_law_is_a_rule(rules: dict[str, Rule]) -> None:
    named = {id for contract in CONTRACTS.values() for id in contract.rules}
    named |= {case.id for case in catalogue()} | {*LAWS}

    assert named <= {*rules}
    assert all(rule.id == id and rule.says and rule.checks and rule.good for id, rule in rules.items())


def test_whatever_a_rule_refers_to_is_a_rule_or_a_standard(rules: dict[str, Rule]) -> None:
    refs = {ref for rule in rules.values() for ref in rule.refs}

    assert {ref for ref in refs if ref not in rules} == set()


def test_a_rule_of_a_contract_knows_its_check_its_cases_and_its_laws(rules: dict[str, Rule]) -> None:
    rule = rules["INP-3"]

    assert (rule.level, rule.origin, rule.side, rule.dialects) == ("MUST", "documented", "both", ("beta",))
    by = {check.id: check.by for check in rule.checks}
    assert by["INP-3"] == "check server"
    assert by["ACT-APPR-DENY"] == "check client"
    assert "judge" in by.values()


def test_a_case_says_what_it_rests_on(rules: dict[str, Rule]) -> None:
    rule = rules["WIRE-EOL-CRHELD"]

    assert (rule.level, rule.side, rule.needs, rule.evidence) == ("SHOULD", "client", ("live",), ("adapter",))
    assert rule.origin == "standard"
    assert rules["ACT-APPR-DENY"].origin == "documented"


def test_every_rule_of_a_gateway_has_one_that_breaks_it(rules: dict[str, Rule]) -> None:
    broken = [*gateways().values(), *gateways_of_v1().values()]
    for contract in CONTRACTS.values():
        for id in contract.rules:
            names = {f"a gateway: {one.name}" for one in broken if id in one.red}
            assert rules[id].bad, f"{id}; {WRITE}"
            assert {one for one in rules[id].bad if one.startswith("a gateway")} <= names, f"{id}; {WRITE}"


def test_the_rules_of_clients_have_clients_that_break_them() -> None:
    # Whether each is in the zoo is a matter of generated files: `python -m contract_tests.examples --check`.
    named = {
        found[1] for texts in examples().values() for text in texts if (found := re.search(r"\(([\w-]+)\)$", text))
    }

    assert len(named & {*MUTANTS}) > 60, WRITE


def test_explain_shows_all_of_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "explain", "INP-3")

    assert code == 0
    assert out.startswith("INP-3 (MUST, beta)\nEach pending call gets exactly one fitting answer")
    assert "origin: the contract says so\n" in out
    assert "checked of a gateway: mock-gateway check server --run INP-3\n" in out
    assert "ACT-APPR-DENY          A denial is sent with its reason." in out
    assert "broken by a gateway: answers that do not fit are a 409\n" in out


def test_explain_shows_a_section_of_a_standard(capsys: pytest.CaptureFixture[str]) -> None:
    assert "WIRE-EOL-CRHELD" in told(capsys, "explain", "WHATWG HTML 9.2.5").out


def test_explain_prints_a_rule_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    rule = json.loads(told(capsys, "explain", "TRN-3", "--json").out)

    assert {"id", "says", "level", "origin", "side", "evidence", "refs", "needs", "checks", "good", "bad"} <= {*rule}
