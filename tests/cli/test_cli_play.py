"""`play`: a conversation in the terminal."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.cli_runs import PATIENCE, REFUND, ROOT, Told, child, told

Capture = pytest.CaptureFixture[str]
Play = Callable[..., str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with one scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "refund.yaml").write_text(REFUND)
    return tmp_path


@pytest.fixture
def play(capsys: Capture) -> Play:
    """Says some lines to the agent at once; what is printed."""

    def say(*lines: str, agent: str = "refund.yaml") -> str:
        messages = [part for line in lines for part in ("--message", line)]
        run: Told = told(capsys, "play", agent, "--speed", "0", *messages)
        assert (run.code, run.err) == (0, "")
        return run.out

    return say


def test_lines_can_be_piped_in(folder: Path) -> None:
    code, out, err = child("play", "refund.yaml", "--speed", "0", cwd=folder, stdin="anything\nrefund\nallow")

    assert (code, err) == (0, "")
    assert out.splitlines()[:3] == ["> anything", "  connected: billing", "You said: anything"]
    assert "Done: RF-1." in out


def test_calls_and_results_are_shown(play: Play) -> None:
    lines = play("refund", "allow").splitlines()

    assert "Let me look that up." in lines
    assert '  -> billing.refund {"amount":12.5}' in lines
    assert '  <- {"id":"RF-1"}' in lines
    assert "Done: RF-1." in lines


def test_a_denial_has_a_reason(play: Play) -> None:
    assert "Not done. too much" in play("refund", "deny too much")


def test_what_is_no_decision_is_asked_again(play: Play) -> None:
    out = play("refund", "perhaps", "yes")

    assert "'perhaps' is no decision" in out
    assert "Done: RF-1." in out


@pytest.mark.parametrize(("given", "answer"), [("2", "blue"), ("3", "3"), ("green", "green")])
def test_a_question_takes_a_number_or_a_text(play: Play, given: str, answer: str) -> None:
    out = play("which", given)

    assert "  1. red\n  2. blue\nWhich one? " in out
    assert f"{answer} it is." in out


def test_a_held_turn_waits_for_its_cancellation(play: Play) -> None:
    out = play("hold", "hello?", "/cancel", "anything")

    assert "the turn is running; /cancel it first" in out
    assert "cancelled 20.0 ms: client-cancelled" in out
    assert "You said: anything" in out


def test_lines_that_end_while_a_turn_is_held_end_the_program(play: Play) -> None:
    assert play("hold").endswith("(held until it is cancelled: /cancel)\n")


def test_a_new_session_forgets_the_old_one(play: Play, folder: Path) -> None:
    (folder / "count.yaml").write_text('agent: count\notherwise: { say: "turn {{ turn.n }}." }\n')

    out = play("a", "b", "/new", "c", agent="count.yaml")

    assert [line for line in out.splitlines() if line.startswith("turn ")] == ["turn 1.", "turn 2.", "turn 1."]


def test_a_server_is_authorised_in_the_terminal(play: Play, folder: Path) -> None:
    (folder / "issues.yaml").write_text(
        "agent: issues\nmcp: { github: { auth: required } }\n"
        "turns: [{ call: { tool: github.list, returns: [7] }, then: { say: One issue. } }]\n"
    )

    out = play("list", "refuse", "allow", agent="issues.yaml")

    assert out.count("authorise github (allow, refuse): ") == 2
    assert "  connected: github" in out
    assert "One issue." in out


def test_sub_agents_have_their_names_before_their_lines(play: Play, folder: Path) -> None:
    (folder / "team.yaml").write_text(
        "agent: team\nturns:\n  - call:\n"
        "      - { sub_agent: legal, input: Read it, script: { say: Clause 7 is odd. } }\n"
        "      - { sub_agent: money, input: Count it, script: { fail: no numbers } }\n"
        "    then: { say: That is all. }\n"
    )

    lines = play("go", agent="team.yaml").splitlines()

    assert "[legal] begins: Read it" in lines
    assert "[legal] Clause 7 is odd." in lines
    assert "[legal] is done" in lines
    assert "[money] failed: no numbers" in lines
    assert "That is all." in lines


def test_a_turn_error_is_shown_with_its_place(play: Play, folder: Path) -> None:
    (folder / "bad.yaml").write_text("agent: bad\nturns: [{ fail: the model is overloaded }]\n")

    assert "-- error 0.0 ms: the model is overloaded  bad.yaml:2:9" in play("go", agent="bad.yaml")


def test_a_refusal_at_the_door_is_shown_and_the_talk_goes_on(play: Play, folder: Path) -> None:
    (folder / "busy.yaml").write_text("agent: busy\ndoor: [{ on: create_turn, nth: 1, answer: 429, message: wait }]\n")

    out = play("one", "two", agent="busy.yaml")

    assert "refused: wait" in out
    assert "You said: two" in out


def test_a_slash_is_written_twice_in_a_message(play: Play) -> None:
    out = play("/what", "//what")

    assert "there is no command /what" in out
    assert "You said: /what" in out


def test_with_json_the_events_of_the_contract_are_printed(capsys: Capture) -> None:
    code, out, _ = told(
        capsys, "play", "refund.yaml", "--speed", "0", "--json", "--message", "refund", "--message", "allow"
    )

    events = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [event["type"] for event in events if event["type"] != "model.message"] == [
        "turn.created",
        "mcp.initialize",
        "tool.approval_required",
        "turn.done",
        "turn.created",
        "tool.response",
        "turn.done",
    ]


def test_the_same_seed_gives_the_same_events(capsys: Capture) -> None:
    runs = [
        told(capsys, "play", "refund.yaml", "--speed", "0", "--seed", seed, "--json", "--message", "refund").out
        for seed in ("1", "1", "2")
    ]

    assert runs[0] == runs[1] != runs[2]


def test_an_unknown_agent_is_told_with_the_nearest(capsys: Capture) -> None:
    code, _, err = told(capsys, "play", "refnd-bot", "--scenarios", "refund.yaml")

    assert code == 2
    assert err == (
        "mock-gateway: there is no agent 'refnd-bot' in refund.yaml, and no such file\n  did you mean refund-bot?\n"
    )


def test_a_person_cancels_while_the_agent_talks(folder: Path) -> None:
    (folder / "slow.yaml").write_text(
        "agent: slow\notherwise: { say: { words: 4000, pace: 40 tokens/s }, then: { say: End. } }\n"
    )
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "mock_gateway", "play", "slow.yaml"]
    environment = {"PYTHONPATH": str(ROOT), "TERM": "dumb"}
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as program:
        os.close(theirs)
        seen = read_until(ours, "> ")
        os.write(ours, b"go\n")
        seen += read_until(ours, " ")
        os.write(ours, b"/cancel\n")
        seen += read_until(ours, "client-cancelled")
        os.write(ours, b"/quit\n")

        assert program.wait(PATIENCE) == 0
    os.close(ours)


def test_an_interrupt_cancels_the_turn_first_and_then_ends(folder: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "mock_gateway", "play", "refund.yaml"]
    environment = {"PYTHONPATH": str(ROOT), "TERM": "dumb"}
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as program:
        os.close(theirs)
        read_until(ours, "> ")
        os.write(ours, b"hold\n")
        read_until(ours, "held until")
        read_until(ours, "> ")
        program.send_signal(signal.SIGINT)
        read_until(ours, "client-cancelled")
        read_until(ours, "> ")
        program.send_signal(signal.SIGINT)

        assert program.wait(PATIENCE) == 130
    os.close(ours)


def read_until(terminal: int, wanted: str) -> str:
    """What a program prints, up to a text."""
    seen = ""
    while wanted not in seen:
        seen += os.read(terminal, 1).decode("utf-8", "replace")
    return seen
