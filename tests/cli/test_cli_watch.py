"""Scenario files that are saved while a server runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_gateway.testing.process import RunningServer
from tests.cli.cli_runs import REFUND, ask, new_session, said, status, until

GREETING = "agent: greeter\notherwise: {{ say: {} }}\n"
SECOND = 1.0
"""What a change may take until it is there (seconds)."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of scenarios."""
    scenarios = tmp_path / "scenarios"
    scenarios.mkdir()
    (scenarios / "greeter.yaml").write_text(GREETING.format("Good morning."))
    (scenarios / "refund.yaml").write_text(REFUND)
    return scenarios


@pytest.fixture
def server(folder: Path) -> Iterator[RunningServer]:
    """A server of that folder."""
    with RunningServer("--speed", "0", "--no-quiet", cwd=folder.parent) as running:
        until(running.read_line, lambda line: line.startswith("docs:"), 10)
        yield running


def greeting(url: str) -> str:
    """What a new session hears."""
    return said(url, new_session(url, "greeter"), "hello")


def test_a_saved_file_is_there_for_new_sessions_and_not_for_old_ones(server: RunningServer, folder: Path) -> None:
    old = new_session(server.url, "greeter")

    (folder / "greeter.yaml").write_text(GREETING.format("Good evening."))

    until(lambda: greeting(server.url), lambda text: text == "Good evening.", SECOND)
    assert said(server.url, old, "hello") == "Good morning."


def test_a_reloaded_agent_is_told_of(server: RunningServer, folder: Path) -> None:
    (folder / "greeter.yaml").write_text(GREETING.format("Good evening."))

    assert server.read_line() == ""
    assert server.read_line() == "reloaded greeter (scenarios/greeter.yaml)"


def test_a_reloaded_agent_is_an_object_with_json(folder: Path) -> None:
    with RunningServer("--speed", "0", "--json", cwd=folder.parent) as server:
        (folder / "greeter.yaml").write_text(GREETING.format("Good evening."))

        assert json.loads(server.read_line()) == {
            "event": "reloaded",
            "agent": "greeter",
            "file": "scenarios/greeter.yaml",
        }


def test_a_broken_file_leaves_the_last_good_one_in_place_and_is_told_of_once(
    server: RunningServer, folder: Path
) -> None:
    (folder / "greeter.yaml").write_text("agent: greeter\notherwse: echo\n")

    until(server.errors, lambda text: "scenarios/greeter.yaml:2:1: " in text, SECOND)
    assert greeting(server.url) == "Good morning."

    (folder / "refund.yaml").write_text(REFUND.replace("refund-bot", "other-bot"))
    until(lambda: status(server.url, "/sessions?agent_name=other-bot"), lambda code: code == 200, SECOND)
    assert server.errors().count("otherwse") == 2, "the message and its line, once"


def test_a_history_that_its_script_does_not_allow_keeps_the_last_good_version(
    server: RunningServer, folder: Path
) -> None:
    wrong = GREETING.format("Good evening.") + "sessions: [{ id: sess-1, history: [hi, { allow: nothing }] }]\n"
    (folder / "greeter.yaml").write_text(wrong)

    until(server.errors, lambda text: "scenarios/greeter.yaml:3:" in text, SECOND)
    assert greeting(server.url) == "Good morning."


def test_new_seeded_sessions_come_to_every_world_that_is_there(server: RunningServer, folder: Path) -> None:
    new_session(f"{server.url}", "greeter")
    ask(server.url, "GET", "/tenant/sessions?agent_name=greeter")

    seeded = GREETING.format("Good evening.") + "sessions: [{ id: sess-seeded, history: [hi] }, { history: [ho] }]\n"
    (folder / "greeter.yaml").write_text(seeded)

    for prefix in ("", "/tenant"):
        path = f"{prefix}/sessions/sess-seeded"
        until(lambda path=path: status(server.url, path), lambda code: code == 200, SECOND)  # type: ignore[misc]
    assert len(ask(server.url, "GET", "/tenant/sessions?agent_name=greeter")["data"]) == 1


def test_a_new_file_brings_its_agent_and_a_removed_one_takes_it(server: RunningServer, folder: Path) -> None:
    (folder / "new.yaml").write_text("agent: newcomer\notherwise: { say: Hi. }\n")
    listed = "/sessions?agent_name=newcomer"
    until(lambda: status(server.url, listed), lambda code: code == 200, SECOND)

    (folder / "new.yaml").unlink()

    until(lambda: status(server.url, listed), lambda code: code == 404, SECOND)


def test_without_watching_nothing_changes(folder: Path) -> None:
    with RunningServer("--speed", "0", "--no-watch", cwd=folder.parent) as server:
        (folder / "greeter.yaml").write_text(GREETING.format("Good evening."))

        with pytest.raises(AssertionError, match=r"^still 'Good morning\.'"):
            until(lambda: greeting(server.url), lambda text: text == "Good evening.", 0.7)
