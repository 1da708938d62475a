"""The agents whose turns end otherwise: cancelled, timed out, failed, replaced by another one.

Nothing here waits for a time: each test acts on an event that it has seen.
"""

from __future__ import annotations

import pytest
from gallery_talk import Begin, message

from mock_gateway.client import (
    Conflict,
    ModelMessage,
    ModelMessageDelta,
    ToolResponse,
    TurnCancelledState,
    TurnCreated,
    TurnErrorState,
    TurnRunningState,
)

QUICK = 10
"""Session seconds per second where a turn has to be met in the middle."""
LASTING = 2
"""The same where a tool of two seconds must still run when the cancellation arrives."""


def test_a_slow_turn_can_be_cancelled_in_the_middle(talk: Begin) -> None:
    research = talk("slow-turn", speed=QUICK)
    seen = []

    for event in research.session.create_turn(input=[message("Research the history of the zip fastener.")]):
        seen.append(event)
        if len(seen) == 5:
            research.session.cancel()
    heard = research.listen(seen)

    assert (heard.done.status, heard.done.cancellation_reason) == ("cancelled", "client-cancelled")
    assert heard.events[0].type == "turn.created"
    assert 5 < len(heard.events) < 1000
    assert research.session.get_turn(heard.turn_id).state() == TurnCancelledState(
        cancellation_reason="client-cancelled"
    )


def test_a_cancelled_slow_turn_is_followed_by_a_quick_one(talk: Begin) -> None:
    research = talk("slow-turn", speed=QUICK)
    events = research.session.create_turn(input=[message("Research the zip fastener.")])
    next(events)
    research.session.cancel()
    first = research.listen(events)

    second = research.say("Just the summary, please.")

    assert first.done.cancellation_reason == "client-cancelled"
    assert second.said == ["In short: teeth, a slider, and a patent from 1917."]


def test_a_slow_turn_that_nobody_cancels_meets_its_timeout(talk: Begin) -> None:
    heard = talk("slow-turn").say("Research the history of the zip fastener.")

    assert (heard.done.status, heard.done.cancellation_reason) == ("cancelled", "server-execution-timeout")
    assert heard.called[0][0] == "crawl"


def test_a_tool_that_runs_is_waited_for_when_its_turn_is_cancelled(talk: Begin) -> None:
    search = talk("slow-tool", speed=LASTING)
    seen = []

    for event in search.session.create_turn(input=[message("Reindex the search.")]):
        seen.append(event)
        if isinstance(event, ModelMessageDelta) and event.finish_reason == "tool_calls":
            search.session.cancel()
    heard = search.listen(seen)

    assert heard.kinds[-3:] == ["model.message", "tool.response", "turn.done"]
    assert heard.results == {"reindex": '{"documents":20481}'}
    assert heard.done.cancellation_reason == "client-cancelled"


def test_a_tool_that_runs_for_long_can_also_be_left_to_end(talk: Begin) -> None:
    heard = talk("slow-tool").say("Reindex the search.")

    assert heard.said[-1] == "20481 documents are in the index."


def test_a_held_turn_runs_until_it_is_cancelled(talk: Begin) -> None:
    kettle = talk("held-turn")
    turn = kettle.session.create_turn(input=[message("Watch the kettle.")], stream=False)
    events = turn.stream()
    seen = [next(events)]
    while not (isinstance(seen[-1], ModelMessageDelta) and seen[-1].finish_reason):
        seen.append(next(events))

    running = turn.state()
    turn.cancel()
    heard = kettle.listen([*seen, *events])

    assert running == TurnRunningState()
    assert heard.kinds == ["turn.created", "model.message", "turn.done"]
    assert heard.done.cancellation_reason == "client-cancelled"
    assert kettle.say("What did you say?").said[0].startswith("The last thing I said was: I am watching.")


