"""Time: pace, cancellation, timeouts, virtual clocks, authorisation."""

from __future__ import annotations

import pytest

from mock_gateway.core.clock import Clock
from mock_gateway.core.commands import FilePart, TextPart, UserMessage
from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.core.lifecycle import TurnState
from tests.stories import story

PACED = """
    agent: bot
    turns:
      - say: { pieces: [a, b, c, d], pace: { first: 1s, rate: 2 tokens/s } }
"""


def contents(s) -> str:
    return "".join(event.get("content", "") for event in s.events())


def test_pieces_come_when_they_are_due_and_not_before():
    s = story(PACED, skipping=False)
    s.say()
    seen = [contents(s)]
    for _ in range(4):
        s.pass_time(0.5)
        seen.append(contents(s))
    assert seen == ["", "", "a", "ab", "abc"]


def test_what_was_missed_is_caught_up_with_at_its_own_time():
    s = story(PACED, skipping=False)
    turn = s.say()
    s.pass_time(60)
    assert contents(s) == "abcd"
    assert turn.completed_at == turn.created_at + 3.0


def test_skipping_ends_a_paced_turn_at_once_in_its_own_time():
    s = story(PACED)
    turn = s.say()
    assert turn.state is TurnState.DONE
    assert turn.completed_at == turn.created_at + 3.0


def test_jitter_is_seeded():
    jittery = PACED.replace("rate: 2 tokens/s", "rate: 2 tokens/s, jitter: 50%")
    ends = []
    for seed in (1, 1, 2):
        turn = story(jittery, seed=seed).say()
        ends.append(turn.completed_at - turn.created_at)
    assert ends[0] == ends[1] != ends[2]
    assert ends[0] != 3.0


def test_a_held_turn_is_not_skipped_into_its_timeout():
    s = story("{agent: bot, limits: {timeout: 1m}, turns: [{wait: cancel}]}", skipping=True)
    turn = s.say()
    assert turn.is_running
    s.pass_time(61)
    assert turn.cancel_reason == "server-execution-timeout"


def test_a_cancel_takes_effect_a_little_later_and_aborts_the_message():
    s = story(PACED, skipping=False, cancel_delay=0.6)
    turn = s.say()
    s.pass_time(1)
    s.cancel()
    assert turn.is_running
    assert contents(s) == "a"
    s.pass_time(0.6)
    assert (turn.state, turn.cancel_reason) == (TurnState.CANCELLED, "client-cancelled")
    assert contents(s) == "ab"
    assert turn.messages == []


TOOL = """
    agent: bot
    turns:
      - say: x
        call: { tool: web.crawl, takes: 2s, returns: found }
        then: { say: never said }
"""


def test_a_cancel_waits_for_a_running_tool_and_says_nothing_more():
    s = story(TOOL, skipping=False)
    turn = s.say()
    s.pass_time(0.5)
    s.cancel()
    s.pass_time(0.5)
    assert turn.is_running
    s.pass_time(1.0)
    assert s.told()[-2:] == ["main result found", "turn cancelled"]
    assert turn.completed_at == turn.created_at + 2


def test_cancelling_twice_or_later_changes_nothing():
    s = story(TOOL, skipping=False)
    turn = s.say()
    s.cancel()
    s.cancel_turn()
    s.pass_time(5)
    before = s.events()
    s.cancel()
    s.cancel_turn()
    assert turn.state is TurnState.CANCELLED
    assert s.events() == before


def test_cancelling_a_session_without_turns_is_fine():
    s = story(TOOL)
    s.cancel()
    s.cancel()


def test_the_session_reading_of_cancel_closes_the_session():
    s = story(TOOL, cancel="session")
    s.cancel()
    with pytest.raises(Refusal) as refused:
        s.say()
    assert refused.value.reason is Reason.SESSION_CANCELLED


def test_a_cancel_marks_the_sandbox_as_stopped_and_keeps_it_the_only_one():
    s = story("{agent: bot, sandbox: {starts: first_turn}, turns: [{wait: cancel}]}")
    s.say()
    assert not s.session.sandbox_stopped
    s.cancel()
    assert s.session.sandbox_stopped
    s.say()
    assert "sandbox.created" not in s.told()


