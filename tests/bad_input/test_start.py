"""Servers that cannot start: one message, exit code 2, and nothing left behind."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from mock_gateway.cli.main import main
from tests.bad_input.files import GOOD
from tests.bad_input.table import ROWS, Row, cases, covers

Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a good scenario and two bad config files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(f"{GOOD}params: {{ city: Ghent }}\n")
    return tmp_path


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(*_: object) -> bool:
        raise AssertionError("a server was started")

    monkeypatch.setattr("mock_gateway.cli.serve.serve_until_signal", serve)


def assert_refused(row: Row, told: Told, code: int) -> None:
    """The exit code and the lines of a row, and nothing on stdout that looks like a server."""
    out, err = told.readouterr()
    lines = err.splitlines()
    assert code == row.exit, err
    for wanted in row.says:
        assert any(line.startswith(wanted) for line in lines), err
    assert "serving" not in out


FLAGS: Mapping[str, Sequence[str]] = {
    "start-bad-port": ["--port", "70000"],
    "start-foreign-host": ["--port", "0", "--host", "192.0.2.1"],
    "start-bad-flag": ["--prot", "4010"],
    "start-bad-value": ["--speed", "nan"],
    "start-missing-path": ["--scenarios", "t.yaml"],
    "start-unknown-parameter": ["--param", "citty=Ghent"],
    "start-config-missing": ["--config", "nope.yaml"],
    "start-config-no-yaml": ["--config", "c.yaml"],
    "start-config-unknown": ["--config", "c.yaml"],
    "start-ready-no-folder": ["--port", "0", "--ready-file", "nowhere/url"],
}
CONFIGS = {"start-config-no-yaml": "port: [\n", "start-config-unknown": "prot: 4010\n"}


@cases(FLAGS)
def test_what_makes_no_sense_is_named_and_nothing_is_started(
    row: Row, case: Sequence[str], folder: Path, capsys: Told
) -> None:
    (folder / "c.yaml").write_text(CONFIGS.get(row.name, ""))

    code = main(["serve", "--scenarios", "s.yaml", *case])

    assert_refused(row, capsys, code)


@covers("start-taken-port")
def test_a_taken_port_is_left_to_who_has_it(capsys: Told) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code = main(["serve", "--scenarios", "s.yaml", "--port", str(taken.getsockname()[1])])

        assert_refused(ROWS["start-taken-port"], capsys, code)
        with socket.create_connection(taken.getsockname()), taken.accept()[0] as accepted:
            assert accepted.fileno() > 0


@covers("start-unknown-variable")
def test_a_variable_that_is_no_setting_is_remarked_on(monkeypatch: pytest.MonkeyPatch, capsys: Told) -> None:
    monkeypatch.setenv("MOCK_GATEWAY_PROT", "4011")

    code = main(["serve", "--scenarios", "s.yaml", "--explain"])

    assert_refused(ROWS["start-unknown-variable"], capsys, code)


@covers("start-ready-no-file")
def test_a_ready_file_does_not_take_the_place_of_a_pipe(folder: Path, capsys: Told) -> None:
    pipe = folder / "url"
    os.mkfifo(pipe)

    code = main(["serve", "--scenarios", "s.yaml", "--port", "0", "--ready-file", "url"])

    assert_refused(ROWS["start-ready-no-file"], capsys, code)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@covers("start-ready-full-disk")
def test_a_ready_file_on_a_full_disk_is_not_left_half_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    write_text = Path.write_text

    def write_to_a_full_disk(_: Path, text: str, *more: str) -> int:
        return write_text(Path("/dev/full"), text, *more)

    monkeypatch.setattr(Path, "write_text", write_to_a_full_disk)

    code = main(["serve", "--scenarios", "s.yaml", "--port", "0", "--ready-file", "url"])

    assert_refused(ROWS["start-ready-full-disk"], capsys, code)
    assert [path.name for path in folder.iterdir()] == ["s.yaml"]
