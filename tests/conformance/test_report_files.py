"""Reports as files: JUnit XML, Markdown, a badge, JSON; with whatever a client said in them."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema_rs
import pytest

from mock_gateway.conformance.reports import REPORTS, badge, junit, markdown, plain_json, renderer
from mock_gateway.conformance.results import SCHEMA_FILE, Known, from_json
from mock_gateway.conformance.verdicts import Verdict
from tests.cli.cli_runs import told
from tests.conformance.report_documents import HOSTILE, document, every_verdict, result

INSIDE = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"properties", "skipped", "failure", "error", "system-out"},
}
"""The shape that readers of JUnit XML agree on: what may be in what."""
NAMED = {
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"name", "classname", "time"},
    "property": {"name", "value"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"message"},
}


def assert_is_junit(text: str) -> ET.Element:
    root = ET.fromstring(text.encode())
    assert root.tag == "testsuites"
    for one in root.iter():
        assert {child.tag for child in one} <= INSIDE.get(one.tag, set()), one.tag
        assert {*one.attrib} == NAMED.get(one.tag, {*one.attrib}), one.tag
    for suite in root.iter("testsuite"):
        for kind, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[kind]) == len([*suite.iter(tag)])
    for case in root.iter("testcase"):
        tags = [child.tag for child in case]
        assert len(tags) <= 2 and "properties" not in tags[1:]
    return root


# -- JUnit -------------------------------------------------------------------------------------------------------------


def test_a_suite_is_a_family_and_a_case_has_its_rules_and_its_level() -> None:
    root = assert_is_junit(junit.render([document([result(), result(case="CANC-RACE", family="canc")])]))

    assert [suite.attrib["name"] for suite in root] == ["life", "canc"]
    (case,) = root[0].iter("testcase")
    properties = [(one.attrib["name"], one.attrib["value"]) for one in case.iter("property")]
    assert case.attrib["name"] == "LIFE-DONE (beta)"
    assert {("level", "MUST"), ("rule", "TRN-3"), ("verdict", "PASS")} <= {*properties}


def test_each_verdict_is_what_readers_of_junit_take_it_for() -> None:
    root = assert_is_junit(junit.render([every_verdict()]))

    kinds = {}
    for case in root.iter("testcase"):
        verdict = next(one.attrib["value"] for one in case.iter("property") if one.attrib["name"] == "verdict")
        kinds[verdict] = [child.tag for child in case if child.tag != "properties"]
    assert kinds == {
        "PASS": [],
        "NON-STRICT": ["system-out"],
        "INFO": ["system-out"],
        **{verdict: ["failure"] for verdict in ("FAIL", "FLAKY", "TIMEOUT", "CRASH", "UNTESTABLE")},
        **{verdict: ["skipped"] for verdict in ("UNSUPPORTED", "NOT-OBSERVED")},
        "HARNESS-ERROR": ["error"],
    }


def test_what_is_known_is_skipped_and_an_entry_that_is_stale_fails() -> None:
    run = document([result(Verdict.FAIL)], known=[Known("LIFE-DONE", "beta", "next release")])
    run.problems = ["b.yaml:1:1: A passes now; take its entry out"]

    root = assert_is_junit(junit.render([run]))

    (skipped,) = root.iter("skipped")
    (failure,) = root.iter("failure")
    assert skipped.attrib["message"] == "known: next release"
    assert failure.attrib["message"].endswith("take its entry out")


def test_junit_of_several_clients_names_each() -> None:
    root = assert_is_junit(junit.render([document([result()], "one"), document([result()], "two")]))

    assert [suite.attrib["name"] for suite in root] == ["one 1.0: life", "two 1.0: life"]


def test_junit_holds_what_xml_cannot_as_escapes() -> None:
    root = assert_is_junit(junit.render([every_verdict(HOSTILE)]))

    message = next(root.iter("failure")).attrib["message"]
    assert "</script>" in message
    assert r"\x00" in message and r"\ud83d" in message


# -- Markdown ----------------------------------------------------------------------------------------------------------


def test_a_summary_has_the_level_the_failures_and_the_commands() -> None:
    text = markdown.render([document([result(), result(Verdict.FAIL, "CANC-RACE")])])

    assert "## tester 1.0: Not conformant" in text
    assert "1 PASS, 1 FAIL; in 1.5 s, seed 7." in text
    assert "| FAIL | CANC-RACE | beta | Says said &#91;TRN-3&#93; | text: expected said, got said |" in text
    assert "```\nmock-gateway x\n```" in text


def test_a_summary_of_several_begins_with_a_table_of_them() -> None:
    text = markdown.render([document([result()], "one"), document([result(Verdict.FAIL)], "two")])

    assert text.splitlines()[2:6] == [
        "| client | level | PASS | FAIL |",
        "| --- | --- | --- | --- |",
        "| one 1.0 | Full | 1 |  |",
        "| two 1.0 | Not conformant |  | 1 |",
    ]


def test_markdown_keeps_no_markup_of_strangers() -> None:
    run = every_verdict(HOSTILE)
    run.problems = [HOSTILE]
    text = markdown.render([run])

    ours = re.sub(r"</?details>|</?summary>", "", text)
    assert not re.search(r"[<\x00\x1b@\ud83d]|://|\]\(", ours)
    rows = [line for line in text.splitlines() if line.startswith("| FAIL")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [6]


def test_ticks_in_a_command_do_not_end_its_block() -> None:
    text = markdown.render([document([result(Verdict.FAIL, repeat="run '```' '````'")])])

    assert "`````\nrun '```' '````'\n`````" in text


# -- the badge ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "level"),
    [
        (Verdict.PASS, "Full"),
        (Verdict.NON_STRICT, "Core"),
        (Verdict.FAIL, "Not conformant"),
        (Verdict.UNSUPPORTED, "Strict"),
    ],
)
def test_a_badge_is_a_picture_with_the_level_and_loads_nothing(verdict: Verdict, level: str) -> None:
    svg = badge.render([document([result(verdict)])])

    root = ET.fromstring(svg)
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["conformance", level]
    assert root.attrib["aria-label"] == f"conformance: {level}"
    assert "href" not in svg


def test_a_level_from_a_file_cannot_break_out_of_the_badge() -> None:
    run = document([result()])
    run.level = HOSTILE

    assert ET.fromstring(badge.render([run])).attrib["aria-label"].startswith("conformance: </script>")


# -- JSON, and all of them ---------------------------------------------------------------------------------------------


def test_evidence_comes_back_from_json_byte_for_byte() -> None:
    run = document([result(Verdict.FAIL)])

    text = plain_json.render([run])

    jsonschema_rs.validator_for(json.loads(SCHEMA_FILE.read_bytes())).validate(json.loads(text))
    assert from_json(text.encode()) == run


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: str(report.flag))
def test_every_report_takes_no_results_and_every_verdict(report: object) -> None:
    for run in (document([]), every_verdict(HOSTILE)):
        text = renderer(report)([run])  # type: ignore[arg-type]  # parametrize loses the type

        assert text.endswith("\n")


# -- the command -------------------------------------------------------------------------------------------------------


def saved(folder: Path, name: str, *results: object) -> str:
    path = folder / f"{name}.json"
    path.write_text(plain_json.render([document(results, name)]), "utf-8")  # type: ignore[arg-type]  # results
    return str(path)


def test_report_writes_every_kind_from_results(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = saved(tmp_path, "one", result(), result(Verdict.FAIL, "CANC-RACE"))
    flags = [part for report in REPORTS for part in (f"--{report.flag}", str(tmp_path / f"out.{report.flag}"))]

    code, out, _ = told(capsys, "report", file, *flags)

    assert (code, out) == (0, "")
    assert all((tmp_path / f"out.{report.flag}").stat().st_size for report in REPORTS)
    assert (tmp_path / "out.json").read_text() == Path(file).read_text()


def test_report_without_a_flag_prints_what_failed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = told(capsys, "report", saved(tmp_path, "one", result(Verdict.FAIL, "CANC-RACE")))

    assert code == 0
    assert "FAIL CANC-RACE (beta, MUST)" in out
    assert out.endswith("level: Not conformant\n")


def test_report_says_what_is_wrong_with_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    one, other = tmp_path / "text.json", tmp_path / "new.json"
    one.write_text('{"hello": 1}')
    other.write_text('{"version": 99}')
    good = saved(tmp_path, "one", result())

    assert "no results of a check" in told(capsys, "report", str(one)).err
    assert "version 99; this mock-gateway reads up to 1" in told(capsys, "report", str(other)).err
    assert "no such file" in told(capsys, "report", str(tmp_path / "none.json")).err
    assert "about one client" in told(capsys, "report", good, good, "--badge", str(tmp_path / "b.svg")).err
    assert "there is no folder" in told(capsys, "report", good, "--html", str(tmp_path / "no" / "b.html")).err
    assert told(capsys, "report", good, "--html", str(tmp_path)).code == 2
