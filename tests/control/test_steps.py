"""Step by step: each step lets exactly one event through, whatever it is made of and whenever it was due."""

from __future__ import annotations

from typing import Any

import pytest

from mock_gateway.control import ControlError
from mock_gateway.core.errors import Reason
from mock_gateway.core.lifecycle import TurnState
from mock_gateway.core.state import Turn
from mock_gateway.wire.asks import FollowTurn
from mock_gateway.wire.beta.render import stored
from mock_gateway.wire.projection import view_of
from tests.control.desk import (
    BETA,
    DIALECTS,
    GALLERY,
    ME,
    PLAYABLE,
    V1,
    Desk,
    Talk,
    frames,
    refusal_of,
    stream,
    streams,
    suggested,
)

MOST_TURNS = 6
SLOW = {"long-answer", "big-message"}
"""Thousands of events; stepped through by the first of them."""

INSTANT = """
agent: bot
turns:
  - say: { reasoning: Hm. So., text: one two three, cut: words }
    call:
      - { tool: a.one, returns: 1 }
      - { tool: b.two, returns: 2 }
    then: { say: "{{ results }}" }
"""


def paused(text: str = "", **options: Any) -> Desk:
    desk = Desk(text, **options)
    desk.control.clock().set("virtual")
    desk.control.clock().pause()
    return desk


def steps(talk: Talk, dialect: Any, most: int = 100_000) -> list[dict[str, Any]]:
    """Step to the end of the last turn, and see that a reader gets one event each time."""
    turn, told = talk.turn, []
    while len(told) < most:
        step = talk.clock.step(dialect.name)
        if step["event"] is None:
            break
        told.append(step)
        new = frames(stream(turn, dialect, len(told) - 1))
        assert len(new) == 1
        assert new[0].startswith(b"id: %d\n" % step["event"]["sequence_id"])
    return told


def conversation(talk: Talk, message: str, play: Any) -> None:
    """A message, and yes to everything; `play` brings each turn to its end."""
    turn: Turn | None = talk.say(message)
    for _ in range(MOST_TURNS):
        play()
        turn = talk.answer()
        if turn is None:
            return


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("name", sorted(set(PLAYABLE) - SLOW))
def test_a_gallery_scenario_step_by_step_is_the_same_as_at_once(name: str, dialect: Any) -> None:
    whole = Desk(gallery=[name])
    whole.control.clock().set("virtual")
    expected = whole.begin(name)
    conversation(expected, suggested(GALLERY[name]), lambda: expected.clock.finish())

    talk = paused(gallery=[name]).begin(name)
    conversation(talk, suggested(GALLERY[name]), lambda: steps(talk, dialect))

    assert streams(talk.session) == streams(expected.session)


@pytest.mark.parametrize("name", sorted(SLOW))
def test_a_step_in_a_long_text_is_one_piece_of_it(name: str) -> None:
    talk = paused(gallery=[name]).begin(name)
    talk.say(suggested(GALLERY[name]))
    told = steps(talk, V1, 20)
    assert [step["event"]["sequence_id"] for step in told] == list(range(1, 21))


def test_the_other_dialect_shows_what_lies_before_the_gate() -> None:
    talk = paused(INSTANT).begin()
    turn = talk.say()
    counts = []
    for _ in range(6):
        talk.clock.step("beta")
        counts.append((len(frames(stream(turn, BETA))), len(frames(stream(turn, V1)))))
    # Beta shows neither the base of a message nor its reasoning; all of it lies before its first piece of text.
    assert counts[0] == (1, 1)
    assert {v1 - beta for beta, v1 in counts[1:]} == {3}
    while talk.clock.step()["event"] is not None:
        pass
    assert stream(turn, V1).count(b"turn.done") == 1


def test_the_first_dialect_is_stepped_by_default_and_another_one_has_to_exist() -> None:
    talk = paused(INSTANT).begin()
    talk.say()
    told = talk.clock.step()
    assert (told["dialect"], told["event"]["data"]["type"]) == ("beta", "turn.created")
    with pytest.raises(ControlError, match="there is: beta, v1"):
        talk.clock.step("v2")


