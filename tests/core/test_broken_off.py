"""Messages that break off: `finish: never`."""

from __future__ import annotations

import pytest

from mock_gateway.core.lifecycle import TurnState
from mock_gateway.scenario import load_text
from mock_gateway.scenario.errors import ScenarioErrors
from tests.stories import Story, story

BROKEN_OFF = """
agent: a
turns:
  - when: { message: hold }
    say: { text: The answer is long, finish: never }
    then: { say: Nobody hears this. }
  - when: { message: crash }
    say: { text: The answer, finish: never }
    fail: gone
"""


@pytest.fixture
def talk() -> Story:
    return story(BROKEN_OFF)


def test_a_message_that_is_never_finished_holds_its_turn_until_a_cancel(talk: Story) -> None:
    turn = talk.say("hold")

    assert turn.state is TurnState.RUNNING
    assert talk.text() == "The answer is long"
    talk.cancel()
    assert (turn.state, turn.cancel_reason) == (TurnState.CANCELLED, "client-cancelled")
    assert not [event for event in talk.events() if event.get("finish_reason")]


def test_a_turn_can_fail_in_the_middle_of_a_message(talk: Story) -> None:
    turn = talk.say("crash")

    assert (turn.state, turn.error, turn.messages) == (TurnState.ERROR, "gone", [])
    assert talk.text() == "The answer"
    assert talk.events()[-2].get("finish_reason") is None


def test_a_listed_message_cannot_break_off() -> None:
    with pytest.raises(ScenarioErrors, match="a listed message cannot break off"):
        load_text("agent: a\nturns: [{ events: [{ message: { say: { text: x, finish: never } } }] }]")
