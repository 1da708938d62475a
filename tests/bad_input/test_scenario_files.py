"""Scenario files with mistakes: at the start, and saved while they are played."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mock_gateway.cli.loading import history_mistakes
from mock_gateway.cli.main import main
from mock_gateway.scenario import Library
from mock_gateway.settings import Settings
from mock_gateway.testing.process import RunningServer
from tests.bad_input.files import BROKEN, GOOD, Files, of, write
from tests.bad_input.served import until
from tests.bad_input.table import ROWS, Row, cases, covers
from tests.bad_input.wire_text import ask, request


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files are; the working directory, so that messages show short paths."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def listen(*_: object) -> socket.socket:
        raise AssertionError("the mistake was not found before the server listens")

    monkeypatch.setattr("mock_gateway.cli.serve.listen", listen)
    yield


def serve_here() -> int:
    """`mock-gateway serve` over the folder; its exit code."""
    return main(["serve", "--port", "0", "--scenarios", "."])


def assert_says(row: Row, text: str) -> None:
    """Every line that the row promises is there."""
    lines = text.splitlines()
    for wanted in row.says:
        assert any(line.startswith(wanted) for line in lines), text


def is_told(server: RunningServer, line: str) -> bool:
    """Whether a line, or its begin, is on the server's stderr."""
    return line in server.errors()


@cases(BROKEN)
def test_a_broken_file_is_told_with_its_place_and_nothing_is_started(
    row: Row, case: Files, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, case)

    code = serve_here()

    told = capsys.readouterr()
    assert (code, told.out) == (row.exit, "")
    assert_says(row, told.err)


@cases({name: files for name, files in BROKEN.items() if name != "file-same-agent"})
def test_a_file_that_is_saved_broken_keeps_its_last_good_version(row: Row, case: Files, folder: Path) -> None:
    write(folder, {"s.yaml": GOOD})
    library = Library.load(["."])
    good = library.agents["a"]
    write(folder, case)

    found = library.reload()

    told: Sequence[object] = found.errors or history_mistakes(library.agents.values(), Settings())
    assert_says(row, "\n".join(map(str, told)))
    if found.errors:
        assert library.agents["a"] is good


@covers("file-same-agent")
def test_a_second_file_with_an_agent_does_not_take_it_over(folder: Path) -> None:
    write(folder, {"s.yaml": GOOD})
    library = Library.load(["."])
    good = library.agents["a"]
    write(folder, {"t.yaml": "agent: a\n"})

    found = library.reload()

    assert_says(ROWS["file-same-agent"], "\n".join(map(str, found.errors)))
    assert library.agents["a"] is good


@covers("file-unreadable")
def test_a_file_that_cannot_be_read_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = ROWS["file-unreadable"]
    # Nobody can read this, not even who may read everything.
    (folder / "s.yaml").symlink_to("/proc/self/mem")

    code = serve_here()

    assert code == row.exit
    assert_says(row, capsys.readouterr().err)


@covers("file-none")
def test_a_folder_without_scenarios_is_no_server(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = ROWS["file-none"]
    write(folder, {"notes.txt": "hello"})

    code = serve_here()

    assert code == row.exit
    assert_says(row, capsys.readouterr().err)


@covers("file-saved-broken")
def test_a_server_goes_on_with_the_last_good_version(folder: Path) -> None:
    row = ROWS["file-saved-broken"]
    write(folder, {"s.yaml": GOOD})
    with RunningServer("--scenarios", "s.yaml", cwd=folder) as server:
        port = urlsplit(server.url).port
        assert port is not None
        for name in ("file-unknown-key", "file-bad-history"):
            write(folder, BROKEN[name])
            until(partial(is_told, server, ROWS[name].says[0]))

        assert_says(row, server.errors())
        made = ask(port, request("POST", "/sessions", '{"agent_name": "a"}'))
        hello = '{"input": [{"type": "user.message", "content": "hello"}]}'
        turn = request("POST", f"/sessions/{made.json['data']['id']}/turns", hello)
        assert b"Still" in ask(port, turn).body

        write(folder, of("turns: [{ say: Repaired. }]\n"))
        assert server.read_line() == "reloaded a (s.yaml)"
