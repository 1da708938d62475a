"""Stories: an agent asks, people answer, wholly, partly, wrongly, later, from another place (TOO, INP, THR, MCP)."""

from __future__ import annotations

from collections.abc import Sequence

from contract_tests.runs import Address
from mock_gateway.conformance.server.beta.grammar import judge_turns
from mock_gateway.conformance.server.beta.worlds import Told, allow, deny, message, of_type, reply_to, respond, text_of
from mock_gateway.conformance.server.client import Json
from mock_gateway.conformance.server.target import Target


def lawful(*told: Told) -> bool:
    """Whether a chain of turns breaks no rule."""
    assert [str(found) for found in judge_turns(one.events for one in told)] == []
    return True


def responses(told: Told) -> dict[str, str]:
    """The results that came in a turn, by the id of their call."""
    return {event["tool_call_id"]: event["content"] for event in of_type(told.events, "tool.response")}


def test_two_sub_agents_ask_and_both_are_answered_in_one_turn(address: Address) -> None:
    async def story(target: Target) -> None:
        asked = await (await target.session("contract-gate")).say("ask in threads")
        approval, question = sorted(asked.pending, key=lambda call: call.type)
        assert approval.thread_id != question.thread_id != "main"

        told = await asked.conversation.run(respond(question, "blue"), allow(approval))

        assert told.text == "Refund RF-3., Painted blue."
        assert text_of(told.events, question.thread_id) == "Painted blue."
        assert lawful(asked, told)

    address.run(story)


def test_one_sub_agent_is_denied_and_the_other_goes_on(address: Address) -> None:
    async def story(target: Target) -> None:
        asked = await (await target.session("contract-gate")).say("ask in threads")
        approval, question = sorted(asked.pending, key=lambda call: call.type)

        told = await asked.conversation.run(deny(approval, "too dear"), respond(question, "blue"))

        assert told.text == "No refund., Painted blue."
        assert "too dear" in responses(told)[approval.call_id]
        assert lawful(asked, told)

    address.run(story)


def test_a_partial_answer_is_refused_and_says_what_is_missing(address: Address) -> None:
    async def story(target: Target) -> None:
        asked = await (await target.session("contract-gate")).say("ask in threads")
        first, second = asked.pending

        answer = await asked.conversation.post({"input": [reply_to(first)]})

        assert answer.status == 422
        assert second.call_id in answer.message()
        assert first.call_id not in answer.message()
        assert len(await asked.conversation.turns()) == 1
        assert lawful(asked, await asked.conversation.run(reply_to(second), reply_to(first)))

    address.run(story)


def test_a_message_with_an_approval_a_question_and_a_plain_call_waits_for_both(address: Address) -> None:
    async def story(target: Target) -> None:
        asked = await (await target.session("contract-gate")).say("approve and ask")
        assert {call.type for call in asked.pending} == {"tool.approval_required", "tool.response_required"}
        assert responses(asked) == {}

        told = await asked.conversation.run(*[reply_to(call, "red") for call in asked.pending])

        assert told.text == "Allowed, and red."
        assert sorted(responses(told).values()) == ["open", '{"refund":"RF-2"}']
        assert lawful(asked, told)

    address.run(story)


def test_a_second_question_comes_when_the_first_is_answered(address: Address) -> None:
    async def story(target: Target) -> None:
        first = await (await target.session("contract-gate")).say("ask twice")
        second = await first.conversation.run(respond(first.pending[0], "one"))
        again = await first.conversation.post({"input": [respond(first.pending[0], "one")]})
        third = await first.conversation.run(respond(second.pending[0], "two"))

        assert again.status == 422
        assert (second.text, third.text) == ("", "two it is.")
        assert lawful(first, second, third)

    address.run(story)


