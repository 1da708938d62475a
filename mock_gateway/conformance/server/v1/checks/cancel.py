"""Cancelling (V1-CAN)."""

from __future__ import annotations

from mock_gateway.conformance.server.beta.worlds import message
from mock_gateway.conformance.server.client import Json
from mock_gateway.conformance.server.v1.place import Place
from mock_gateway.conformance.server.v1.rules import rule
from mock_gateway.conformance.server.v1.scenes import cut_off
from mock_gateway.conformance.server.v1.worlds import of_type
from mock_gateway.conformance.server.violation import Violation, require, require_equal


@rule("V1-CAN-1", "Cancelling a session ends its running turn: cancelled, client-cancelled, and the stream closes.")
async def can_1(place: Place) -> None:
    """The answer is an empty object."""
    talk = await place.talk()
    async with await talk.hold() as stream:
        answer = await talk.cancel()
        require_equal((answer.status, answer.json), (200, {}), "V1-CAN-1", "the answer")
        await stream.until(lambda events: events[-1]["type"] == "turn.done", "V1-CAN-1")
        state = stream.events[-1].get("state") or {}
        found = (state.get("status"), state.get("reason"))
        require_equal(found, ("cancelled", "client-cancelled"), "V1-CAN-1", "how the turn ended")


@rule("V1-CAN-2", "Cancelling where nothing runs is answered like any other, and changes nothing.")
async def can_2(place: Place) -> None:
    """No turn yet, no body, a finished turn, twice."""
    talk = await place.talk()
    bodies: list[bytes | None] = [b"{}", None]
    for content in bodies:
        answer = await talk.speaker.send("POST", f"{talk.path}/cancel", content=content)
        require_equal((answer.status, answer.json), (200, {}), "V1-CAN-2", "the answer where there is no turn")
    heard = await talk.say("hello")
    before = await talk.turn(heard.id)
    for _ in range(2):
        answer = await talk.cancel()
        require_equal((answer.status, answer.json), (200, {}), "V1-CAN-2", "the answer where the turn has ended")
    require_equal(await talk.turn(heard.id), before, "V1-CAN-2", "the turn that had ended")
    async with await talk.hold() as stream:
        answers = [await talk.cancel(), await talk.cancel()]
        await stream.rest()
    for answer in answers:
        require_equal(answer.status, 200, "V1-CAN-2", "the status of cancelling twice")
    require_equal(len(of_type(stream.events, "turn.done")), 1, "V1-CAN-2", "how often the turn ended")


@rule("V1-CAN-3", "The session stays usable: the next turn is chained to the cancelled one.")
async def can_3(place: Place) -> None:
    """As after any other."""
    talk = await place.talk()
    _, cancelled = await talk.held()
    stream = await talk.speaker.open("POST", f"{talk.path}/turns", json={"input": [message("hello")]})
    require(stream.status == 200, "V1-CAN-3", f"the next turn was answered {stream.status}")
    events = await stream.rest()
    require_equal((events[-1].get("state") or {}).get("status"), "done", "V1-CAN-3", "the next turn's status")
    require_equal(events[0].get("previous_turn_id"), cancelled.id, "V1-CAN-3", "the turn that it is chained to")


@rule("V1-CAN-4", "A cancelled turn requires nothing and has no output.", origin="observed")
async def can_4(place: Place) -> None:
    """In turn.done and in the state."""
    talk = await place.talk()
    _, cancelled = await talk.held()
    for state in (cancelled.end, await cancelled.state()):
        for name in ("required_actions", "output"):
            require(not state.get(name), "V1-CAN-4", f"a cancelled turn has {name}", state)


@rule("V1-CAN-5", "Cancelling aborts a message, and waits for a tool that runs.", origin="observed")
async def can_5(place: Place) -> None:
    """No finish_reason; a result."""
    await cut_off(place, "V1-CAN-5")
    for _ in range(3):
        events = await _cancel_in_a_tool(place)
        # Where the machine was so slow that the tool was faster than the cancellation, nothing was seen.
        if (events[-1].get("state") or {}).get("status") == "cancelled":
            require(of_type(events, "tool.response"), "V1-CAN-5", "the running tool was not waited for", events)
            require("only when" not in str(events), "V1-CAN-5", "the agent went on after the cancellation", events)
            return
    raise Violation("V1-CAN-5", "a turn with a running tool cannot be cancelled", events)


async def _cancel_in_a_tool(place: Place) -> list[Json]:
    talk = await place.talk()
    async with await talk.start(message("long tool")) as stream:
        await stream.until(lambda events: events and events[-1].get("finish_reason") == "tool_calls")
        return await talk.stop(stream)
