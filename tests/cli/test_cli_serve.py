"""`serve` as a program: ready, talking, ending."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_gateway.testing.process import RunningServer, ServerFailed, running_server
from tests.cli.cli_runs import REFUND, Told, ask, new_session, said, status, told, turn_with

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with one scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "refund.yaml").write_text(REFUND)
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[RunningServer]:
    """A server that prints everything."""
    with RunningServer("--scenarios", "refund.yaml", "--speed", "0", "--no-quiet", cwd=folder) as running:
        yield running


def refused(capsys: Capture, *arguments: str) -> str:
    """What is said about a server that does not start; stdout never says that there is one."""
    run: Told = told(capsys, "serve", "--port", "0", *arguments)
    assert (run.code, run.out) == (2, ""), run.err
    assert "Traceback" not in run.err
    return run.err


def lines_until(server: RunningServer, wanted: str) -> list[str]:
    """The lines of a server up to the one with a text."""
    lines = [server.read_line()]
    while wanted not in lines[-1]:
        lines.append(server.read_line())
        assert len(lines) < 1000, lines
    return lines


# ---- beginning


def test_a_server_is_healthy_when_it_says_that_it_is_ready(server: RunningServer) -> None:
    assert ask(server.url, "GET", "/__admin/health") == {"status": "ok"}


def test_the_ready_file_has_the_url_and_goes_with_the_server(server: RunningServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert server.ready_file.read_text() == f"{server.url}\n"

    server.child.terminate()
    server.child.wait(20)

    assert [path.name for path in server.ready_file.parent.iterdir()] == ["errors"]
    server.stop()


def test_the_first_screen_has_the_agents_and_the_docs(server: RunningServer) -> None:
    lines = lines_until(server, "docs:")

    assert "  refund-bot  a gated refund" in lines
    assert lines[-1] == f"docs: {server.url}/docs"


def test_the_lines_to_paste_work(server: RunningServer) -> None:
    lines = [line.strip() for line in lines_until(server, "docs:") if "curl" in line]

    done = subprocess.run(["sh", "-c", "\n".join(lines)], capture_output=True, text=True, timeout=20, check=True)

    assert '"content":"Let"' in done.stdout
    assert '"type":"turn.done"' in done.stdout


def test_without_paths_the_folder_is_served_and_then_the_gallery(folder: Path) -> None:
    (folder / "scenarios").mkdir()
    (folder / "refund.yaml").rename(folder / "scenarios" / "refund.yaml")

    with running_server(cwd=folder) as url:
        assert said(url, new_session(url), "anything") == "You said: anything"


# ---- what is printed


def test_requests_and_turns_are_lines(server: RunningServer) -> None:
    lines_until(server, "docs:")
    session = new_session(server.url)
    said(server.url, session, "anything")
    ask(server.url, "POST", f"/sessions/{session}/turns", {"inputs": []})

    first, *lines = [line for line in lines_until(server, "    nothing is") if line]

    assert first.startswith("POST /sessions 201 ")
    assert any(line.startswith("turn ") and " refund-bot done " in line for line in lines)
    assert any(line.startswith(f"POST /sessions/{session}/turns 200 ") for line in lines)
    assert lines[-3].startswith(f"POST /sessions/{session}/turns 422 ")
    assert lines[-2] == "    unknown field 'inputs' (nearest known: input)"


def test_with_json_every_line_is_an_object(folder: Path) -> None:
    with RunningServer("--scenarios", "refund.yaml", "--speed", "0", "--json", "--no-quiet", cwd=folder) as server:
        session = new_session(server.url)
        said(server.url, session, "anything")
        lines = lines_until(server, '/turns", "status": 200')

    events = [json.loads(line) for line in lines]
    assert [event["event"] for event in events] == ["request", "turn", "request"]
    assert events[0]["status"] == 201
    assert (events[1]["session_id"], events[1]["state"]) == (session, "done")


def test_the_ready_line_is_json_too(folder: Path) -> None:
    with RunningServer("--scenarios", "refund.yaml", "--json", cwd=folder) as server:
        assert json.loads(server.first_line) == {"event": "ready", "url": server.url}


def test_a_server_whose_lines_nobody_reads_goes_on(server: RunningServer) -> None:
    for _ in range(40):
        ask(server.url, "GET", "/sessions?agent_name=" + "x" * 4000)

    assert ask(server.url, "GET", "/__admin/health") == {"status": "ok"}
    assert server.stop() == 0


def test_keys_and_subjects_come_from_the_flags(folder: Path) -> None:
    with running_server("--scenarios", "refund.yaml", "--subject", "eve@example.test", cwd=folder) as url:
        created = ask(url, "POST", "/sessions", {"agent_name": "refund-bot"})
    with running_server("--scenarios", "refund.yaml", "--refuse-key", "any", cwd=folder) as url:
        refused_status = status(url, "/sessions?agent_name=refund-bot")

    assert created["data"]["created_by"] == "eve@example.test"
    assert refused_status == 401


# ---- ending


def test_a_signal_to_end_is_no_failure(server: RunningServer) -> None:
    assert server.stop() == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_open_streams_end_with_the_server_within_half_a_second(folder: Path, number: int, code: int) -> None:
    server = RunningServer("--scenarios", "refund.yaml", cwd=folder)
    with turn_with(server.url, new_session(server.url), "hold") as stream:
        assert stream.read(4) == b"id: "
        began = time.monotonic()

        os.kill(server.pid, number)

        assert server.child.wait(20) == code
        assert time.monotonic() - began < 0.5
    server.stop()


def test_a_server_that_ends_by_itself_is_told_with_its_code(folder: Path) -> None:
    with (
        pytest.raises(ServerFailed, match="ended by itself \\(exit code 130\\)") as failed,
        RunningServer("--scenarios", "refund.yaml", cwd=folder) as server,
    ):
        os.kill(server.pid, signal.SIGINT)
        server.child.wait(20)

    assert failed.value.code == 130


def test_a_server_that_does_not_start_is_told_with_what_it_said(folder: Path) -> None:
    with pytest.raises(ServerFailed, match="there is no scenario file or folder nowhere") as failed:
        RunningServer("--scenarios", "nowhere", cwd=folder)

    assert failed.value.code == 2


# ---- not beginning


def test_a_taken_port_is_told_with_the_way_out(capsys: Capture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        message = refused(capsys, "--scenarios", "refund.yaml", "--port", str(port))

    assert message.startswith(f"mock-gateway: port {port} of 127.0.0.1 is taken\n")
    assert "--port 0" in message


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("192.0.2.1", "of 192.0.2.1 is no address of this machine"),
        ("no.such.host.invalid", "of no.such.host.invalid cannot be listened on"),
    ],
)
def test_a_host_that_is_not_ours_is_told(capsys: Capture, host: str, message: str) -> None:
    assert message in refused(capsys, "--scenarios", "refund.yaml", "--host", host)


def test_mistakes_in_scenarios_are_told_with_their_places_and_an_old_ready_file_is_gone(
    capsys: Capture, folder: Path
) -> None:
    (folder / "url").write_text("http://127.0.0.1:1\n")
    (folder / "bad.yaml").write_text("agent: bad\ntruns: []\n")

    message = refused(capsys, "--scenarios", "bad.yaml", "refund.yaml", "--ready-file", "url")

    assert message.startswith("mock-gateway: 1 mistake in the scenarios; nothing was started\nbad.yaml:2:1: ")
    assert "turns" in message
    assert not (folder / "url").exists()


def test_mistakes_in_seeded_histories_are_mistakes_of_the_scenario(capsys: Capture, folder: Path) -> None:
    (folder / "refund.yaml").write_text(REFUND + "sessions: [{ history: [refund, { answer: yes please }] }]\n")

    message = refused(capsys, "--scenarios", "refund.yaml")

    assert message.startswith("mock-gateway: 1 mistake in the scenarios; nothing was started\nrefund.yaml:16:32: ")
    assert "refund waits for a decision" in message


def test_a_folder_without_agents_is_told_with_what_to_do(capsys: Capture, folder: Path) -> None:
    (folder / "empty").mkdir()

    message = refused(capsys, "--scenarios", "empty")

    assert message == "mock-gateway: there is no agent in empty\n  'mock-gateway init' writes a first scenario\n"


@pytest.mark.parametrize("path", ["nowhere/url", ".", "refund.yaml/url"])
def test_a_ready_file_that_cannot_be_is_told_before_anything_listens(capsys: Capture, folder: Path, path: str) -> None:
    message = refused(capsys, "--scenarios", "refund.yaml", "--ready-file", path)

    assert message.startswith(f"mock-gateway: the ready file {path} cannot be written: ")
    assert [path.name for path in folder.iterdir()] == ["refund.yaml"]
