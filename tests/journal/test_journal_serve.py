"""`serve --journal FILE`: the journal of a running server, read while it runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mock_gateway.journal import Exchange, TurnEntry
from mock_gateway.journal.frames import frames_of
from mock_gateway.journal.lines import read_jsonl
from mock_gateway.journal.verify import verify
from mock_gateway.testing.process import RunningServer
from tests.cli.cli_runs import REFUND, new_session, said, send, told, turn_with, until


def test_a_served_journal_can_be_read_while_it_is_written_and_judged(tmp_path: Path) -> None:
    (tmp_path / "refund.yaml").write_text(REFUND)
    file = tmp_path / "run.jsonl"
    with RunningServer("--scenarios", "refund.yaml", "--speed", "0", "--journal", str(file), cwd=tmp_path) as server:
        session = new_session(server.url)
        said(server.url, session, "hello")

        entries = until(lambda: read_jsonl(file), lambda found: len(found) == 3, 20)

    assert [type(entry) for entry in entries] == [Exchange, TurnEntry, Exchange]
    stream = entries[-1]
    assert isinstance(stream, Exchange)
    assert frames_of(stream)[-1].type == "turn.done"
    assert all(one.ok for one in verify(entries, [{"sent": "create_turn", "times": 1}, {"no_violations": True}]))


def test_a_stream_that_the_client_cuts_is_written_as_far_as_it_went(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(f"agent: long\npace: 200 tokens/s\nturns: [{{ say: {'word ' * 5000} }}]\n")
    file = tmp_path / "run.jsonl"
    with RunningServer("--scenarios", "long.yaml", "--journal", str(file), cwd=tmp_path) as server:
        session = new_session(server.url, "long")
        with turn_with(server.url, session, "hello") as answer:
            got = answer.read1(10_000)
            while got.count(b"\n\n") < 5:
                got += answer.read1(10_000)

        entries = until(lambda: read_jsonl(file), lambda found: len(found) == 2, 20)

    stream = entries[-1]
    assert isinstance(stream, Exchange)
    sent = b"".join(frame.raw for frame in frames_of(stream))
    assert sent.startswith(got) and b"turn.done" not in sent


def test_no_key_is_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "refund.yaml").write_text(REFUND)
    file = tmp_path / "run.jsonl"
    with RunningServer("--scenarios", "refund.yaml", "--journal", str(file), cwd=tmp_path) as server:
        with send(server.url, "GET", "/sessions?api_key=sk-very-secret"):
            pass
        until(lambda: read_jsonl(file), lambda found: len(found) == 1, 20)

    assert "sk-very-secret" not in file.read_text() and "***" in file.read_text()


@pytest.mark.parametrize("path", ["none/run.jsonl", "."])
def test_a_server_whose_journal_cannot_be_written_does_not_start(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "refund.yaml").write_text(REFUND)

    run = told(capsys, "serve", "--port", "0", "--scenarios", "refund.yaml", "--journal", path)

    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(f"mock-gateway: the journal file {path} cannot be written: ")
    assert os.listdir(tmp_path) == ["refund.yaml"]  # noqa: PTH208
