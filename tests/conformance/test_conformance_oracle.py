"""The truth of a turn, and the first difference from it."""

from __future__ import annotations

from typing import Any

import pytest

from mock_gateway.conformance.bench import Bench, Stage
from mock_gateway.conformance.observation import Observation, SeenAction, SeenCall
from mock_gateway.conformance.oracle import differences
from mock_gateway.core.commands import UserMessage
from mock_gateway.core.state import Turn
from mock_gateway.gateway import Caller
from mock_gateway.wire.asks import CreateSession, StartTurn

TALK = """
agent: talk
turns:
  - say: { pieces: ["Hel", "lo"], reasoning: Hm., refusal: No. }
    call:
      - { tool: shop.find, arguments: { a: 1 }, fails: gone }
      - { sub_agent: helper, input: go, script: { say: I help. } }
    then: { call: { tool: shop.pay, approval: required, returns: paid } }
"""


def played(bench: Bench, stage: Stage) -> Turn:
    agent = stage.play(TALK)
    world, caller = bench.gateway.world(stage.prefix), Caller("you")

    def play() -> Turn:
        session = bench.gateway.create_session(world, CreateSession(agent), caller)
        return bench.gateway.start_turn(world, StartTurn(session.id, (UserMessage("hello"),)), caller)

    return bench.on_loop(play)


def told(bench: Bench, dialect: str, **cursor: int) -> Observation:
    stage = bench.stage("oracle", dialect)
    return stage.truth(played(bench, stage), **cursor)


def test_a_turn_is_the_same_in_both_dialects_but_for_what_one_cannot_show(bench: Bench) -> None:
    beta, v1 = told(bench, "beta"), told(bench, "v1")

    assert (beta.text, beta.reasoning, beta.refusal) == ("Hello", "", "")
    assert (v1.text, v1.reasoning, v1.refusal) == ("Hello", "Hm.", "No.")
    assert beta.threads == v1.threads
    assert beta.tool_calls == v1.tool_calls
    assert beta.actions == v1.actions == [SeenAction("approval", beta.actions[0].id, "main")]
    assert (beta.status, v1.status) == ("done", "done")


def test_a_result_is_what_the_dialect_shows_of_it(bench: Bench) -> None:
    beta, v1 = told(bench, "beta"), told(bench, "v1")

    assert beta.tool_results is not None and v1.tool_results is not None
    assert beta.tool_results[0].content == '{"error":"gone"}'
    assert v1.tool_results[0].content == '{"error":[{"type":"text","text":"gone"}]}'


@pytest.mark.parametrize("dialect", ["beta", "v1"])
def test_what_comes_before_and_behind_any_cursor_is_the_whole(bench: Bench, dialect: str) -> None:
    stage = bench.stage("cuts", dialect)
    turn = played(bench, stage)
    whole = stage.truth(turn)

    for cursor in range(1, whole.last):
        head, tail = stage.truth(turn, upto=cursor), stage.truth(turn, after=cursor)
        assert head.text + tail.text == whole.text
        assert head.events + tail.events == whole.events
        assert (head.status, head.last, tail.status) == ("running", cursor, "done")


def seen(**fields: Any) -> Observation:
    return Observation(**fields)


def test_the_first_difference_is_named_by_its_field() -> None:
    (found,) = differences(seen(text="Hello", status="done"), seen(text="Helo", status="done"))

    assert (found.field, found.expected, found.got) == ("text", "'Hello'", "'Helo'")


def test_a_long_text_is_shown_around_the_place_where_it_parts() -> None:
    (found,) = differences(seen(text="a" * 500 + "b"), seen(text="a" * 500 + "c"))

    assert "[480:] 'aaaaaaaaaaaaaaaaaaaab' of 501" in found.expected


def test_a_lost_item_is_told_by_its_place() -> None:
    call = SeenCall("c1", "find", "{}")

    (found,) = differences(seen(tool_calls=[call]), seen(tool_calls=[]))

    assert found.got == "[0] nothing more"


def test_what_is_not_reported_is_not_compared() -> None:
    assert list(differences(seen(text="a", events=["x"]), seen(text="a"))) == []


def test_how_a_text_was_cut_does_not_matter_but_every_other_event_does() -> None:
    expected = seen(events=["turn.created", "model.message", "model.message", "tool.response", "turn.done"])

    assert (
        list(differences(expected, seen(events=["turn.created", "model.message", "tool.response", "turn.done"]))) == []
    )
    assert list(differences(expected, seen(events=["turn.created", "model.message", "turn.done"])))


def test_the_order_of_threads_that_go_on_side_by_side_does_not_matter() -> None:
    left, right = SeenCall("a", "x", "{}", "t1"), SeenCall("b", "y", "{}", "t2")

    assert list(differences(seen(tool_calls=[left, right]), seen(tool_calls=[right, left]))) == []
