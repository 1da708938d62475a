"""`python -m mock_gateway.client PROGRAM.py`: a program runs as python itself would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from client_doubles import CLOSE_HEAD, SESSION, TURN_EVENTS, json_answer, socket_gateway, sse

import mock_gateway.client
from mock_gateway.client.__main__ import SDK_NAME, main

ROOT = Path(mock_gateway.client.__file__).parents[2]


def run(directory: Path, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "dev", "-m", "mock_gateway.client", *arguments],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def write(directory: Path, name: str, source: str) -> str:
    directory.mkdir(exist_ok=True)
    path = directory / name
    path.write_text(source, encoding="utf-8")
    return str(path)


CHAT = """
import os, sys
from truefoundry_gateway_sdk import ModelMessageDelta, TrueFoundryGateway, TurnDone, UserMessage

client = TrueFoundryGateway(base_url=os.environ["GATEWAY_BASE_URL"], api_key="k")
session = client.agents.create_session(agent_name=sys.argv[1])
for event in session.create_turn(input=[UserMessage(content=input("you: "))]):
    if isinstance(event, ModelMessageDelta) and event.thread_id == "main" and event.content:
        print(event.content, end="")
    if isinstance(event, TurnDone):
        print(f" ({event.status})")
"""


def test_a_program_talks_to_a_gateway_under_the_import_name_of_the_sdk(tmp_path: Path) -> None:
    program = write(tmp_path, "chat.py", CHAT)

    with socket_gateway(
        lambda c, _: c.sendall(json_answer({"data": SESSION}, "201 Created")),
        lambda c, _: c.sendall(CLOSE_HEAD + sse(TURN_EVENTS)),
    ) as gateway:
        result = run(tmp_path, program, "support-bot", stdin="hello\n", GATEWAY_BASE_URL=gateway.url)

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "you: Grüße 👋bye (done)\n"


def test_a_program_sees_what_python_itself_would_show_it(tmp_path: Path) -> None:
    source = "import sys, neighbour\nprint(__name__, sys.argv, sys.path[0], sys.modules['__main__'].__file__)\n"
    write(tmp_path / "programs", "neighbour.py", "")
    program = write(tmp_path / "programs", "show.py", source)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    ours = run(elsewhere, program, "-h", "--flag", "a b")
    pythons = subprocess.run(
        [sys.executable, program, "-h", "--flag", "a b"],
        cwd=elsewhere,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert (ours.returncode, ours.stderr) == (0, "")
    assert ours.stdout == pythons.stdout


def test_a_linked_program_finds_the_neighbours_of_the_real_one(tmp_path: Path) -> None:
    write(tmp_path / "real", "neighbour.py", "")
    program = write(tmp_path / "real", "show.py", "import neighbour")
    (tmp_path / "link.py").symlink_to(program)

    assert run(tmp_path, "link.py").returncode == 0


@pytest.mark.parametrize(
    ("source", "code", "complaint"),
    [
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit()", 0, ""),
        ("raise SystemExit('stopped')", 1, "stopped\n"),
        ("1 / 0", 1, "ZeroDivisionError"),
        ("def", 1, "SyntaxError"),
    ],
)
def test_the_exit_code_of_the_program_passes_through(tmp_path: Path, source: str, code: int, complaint: str) -> None:
    result = run(tmp_path, write(tmp_path, "program.py", source))

    assert result.returncode == code
    assert complaint in result.stderr


@pytest.mark.parametrize(("name", "reason"), [("missing.py", "No such file or directory"), (".", "Is a directory")])
def test_a_program_that_cannot_be_opened_is_said_in_one_sentence(tmp_path: Path, name: str, reason: str) -> None:
    result = run(tmp_path, name)

    assert result.returncode == 2
    assert result.stderr == f"mock_gateway.client: cannot run {name}: {reason}\n"
    assert result.stdout == ""


def test_a_missing_argument_is_said_in_one_sentence(tmp_path: Path) -> None:
    result = run(tmp_path)

    assert result.returncode == 2
    assert result.stderr == "usage: python -m mock_gateway.client PROGRAM.py [ARGS...]\n"


def test_help_is_no_error(tmp_path: Path) -> None:
    result = run(tmp_path, "--help")

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("usage: ")


def test_a_program_may_end_while_it_reads_a_stream(tmp_path: Path) -> None:
    source = (
        CHAT.replace('print(event.content, end="")', "keep = [event]; sys.exit(3)")
        .replace("for event in", "events =")
        .replace(
            "):\n    if isinstance(event, ModelMessageDelta)",
            ")\nfor event in events:\n    if isinstance(event, ModelMessageDelta)",
            1,
        )
    )
    program = write(tmp_path, "chat.py", source)

    with socket_gateway(
        lambda c, _: c.sendall(json_answer({"data": SESSION}, "201 Created")),
        lambda c, _: c.sendall(CLOSE_HEAD + sse(TURN_EVENTS[:4])),
    ) as gateway:
        result = run(tmp_path, program, "bot", stdin="hello\n", GATEWAY_BASE_URL=gateway.url)

    assert result.returncode == 3
    assert result.stderr == ""


@pytest.mark.parametrize("source", ["", "raise SystemExit(4)", "1 / 0", f"import sys; del sys.modules['{SDK_NAME}']"])
def test_the_import_name_is_there_for_exactly_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    program = write(tmp_path, "program.py", f"import {SDK_NAME}\nassert {SDK_NAME}.UserMessage\n{source}\n")
    argv, path = sys.argv[:], sys.path[:]
    monkeypatch.delitem(sys.modules, SDK_NAME, raising=False)

    try:
        main([program, "x"])
    except (SystemExit, ZeroDivisionError):
        assert source

    assert SDK_NAME not in sys.modules
    assert (sys.argv, sys.path) == (argv, path)


def test_an_installed_sdk_is_hidden_for_the_run_and_then_there_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, SDK_NAME, pytest)
    program = write(tmp_path, "program.py", f"import {SDK_NAME}; assert {SDK_NAME}.__name__ == 'mock_gateway.client'")

    assert main([program]) == 0

    assert sys.modules[SDK_NAME] is pytest


def test_the_client_uses_nothing_else_of_the_project(tmp_path: Path) -> None:
    source = "import sys; print(*sorted(n for n in sys.modules if n.startswith('mock_gateway')), sep='\\n')"

    loaded = run(tmp_path, write(tmp_path, "program.py", source)).stdout.split()

    assert [name for name in loaded if not name.startswith("mock_gateway.client")] == ["mock_gateway"]
