"""`mock-gateway exec`: a server around a command."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from mock_gateway.cli.exec import Forward
from tests.cli.cli_runs import PATIENCE, ROOT, Told, child, told
from tests.testing.testing_talk import REFUND

ASK = """
import json, os, sys, urllib.request
def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": "Bearer " + os.environ["TFY_API_KEY"]}
    request = urllib.request.Request(os.environ["GATEWAY_BASE_URL"] + path, data, headers)
    return urllib.request.urlopen(request).read().decode()
"""
REFUNDED = f"""{ASK}
session = json.loads(ask("/sessions", {{"agent_name": "desk"}}))["data"]["id"]
turn = {{"input": [{{"type": "user.message", "content": "refund"}}]}}
print("turn.done" in ask(f"/sessions/{{session}}/turns", turn))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a scenario."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "desk.yaml").write_text(REFUND)
    return tmp_path


def run(folder: Path, *options: str, program: str) -> Told:
    """Run a program of Python in a server."""
    return child("exec", *options, "--", sys.executable, "-c", program, cwd=folder)


def ended(started: subprocess.Popen[str]) -> int:
    """The exit code of a program that is about to end; one that is not is killed."""
    try:
        return started.wait(PATIENCE)
    finally:
        started.kill()


def test_the_command_finds_a_server_that_is_ready(folder: Path) -> None:
    code, out, err = run(folder, program=f"{ASK}print(ask('/__admin/health'))")

    assert (code, out, err) == (0, '{"status":"ok"}\n', "")


def test_the_command_finds_all_variables(folder: Path) -> None:
    program = "import os; print([os.environ[n] for n in ('MOCK_GATEWAY_URL', 'MOCK_GATEWAY_ADMIN_URL')])"

    _, out, _ = run(folder, program=program)

    assert out.startswith("['http://127.0.0.1:") and out.endswith("/__admin']\n")


def test_a_key_that_is_let_in_stands_in_the_variable(folder: Path) -> None:
    options = ("--only-keys", "--key", "k-1=ada@example.test")

    assert run(folder, *options, program=f"{ASK}print(len(ask('/sessions?agent_name=desk')) > 0)").out == "True\n"


def test_the_command_finds_the_token_of_the_admin_api(folder: Path) -> None:
    program = "import os; print(os.environ['MOCK_GATEWAY_ADMIN_TOKEN'])"

    assert run(folder, "--admin-token", "t-1", program=program).out == "t-1\n"


@pytest.mark.parametrize("code", [0, 3])
def test_its_exit_code_is_passed_on(folder: Path, code: int) -> None:
    assert run(folder, program=f"raise SystemExit({code})").code == code


def test_a_command_that_a_signal_ended_has_the_exit_code_of_a_shell(folder: Path) -> None:
    assert run(folder, program="import os; os.kill(os.getpid(), 9)").code == 128 + signal.SIGKILL


def test_a_command_that_is_not_there_is_127(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = told(capsys, "exec", "--", "no-such-command")

    assert code == 127
    assert "there is no command 'no-such-command'" in err


def test_a_command_that_is_no_program_is_126(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = told(capsys, "exec", "--", str(tmp_path))

    assert code == 126
    assert "cannot be run" in err


@pytest.mark.parametrize("arguments", [["exec"], ["exec", "--speed", "0", "--"]])
def test_no_command_is_a_usage_error(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    code, _, err = told(capsys, *arguments)

    assert code == 2
    assert "mock-gateway exec -- pytest" in err


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"])
def test_signals_go_on_to_the_command(folder: Path, name: str) -> None:
    program = (
        f"import signal, sys; signal.signal(signal.{name}, lambda *_: sys.exit(5)); "
        "print('ready', flush=True); signal.pause()"
    )
    command = [sys.executable, "-m", "mock_gateway", "exec", "--", sys.executable, "-c", program]
    with subprocess.Popen(
        command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None and started.stdout.readline() == "ready\n"

        started.send_signal(signal.Signals[name])

        assert ended(started) == 5


@pytest.mark.parametrize(("terminal", "passed_on"), [(True, ["SIGTERM"]), (False, ["SIGINT", "SIGTERM", "SIGQUIT"])])
def test_what_a_terminal_sends_to_both_is_not_passed_on(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, passed_on: list[str]
) -> None:
    monkeypatch.setattr("mock_gateway.cli.exec._has_terminal", lambda: terminal)
    forward = Forward()
    with subprocess.Popen(["true"]) as child:
        seen: list[str] = []
        monkeypatch.setattr(child, "send_signal", lambda number: seen.append(signal.Signals(number).name))
        forward.to(child)

        for name in ("SIGINT", "SIGTERM", "SIGQUIT"):
            forward(signal.Signals[name], None)

    assert seen == passed_on


def test_a_signal_that_comes_before_the_command_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    forward = Forward()
    forward(signal.SIGTERM, None)

    with subprocess.Popen(["true"]) as child:
        seen: list[int] = []
        monkeypatch.setattr(child, "send_signal", seen.append)
        forward.to(child)

    assert seen == [signal.SIGTERM]


def test_a_terminal_interrupts_the_command_once(folder: Path) -> None:
    program = (
        "import signal, sys; taken = {signal.SIGINT}; signal.pthread_sigmask(signal.SIG_BLOCK, taken); "
        "print('ready', flush=True); signal.sigwait(taken); "
        "sys.exit(5 if signal.sigtimedwait(taken, 0.3) is None else 6)"
    )
    command = [sys.executable, "-m", "mock_gateway", "exec", "--", sys.executable, "-c", program]
    ours, theirs = os.openpty()

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    with subprocess.Popen(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        stdin=theirs,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=take_terminal,
    ) as started:
        assert started.stdout is not None and started.stdout.readline() == "ready\n"

        os.write(ours, b"\x03")

        assert ended(started) == 5
    os.close(ours)
    os.close(theirs)


def test_what_was_odd_is_no_matter_unless_strict(folder: Path) -> None:
    assert run(folder, "--speed", "0", program=REFUNDED)[:2] == (0, "True\n")


def test_strict_fails_a_command_that_passed_and_shows_why(folder: Path) -> None:
    code, out, err = run(folder, "--speed", "0", "--strict", program=REFUNDED)

    assert (code, out) == (1, "True\n")
    assert "it waits for answers to refund" in err
    assert 'model.message "Let me look that up."' in err


def test_strict_leaves_the_exit_code_of_a_command_that_failed(folder: Path) -> None:
    assert run(folder, "--speed", "0", "--strict", program=f"{REFUNDED}raise SystemExit(7)").code == 7


def test_strict_has_nothing_to_say_where_nothing_was_odd(folder: Path) -> None:
    assert run(folder, "--strict", program=f"{ASK}ask('/sessions?agent_name=desk')") == (0, "", "")
