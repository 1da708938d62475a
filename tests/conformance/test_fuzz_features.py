"""The features of the fuzzer: each makes stories that can be kept, and that a client without a bug passes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.cases import load_cases
from mock_gateway.conformance.expectations import KINDS
from mock_gateway.conformance.fuzz.features import FEATURES, Feature, singles
from mock_gateway.conformance.fuzz.search import bare
from mock_gateway.conformance.fuzz.story import Story
from mock_gateway.conformance.stories import Stories
from mock_gateway.conformance.tables import filled
from mock_gateway.conformance.verdicts import Verdict
from tests.conformance.drawn import drawn, small_client

PAGE = Path(__file__).parents[2] / "docs" / "fuzzing.md"
QUICK = [
    pytest.param(one, dialect, id=f"{name}-{dialect}")
    for name, one in FEATURES.items()
    for dialect in one.dialects
    if not one.is_slow
]


def test_the_page_has_the_features_of_the_code() -> None:
    text = PAGE.read_text("utf-8")

    assert filled(text) == text, f"run: python -m mock_gateway.conformance.tables {PAGE}"


def test_what_waits_comes_behind_what_does_not_and_coming_back_is_last() -> None:
    usable = singles(frozenset({"resume", "retry", "turn", "live"}))

    order = [2 if one.name.startswith("fault.") and not one.is_slow else one.is_slow for one in usable]
    assert order == sorted(order)


def test_a_feature_whose_capability_is_not_there_is_left_out() -> None:
    assert not [one.name for one in singles(frozenset()) if one.needs]


@pytest.mark.parametrize(("feature", "dialect"), QUICK)
def test_a_client_without_a_bug_passes_what_is_drawn(bench: Bench, feature: Feature, dialect: str) -> None:
    told = drawn(feature, dialect, 2)

    assert told
    for story in told:
        assert_passes(bench, story, dialect)


@pytest.mark.parametrize("feature", [one for one in FEATURES.values() if one.is_slow], ids=lambda one: one.name)
def test_a_client_without_a_bug_passes_what_waits_in_real_time(bench: Bench, feature: Feature) -> None:
    assert_passes(bench, drawn(feature, feature.dialects[-1], 1)[0], feature.dialects[-1])


def assert_passes(bench: Bench, story: Story, dialect: str) -> None:
    one = Stories(bench, small_client(), dialect, clock=story.clock)
    try:
        outcome = one.tell(story.case())
    finally:
        one.close()
    # A fault whose place never comes says nothing about a client.
    assert outcome.verdict is Verdict.PASS or "never met the fault" in outcome.message, (outcome.message, story)


def test_every_story_is_the_same_when_it_is_read_from_a_file(tmp_path: Path) -> None:
    told = [(story, name) for name, one in FEATURES.items() for story in drawn(one, one.dialects[-1], 2)]
    documents = [
        story.document(f"FUZZ-{number}", "A story.", FEATURES[name].dialects[-1], "")
        for number, (story, name) in enumerate(told)
    ]
    (tmp_path / "all.yaml").write_text(
        _dumped([one | {"scenario": _dumped(one["scenario"])} for one in documents]), "utf-8"
    )

    cases = load_cases(tmp_path, tuple(KINDS))

    assert len(cases) == len(told)
    for case, (story, _) in zip(cases, told, strict=True):
        expected = story.case()
        assert [(one.op, one.name, one.within) for one in case.steps] == [
            (one.op, one.name, one.within if "within" in given else None)
            for one, given in zip(expected.steps, story.steps, strict=True)
        ]
        assert case.faults == expected.faults
        assert [(one.kind, one.of) for one in case.expect] == [(one.kind, one.of) for one in expected.expect]


def _dumped(data: object) -> str:
    return yaml.safe_dump(data, sort_keys=False)


def test_without_its_faults_a_story_expects_nothing_that_came_of_them() -> None:
    story = drawn(FEATURES["wire.held"], "beta", 1)[0]

    left = bare(story)

    assert left.faults == ()
    assert {next(iter(one)) for one in left.expect} == {"as_told", "journal"}
