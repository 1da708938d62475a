"""Events that somebody puts into a running turn."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_gateway.control import Cause, ControlError
from tests.control.desk import V1, Desk, Talk, Wall, frames, stream
from tests.stories import tell

HOLD = """
agent: bot
sandbox: true
mcp: { github: {} }
state: { count: 1 }
turns:
  - when: { message: agents }
    call:
      - { sub_agent: ada, input: x, script: [{ wait: 5s }, { say: found }] }
      - { sub_agent: bob, input: y, script: [{ call: { tool: a.b, approval: required } }] }
  - when: { message: slow }
    say: { pieces: [a, b, c], pace: { rate: 1 tokens/s } }
  - when: { message: tool }
    call: { tool: a.b, takes: 10s, returns: 1 }
  - say: Wait.
    then: { wait: cancel }
"""


def held(text: str = "hello") -> Talk:
    desk = Desk(HOLD)
    desk.control.clock().set("virtual")
    talk = desk.begin()
    talk.say(text)
    talk.clock.advance(1)
    return talk


def push(talk: Talk, **event: Any) -> list[str]:
    return [one["type"] for one in talk.desk.control.push(talk.session.id, event)["happened"]]


def told(talk: Talk) -> list[str]:
    return tell([json.loads(frame.split(b"data: ")[1]) for frame in frames(stream(talk.turn))])


def test_an_event_is_in_the_stream_at_once_in_both_dialects() -> None:
    talk = held()
    before = len(frames(stream(talk.turn, V1)))
    assert push(talk, message={"say": "Something {{ state.count }}"}) == ["message.started", "model.message"]
    assert told(talk)[-1] == "main: Something 1 (stop)"
    new = frames(stream(talk.turn, V1))[before:]
    assert [b'"model.message"' in frame for frame in new] == [True] + [False] * (len(new) - 1)


def test_a_whole_sub_agent_can_be_pushed() -> None:
    talk = held()
    push(talk, message={"call": {"id": "c1", "tool": "create_sub_agent"}})
    push(talk, thread_created={"thread": "w", "call": "c1", "name": "worker", "input": "Work."})
    push(talk, message={"thread": "w", "say": "My task: {{ task }}"})
    push(talk, message={"thread": "worker", "say": "Again.", "call": {"id": "c2", "tool": "github.list"}})
    push(talk, tool_response={"thread": "w", "call": "c2", "content": {"ok": True}})
    with pytest.raises(ControlError, match="V1-THR-3"):
        push(talk, thread_done={"thread": "w", "output": "Done."})
    push(talk, tool_response={"call": "c1", "content": "Done."})
    push(talk, thread_done={"thread": "w", "output": "Done."})
    assert told(talk)[3:] == [
        "main: (tool_calls)",
        "worker created",
        "worker: My task: Work. (stop)",
        "worker: Again. (tool_calls)",
        'worker result {"ok":true}',
        "main result Done.",
        "worker done",
    ]


def test_a_thread_that_was_pushed_ends_with_its_turn() -> None:
    talk = held("slow")
    push_into = {"call": {"id": "c1", "tool": "create_sub_agent"}}
    with pytest.raises(ControlError, match="in the middle of a message"):
        push(talk, message=push_into)
    talk = held("tool")
    push(talk, message=push_into)
    push(talk, thread_created={"thread": "w", "call": "c1", "name": "worker", "input": "Work."})
    talk.clock.finish()
    assert told(talk)[-3:] == ["main result", "worker done", "turn done"]
    assert not talk.turn.rest


def test_a_thread_that_was_pushed_into_a_sub_agent_ends_before_it() -> None:
    talk = held("agents")
    push(talk, message={"thread": "ada", "call": {"id": "c1", "tool": "create_sub_agent"}})
    push(talk, thread_created={"thread": "w", "parent": "ada", "call": "c1", "name": "worker", "input": "Work."})
    talk.clock.finish()
    lines = told(talk)
    assert lines.index("worker done") < lines.index("ada done")


def test_a_cancel_ends_a_thread_that_was_pushed_too() -> None:
    talk = held()
    push(talk, message={"call": {"id": "c1", "tool": "create_sub_agent"}})
    push(talk, thread_created={"thread": "w", "call": "c1", "name": "worker", "input": "Work."})
    talk.cancel()
    talk.clock.finish()
    assert told(talk)[-2:] == ["worker error", "turn cancelled"]


def test_a_pushed_event_waits_behind_a_closed_gate() -> None:
    talk = held()
    shown = stream(talk.turn)
    talk.clock.pause()
    push(talk, mcp_initialize={"servers": ["github"]})
    assert stream(talk.turn) == shown
    assert talk.clock.step()["event"]["data"]["type"] == "mcp.initialize"


def test_without_a_running_turn_nothing_can_be_pushed() -> None:
    talk = held()
    talk.cancel()
    talk.clock.finish()
    before = stream(talk.turn)
    with pytest.raises(ControlError, match=r"no turn of session .* is running") as refused:
        push(talk, message={"say": "late"})
    assert refused.value.cause is Cause.CONFLICT
    assert stream(talk.turn) == before


def test_what_was_due_comes_before_what_is_pushed() -> None:
    wall = Wall()
    talk = Desk(HOLD, runtime=wall, speed=1).begin()
    turn = talk.say("slow")
    wall.now += 10
    with pytest.raises(ControlError, match="no turn"):
        push(talk, message={"say": "late"})
    assert stream(turn).count(b"turn.done") == 1


@pytest.mark.parametrize(
    ("event", "part"),
    [
        ({"mesage": {"say": "x"}}, "did you mean `message`?"),
        ({"message": {"sya": "x"}}, "did you mean `say`?"),
        ({"message": {"say": "{{ inptu.text }}"}}, "did you mean `input`?"),
        ({"message": {"say": "{{ result.x }}"}}, "`result` is not known here"),
        ({"message": {"say": "x"}, "after": "1s"}, "it has no `after`"),
        ({"message": {"say": object()}}, "the event is no JSON"),
        ({"message": {"say": "x", "thread": "w"}}, "the thread `w` was not created before (THR-2)"),
        ({"tool_response": {"call": "c9", "content": 1}}, "no call `c9` was made before (TOO-1)"),
        ({"thread_done": {"thread": "main", "output": "x"}}, "`main` never ends by thread_done (THR-1)"),
        (
            {"thread_created": {"thread": "main", "call": "c9", "name": "w", "input": "x"}},
            "`main` is there from the start",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(event: dict[str, Any], part: str) -> None:
    talk = held()
    before, count = stream(talk.turn), len(talk.session.deeds)
    with pytest.raises(ControlError) as refused:
        push(talk, **event)
    assert part in str(refused.value)
    assert refused.value.field == "event"
    assert (stream(talk.turn), len(talk.session.deeds)) == (before, count)


def test_what_is_the_scenarios_own_is_left_to_it() -> None:
    talk = held("agents")
    [bob] = [thread for thread in talk.turn.threads if thread.name == "bob"]
    call_id = talk.turn.threads[0].calls[0].id
    for event, part in (
        ({"message": {"thread": "bob", "say": "x"}}, "waits for an answer of the user"),
        ({"thread_done": {"thread": "ada", "output": "x"}}, "is the scenario's, which ends it itself"),
        ({"thread_done": {"thread": bob.id, "output": "x"}}, "is the scenario's"),
        ({"tool_response": {"call": call_id, "content": 1}}, "which answers it itself (TOO-1)"),
    ):
        with pytest.raises(ControlError) as refused:
            push(talk, **event)
        assert part in str(refused.value)


def test_a_session_has_one_sandbox() -> None:
    talk = held()
    push(talk, sandbox_created={"id": "box.1"})
    with pytest.raises(ControlError, match="one sandbox"):
        push(talk, sandbox_created={})
    assert talk.session.sandbox_id == "box.1"


def test_a_turn_that_is_being_cancelled_takes_nothing_more() -> None:
    talk = held("tool")
    talk.cancel()
    talk.clock.advance(1)
    with pytest.raises(ControlError, match="being cancelled"):
        push(talk, message={"say": "x"})


def test_a_call_that_was_answered_starts_no_thread() -> None:
    talk = held()
    push(talk, message={"call": {"id": "c1", "tool": "create_sub_agent"}})
    push(talk, tool_response={"call": "c1", "content": ""})
    with pytest.raises(ControlError, match="was answered before; it starts no thread any more"):
        push(talk, thread_created={"thread": "w", "call": "c1", "name": "worker", "input": "Work."})


def test_a_thread_that_was_pushed_below_one_that_waits_ends_with_an_error() -> None:
    desk = Desk("""
        agent: bot
        turns:
          - call: { sub_agent: bob, input: y, script: [{ wait: 5s }, { call: { tool: a.b, approval: required } }] }
    """)
    desk.control.clock().set("virtual")
    talk = desk.begin()
    talk.say()
    talk.clock.advance(1)
    push(talk, message={"thread": "bob", "call": {"id": "c1", "tool": "create_sub_agent"}})
    push(talk, thread_created={"thread": "w", "parent": "bob", "call": "c1", "name": "worker", "input": "Work."})
    talk.clock.finish()
    assert told(talk)[-3:] == ["tool.approval_required bob", "worker error", "turn done"]
