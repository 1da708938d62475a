"""Where the contract can be read in two ways: either is right, anything else is not; which one was found is noted."""

from __future__ import annotations

from mock_gateway.conformance.server.beta.ledger import due_in_log
from mock_gateway.conformance.server.beta.worlds import message, turn_id
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import Violation, require, require_equal

CANCEL, EVENTS, CONCURRENT = "reading:cancel", "reading:running_turn_events", "reading:concurrent_turn"


async def cancel(target: Target, agent: str = "contract-talk") -> None:
    """After cancelling a session: it goes on, or it is over."""
    session = await target.session(agent)
    async with await session.hold() as stream:
        await session.cancel()
        await stream.rest()
    answer = await session.post({"input": [message("hello")], "stream": False})
    if answer.status == 409:
        target.notes[CANCEL] = "session"
        return
    require(answer.status < 300, CANCEL, "a turn after a cancelled one is taken, or refused with 409", answer.shown())
    target.notes[CANCEL] = "turn"
    previous = answer.data("API-5").get("previous_turn_id")
    require_equal(previous, turn_id(stream.events), CANCEL, "the turn that the next one is chained to")
    await session.outcome(answer.data("API-5")["id"])


async def running_turn_events(target: Target, agent: str = "contract-talk") -> None:
    """The events of a turn that runs: refused, or those that are stored so far."""
    session = await target.session(agent)
    async with await session.hold() as stream:
        id = turn_id(stream.events)
        answer = await session.speaker.send("GET", f"{session.turn_path(id)}/events")
        due = len(list(due_in_log(stream.events)))
        await session.stop(stream)
    if answer.status == 409:
        target.notes[EVENTS] = "refuse"
        return
    require(answer.status < 300, EVENTS, "the events of a running turn are shown, or refused with 409", answer.shown())
    target.notes[EVENTS] = "snapshot"
    shown = answer.data("API-9")
    require_equal(shown, (await session.log(id))[:due], EVENTS, "the events that are stored while the turn runs")


async def concurrent_turn(target: Target, agent: str = "contract-talk") -> None:
    """A second turn: refused, or the first one makes way."""
    session = await target.session(agent)
    async with await session.hold() as stream:
        id = turn_id(stream.events)
        answer = await session.post({"input": [message("hello")], "stream": False})
        if answer.status == 409:
            target.notes[CONCURRENT] = "refuse"
            require_equal((await session.state(id)).get("status"), "running", CONCURRENT, "the first turn's status")
            await session.stop(stream)
            return
        if answer.status >= 300:
            await session.stop(stream)
            raise Violation(CONCURRENT, "a second turn goes first, or is refused with 409", answer.shown())
        target.notes[CONCURRENT] = "supersede"
        await stream.rest(CONCURRENT)
        require_equal(stream.events[-1].get("status"), "cancelled", CONCURRENT, "the first turn's status")
    second = await session.outcome(answer.data("API-5")["id"])
    require_equal(second.get("status"), "done", CONCURRENT, "the second turn's status")
