"""`mock-gateway check client`, `explain` and `adapter-selftest` from the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest

from mock_gateway.conformance.baseline import Entry, hold, read_baseline
from mock_gateway.conformance.results import SCHEMA_FILE, from_json, json_schema, level_of
from mock_gateway.conformance.verdicts import Result, Verdict, exit_code
from mock_gateway.scenario import ScenarioErrors
from tests.cli.cli_runs import told
from tests.conformance.conftest import PLAIN

Capture = pytest.CaptureFixture[str]


def check(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    return told(capsys, "check", "client", "--command", PLAIN, *arguments)


def result(verdict: Verdict, case: str = "A", dialect: str = "beta") -> Result:
    return Result(case, dialect, verdict, "MUST", "Says.", "life")


# -- the command -------------------------------------------------------------------------------------------------------


def test_a_client_that_keeps_the_rules_is_worth_0_in_both_dialects(capsys: Capture) -> None:
    code, out, _ = check(capsys, "--run", "LIFE-DONE")

    assert code == 0
    assert {"PASS          LIFE-DONE            beta", "PASS          LIFE-DONE            v1"} <= {*out.splitlines()}
    assert out.splitlines()[-2].startswith("plain: 2 PASS in ")


def test_a_broken_rule_is_worth_1_and_explained_with_a_command_that_repeats_it(capsys: Capture) -> None:
    code, out, _ = check(capsys, "--run", "WIRE-DATA-NOSPACE", "--dialect", "v1", "--tries", "1")

    assert code == 1
    assert "FAIL WIRE-DATA-NOSPACE (v1, MUST)\n  One blank behind the colon" in out
    assert "    expected  'done'\n    got       'running'\n" in out
    assert "again: mock-gateway check client --command '" in out
    assert out.endswith("level: Not conformant\n")


def test_no_case_at_all_is_worth_1(capsys: Capture) -> None:
    code, _, err = check(capsys, "--run", "NOTHING-*")

    assert code == 1
    assert "no case was selected" in err


def test_an_adapter_that_does_not_start_is_worth_3(capsys: Capture) -> None:
    code, _, err = told(capsys, "check", "client", "--command", "no-such-command-at-all")

    assert code == 3
    assert "the adapter does not start: 'no-such-command-at-all' cannot be started" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("client",), "expected one of --command, --adapter-url, --oneshot; found none of them"),
        (("client", "--command", "a", "--oneshot", "b"), "found --command and --oneshot"),
        (("nobody", "--command", "a"), "check cannot check 'nobody'"),
        (("client", "--command", "a", "--dialect", "v2"), "--dialect is 'v2'"),
        (("client", "--command", "a", "--jobs", "0"), "--jobs is 0; expected a whole number from 1"),
        (("client", "--command", "a", "--tries", "many"), "--tries is 'many'; expected a whole number"),
        (("client", "--command", "a", "--baseline", "no-file.yaml"), "no-file.yaml: the file cannot be read"),
    ],
)
def test_what_makes_no_sense_is_worth_2(capsys: Capture, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = told(capsys, "check", *arguments)

    assert code == 2
    assert said in err


def test_list_and_dry_run_show_what_there_is_and_what_would_be_run(capsys: Capture) -> None:
    code, listed, _ = told(capsys, "check", "client", "--list", "--run", "CONC-*")
    dry, planned, _ = check(capsys, "--dry-run", "--run", "CONC-2", "--run", "LIFE-DONE")

    assert (code, dry) == (0, 0)
    assert "Two turns in two sessions at the same time do not mix." in listed
    assert "CONC-2               beta  unsupported: parallel" in planned


def test_the_results_are_a_document_that_its_schema_describes(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "results.json"

    check(capsys, "--run", "LIFE-DONE", "--run", "WIRE-DATA-NOSPACE", "--dialect", "beta", "--json", str(file))

    written = json.loads(file.read_bytes())
    jsonschema_rs.validator_for(json.loads(SCHEMA_FILE.read_bytes())).validate(written)
    document = from_json(file.read_bytes())
    assert document.counts == {"PASS": 1, "FAIL": 1}
    assert document.results[1].evidence is not None


def test_the_schema_of_results_is_the_one_of_the_code() -> None:
    assert SCHEMA_FILE.read_bytes() == json_schema(), "run: python -m mock_gateway.conformance.results"


def test_what_is_known_does_not_count(capsys: Capture, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.yaml"
    baseline.write_text("- { case: WIRE-DATA-NOSPACE, reason: the client splits at colon and blank }\n")

    code, out, _ = check(capsys, "--run", "WIRE-DATA-*SPACE", "--baseline", str(baseline), "--tries", "1")

    assert code == 0
    assert "known: the client splits at colon and blank" in out


def test_explain_tells_of_a_case_and_of_a_rule(capsys: Capture) -> None:
    _, case, _ = told(capsys, "explain", "WIRE-EOL-CRHELD")
    _, rule, _ = told(capsys, "explain", "SEQ-2")
    code, _, err = told(capsys, "explain", "SEQ-22")

    assert "needs: live" in case
    assert 'fault: line-ends  ends: "cr"' in case
    assert "RES-MID" in rule
    assert code == 2 and "did you mean `SEQ-2`?" in err


def test_the_selftest_of_an_adapter_tells_what_it_cannot_do(capsys: Capture) -> None:
    code, out, _ = told(capsys, "adapter-selftest", "--command", PLAIN)

    assert code == 0
    assert "ok    v1: Threads and tool calls are told apart\n" in out
    assert "note  beta: all is declared\n      no resume, subscribe" in out


# -- what results are worth --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "code", "strict", "level"),
    [
        ([Verdict.PASS], 0, 0, "Full"),
        ([Verdict.PASS, Verdict.UNSUPPORTED], 0, 0, "Strict"),
        ([Verdict.PASS, Verdict.NON_STRICT], 0, 1, "Core"),
        ([Verdict.PASS, Verdict.INFO, Verdict.NOT_OBSERVED], 0, 0, "Strict"),
        *[([bad], 1, 1, "Not conformant") for bad in ("FAIL", "FLAKY", "TIMEOUT", "CRASH", "UNTESTABLE")],
        ([Verdict.HARNESS_ERROR, Verdict.FAIL], 4, 4, "Not conformant"),
        ([], 1, 1, "Not conformant"),
    ],
)
def test_what_verdicts_are_worth(verdicts: list[str], code: int, strict: int, level: str) -> None:
    results = [result(Verdict(verdict)) for verdict in verdicts]

    assert (exit_code(results), exit_code(results, strict=True), level_of(results)) == (code, strict, level)


def test_an_entry_that_is_stale_or_past_its_date_is_a_problem() -> None:
    entries = [
        Entry("A", "passes now", "b.yaml:1:1"),
        Entry("B", "late", "b.yaml:2:1", until=date(2026, 1, 1)),
        Entry("C", "known", "b.yaml:3:1", dialect="v1"),
    ]
    results = [result(Verdict.PASS, "A"), result(Verdict.FAIL, "B"), result(Verdict.FAIL, "C", "v1")]

    known, problems = hold(entries, [*results, result(Verdict.FAIL, "C", "beta")], date(2026, 6, 1))

    assert [(one.case, one.dialect) for one in known] == [("C", "v1")]
    assert problems == [
        "b.yaml:1:1: A passes now; take its entry out",
        "b.yaml:2:1: B was to be mended by 2026-01-01",
    ]


def test_a_baseline_names_cases_that_there_are(tmp_path: Path) -> None:
    file = tmp_path / "baseline.yaml"
    file.write_text("- { case: LIFE-DOEN, reason: typo }\n- { case: LIFE-DONE }\n")

    with pytest.raises(ScenarioErrors) as errors:
        read_baseline(file, {"LIFE-DONE"})

    assert "did you mean `LIFE-DONE`?" in str(errors.value)
    assert "an entry has `case` and `reason`" in str(errors.value)
