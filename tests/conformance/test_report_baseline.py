"""The baseline: what is known to fail, with reasons and dates; what is not true any more fails itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mock_gateway.conformance.baseline import hold, read_baseline, written
from mock_gateway.conformance.results import from_json
from mock_gateway.conformance.verdicts import Result, Verdict
from mock_gateway.scenario import ScenarioErrors
from tests.cli.cli_runs import Told, told
from tests.conformance.conftest import PLAIN
from tests.conformance.report_documents import HOSTILE, result

TODAY = date(2026, 11, 22)
CASES = ("A", "B", "C")
BROKEN = "WIRE-DATA-NOSPACE"
"""What the plain client of the tests does wrong."""


def held(tmp_path: Path, text: str, *results: Result) -> tuple[list[str], list[str]]:
    file = tmp_path / "baseline.yaml"
    file.write_text(text, "utf-8")
    known, problems = hold(read_baseline(file, CASES), results, TODAY)
    return [f"{one.case} {one.dialect}: {one.reason}" for one in known], [
        one.removeprefix(f"{tmp_path}/") for one in problems
    ]


def mistakes(tmp_path: Path, text: str) -> str:
    with pytest.raises(ScenarioErrors) as errors:
        held(tmp_path, text)
    return str(errors.value)


def test_a_reason_is_told_with_its_date_and_its_issue(tmp_path: Path) -> None:
    text = "- { case: A, reason: next release, until: 2027-01-31, issue: CLIENT-204 }"

    known, problems = held(tmp_path, text, result(Verdict.FAIL, "A"))

    assert (known, problems) == (["A beta: next release (CLIENT-204, until 2027-01-31)"], [])


@pytest.mark.parametrize(
    ("until", "verdict", "problem"),
    [
        ("2026-11-21", Verdict.FAIL, "was to be mended by 2026-11-21"),
        ("2026-11-22", Verdict.PASS, "passes now; take its entry out"),
        ("2026-11-22", Verdict.UNSUPPORTED, "is UNSUPPORTED now; take its entry out"),
    ],
)
def test_an_entry_fails_after_its_last_day_and_when_it_is_not_true(
    tmp_path: Path, until: str, verdict: Verdict, problem: str
) -> None:
    known, problems = held(tmp_path, f"- {{ case: A, reason: r, until: {until} }}", result(verdict, "A"))

    assert (known, problems) == ([], [f"baseline.yaml:1:3: A {problem}"])


def test_an_entry_of_what_passes_sometimes_is_never_stale(tmp_path: Path) -> None:
    assert held(tmp_path, "- { case: A, reason: r, sometimes: true }", result(case="A")) == ([], [])


def test_an_entry_of_one_contract_says_nothing_of_the_other(tmp_path: Path) -> None:
    known, _ = held(
        tmp_path, "- { case: A, dialect: v1, reason: r }", *(result(Verdict.FAIL, "A", d) for d in ("beta", "v1"))
    )

    assert known == ["A v1: r"]


def test_what_was_not_run_is_neither_known_nor_stale(tmp_path: Path) -> None:
    assert held(tmp_path, "- { case: B, reason: r }", result(case="A")) == ([], [])


def test_every_mistake_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    text = """
- { case: D, reason: r }
- { case: A, reason: "" }
- { case: B, reason: r, until: soon }
- { case: C, reason: r, dialect: v2 }
- { case: C, reason: r, sometimes: often, expires: never }
- { case: A, reason: twice }
"""
    told_of = mistakes(tmp_path, text)

    for said in (
        "there is no case D",
        "the reason is empty",
        "expected a date such as 2026-12-31",
        "expected one of beta, v1",
        "expected one of true, false",
        "an entry has no key `expires`",
        "A has an entry already",
    ):
        assert said in told_of
    assert "baseline.yaml:2:" in told_of


# -- writing one -------------------------------------------------------------------------------------------------------


def test_what_fails_now_is_written_with_a_date_and_can_be_read_again(tmp_path: Path) -> None:
    results = [
        result(Verdict.FAIL, "A", "beta", HOSTILE),
        result(Verdict.FAIL, "A", "v1"),
        result(Verdict.FLAKY, "B", "beta"),
        result(case="B", dialect="v1"),
        result(Verdict.NON_STRICT, "C"),
    ]

    text = written(results, [], TODAY)

    file = tmp_path / "new.yaml"
    file.write_text(text, "utf-8")
    entries = read_baseline(file, CASES)
    assert [(one.case, one.dialect, one.sometimes) for one in entries] == [("A", "", False), ("B", "beta", True)]
    assert {one.until for one in entries} == {date(2027, 2, 20)}
    known, problems = hold(entries, results, TODAY)
    assert (len(known), problems) == (3, [])
    assert "- case: C" in written(results, [], TODAY, strict=True)


def test_entries_that_still_hold_keep_their_reasons_and_stale_ones_go(tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    file.write_text(
        "- { case: A, reason: ours, issue: X-1 }\n- { case: B, reason: stale }\n- { case: C, reason: not run }\n"
    )
    entries = read_baseline(file, CASES)

    text = written([result(Verdict.FAIL, "A"), result(case="B")], entries, TODAY)

    assert text.splitlines()[1:] == [
        "- case: A",
        '  reason: "ours"',
        '  issue: "X-1"',
        "- case: C",
        '  reason: "not run"',
    ]


def test_nothing_that_fails_is_a_baseline_without_entries(tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    file.write_text(written([result()], [], TODAY))

    assert read_baseline(file, CASES) == []


# -- from the command line ---------------------------------------------------------------------------------------------


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> Told:
    which = ("--dialect", "beta", "--tries", "1", "--quiet")
    return told(capsys, "check", "client", "--command", PLAIN, "--run", BROKEN, *which, *arguments)


def test_a_baseline_that_was_written_makes_the_next_run_pass(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file, results = str(tmp_path / "baseline.yaml"), tmp_path / "results.json"

    first = check(capsys, "--write-baseline", file)
    second = check(capsys, "--baseline", file, "--json", str(results))

    assert (first.code, second.code) == (0, 0)
    assert first.out.endswith(f"wrote {file}: 1 entries; give each its reason\n")
    document = from_json(results.read_bytes())
    assert [one.case for one in document.known] == [BROKEN]
    assert document.level == "Not conformant", "what is known is still broken"


def test_a_stale_entry_is_worth_1_and_an_unknown_one_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    stale, unknown = tmp_path / "stale.yaml", tmp_path / "unknown.yaml"
    stale.write_text(f"- {{ case: {BROKEN}, reason: r }}\n- {{ case: LIFE-DONE, reason: r }}\n")
    unknown.write_text("- { case: LIFE-DOEN, reason: r }\n")

    first = check(capsys, "--run", "LIFE-DONE", "--baseline", str(stale))
    second = check(capsys, "--baseline", str(unknown))

    assert (first.code, second.code) == (1, 2)
    assert f"{stale}:2:3: LIFE-DONE passes now; take its entry out" in first.out
    assert "did you mean `LIFE-DONE`?" in second.err