def test_time_moves_only_when_nothing_is_left_to_show() -> None:
    talk = paused("""
        agent: bot
        turns: [{ say: one two, then: { wait: 1m, then: { say: three } } }]
    """).begin()
    talk.say()
    moved = [step["moved"] for step in steps(talk, BETA)]
    assert sum(moved) == 60.0
    assert [at for at, seconds in enumerate(moved) if seconds] == [moved.index(60.0)]


def test_a_turn_that_waits_for_a_cancel_steps_to_its_timeout() -> None:
    talk = paused("{ agent: bot, limits: { timeout: 10m }, turns: [{ wait: cancel }] }").begin()
    talk.say()
    told = steps(talk, BETA)
    assert [step["event"]["data"]["type"] for step in told] == ["turn.created", "turn.done"]
    assert (told[-1]["moved"], talk.turn.state) == (600.0, TurnState.CANCELLED)


def test_a_cancel_between_two_steps_takes_effect_with_the_next_ones() -> None:
    talk = paused("""
        agent: bot
        turns: [{ say: { pieces: [a, b, c, d], pace: { rate: 1 tokens/s } } }]
    """).begin()
    talk.say()
    for _ in range(3):
        talk.clock.step()
    talk.cancel()
    told = talk.clock.step()
    assert told["event"]["data"]["type"] == "turn.done"
    assert told["event"]["data"]["cancellation_reason"] == "client-cancelled"
    assert told["moved"] == 0.02


def test_a_pause_in_the_middle_shows_no_more_than_there_was() -> None:
    desk = Desk("{ agent: bot, turns: [{ say: { pieces: [a, b, c], pace: { rate: 1 tokens/s } } }] }")
    desk.control.clock().set("virtual")
    talk = desk.begin()
    turn = talk.say()
    talk.clock.advance(1)
    before = stream(turn)

    talk.clock.pause()
    talk.clock.advance(10)
    assert stream(turn) == before
    assert talk.clock.step()["event"]["data"]["content"] == "c"
    talk.clock.resume()

    assert stream(turn).endswith(stream(turn, BETA, 3))
    assert stream(turn).count(b"turn.done") == 1


def test_stored_events_take_no_notice_of_the_gate() -> None:
    talk = paused(INSTANT).begin()
    turn = talk.say()
    talk.clock.finish()
    assert stream(turn) == b""
    kinds = [event["type"] for event in stored(turn, view_of(turn, BETA))]
    assert kinds == ["model.message", "tool.response", "tool.response", "model.message"]


def test_a_turn_that_has_ended_behind_its_gate_can_still_be_followed() -> None:
    talk = paused(INSTANT).begin()
    turn = talk.say()
    talk.clock.finish()
    follow = FollowTurn(talk.session.id, turn.id)

    assert talk.desk.gateway.perform(talk.desk.world, follow, ME) is turn
    steps(talk, BETA)
    refused = refusal_of(lambda: talk.desk.gateway.perform(talk.desk.world, follow, ME))

    assert refused.reason is Reason.TURN_NOT_RUNNING


def test_a_superseded_turn_shows_its_end_before_the_new_one_begins() -> None:
    desk = Desk("{ agent: bot, turns: [{ wait: cancel }] }", concurrent_turn="supersede")
    desk.control.clock().set("virtual")
    desk.control.clock().pause()
    talk = desk.begin()
    first, second = talk.say(), talk.say()
    told = [talk.clock.step()["event"] for _ in range(3)]
    assert [event["turn_id"] for event in told] == [first.id, first.id, second.id]
    assert [event["data"]["type"] for event in told] == ["turn.created", "turn.done", "turn.created"]


def test_without_a_turn_a_step_shows_nothing() -> None:
    talk = paused(INSTANT).begin()
    told = talk.clock.step()
    assert (told["event"], told["moved"], told["turn"]) == (None, 0.0, None)
