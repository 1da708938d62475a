"""Searching: what breaks a client is found and made small, the same for the same seed; a mistake of ours is ours."""

from __future__ import annotations

import pytest

from contract_tests.mutants.adapter import Adapter, Json, Parts
from contract_tests.mutants.fold import Fold
from contract_tests.mutants.hunt import Catch, hunt_all, summary, table
from contract_tests.mutants.in_process import InProcess
from mock_gateway.conformance.adapters.channel import DEADLINE, Reply
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.fuzz.features import FEATURES
from mock_gateway.conformance.fuzz.search import Budget, Harness, Search
from mock_gateway.conformance.stories import Stories
from mock_gateway.conformance.verdicts import Verdict
from mock_gateway.core.errors import MockGatewayError
from tests.conformance.drawn import drawn, searched

WITH = {
    "no-crlf": "wire.line-ends",
    "bytes-decoded-apart": "wire.byte-by-byte",
    "blank-needed": "wire.spacing",
    "one-data-line": "wire.several-data-lines",
    "arguments-replaced": "model.call",
    "nested-thread-lost": "model.nested",
    "error-is-done": "model.fails",
    "one-pause": "ask.approval",
    "resume-with-text": "ask.auth",
    "first-page-only": "ask.lists",
    "doubles-taken": "tolerance.double-event",
    "status-lost": "error.status",
    "never-comes-back": "fault.drop-over",
}
"""Mutants, and a feature that shows their bug."""


@pytest.mark.parametrize(("name", "feature"), WITH.items())
def test_a_bug_is_found_with_the_feature_that_shows_it(bench: Bench, name: str, feature: str) -> None:
    search = searched(bench, name, feature)

    assert [one.story.features for one in search.finds] == [(feature,)]
    assert search.finds[0].result.failures == search.finds[0].result.tries
    assert len(search.finds[0].story.faults) <= 1


def test_a_client_without_a_bug_is_not_found_fault_with(bench: Bench) -> None:
    search = searched(bench, "", "model.calls", "wire.chunk-sizes", "tolerance.unknown-field", stories=150)

    assert search.finds == []
    assert search.tried <= 150


def test_the_same_seed_finds_the_same_story_after_the_same_number_of_stories(bench: Bench) -> None:
    first, second = (searched(bench, "arguments-replaced", "model.call") for _ in range(2))

    assert first.finds[0].story == second.finds[0].story
    assert first.finds[0].tried == second.finds[0].tried


def test_a_find_leaves_out_what_it_needed_and_the_search_goes_on(bench: Bench) -> None:
    search = searched(bench, "error-is-done", "model.fails", "model.call", finds=3, stories=120)

    assert {one.bucket for one in search.finds} == {one.bucket for one in search.finds[:2]}
    assert len({one.bucket for one in search.finds}) == len(search.finds)


def test_a_find_tells_how_many_events_its_story_has(bench: Bench) -> None:
    find = searched(bench, "bom-everywhere").finds[0]

    assert find.story.features == ()
    assert find.events == 2
    assert find.story.agent["turns"] == [{"say": {"pieces": ["\ufeff"]}}]


def test_a_client_that_sometimes_fails_is_told_as_flaky(bench: Bench) -> None:
    class Moody(Adapter):
        turns = 0

        def told(self, fold: Fold) -> Json:
            self.turns += 1
            return super().told(fold) | ({"status": "error"} if self.turns % 2 else {})

    search = Search(bench, lambda: InProcess(lambda: Moody("moody", Parts())), ("beta",), budget=Budget(stories=40))
    search.leave_out = frozenset(FEATURES)
    search.run()

    assert [(one.result.verdict, one.result.failures) for one in search.finds] == [(Verdict.FLAKY, 2)]


def test_a_defect_of_ours_ends_the_search_and_is_held_against_nobody(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise MockGatewayError("the scenario makes no sense")

    monkeypatch.setattr(Stories, "tell", broken)

    with pytest.raises(Harness, match=r"makes no sense\n.*HARNESS"):
        searched(bench, "")


def test_an_option_of_one_story_is_not_that_of_the_next(bench: Bench) -> None:
    opened = []

    class Noted(InProcess):
        def call(self, op: str, args: object, deadline: float = DEADLINE) -> Reply:
            if op == "open":
                opened.append(args["options"])  # type: ignore[index]
            return super().call(op, args, deadline)  # type: ignore[arg-type]

    plain, patient = (drawn(FEATURES[name], "beta", 1)[0] for name in ("model.call", "fault.silence"))
    told = Stories(bench, Noted(lambda: Adapter("", Parts())), "beta")
    for story in (plain, plain, patient, plain):
        told.tell(story.case())
    told.close()

    assert opened == [{}, {"read_timeout_ms": 800}, {}]


# -- hunting the zoo ---------------------------------------------------------------------------------------------------


def test_the_hunt_finds_a_mutant_in_a_child_of_its_own() -> None:
    caught = list(hunt_all(["bom-everywhere"], [0], side=1, seconds=30))

    assert [(one.mutant, one.bucket, one.features) for one in caught] == [("bom-everywhere", "FAIL:text", ())]
    assert caught[0].is_small


def test_the_table_says_what_was_found_and_whether_every_seed_found_the_same() -> None:
    catches = [
        Catch("bom-everywhere", 0, "FAIL:text", "beta", (), 2, 0, "FAIL", 10, 1.0),
        Catch("bom-everywhere", 1, "FAIL:text", "beta", (), 2, 0, "FAIL", 20, 1.0),
        Catch("no-crlf", 0, "FAIL:error", "beta", ("wire.line-ends",), 2, 1, "FAIL", 30, 1.0),
        Catch("no-crlf", 1, stories=90, seconds=1.0),
    ]

    lines = table(catches).splitlines()

    assert "| a message | `FAIL:text` | 2 | 0 | 10-20 | 2 of 2 |" in lines[2]
    assert "| `wire.line-ends` | `FAIL:error` | 2 | 1 | 30-90 | 1 of 2 |" in lines[3]
    told = summary(catches)
    assert told.startswith("3 of 4 searches found the bug, the slowest in 1 s; 3 of 3 with at most 3")
