"""The agents that stop and wait: for an approval, an answer, a tool of the client's own; answered in every way."""

from __future__ import annotations

import json

import pytest
from gallery_talk import Begin, answers, message

from mock_gateway.client import (
    ApprovalDeny,
    ThreadDone,
    ToolApprovalRequired,
    ToolResponse,
    ToolResponseRequired,
    Unprocessable,
    UserToolApproval,
)


def test_an_approval_pauses_the_turn_before_the_tool_runs(talk: Begin) -> None:
    heard = talk("approval").say("Pay the electricity bill.")

    assert heard.kinds[-2:] == ["tool.approval_required", "turn.done"]
    assert heard.results == {}
    assert heard.pending == ["transfer"]
    assert heard.origins["transfer"].is_approval_required is True
    assert heard.done.status == "done"
    assert [item.type for item in heard.done.output] == ["model.message", "tool.approval_required"]


def test_an_allowed_call_runs_in_the_next_turn(talk: Begin) -> None:
    bank = talk("approval")
    bank.say("Pay the electricity bill.")

    heard = bank.allow()

    assert heard.kinds == ["turn.created", "tool.response", "model.message", "turn.done"]
    assert json.loads(heard.results["transfer"]) == {"status": "booked", "balance": 1312.45}
    assert heard.said == ["Paid. Your balance is 1,312.45 EUR."]


def test_a_refused_payment_is_not_made(talk: Begin) -> None:
    bank = talk("approval")
    bank.say("Pay the electricity bill.")

    heard = bank.deny()

    assert json.loads(heard.results["transfer"]) == {"error": "User denied tool call: no reason provided"}
    assert heard.said == ["All right, nothing was paid. The bill stays open until Friday."]


def test_a_message_instead_of_a_decision_is_refused_and_changes_nothing(talk: Begin) -> None:
    bank = talk("approval")
    waiting = bank.say("Pay the electricity bill.")

    with pytest.raises(Unprocessable) as refused:
        bank.say("And the water bill.")

    assert waiting.waiting[0][1].id in refused.value.message
    assert bank.allow().said == ["Paid. Your balance is 1,312.45 EUR."]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (None, "I leave it alone."),
        ("maybe later today", "Later, then. Tell me when."),
        ("I meant production", "Ah, production. Good that you looked."),
        ("not this one but archive", "Ah, archive. Good that you looked."),
        ("we still need it", "I leave it alone. You said: we still need it"),
    ],
)
def test_a_denial_is_answered_by_its_reason(talk: Begin, reason: str | None, said: str) -> None:
    infra = talk("denial")
    infra.say("Delete the staging database.")

    heard = infra.deny(reason)

    assert heard.said == [said]


def test_a_client_that_denies_sees_the_call_answered_with_its_reason(talk: Begin) -> None:
    infra = talk("denial")
    waiting = infra.say("Delete the staging database.")

    heard = infra.deny("we still need it")

    [response] = heard.all(ToolResponse)
    assert response.tool_call_id == waiting.waiting[0][1].id
    assert json.loads(response.content) == {"error": "User denied tool call: we still need it"}
    assert heard.kinds == ["turn.created", "tool.response", "model.message", "turn.done"]


def test_a_denial_can_be_an_approval_after_all(talk: Begin) -> None:
    infra = talk("denial")
    infra.say("Delete the staging database.")

    assert infra.allow().said == ["staging is gone."]


def test_approvals_of_parallel_agents_are_asked_for_in_one_pause(talk: Begin) -> None:
    heard = talk("parallel-approvals").say("Prepare everything for Mara, who starts on Monday.")

    asked = heard.all(ToolApprovalRequired)
    assert [event.thread_id for event in asked] == [heard.agents["accounts"], heard.agents["hardware"]]
    assert heard.pending == ["create_user", "order"]
    [finished] = heard.all(ThreadDone)
    assert finished.thread_id == heard.agents["desk"]
    assert heard.done.status == "done"


def test_approvals_of_parallel_agents_let_their_threads_go_on(talk: Begin) -> None:
    office = talk("parallel-approvals")
    first = office.say("Prepare everything for Mara, who starts on Monday.")

    heard = office.allow()

    accounts, hardware = first.agents["accounts"], first.agents["hardware"]
    assert heard.said_in(accounts) == ["The login is mara.l."]
    assert heard.said_in(hardware) == ["Ordered as SO-8812."]
    assert {event.thread_id: event.status for event in heard.all(ThreadDone)} == {accounts: "done", hardware: "done"}
    assert heard.said == ["Everything that was allowed is ready for Mara."]


