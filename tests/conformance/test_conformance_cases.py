"""Reading cases: what a file may say, and where a mistake stands."""

from __future__ import annotations

import textwrap
from collections import Counter
from pathlib import Path

import pytest

from mock_gateway.conformance.cases import Case, load_cases
from mock_gateway.conformance.check import catalogue
from mock_gateway.conformance.expectations import KINDS
from mock_gateway.conformance.runner import select
from mock_gateway.conformance.server.beta import register as documented
from mock_gateway.conformance.server.v1 import register as published
from mock_gateway.scenario import ScenarioErrors

HEAD = """
- id: A
  says: A sentence.
  scenario: "{ agent: a, turns: [{ say: hello }] }"
"""


def read(folder: Path, text: str) -> tuple[Case, ...]:
    (folder / "own.yaml").write_text(text)
    return load_cases(folder, KINDS)


def mistakes(folder: Path, text: str) -> str:
    with pytest.raises(ScenarioErrors) as errors:
        read(folder, text)
    return str(errors.value)


def test_every_case_of_the_catalogue_has_a_rule_or_a_standard_behind_it() -> None:
    assert [case.id for case in catalogue() if not case.refs] == []


def test_every_rule_that_a_case_refers_to_is_in_a_register() -> None:
    known = {*documented.REGISTER, *published.RULES}

    strange = [
        (case.id, ref)
        for case in catalogue()
        for ref in case.refs
        if ref not in known and not ref.startswith(("WHATWG ", "RFC "))
    ]

    assert strange == []


def test_every_family_has_cases_and_every_kind_of_evidence_is_there() -> None:
    cases = catalogue()

    assert {"wire", "life", "delta", "tool", "act", "res", "canc", "err", "page"} <= {case.family for case in cases}
    assert set(Counter(case.evidence for case in cases)) == {"adapter", "journal", "both"}
    assert {"beta", "v1"} == {dialect for case in cases for dialect in case.dialects}


def test_a_scenario_may_be_a_file_or_a_text(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "hi.yaml").write_text("agent: hi\nturns: [{ say: hi }]\n")

    (case,) = read(
        tmp_path, HEAD.replace('"{ agent: a, turns: [{ say: hello }] }"', "hi") + "  do: [{ run_turn: {} }]\n"
    )

    assert case.scenario.startswith("agent: hi")


def test_what_a_case_needs_comes_from_its_operations_too(tmp_path: Path) -> None:
    (case,) = read(tmp_path, HEAD + "  needs: [live]\n  do: [{ run_turn: { input: a } }, { cancel: {} }]\n")

    assert case.capabilities == {"live", "cancel"}


def test_for_makes_a_case_for_each_value_and_vary_a_variant(tmp_path: Path) -> None:
    text = """
    - id: E-${error.status}
      says: Status ${error.status} is told.
      for: { error: [{ status: 404, word: gone }, { status: 409, word: busy }] }
      vary: { times: [1, 2] }
      scenario: "{ agent: a, turns: [{ say: '${error.word} {{ turn.n }}' }] }"
      do: [{ run_turn: { input: "${error.word}", stop_after: "${times}" } }]
    """

    first, second = read(tmp_path, textwrap.dedent(text))

    assert (first.id, second.says) == ("E-404", "Status 409 is told.")
    assert [variant.variant for variant in second.variants] == ["times=1", "times=2"]
    assert second.variants[1].steps[0].args == {"input": "busy", "stop_after": 2}
    assert "busy {{ turn.n }}" in second.scenario


def test_the_branches_of_any_are_about_the_step_that_it_names(tmp_path: Path) -> None:
    steps = "  do: [{ run_turn: { input: a }, as: x }, { run_turn: { input: b }, as: y }]\n"
    branches = "  expect: [{ any: [[{ fails: {} }], [{ turns: 1, of: y }]], of: x }]\n"
    (case,) = read(tmp_path, HEAD + steps + branches)

    (one,), (other,) = case.expect[0].value

    assert (one.of, other.of) == ("x", "y")


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (HEAD, "own.yaml:2:3", "`do` is missing"),
        (HEAD + "  do: []\n  level: MUSTY\n", "own.yaml:6:10", "expected one of MUST, SHOULD, MAY, INFO"),
        (HEAD + "  do: [{ run_tun: {} }]\n", "own.yaml:5:8", "did you mean `run_turn`?"),
        (HEAD + "  do: [{ run_turn: { inptu: a } }]\n", "own.yaml:5:22", "did you mean `input`?"),
        (
            HEAD + "  do: [{ run_turn: {}, as: x }]\n  expect: [{ trut: all }]\n",
            "own.yaml:6:14",
            "did you mean `truth`?",
        ),
        (
            HEAD + "  do: [{ run_turn: {}, as: x }]\n  expect: [{ truth: all, of: y }]\n",
            "own.yaml:6:30",
            "no step is called",
        ),
        (
            HEAD + '  do: [{ subscribe: { turn_id: "{{ x.turn_id }}" } }]\n',
            "own.yaml:5:36",
            "no step before is called `x`",
        ),
        (HEAD + "  needs: [flying]\n  do: []\n", "own.yaml:5:11", "expected one of resume"),
        (HEAD + "  do: []\n" + HEAD + "  do: []\n", "own.yaml:7:3", "the case A is in"),
        (HEAD.replace("a, turns", "a, truns") + "  do: []\n", "own.yaml:", "unknown key `truns`"),
    ],
)
def test_a_mistake_names_its_place(tmp_path: Path, text: str, place: str, said: str) -> None:
    told = mistakes(tmp_path, text)

    assert place in told
    assert said in told


def test_a_mistake_in_a_scenario_of_several_lines_stands_where_it_is_written(tmp_path: Path) -> None:
    text = "- id: A\n  says: S.\n  scenario: |\n    agent: a\n    turns:\n      - sya: hello\n  do: []\n"

    assert "own.yaml:6:9: unknown key `sya`" in mistakes(tmp_path, text)


def test_cases_are_selected_by_patterns_and_dialect() -> None:
    jobs = select(catalogue(), ["beta", "v1"], ["ACT-*", "DELTA-REASON"], ["ACT-M*"])

    ids = {(job.case.id, job.dialect) for job in jobs}
    assert ("ACT-APPR-1", "v1") in ids
    assert ("DELTA-REASON", "beta") not in ids
    assert ("ACT-MIX", "beta") not in ids
