"""Whole cases through whole adapters: what passes, what each mistake of a client comes to."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from mock_gateway.conformance.adapters.process import ProcessChannel
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.cases import Case, load_cases
from mock_gateway.conformance.check import catalogue
from mock_gateway.conformance.runner import Job, Runner, select
from mock_gateway.conformance.verdicts import Result, Verdict
from tests.conformance.conftest import REFERENCE

Channels = Callable[..., ProcessChannel]
CASES = {case.id: case for case in catalogue()}


def judged(bench: Bench, channel: ProcessChannel, case: Case, dialect: str = "beta", tries: int = 3) -> Result:
    how = f"--command '{channel.command}'"
    return Runner(bench, lambda: channel, how, tries=tries).judge(Job(case, dialect), channel)


def written(tmp_path: Path, text: str) -> Case:
    (tmp_path / "own.yaml").write_text(textwrap.dedent(text))
    return load_cases(tmp_path)[0]


@pytest.fixture(scope="module")
def reference_results(bench: Bench) -> list[Result]:
    runner = Runner(bench, lambda: ProcessChannel(REFERENCE), REFERENCE, jobs=2)
    return runner.run(select(CASES.values(), ["beta"]))


def test_the_reference_client_passes_every_case(reference_results: list[Result]) -> None:
    assert [f"{one.case}: {one.message}" for one in reference_results if one.verdict is not Verdict.PASS] == []


def test_results_come_in_the_order_of_the_cases(reference_results: list[Result]) -> None:
    assert [one.case for one in reference_results] == [case.id for case in CASES.values() if "beta" in case.dialects]


@pytest.mark.parametrize("dialect", ["beta", "v1"])
@pytest.mark.parametrize("case", ["LIFE-DONE", "LIFE-ERR", "THREAD-MIX", "TOOL-SPLIT", "ACT-MIX", "ACT-MCP"])
def test_a_client_of_sockets_alone_passes_in_both_dialects(
    bench: Bench, channel: Channels, case: str, dialect: str
) -> None:
    assert judged(bench, channel(), CASES[case], dialect).verdict is Verdict.PASS


def test_what_a_client_does_not_declare_is_unsupported(bench: Bench, channel: Channels) -> None:
    result = judged(bench, channel(), CASES["CONC-2"])

    assert (result.verdict, result.message) == (Verdict.UNSUPPORTED, "needs parallel")


def test_lost_blanks_fail_with_the_first_difference(bench: Bench, channel: Channels) -> None:
    result = judged(bench, channel(bug="strip"), CASES["DELTA-WS"])

    assert (result.verdict, result.bucket, result.tries, result.failures) == (Verdict.FAIL, "DELTA-WS:text", 3, 3)
    assert "two  blanks" in result.expected
    assert result.repeat.endswith("--dialect beta --run DELTA-WS --seed 0")


def test_a_failure_carries_its_evidence(bench: Bench, channel: Channels) -> None:
    evidence = judged(bench, channel(bug="strip"), CASES["DELTA-WS"], tries=1).evidence

    assert evidence is not None
    assert [one.op for one in evidence.steps] == ["open", "create_session", "run_turn"]
    assert [one.status for one in evidence.asked] == [201, 200]
    assert b"two  blanks" in b"".join(write.data for write in evidence.asked[1].writes)
    assert "agent: blanks" in evidence.scenario


def test_what_fails_only_sometimes_is_flaky(bench: Bench, channel: Channels) -> None:
    result = judged(bench, channel(bug="flaky"), CASES["LIFE-DONE"])

    assert (result.verdict, result.tries, result.failures) == (Verdict.FLAKY, 3, 2)
    assert result.message.startswith("failed 2 of 3 tries: ")


def test_mixed_threads_are_seen(bench: Bench, channel: Channels) -> None:
    result = judged(bench, channel(bug="mix"), CASES["THREAD-MIX"], "v1", tries=1)

    assert (result.verdict, result.field) == (Verdict.FAIL, "text")


def test_a_crash_is_told_with_stderr_and_the_next_case_goes_on(bench: Bench, channel: Channels) -> None:
    one = channel(bug="crash")

    first, second = judged(bench, one, CASES["LIFE-DONE"], tries=1), judged(bench, one, CASES["ERR-NO-AGENT"], tries=1)

    assert first.verdict is Verdict.CRASH
    assert first.evidence is not None and "a bug of the client" in first.evidence.stderr
    assert second.verdict is Verdict.PASS


def test_a_client_that_hangs_is_killed(bench: Bench, channel: Channels, tmp_path: Path) -> None:
    case = written(
        tmp_path,
        """
        - id: HANG
          says: A client answers.
          scenario: "{ agent: a, turns: [{ say: hello }] }"
          do: [{ run_turn: { input: hello }, within: 0.2 }]
        """,
    )

    assert judged(bench, channel(bug="hang"), case, tries=1).verdict is Verdict.TIMEOUT


def test_a_line_that_is_no_reply_is_the_adapters_fault_and_quoted(bench: Bench, channel: Channels) -> None:
    result = judged(bench, channel(bug="print"), CASES["LIFE-DONE"], tries=1)

    assert result.verdict is Verdict.UNTESTABLE
    assert "'debug: a turn begins'" in result.message


def test_a_field_that_is_not_reported_is_not_observed(bench: Bench, channel: Channels, tmp_path: Path) -> None:
    case = written(
        tmp_path,
        """
        - id: PLACE
          says: The session is told.
          scenario: "{ agent: a, turns: [{ say: hello }] }"
          do: [{ run_turn: { input: hello } }]
          expect: [{ truth: [session_id] }]
        """,
    )

    assert judged(bench, channel(), case).verdict is Verdict.NOT_OBSERVED


def test_a_defect_of_ours_is_never_the_clients(bench: Bench, channel: Channels, tmp_path: Path) -> None:
    case = written(
        tmp_path,
        """
        - id: BROKEN
          says: A fault that there is not.
          scenario: "{ agent: a, turns: [{ say: hello }] }"
          faults: [{ fault: earthquake }]
          do: [{ run_turn: { input: hello } }]
        """,
    )

    result = judged(bench, channel(), case)

    assert (result.verdict, result.tries) == (Verdict.HARNESS_ERROR, 1)
    assert "earthquake" in result.message


def test_a_should_that_is_not_kept_is_not_strict(bench: Bench, channel: Channels, tmp_path: Path) -> None:
    case = written(
        tmp_path,
        """
        - id: LIKE
          says: A client says goodbye.
          level: SHOULD
          scenario: "{ agent: a, turns: [{ say: hello }] }"
          do: [{ run_turn: { input: hello } }]
          expect: [{ seen: { text: goodbye } }]
        """,
    )

    assert judged(bench, channel(), case).verdict is Verdict.NON_STRICT


def test_an_adapter_that_does_not_start_says_so(channel: Channels) -> None:
    from mock_gateway.conformance.adapters.channel import NotStarted

    with pytest.raises(NotStarted, match="cannot be started"):
        channel("no-such-command-at-all").hello()


def test_a_fault_that_was_never_met_proves_nothing(bench: Bench, channel: Channels, tmp_path: Path) -> None:
    case = written(
        tmp_path,
        """
        - id: NEVER
          says: A fault on a request that nobody makes.
          scenario: "{ agent: a, turns: [{ say: hello }] }"
          faults: [{ fault: status, status: 500, on: [list_turns] }]
          do: [{ run_turn: { input: hello } }]
        """,
    )

    result = judged(bench, channel(), case, tries=1)

    assert (result.verdict, result.message) == (Verdict.UNTESTABLE, "the client never met the fault: status")


def test_of_several_ways_the_one_that_came_furthest_tells_the_difference(
    bench: Bench, channel: Channels, tmp_path: Path
) -> None:
    case = written(
        tmp_path,
        """
        - id: EITHER
          says: A client fails, or says goodbye.
          scenario: "{ agent: a, turns: [{ say: hello }] }"
          do: [{ run_turn: { input: hello } }]
          expect:
            - any:
                - - fails: {}
                - - seen: { reasoning: "" }
                  - seen: { text: goodbye }
        """,
    )

    result = judged(bench, channel(), case, tries=1)

    assert (result.verdict, result.field, result.expected) == (Verdict.FAIL, "text", "'goodbye'")


def test_every_variant_of_a_case_has_to_pass(bench: Bench, channel: Channels, tmp_path: Path) -> None:
    case = written(
        tmp_path,
        """
        - id: GREET
          says: A client says what was said.
          scenario: "{ agent: a, turns: [{ say: hello }] }"
          vary: { word: [hello, goodbye] }
          do: [{ run_turn: { input: hello } }]
          expect: [{ seen: { text: "${word}" } }]
        """,
    )

    result = judged(bench, channel(), case, tries=1)

    assert result.verdict is Verdict.FAIL
    assert result.message.startswith("word=goodbye: ")
