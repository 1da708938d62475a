"""Stories: how turns end, and how the conversation goes on after it (CAN, TRN, STR)."""

from __future__ import annotations

import asyncio
import json

from contract_tests.runs import Address
from mock_gateway.conformance.server.beta.checks.cancel import cancelled_in_a_message, cancelled_in_a_tool
from mock_gateway.conformance.server.beta.grammar import judge, judge_turns
from mock_gateway.conformance.server.beta.ledger import judge_log
from mock_gateway.conformance.server.beta.worlds import message, of_type, text_of, turn_id
from mock_gateway.conformance.server.client import Json
from mock_gateway.conformance.server.target import Target


def test_cancelling_waits_for_the_tool_that_runs(address: Address) -> None:
    events = address.run(cancelled_in_a_tool)

    assert [event["type"] for event in events[-2:]] == ["tool.response", "turn.done"]
    assert events[-2]["content"] == "finished"
    assert events[-1]["cancellation_reason"] == "client-cancelled"
    assert judge(events) == []


def test_cancelling_a_message_leaves_no_trace_of_it_in_the_output(address: Address) -> None:
    events = address.run(cancelled_in_a_message)

    assert len(of_type(events, "model.message")) >= 2
    assert "output" not in events[-1]
    assert judge(events) == []


def test_cancelling_leaves_a_log_with_what_was_whole(address: Address) -> None:
    async def story(target: Target) -> tuple[list[Json], list[Json]]:
        session = await target.session()
        async with await session.hold() as stream:
            events = await session.stop(stream)
        return events, await session.log(turn_id(events))

    events, log = address.run(story)

    assert [event["content"] for event in of_type(log, "model.message")] == ["Still here, and waiting."]
    assert list(judge_log(events, log)) == []


def test_cancelling_closes_every_sub_agent_before_the_turn(address: Address) -> None:
    async def story(target: Target) -> list[Json]:
        session = await target.session("contract-crew")
        async with await session.start(message("hold")) as stream:
            await stream.until(lambda events: sum("finish_reason" in event for event in events) == 3)
            return await session.stop(stream)

    events = address.run(story)

    begun = [event["thread_id"] for event in of_type(events, "thread.created")]
    over = {event["thread_id"]: event["status"] for event in of_type(events, "thread.done")}
    assert over == dict.fromkeys(begun, "error")
    assert judge(events) == []


def test_cancelling_from_many_places_at_once_ends_the_turn_once(address: Address) -> None:
    async def story(target: Target) -> tuple[list[int], list[Json]]:
        session = await target.session()
        async with await session.hold() as stream:
            id = turn_id(stream.events)
            answers = await asyncio.gather(*(session.cancel(id if n % 2 else None) for n in range(8)))
            return [answer.status for answer in answers], await stream.rest()

    statuses, events = address.run(story)

    assert statuses == [200] * 8
    assert len(of_type(events, "turn.done")) == 1


def test_a_turn_that_takes_too_long_is_cancelled_by_the_server(address: Address) -> None:
    async def story(target: Target) -> tuple[Json, Json, list[Json]]:
        told = await (await target.session("contract-limits")).say("wait")
        return told.done, await told.state(), await told.log()

    done, state, log = address.run(story)

    assert done["status"] == state["status"] == "cancelled"
    assert done["cancellation_reason"] == state["cancellation_reason"] == "server-execution-timeout"
    assert [event["content"] for event in of_type(log, "model.message")] == ["Waiting."]


def test_an_agent_that_goes_round_is_stopped_at_its_limit(address: Address) -> None:
    async def story(target: Target) -> tuple[list[Json], Json]:
        told = await (await target.session("contract-limits")).say("loop")
        return told.events, await told.state()

    events, state = address.run(story)

    assert text_of(events) == "Again." * 3
    assert state == {"status": "error", "error": events[-1]["message"]}
    assert "3" in state["error"]


def test_the_agent_remembers_turns_that_were_cancelled_or_failed(address: Address) -> None:
    async def story(target: Target) -> tuple[str, list[list[Json]]]:
        session = await target.session()
        async with await session.hold() as stream:
            held = await session.stop(stream)
        failed = await session.say("fail")
        told = await session.say("history")
        return told.text, [held, failed.events, told.events]

    text, turns = address.run(story)

    number, _, history = text.partition(" ")
    assert (number, [entry["text"] for entry in json.loads(history)]) == ("3", ["hold", "fail"])
    assert judge_turns(turns) == []


def test_a_fork_remembers_only_its_own_past(address: Address) -> None:
    async def story(target: Target) -> list[str]:
        session = await target.session()
        first = await session.say("count")
        await session.say("count")
        fork = await session.say("count", previous=first.id)
        after = await session.say("count")
        past = await session.say("history")
        return [fork.text, after.text, past.text.split()[0]]

    assert address.run(story) == ["count is 2", "count is 3", "4"]


def test_a_client_that_comes_back_reads_on_where_it_was(address: Address) -> None:
    async def story(target: Target) -> tuple[list[Json], list[Json], list[Json]]:
        session = await target.session()
        async with await session.start(message("slow")) as stream:
            seen = list(await stream.count(3))
        async with await session.follow(turn_id(seen), seen[-1]["sequence_id"]) as stream:
            rest = await stream.rest()
        return seen, rest, await session.log(turn_id(seen))

    seen, rest, log = address.run(story)

    assert judge([*seen, *rest]) == []
    assert list(judge_log([*seen, *rest], log)) == []


def test_a_failed_turn_does_not_end_the_session(address: Address) -> None:
    async def story(target: Target) -> tuple[Json, str]:
        session = await target.session()
        failed = await session.say("fail")
        return failed.done, (await session.say("count")).text

    done, text = address.run(story)

    assert (done["status"], done["message"]) == ("error", "the script of this turn fails")
    assert text == "count is 1"