def test_a_held_turn_lets_no_other_begin(talk: Begin) -> None:
    kettle = talk("held-turn")
    turn = kettle.session.create_turn(input=[message("Watch the kettle.")], stream=False)

    with pytest.raises(Conflict) as refused:
        kettle.say("Hello?")

    assert turn.id in refused.value.message
    kettle.session.cancel()
    assert isinstance(turn.wait(), TurnCancelledState)


def test_the_server_cancels_a_turn_that_takes_too_long(talk: Begin) -> None:
    puzzle = talk("timeout")

    heard = puzzle.say("Solve the puzzle.")

    assert (heard.done.status, heard.done.cancellation_reason) == ("cancelled", "server-execution-timeout")
    assert heard.results == {}
    stored = list(puzzle.session.get_turn(heard.turn_id).events())
    assert [event.type for event in stored] == ["mcp.initialize", "model.message"]
    assert puzzle.say("Yes, please.").said == ["Shall I try with hints?"]


def test_an_agent_that_goes_in_circles_meets_its_limit(talk: Begin) -> None:
    heard = talk("iteration-limit").say("Find a date that suits everybody.")

    assert (heard.done.status, heard.done.output) == ("error", [])
    assert "limit of 5" in str(heard.done.message)
    assert len(heard.messages) == len(heard.all(ToolResponse)) == 5


def test_a_turn_fails_with_a_text_for_a_person(talk: Begin) -> None:
    board = talk("turn-error")

    heard = board.say("Summarise the board meeting.")

    reason = "the model is overloaded, please try again"
    assert (heard.done.status, heard.done.message) == ("error", reason)
    turn = board.session.get_turn(heard.turn_id)
    assert turn.state() == TurnErrorState(error=reason)
    assert [type(event) for event in turn.events()][1:] == [ModelMessage, ToolResponse]


def test_a_turn_after_a_failed_one_goes_on_from_there(talk: Begin) -> None:
    board = talk("turn-error")
    failed = board.say("Summarise the board meeting.")

    again = board.say("Again, please.")

    assert again.said[0].startswith("This time it worked.")
    assert board.session.get_turn(again.turn_id).previous_turn_id == failed.turn_id


def test_cancelling_ends_the_session_for_an_agent_that_reads_it_so(talk: Begin) -> None:
    taxi = talk("cancelled-session", speed=LASTING)
    events = taxi.session.create_turn(input=[message("Call the taxi to gate 4.")])
    next(events)

    taxi.session.cancel()
    heard = taxi.listen(events)

    assert heard.done.cancellation_reason == "client-cancelled"
    with pytest.raises(Conflict) as refused:
        taxi.say("Hello?")
    assert "create a new session" in refused.value.message


def test_cancelling_only_the_turn_leaves_such_a_session_open(talk: Begin) -> None:
    taxi = talk("cancelled-session", speed=LASTING)
    events = taxi.session.create_turn(input=[message("Call the taxi to gate 4.")])
    created = next(events)
    assert isinstance(created, TurnCreated)

    taxi.session.get_turn(created.turn_id).cancel()
    taxi.listen(events)

    assert taxi.say("Never mind.").said == ["You said: Never mind."]


def test_a_second_thought_replaces_the_turn_that_runs(talk: Begin) -> None:
    music = talk("second-thoughts")
    radio = music.session.create_turn(input=[message("The radio, please.")], stream=False)

    heard = music.say("Play something quiet.")

    assert radio.state() == TurnCancelledState(cancellation_reason="cancelled-for-next-turn")
    assert heard.said[-1] == "Gymnopédie No. 1, for the late hour."


def test_a_running_turn_shows_what_it_has_stored_so_far(talk: Begin) -> None:
    music = talk("second-thoughts")
    radio = music.session.create_turn(input=[message("The radio, please.")], stream=False)

    stored = list(radio.events())

    assert radio.state() == TurnRunningState()
    assert [event.type for event in stored] == ["mcp.initialize", "model.message"]
    radio.cancel()
