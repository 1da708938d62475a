"""The sessions that exist from the start: their turns, in every state, and how a client goes on with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from gallery_talk import Begin, Talk

from mock_gateway.client import (
    Conflict,
    ModelMessage,
    ToolApprovalRequired,
    ToolResponse,
    TrueFoundryGateway,
    TurnCancelledState,
    TurnDoneState,
    TurnErrorState,
    TurnRunningState,
    UserToolApproval,
)

AtSpeed = Callable[..., TrueFoundryGateway]


def test_history_lists_its_sessions_newest_first(gateway_at: AtSpeed) -> None:
    sessions = list(gateway_at().agents.list_sessions("history"))

    assert [session.title for session in sessions] == [
        "The wine",
        "A table for six",
        "A long evening",
        "No answer",
        "Changed my mind",
        "A reservation",
        "The menu",
    ]
    assert [session.id for session in sessions][:3] == ["sess-running", "sess-to-approve", "sess-all-states"]


def test_history_belongs_to_those_who_began_it(gateway_at: AtSpeed) -> None:
    agents = gateway_at().agents

    ada = [session.title for session in agents.list_sessions("history", created_by_subject_slug="ada@example.test")]

    assert ada == ["A reservation", "The menu"]


@pytest.mark.parametrize(
    ("title", "states"),
    [
        ("The menu", [TurnDoneState]),
        ("A reservation", [TurnDoneState, TurnDoneState]),
        ("Changed my mind", [TurnCancelledState]),
        ("No answer", [TurnErrorState]),
        ("A table for six", [TurnDoneState]),
        ("The wine", [TurnRunningState]),
        ("A long evening", [TurnDoneState, TurnCancelledState, TurnErrorState, TurnRunningState]),
    ],
)
def test_history_has_turns_in_every_state(gateway_at: AtSpeed, title: str, states: list[type]) -> None:
    [session] = [one for one in gateway_at().agents.list_sessions("history") if one.title == title]

    turns = list(session.list_turns(order="asc"))

    assert [type(turn.state()) for turn in turns] == states
    assert [turn.previous_turn_id for turn in turns] == [None, *(turn.id for turn in turns)][:-1]


def test_history_can_be_read_back_event_by_event(gateway_at: AtSpeed) -> None:
    [session] = [one for one in gateway_at().agents.list_sessions("history") if one.title == "A reservation"]

    asked, allowed = session.list_turns(order="asc")

    assert [event.type for event in asked.events()] == ["mcp.initialize", "model.message", "tool.approval_required"]
    assert [event.type for event in allowed.events()] == ["tool.response", "model.message"]
    assert isinstance(allowed.input[0], UserToolApproval)  # type: ignore[index]


def test_a_paused_session_of_the_past_waits_for_its_approval(talk: Begin) -> None:
    table = talk("history", session_id="sess-to-approve")
    [turn] = table.session.list_turns()
    message, pause = turn.state().output  # type: ignore[union-attr]
    assert isinstance(message, ModelMessage)
    assert isinstance(pause, ToolApprovalRequired)

    answer = {
        "type": "user.tool_approval",
        "thread_id": pause.thread_id,
        "tool_call_id": message.tool_calls[0].id,
        "approval": {"status": "allow"},
    }
    heard = table.send([answer])

    assert [response.content for response in heard.all(ToolResponse)] == ['{"reservation":"R-118"}']
    assert heard.said == ["Reserved as R-118."]


def test_a_running_session_of_the_past_can_be_followed_and_cancelled(talk: Begin) -> None:
    wine = talk("history", session_id="sess-running")
    [turn] = wine.session.list_turns()

    events = turn.stream()
    turn.cancel()
    heard = wine.listen(events)

    assert heard.said == ["I tell you when they call back."]
    assert heard.done.cancellation_reason == "client-cancelled"


def test_a_running_session_of_the_past_takes_no_other_turn(talk: Begin) -> None:
    wine = talk("history", session_id="sess-running")

    with pytest.raises(Conflict):
        wine.say("What is on the menu?")


def test_history_agent_also_begins_new_conversations(talk: Begin) -> None:
    restaurant = talk("history")

    asked, denied = restaurant.say("Is there a table for two tonight?"), restaurant.deny()

    assert asked.pending == ["reserve"]
    assert denied.said == ["As you wish."]


@pytest.fixture
def support(talk: Begin) -> Talk:
    """A session with the agent of the documentation."""
    return talk("support-bot")


def test_support_refunds_after_a_question_and_an_approval(support: Talk) -> None:
    asked = support.say("Refund invoice INV-2031 for tenant acme.")
    found = support.answer("Billing error")
    done = support.allow()

    assert asked.pending == ["ask_user_question"]
    assert found.pending == ["process_refund"]
    assert found.called[0][1] == {"invoice_id": "INV-2031", "amount": 1240.0, "reason": "Billing error"}
    assert done.said == ["Refund RF-9914 of $1,240.00 was processed for INV-2031."]
