"""`mock-gateway judge`: clients with one bug each are caught by their requests alone; those without are not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from contract_tests.mutants.adapter import Adapter, Parts
from contract_tests.mutants.in_process import InProcess
from contract_tests.mutants.zoo import MUTANTS
from mock_gateway.cli.main import main
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.cases import Case
from mock_gateway.conformance.check import catalogue
from mock_gateway.conformance.judge.judging import GATEWAY, Plan, every_id, judge
from mock_gateway.conformance.judge.law import LAWS
from mock_gateway.conformance.judge.streams import AGAIN, LOOKED_AT
from mock_gateway.conformance.results import Document
from mock_gateway.conformance.runner import Job, Runner
from mock_gateway.conformance.server.contracts import CONTRACTS
from mock_gateway.conformance.verdicts import BAD, Verdict
from mock_gateway.journal import Entry
from mock_gateway.journal.lines import export_jsonl, parse_jsonl

CAUGHT = {
    "ids-not-encoded": "REQ-KNOWN",
    "wrong-shape": "REQ-SCHEMA",
    "limit-too-large": "REQ-QUERY",
    "wrong-content-type": "REQ-CTYPE",
    "key-forgotten": "REQ-AUTH",
    "key-in-query": "REQ-AUTH-LEAK",
    "key-travels": "REQ-AUTH-LEAK",
    "odd-query": "REQ-EXTRA",
    "no-chain": "LIFE-CHAIN",
    "first-answer-only": "ACT-ANSWERS",
    "one-pause": "ACT-ANSWERS",
    "pause-in-main": "ACT-ANSWERS",
    "approval-as-response": "ACT-ANSWERS",
    "answers-apart": "ACT-ANSWERS",
    "resume-with-text": "ACT-MCP",
    "leaves-after-cancel": "CANC-READ",
    "one-too-far": "RES-CURSOR",
    "id-is-early": "RES-CURSOR",
    "any-digits": "RES-CURSOR",
    "one-too-few": "RES-EXACT",
    "from-the-start": "RES-EXACT",
    "stale-cursor": "RES-EXACT",
    "asks-again": "RES-POST",
    "comes-back-for-ever": "RES-BOUND",
    "retry-after-ignored": "RATE-WAIT",
    "refusal-repeated": "ERR-AGAIN",
    "token-changed": "PAGE-TOKEN",
    "circle-for-ever": "PAGE-ONCE",
}
"""By the name of the client with the bug: the rule that its journal has to break."""
BROKEN = (Verdict.FAIL, Verdict.NON_STRICT, Verdict.INFO)
Make = Callable[[], Adapter]


@cache
def cases() -> dict[str, Case]:
    """The catalogue by id; of those that are tried with many values, one."""
    return {case.id: case for case in catalogue()}


def played(make: Make, case: Case, dialect: str) -> list[Entry]:
    """The journal of a client that plays a case, read back from its lines."""
    kept: list[Entry] = []
    with Bench() as bench:
        bench.gateway.journal.listeners.append(kept.append)
        Runner(bench, lambda: InProcess(make), jobs=1, tries=1).run([Job(case, dialect)])
        return parse_jsonl("".join(f"{line}\n" for line in export_jsonl(kept)))


def judged(entries: Iterable[Entry], **choice: tuple[str, ...]) -> list[Document]:
    return judge(Plan(file="run.jsonl", **choice), entries, ())


def broken(documents: Iterable[Document], *verdicts: Verdict) -> set[str]:
    """The rules that are broken in any of these."""
    return {one.case for document in documents for one in document.results if one.verdict in (verdicts or BROKEN)}


@pytest.mark.parametrize("name", CAUGHT)
def test_a_bug_shows_in_the_journal_and_only_there_where_it_is(name: str) -> None:
    mutant, rule = MUTANTS[name], CAUGHT[name]
    case = cases()[mutant.case]
    dialect = mutant.dialects[-1]

    bad = judged(played(lambda: mutant.adapter(name), case, dialect))
    good = judged(played(lambda: Adapter("fine", Parts()), case, dialect))

    assert rule in broken(bad), broken(bad)
    assert not broken(good, Verdict.FAIL, Verdict.NON_STRICT, Verdict.HARNESS_ERROR)
    result = next(one for told in bad for one in told.results if one.case == rule and one.verdict in BROKEN)
    assert result.evidence is not None and result.evidence.asked and result.expected != result.got


@pytest.fixture(scope="module")
def journal() -> str:
    """A journal of two clients, each in a world of its own: approvals in threads, and pages."""
    kept: list[Entry] = []
    with Bench() as bench:
        bench.gateway.journal.listeners.append(kept.append)
        runner = Runner(bench, lambda: InProcess(lambda: Adapter("fine", Parts())), jobs=1, tries=1)
        runner.run([Job(cases()[id], dialect) for id in ("ACT-APPR-THREAD", "ACT-MCP") for dialect in ("beta", "v1")])
        return "".join(f"{line}\n" for line in export_jsonl(kept))


def bent(journal: str, old: str, new: str) -> list[Entry]:
    """The same journal with something else in its streams."""
    lines = journal.splitlines()
    place = next(index for index, line in enumerate(lines) if '"frames"' in line and old in line)
    lines[place] = lines[place].replace(old, new, 1)
    return parse_jsonl("".join(f"{line}\n" for line in lines))


def test_clients_are_told_apart_and_the_gateway_is_judged_beside_them(journal: str) -> None:
    documents = judged(parse_jsonl(journal))

    assert [one.side for one in documents] == ["journal"] * 4 + ["server"]
    assert len({one.client.name for one in documents}) == 5
    assert not broken(documents, *BAD, Verdict.NON_STRICT)
    gateway = {one.case: one.verdict for one in documents[-1].results}
    assert gateway["TOO-2"] is gateway["V1-TOO-4"] is gateway["THR-2"] is Verdict.PASS
    assert gateway["EVT-12"] is Verdict.NOT_OBSERVED


def test_what_no_journal_shows_is_said_to_be_so(journal: str) -> None:
    documents = judge(Plan(file="run.jsonl"), parse_jsonl(journal), catalogue())

    results = {one.case: one for one in documents[0].results}
    assert results["WIRE-*"].verdict is results["DELTA-*"].verdict is Verdict.NOT_OBSERVED
    assert results["PAGE-TOKEN"].verdict is Verdict.NOT_OBSERVED
    assert results["ACT-ANSWERS"].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (r"id: 2\ndata", r"id: 9\ndata", "STR-1"),
        (r"\"sequence_id\":2,", r"\"sequence_id\":4,", "SEQ-1"),
        (r"\"turn.created\"", r"\"turn.begun\"", "STR-2"),
        (r"\"turn_id\"", r"\"turn\"", "EVT-1"),
        (r"\"thread.created\"", r"\"thread.woke\"", "THR-2"),
    ],
)
def test_a_gateway_that_breaks_the_grammar_is_caught(journal: str, old: str, new: str, rule: str) -> None:
    documents = judged(bent(journal, old, new), clients=(GATEWAY,), dialects=("beta",))

    assert rule in broken(documents, Verdict.FAIL)


def test_two_readers_who_get_different_events_are_noticed(journal: str) -> None:
    lines = journal.splitlines()
    first = next(line for line in lines if '"operation":"create_turn"' in line and '"dialect":"v1"' in line)
    number = len(lines) + 1
    # Somebody else follows the same turn, and is told something else.
    again = first.replace('"operation":"create_turn"', '"operation":"subscribe_turn"', 1)
    again = again.replace(json.loads(first)["id"], f"x-{number}", 1)
    other = again.replace("turn.done", "turn.gone")

    def told(line: str) -> Verdict:
        entries = parse_jsonl("".join(f"{one}\n" for one in [*lines, line]))
        (document,) = judged(entries, clients=(GATEWAY,), run=("V1-STR-17",))
        return document.results[0].verdict

    assert (told(again), told(other)) == (Verdict.PASS, Verdict.FAIL)


def test_every_rule_of_the_streams_is_one_of_the_contract() -> None:
    for dialect, contract in CONTRACTS.items():
        assert {*LOOKED_AT[dialect], AGAIN[dialect]} <= contract.rules.keys()


def test_every_rule_of_clients_says_what_it_asks_in_a_sentence() -> None:
    assert all(one.says.endswith(".") and one.refs for one in LAWS.values())
    assert set(CAUGHT.values()) <= LAWS.keys() <= every_id(())


# -- the command


def test_the_command_tells_of_each_client(journal: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text(journal, "utf-8")

    code = main(["judge", str(file), "--client", "*beta*", "--client", GATEWAY, "--run", "ACT-*", "--run", "STR-2"])

    out = capsys.readouterr().out
    assert code == 0, out
    assert out.count("level:") == 3
    assert "the gateway: 1 PASS" in out


def test_a_broken_rule_fails_the_command_and_is_in_the_report(
    journal: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text(journal.replace('"authorization","Bearer ***"', '"x-nothing","Bearer ***"', 1), "utf-8")
    first = json.loads(journal.splitlines()[1])["world"]

    code = main(["judge", str(file), "--client", f"*{first}", "--json", str(tmp_path / "results.json")])

    (result,) = [
        one for one in json.loads((tmp_path / "results.json").read_text("utf-8"))["results"] if one["verdict"] == "FAIL"
    ]
    assert code == 1 and result["case"] == "REQ-AUTH"
    assert "a bearer key" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["{file}", "--run", "NOPE-*"], 1, "nothing was judged"),
        (["{file}", "--client", "nobody"], 1, "nothing was judged"),
        (["{file}", "--json", "{folder}/results.json"], 2, "choose one with --client"),
        (["{folder}/nothing.jsonl"], 2, "no such file"),
        ([], 2, "there is no journal to judge"),
    ],
)
def test_exit_codes_of_judging(
    flags: list[str], code: int, said: str, journal: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text(journal, "utf-8")

    assert main(["judge", *(flag.format(file=file, folder=tmp_path) for flag in flags)]) == code
    assert said in capsys.readouterr().err


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("hello\n", "utf-8")

    assert main(["judge", str(tmp_path / "notes.txt")]) == 2
    assert "notes.txt:1: this is no line of a journal" in capsys.readouterr().err
