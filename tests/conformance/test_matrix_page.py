"""docs/client-matrix.md: how it is made of results, and that the one that is there tells of every client."""

from __future__ import annotations

from pathlib import Path

from mock_gateway.conformance.baseline import Entry
from mock_gateway.conformance.results import Client, Document, counts_of, level_of
from mock_gateway.conformance.verdicts import Asked, Evidence, Injected, Result, Verdict, Write
from tests.conformance.clients import CLIENTS
from tests.conformance.matrix import wrong
from tests.conformance.matrix_page import Fuzzed, Row, page

PAGE = Path(__file__).parents[2] / "docs" / "client-matrix.md"


def result(case: str, verdict: Verdict, **more: object) -> Result:
    return Result(case=case, dialect="v1", verdict=verdict, level="MUST", says="Said.", family="wire", refs=(), **more)


def row(*results: Result, entries: tuple[Entry, ...] = (), finds: tuple[Fuzzed, ...] = ()) -> Row:
    client = Client("one", "1", "command", "process", ("v1",), ())
    found = list(results)
    document = Document(client, 0, "", 1.0, level_of(found), counts_of(found), found)
    return Row("one", "command", document, list(entries), list(finds))


def test_the_table_counts_what_passed_and_what_did_not() -> None:
    verdicts = [Verdict.PASS, Verdict.PASS, Verdict.NON_STRICT, Verdict.FAIL, Verdict.TIMEOUT, Verdict.UNSUPPORTED]

    text = page([row(*(result(f"WIRE-{place}", verdict) for place, verdict in enumerate(verdicts)))])

    assert "| wire | 2 / 1 / 2 |" in text
    assert "| act | - |" in text


def test_a_finding_has_its_reason_the_case_and_the_bytes_around_the_fault() -> None:
    writes = [Write(float(place), b"data: %d\n\n" % place) for place in range(20)]
    asked = Asked(
        0, "POST /turns", 200, size=200, faults=[Injected("line-ends", "lines ended with cr", 9.0)], writes=writes
    )
    evidence = Evidence(asked=[asked], scenario="agent: hello", faults=[{"fault": "line-ends", "ends": "cr"}])
    failed = result("WIRE-EOL-CR", Verdict.FAIL, field="text", expected="'a'", got="''", evidence=evidence)
    known = Entry("WIRE-EOL-CR", "CR ends no line. The text is empty then.", "known.yaml:1")

    text = page([row(failed, entries=(known,))])

    assert "### CR ends no line\n\nThe text is empty then.\n" in text
    assert "- one, WIRE-EOL-CR: text: `expected 'a', got ''`" in text
    assert "  - {ends: cr, fault: line-ends}" in text
    assert "# ...\n# 'data: 8\\n\\n'\n# 'data: 9\\n\\n'\n" in text
    assert "data: 7" not in text


def test_finds_of_the_fuzzer_are_told_once_for_all_clients_that_have_them() -> None:
    find = Fuzzed(["wire.cr"], "When lines end with CR, it is so.", "FAIL", "text: nothing", "- id: FUZZ-1", "v1")
    known = Entry("WIRE-BOM-1", "A mark is no mark.", "known.yaml:1")
    marked = Fuzzed(["wire.mark"], "When there is a mark, it is so.", "FAIL", "text: nothing", "- id: FUZZ-2", "v1")
    other = row(finds=(find,))
    other.name = "other"

    text = page([row(entries=(known,), finds=(find, marked)), other])

    assert text.count("### wire.cr\n") == 1
    assert "- one, other\n- `text: nothing`" in text
    assert "When there is a mark, it is so. It is not so: A mark is no mark.\n" in text


def test_what_is_not_known_and_what_is_not_so_any_more_is_wrong() -> None:
    newest = next(client for client in CLIENTS if client.known == ("sdk",) and client.is_steady)
    document = row(result("WIRE-EOL-CR", Verdict.FAIL, message="broken"), result("PAGE-EMPTY", Verdict.PASS)).document

    found = wrong(newest, document)

    assert found[0] == f"{newest.name}: WIRE-EOL-CR (v1): FAIL broken"
    assert [problem.endswith("PAGE-EMPTY passes now; take its entry out") for problem in found[1:]] == [True]


def test_the_page_that_is_there_has_every_client_and_every_reason() -> None:
    text = PAGE.read_text("utf-8")

    header = next(line for line in text.splitlines() if line.startswith("| |"))
    assert header == "| | " + " | ".join(client.name for client in CLIENTS) + " |"
    reasons = {entry.reason for client in CLIENTS for entry in client.entries() if client.is_steady}
    assert [reason for reason in reasons if f"### {reason.partition('. ')[0]}" not in text] == []
