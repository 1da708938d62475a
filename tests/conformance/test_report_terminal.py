"""The report for a terminal: lines while cases run, failures explained at the end."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest

from mock_gateway.cli import reporting
from mock_gateway.conformance.reports import plain_json, terminal
from mock_gateway.conformance.reports.progress import CLEAR, Progress
from mock_gateway.conformance.results import Known
from mock_gateway.conformance.verdicts import Verdict
from tests.cli.cli_runs import told
from tests.conformance.report_documents import HOSTILE, document, every_verdict, result


def test_a_failure_is_explained_with_rule_difference_requests_bytes_and_command() -> None:
    lines = [*terminal.explained(document([result(Verdict.FAIL)]))]

    assert lines == [
        "",
        "FAIL LIFE-DONE (beta, MUST)",
        "  Says said [TRN-3]",
        "  text",
        "    expected  said",
        "    got       said",
        '  fault: cut  at: {"event": 2}',
        "       0 ms  POST /sessions -> 201",
        "       3 ms  POST /turns?x=said -> 200",
        "             event 2: said",
        '                    1.0 ms  b\'id: 1\\ndata: {"type":"turn.created"}\\r\\n\\r\\n\'',
        "                    2.0 ms  b'data: caf\\xc3'",
        "                    2.5 ms  b'\\xa9 \\xff\\n\\n'",
        "  stderr:",
        "    said",
        "  again: mock-gateway x",
    ]


def test_what_fails_a_run_is_explained_after_what_does_not() -> None:
    run = document([result(Verdict.FAIL, "A"), result(Verdict.NON_STRICT, "B"), result(Verdict.CRASH, "C")])

    heads = [line for line in terminal.explained(run) if re.match(r"[A-Z]", line)]

    assert heads == ["NON-STRICT B (beta, SHOULD)", "FAIL A (beta, MUST)", "CRASH C (beta, MUST)"]


def test_what_is_known_is_not_explained() -> None:
    run = document([result(Verdict.FAIL)], known=[Known("LIFE-DONE", "beta", "next release")])

    assert [*terminal.explained(run)] == []
    assert "known, and not counted as failures: 1" in [*terminal.summary(run)]


def test_a_client_cannot_move_the_cursor() -> None:
    run = every_verdict(HOSTILE)

    text = "\n".join([*terminal.explained(run), *terminal.summary(run), *map(terminal.line, run.results)])

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)


@pytest.mark.parametrize("colours", [False, True])
def test_colours_are_for_those_who_want_them(colours: bool) -> None:
    told = terminal.line(result(Verdict.FAIL), colours=colours)

    assert ("\x1b[31mFAIL" in told) is colours


def test_a_pipe_gets_a_line_for_every_result() -> None:
    written: list[str] = []
    progress = Progress(written.append, 2, {("A", ""): "next release"})

    progress.tell(result(case="B"))
    progress.tell(result(Verdict.FAIL, case="A"))
    progress.close()

    assert written == [
        "PASS          B                    beta\n",
        "FAIL          A                    beta  known: next release\n",
    ]


def test_a_terminal_gets_one_line_that_is_written_anew_and_what_fails_stays() -> None:
    written: list[str] = []
    progress = Progress(written.append, 4, {}, width=60)

    progress.tell(result(case="A"))
    progress.tell(result(Verdict.FAIL, case="B"))
    progress.close()

    assert written == [
        f"{CLEAR}━━━━━                1/4  A (beta)",
        f"{CLEAR}FAIL          B                    beta  said\n━━━━━━━━━━           2/4  1 failed  B (beta)",
        CLEAR,
    ]


def test_the_line_never_breaks() -> None:
    written: list[str] = []

    Progress(written.append, 4, {}, width=20).tell(result(case="A" * 50))

    assert len(written[0].removeprefix(CLEAR)) < 20


class Stdout(io.TextIOWrapper):
    """A stdout. is_terminal: what it says of itself."""

    is_terminal = True

    def isatty(self) -> bool:
        return self.is_terminal


@pytest.mark.parametrize(
    ("encoding", "kind", "is_terminal", "drawn"),
    [
        ("utf-8", "xterm", True, True),
        ("utf-8", "xterm", False, False),
        ("utf-8", "dumb", True, False),
        ("ascii", "xterm", True, False),
    ],
)
def test_the_line_is_drawn_where_it_can_be(
    monkeypatch: pytest.MonkeyPatch, encoding: str, kind: str, is_terminal: bool, drawn: bool
) -> None:
    out = Stdout(io.BytesIO(), encoding)
    out.is_terminal = is_terminal
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("TERM", kind)

    progress = reporting.progress(2, {})
    progress.tell(result(case="A"))

    written = out.buffer.getvalue().decode()  # type: ignore[attr-defined]  # it is a BytesIO
    assert ("1/2" in written) is drawn
    assert "A" in written


def test_a_stdout_without_such_characters_gets_their_numbers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "results.json"
    file.write_text(plain_json.render([document([result(Verdict.FAIL, text="café ✓")])]), "utf-8")
    out = Stdout(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", out)

    code = told(capsys, "report", str(file)).code

    assert code == 0
    assert b"expected  caf\\xe9 \\u2713" in out.buffer.getvalue()  # type: ignore[attr-defined]  # it is a BytesIO