AUTH = """
    agent: bot
    mcp:
      github: { auth: required, allowed_after: 5s }
      linear: { auth: required }
      plain: {}
    turns:
      - call:
          - { tool: github.issues, returns: [1] }
          - { tool: linear.tickets, returns: [] }
        on_refused: { say: Then without. }
        then: { say: "{{ results[0] | length }} issue" }
"""


def test_all_servers_are_asked_for_in_one_event_and_nothing_else_happens():
    s = story(AUTH, skipping=False)
    s.say()
    assert s.told() == ["turn.created", "mcp.auth_required", "turn done"]
    servers = s.events()[1]["servers"]
    assert [server["mcp_server_name"] for server in servers] == ["github", "linear"]
    assert [server["thread_ids"] for server in servers] == [["main"], ["main"]]
    assert servers[0]["auth_url"].startswith("http://127.0.0.1:4010/__auth/")


def allow(s, server: str, *, yes: bool = True) -> None:
    from mock_gateway.core.authorise import decide

    decide(s.session, server, allow=yes)


def test_resuming_too_early_asks_again_for_what_is_missing():
    s = story(AUTH, skipping=False)
    s.say()
    allow(s, "linear")
    s.send()
    assert [server["mcp_server_name"] for server in s.events()[1]["servers"]] == ["github"]
    s.pass_time(5)
    s.send()
    s.pass_time(0)
    told = s.told()
    assert told[:2] == ["turn.created", "mcp.initialize main"]
    assert told[-2:] == ["main: 1 issue (stop)", "turn done"]


def test_a_user_message_is_not_allowed_before_that():
    s = story(AUTH, skipping=False)
    s.say()
    with pytest.raises(Refusal) as refused:
        s.say("hello?")
    assert refused.value.reason is Reason.MESSAGE_WHILE_AUTH


def test_a_refused_server_plays_on_refused():
    s = story(AUTH, skipping=False)
    s.say()
    allow(s, "linear", yes=False)
    s.send()
    s.pass_time(0)
    assert s.text() == "Then without."


def test_servers_are_initialised_once_in_the_documented_contract():
    s = story("{agent: bot, mcp: {plain: {}}, turns: [{say: hi}]}")
    s.say()
    assert "mcp.initialize main" in s.told()
    s.say()
    assert "mcp.initialize main" not in s.told()


def test_a_sub_agent_asks_in_its_own_thread():
    s = story("""
        agent: bot
        mcp: { github: { auth: required, allowed_after: 1 asks } }
        turns:
          - call:
              - sub_agent: ada
                input: x
                script: { call: { tool: github.issues, returns: ok }, then: { say: "{{ result }}" } }
              - { sub_agent: bob, input: y, script: { say: free } }
            then: { say: "{{ results | join(' ') }}" }
    """)
    s.say()
    told = s.told()
    assert told.index("bob done") < told.index("mcp.auth_required")
    asked = next(event for event in s.events() if event["type"] == "mcp.auth_required")
    assert asked["servers"][0]["thread_ids"] != ["main"]
    s.send()
    assert s.text() == "ok free"


@pytest.mark.parametrize(("speed", "wall", "time"), [(1.0, 5.0, 105.0), (10.0, 5.0, 150.0), (0.0, 5.0, 100.0)])
def test_a_clock_relates_wall_time_to_session_time(speed, wall, time):
    clock = Clock(100.0, 0.0, speed)
    assert clock.read(wall) == time
    if speed:
        assert clock.wall(time) == wall


def test_virtual_time_never_goes_back():
    clock = Clock(100.0, 0.0, 0.0)
    clock.advance_to(50)
    assert clock.read(1e9) == 100


def test_a_document_that_came_before_the_authorisation_still_gets_its_sandbox():
    s = story("""
        agent: bot
        sandbox: true
        mcp: { github: { auth: required, allowed_after: 1 asks } }
        turns:
          - call: { tool: github.issues, returns: [] }
            then: { say: done }
    """)
    document = FilePart("a.pdf", "data:application/pdf;base64,AA==", "application/pdf", 1)
    s.send(UserMessage((TextPart("read"), document)))
    assert "sandbox.created" not in s.told()
    s.send()
    assert "sandbox.created" in s.told()