def test_one_of_the_parallel_agents_can_be_denied(talk: Begin) -> None:
    office = talk("parallel-approvals")
    first = office.say("Prepare everything for Mara, who starts on Monday.")
    deny, allow = answers(first, approval=ApprovalDeny(reason="no contract yet"))[0], answers(first)[1]

    heard = office.send([allow, deny])

    by_thread = {event.thread_id: event for event in heard.all(ThreadDone)}
    denied = by_thread[first.agents["accounts"]]
    assert (denied.status, denied.message) == ("error", "no account: no contract yet")
    assert by_thread[first.agents["hardware"]].status == "done"
    assert heard.done.status == "done"


def test_half_of_the_decisions_is_not_enough(talk: Begin) -> None:
    office = talk("parallel-approvals")
    first = office.say("Prepare everything for Mara, who starts on Monday.")

    with pytest.raises(Unprocessable) as refused:
        office.send(answers(first)[:1])

    assert first.waiting[1][1].id in refused.value.message
    assert office.allow().done.status == "done"


def test_a_question_carries_its_options(talk: Begin) -> None:
    heard = talk("question").say("I need an appointment with the dentist.")

    options = ["Tuesday 9:15", "Thursday 16:40", "Neither"]
    assert heard.called == [("ask_user_question", {"question": "When does it suit you?", "options": options})]
    assert heard.origins["ask_user_question"].is_client_side is True
    [asked] = heard.all(ToolResponseRequired)
    assert [ref.id for ref in asked.tool_calls] == [heard.waiting[0][1].id]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Tuesday 9:15", "Booked for Tuesday. Please be there ten minutes early."),
        ("thursday is fine", "Booked for thursday. Please be there ten minutes early."),
        ("Neither", "I put you on the waiting list and write as soon as somebody cancels."),
        ("In May", "“In May” is not on my list, so I ask the front desk to call you."),
    ],
)
def test_a_question_goes_on_by_its_answer(talk: Begin, answer: str, said: str) -> None:
    dentist = talk("question")
    dentist.say("I need an appointment with the dentist.")

    heard = dentist.answer(answer)

    assert heard.kinds == ["turn.created", "model.message", "turn.done"]
    assert heard.said == [said]


def test_a_question_and_an_approval_wait_together(talk: Begin) -> None:
    heard = talk("question-and-approval").say("Send flowers to my mother.")

    assert heard.kinds[-3:] == ["tool.response_required", "tool.approval_required", "turn.done"]
    assert heard.pending == ["ask_user_question", "order"]


def test_a_question_and_an_approval_are_answered_together(talk: Begin) -> None:
    shop, other = talk("question-and-approval"), talk("question-and-approval")
    shop.say("Send flowers to my mother.")
    refused = other.say("Send flowers to my mother.")

    sent = shop.answer("Get well soon")
    kept = other.send(answers(refused, approval=ApprovalDeny(), text="Thank you"))

    assert sent.said == ["They arrive tomorrow before noon, with a card that says: Get well soon"]
    assert kept.said == ["No flowers then. I keep your words: Thank you"]


def test_an_approval_does_not_answer_a_question(talk: Begin) -> None:
    shop = talk("question-and-approval")
    waiting = shop.say("Send flowers to my mother.")
    wrong = [
        UserToolApproval(thread_id="main", tool_call_id=call.id, approval=ApprovalDeny()) for _, call in waiting.waiting
    ]

    with pytest.raises(Unprocessable) as refused:
        shop.send(wrong)

    assert "user.tool_response" in refused.value.message


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ('{"lat": 48.21, "lon": 16.37}', "Linden Pharmacy, 240 m from 48.21 north, is open until ten."),
        (
            '{"error": "denied"}',
            "Without your position I can only say that the one at the central station never closes.",
        ),
        ("over there", "Your device sent something that is not a position."),
    ],
)
def test_a_tool_of_the_client_is_run_by_the_client(talk: Begin, answer: str, said: str) -> None:
    maps = talk("client-tool")
    waiting = maps.say("Which pharmacy near me is open?")

    heard = maps.answer(answer)

    assert waiting.called == [("get_position", {"accuracy_m": 100})]
    assert waiting.origins["get_position"].is_client_side is True
    assert heard.said == [said]


def test_a_tool_of_the_client_gives_its_result_to_the_next_tool(talk: Begin) -> None:
    maps = talk("client-tool")
    maps.say("Which pharmacy near me is open?")

    heard = maps.answer('{"lat": 48.21, "lon": 16.37}')

    assert heard.called == [("search", {"what": "pharmacy", "near": '{"lat": 48.21, "lon": 16.37}', "open": True})]


def test_a_new_message_is_welcome_after_the_answer(talk: Begin) -> None:
    dentist = talk("question")
    dentist.say("I need an appointment with the dentist.")
    dentist.answer("Neither")

    again = dentist.send([message("Another appointment, please.")])

    assert again.pending == ["ask_user_question"]
