"""Cancelling (CAN-1 to CAN-4)."""

from __future__ import annotations

from mock_gateway.conformance.server.beta.worlds import message, of_type, turn_id
from mock_gateway.conformance.server.client import Json
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import Violation, require, require_equal

ATTEMPTS = 4


async def can_1(target: Target) -> None:
    """The stream ends by itself, and says why."""
    for whole_session in (True, False):
        session = await target.session()
        async with await session.hold() as stream:
            await session.cancel(None if whole_session else turn_id(stream.events))
            await stream.until(lambda events: events[-1]["type"] == "turn.done")
            done = stream.events[-1]
            require_equal(done.get("status"), "cancelled", "CAN-1", "the status at the end")
            require_equal(done.get("cancellation_reason"), "client-cancelled", "CAN-1", "the reason at the end")
            ended = await stream.end(min(2.0, target.patience))
            require(ended, "CAN-1", "the stream does not close by itself")


async def can_2(target: Target) -> None:
    """A message is aborted, a tool is waited for."""
    await cancelled_in_a_message(target)
    events = await cancelled_in_a_tool(target)
    require(of_type(events, "tool.response"), "CAN-2", "the running tool was not waited for", events)
    require("only when" not in str(events), "CAN-2", "the agent went on after the cancellation", events)


async def cancelled_in_a_message(target: Target) -> list[Json]:
    """The stream of a turn that is cancelled while it speaks. Raises `Violation` (CAN-2) when it is not aborted."""
    # Where a machine is so slow that the message is over before the cancellation comes, nothing was seen: again.
    for _ in range(ATTEMPTS):
        session = await target.session()
        async with await session.start(message("hold in a message")) as stream:
            await stream.count(4)
            events = await session.stop(stream)
        if not any(event.get("finish_reason") for event in events):
            return events
    raise Violation("CAN-2", "the message was not aborted", events)


async def cancelled_in_a_tool(target: Target) -> list[Json]:
    """The stream of a turn that is cancelled while a tool runs. Raises `Violation` (CAN-2) when it never is."""
    for _ in range(ATTEMPTS):
        session = await target.session()
        async with await session.start(message("long tool")) as stream:
            await stream.until(lambda events: events and events[-1].get("finish_reason") == "tool_calls")
            events = await session.stop(stream)
        if events[-1].get("status") == "cancelled":
            return events
    raise Violation("CAN-2", "a turn with a running tool cannot be cancelled", events)


async def can_3(target: Target) -> None:
    """The conversation can go on after a cancelled turn."""
    session = await target.session()
    async with await session.hold() as stream:
        await session.stop(stream)
        cancelled = turn_id(stream.events)
    after = await session.speaker.open("POST", f"{session.path}/turns", json={"input": [message("hello")]})
    require(after.status == 200, "CAN-3", f"the next turn was answered {after.status}")
    events = await after.rest()
    require_equal(events[-1].get("status"), "done", "CAN-3", "the next turn's status")
    turn = await session.turn(turn_id(events))
    require_equal(turn.get("previous_turn_id"), cancelled, "CAN-3", "the turn that the next one is chained to")


async def can_4(target: Target) -> None:
    """Cancelling what is over changes nothing."""
    session = await target.session()
    told = await session.say("hello")
    before = await session.turn(told.id)
    for _ in range(2):
        answer = await session.cancel(told.id)
        require(answer.status == 200, "CAN-4", "cancelling a finished turn was refused", answer.shown())
    require_equal(await session.turn(told.id), before, "CAN-4", "the finished turn")
    session = await target.session()
    async with await session.hold() as stream:
        id = turn_id(stream.events)
        answers = [await session.cancel(id), await session.cancel(id)]
        await stream.rest()
    answers.append(await session.cancel(id))
    for answer in answers:
        require(answer.status == 200, "CAN-4", "cancelling twice was refused", answer.shown())
    require_equal(len(of_type(stream.events, "turn.done")), 1, "CAN-4", "how often the turn ended")