def test_a_sub_agent_keeps_its_thread_over_the_turns_that_it_waits(address: Address) -> None:
    async def story(target: Target) -> None:
        asked = await (await target.session("contract-gate")).say("ask in threads")
        begun = {event["thread_id"]: event["parent"] for event in of_type(asked.events, "thread.created")}
        assert of_type(asked.events, "thread.done") == []

        told = await asked.conversation.run(*[reply_to(call) for call in asked.pending])

        over = {event["thread_id"]: event["parent"] for event in of_type(told.events, "thread.done")}
        assert over == begun
        assert of_type(told.events, "thread.created") == []

    address.run(story)


def test_both_answers_to_one_question_can_be_tried_from_the_turn_that_asked(address: Address) -> None:
    async def story(target: Target) -> None:
        asked = await (await target.session("contract-gate")).say("approve")
        call = asked.pending[0]

        denied = await asked.conversation.run(deny(call, "not yet"))
        allowed = await asked.conversation.run(allow(call), previous=asked.id)

        assert denied.text == "No refund, because not yet."
        assert allowed.text == "Refund RF-1 is made."
        assert (await asked.conversation.turn(allowed.id))["previous_turn_id"] == asked.id
        assert lawful(asked, denied)
        assert lawful(asked, allowed)

    address.run(story)


def test_a_turn_that_goes_back_behind_a_question_needs_no_answer(address: Address) -> None:
    async def story(target: Target) -> None:
        session = await target.session("contract-gate")
        first = await session.say("history")
        asked = await session.say("approve")

        refused = await session.post({"input": [message("history")]})
        told = await session.say("history", previous=first.id)

        assert refused.status == 422
        assert asked.pending[0].call_id in refused.message()
        assert told.text.startswith("2 ")
        assert lawful(first, told)

    address.run(story)


def test_cancelling_a_turn_that_waits_for_answers_changes_nothing(address: Address) -> None:
    async def story(target: Target) -> None:
        asked = await (await target.session("contract-gate")).say("approve")

        answers = [await asked.conversation.cancel(asked.id), await asked.conversation.cancel()]
        told = await asked.conversation.run(allow(asked.pending[0]))

        assert [answer.status for answer in answers] == [200, 200]
        assert (await asked.state())["status"] == "done"
        assert told.text == "Refund RF-1 is made."

    address.run(story)


def servers(told: Told) -> list[Json]:
    """The servers that a turn asks to authorise."""
    found = of_type(told.events, "mcp.auth_required")
    assert len(found) <= 1
    return list(found[0]["servers"]) if found else []


def names(listed: Sequence[Json]) -> list[str]:
    """The names of servers."""
    return sorted(server["mcp_server_name"] for server in listed)


def test_authorisation_is_asked_for_again_until_it_was_given(address: Address) -> None:
    async def story(target: Target) -> None:
        session = await target.session("contract-auth")
        told = [await session.say("go"), await session.run(), await session.run(body={"input": []})]

        assert [names(servers(one)) for one in told] == [["files", "mail"], ["files", "mail"], []]
        assert [one.done["status"] for one in told] == ["done"] * 3
        assert told[-1].text == "Two empty lists."
        assert lawful(*told)

    address.run(story)


def test_a_sub_agent_that_needs_authorisation_is_named(address: Address) -> None:
    async def story(target: Target) -> None:
        told = await (await target.session("contract-auth")).say("in a thread")
        thread = of_type(told.events, "thread.created")[0]["thread_id"]

        assert [(server["mcp_server_name"], server["thread_ids"]) for server in servers(told)] == [("mail", [thread])]
        assert lawful(told)

    address.run(story)


def test_a_script_that_needs_no_server_asks_for_none(address: Address) -> None:
    async def story(target: Target) -> None:
        told = await (await target.session("contract-auth")).say("plain")

        assert servers(told) == []
        assert names(of_type(told.events, "mcp.initialize")[0]["content"]) == ["open"]

    address.run(story)


def test_a_message_before_the_authorisation_changes_nothing(address: Address) -> None:
    async def story(target: Target) -> None:
        session = await target.session("contract-auth")
        asked = await session.say("go")

        refused = await session.post({"input": [message("plain")]})
        told = await session.run()

        assert refused.status == 422
        assert (await session.turn(told.id))["previous_turn_id"] == asked.id

    address.run(story)
