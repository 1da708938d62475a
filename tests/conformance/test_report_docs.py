"""What docs/conformance.md says of reports and of the baseline, done as it stands there."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import pytest

from mock_gateway.conformance.baseline import hold, read_baseline
from mock_gateway.conformance.check import catalogue
from mock_gateway.conformance.results import SCHEMA_FILE, VERSION, from_json
from mock_gateway.conformance.verdicts import Verdict
from tests.cli.cli_runs import told
from tests.conformance.conftest import PLAIN
from tests.conformance.report_documents import result
from tests.conformance.report_picture import MOST

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
TEXT = PAGE.read_text("utf-8")
Capture = pytest.CaptureFixture[str]


def example(name: str) -> str:
    found = re.search(rf"<!-- example: {re.escape(name)} -->\n```\w+\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None, name
    return found[1]


def test_the_reports_are_written_as_the_page_says(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first, *others = [shlex.split(line) for line in example("reports.sh").splitlines()]
    arguments = [PLAIN if one == "python my_adapter.py" else one for one in first[1:]]
    told(capsys, *arguments, "--run", "LIFE-DONE", "--dialect", "beta")
    (tmp_path / "theirs.json").write_bytes((tmp_path / "ours.json").read_bytes())

    codes = [told(capsys, *line[1:]).code for line in others]

    assert codes == [0, 0]
    names = {"ours.json", "theirs.json", "junit.xml", "badge.svg", "clients.html", "summary.md"}
    assert names == {path.name for path in tmp_path.iterdir()}


def test_the_example_of_a_baseline_is_one_that_holds(tmp_path: Path) -> None:
    file = tmp_path / "baseline.yaml"
    file.write_text(example("baseline.yaml"))
    entries = read_baseline(file, {case.id for case in catalogue()})
    results = [
        result(Verdict.FAIL, "WIRE-DATA-NOSPACE"),
        result(Verdict.FAIL, "WIRE-EOL-CR", "v1"),
        result(case="WIRE-EOL-CR", dialect="beta"),
        result(case="RES-STALL"),
    ]

    known, problems = hold(entries, results, date(2027, 1, 31))

    assert [(one.case, one.dialect) for one in known] == [("WIRE-DATA-NOSPACE", "beta"), ("WIRE-EOL-CR", "v1")]
    assert problems == []
    _, late = hold(entries, results, date(2027, 2, 1))
    assert [one.partition(": ")[2] for one in late] == ["WIRE-DATA-NOSPACE was to be mended by 2027-01-31"]


def test_a_baseline_of_the_plain_client_is_true(capsys: Capture, tmp_path: Path) -> None:
    file, results = tmp_path / "baseline.yaml", tmp_path / "results.json"
    file.write_text(example("baseline.yaml").replace("2027-01-31", "2999-01-31"))
    which = ("--run", "WIRE-DATA-NOSPACE", "--run", "WIRE-EOL-CR", "--dialect", "v1", "--tries", "1", "--quiet")

    code, _, _ = told(
        capsys, "check", "client", "--command", PLAIN, *which, "--baseline", str(file), "--json", str(results)
    )

    assert code == 0
    document = from_json(results.read_bytes())
    assert {one.case for one in document.known} == {"WIRE-DATA-NOSPACE", "WIRE-EOL-CR"}
    assert document.level == "Not conformant"


def test_the_schema_is_printed_and_has_the_version_that_the_page_names(capsys: Capture) -> None:
    assert told(capsys, "schema", "--results").out == SCHEMA_FILE.read_text()
    assert f"Its `version` is {VERSION}" in TEXT
    assert f'"$id": "urn:mock-gateway:results:{VERSION}"' in SCHEMA_FILE.read_text()


def test_the_picture_is_there_and_small() -> None:
    picture = (PAGE.parent / "images" / "report.png").read_bytes()

    assert picture.startswith(b"\x89PNG")
    assert len(picture) < MOST
