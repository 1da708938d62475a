"""Turns: their endpoints and rules (API-5 to API-7, API-10, TRN-1 to TRN-9)."""

from __future__ import annotations

import re

from mock_gateway.conformance.server.beta.checks.scenes import converse
from mock_gateway.conformance.server.beta.checks.sessions import require_list
from mock_gateway.conformance.server.beta.ledger import due_in_log
from mock_gateway.conformance.server.beta.shapes import REASONS, is_name
from mock_gateway.conformance.server.beta.worlds import (
    ENDED,
    PAUSES,
    Conversation,
    Told,
    file_part,
    message,
    text_part,
    turn_id,
)
from mock_gateway.conformance.server.client import SSE, Json
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import require, require_equal

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
PIXEL = "data:image/png;base64,iVBORw0KGgo="


async def api_5(target: Target) -> None:
    """Creating a turn, with a stream or without."""
    session = await target.session()
    stream = await session.speaker.open("POST", f"{session.path}/turns", json={"input": [message("hello")]})
    kind = stream.headers.get("content-type", "")
    require(stream.status == 200 and kind.startswith(SSE), "API-5", f"a stream was due: {stream.status} {kind}")
    await stream.rest()
    answer = await session.post({"input": [message("hello")], "stream": False})
    require_equal(answer.status, 200, "API-5", "the status without a stream")
    require(is_name(answer.data("API-5").get("id")), "API-5", "data is no turn", answer.shown())


async def api_6(target: Target) -> None:
    """Listing turns."""
    told = await (await target.session()).say("hello")
    await require_list(told.conversation.speaker, f"{told.conversation.path}/turns", "API-6")


async def api_7(target: Target) -> None:
    """Getting a turn."""
    told = await (await target.session()).say("hello")
    answer = await told.conversation.speaker.send("GET", told.conversation.turn_path(told.id))
    require_equal(answer.status, 200, "API-7", "the status")
    require_equal(answer.data("API-7").get("id"), told.id, "API-7", "the id")


async def api_10(target: Target) -> None:
    """Cancelling a turn."""
    session = await target.session()
    async with await session.hold() as stream:
        answer = await session.cancel(turn_id(stream.events))
        require_equal(answer.status, 200, "API-10", "the status")
        require(answer.is_object(), "API-10", "the answer is no JSON object", answer.shown())
        await stream.rest()
    unknown = await session.cancel("nobody-has-this-id")
    require_equal(unknown.status, 404, "API-10", "the status for an unknown turn")


async def trn_1(target: Target) -> None:
    """What a turn has."""
    world = target.world()
    created = await world.create("contract-talk")
    session = Conversation(world.speaker, created["id"])
    parts = message([text_part("Look – 世界"), file_part("pixel.png", PIXEL)])
    first, second = await session.say("hello"), await session.run(message("hello"), parts)
    for told, previous, given in ((first, None, [message("hello")]), (second, first.id, [message("hello"), parts])):
        turn = await session.turn(told.id)
        require(_UUID7.fullmatch(str(turn.get("id"))), "TRN-1", "the id is no UUID of version 7", turn)
        require_equal(turn.get("session_id"), session.id, "TRN-1", "session_id")
        require("previous_turn_id" in turn, "TRN-1", "there is no previous_turn_id", turn)
        require_equal(turn["previous_turn_id"], previous, "TRN-1", "previous_turn_id")
        require_equal(turn.get("created_by"), created.get("created_by"), "TRN-1", "created_by")
        require(is_name(turn.get("created_at")), "TRN-1", "there is no created_at", turn)
        require_equal(turn.get("input"), given, "TRN-1", "the input as it was sent")
    await _resumed_input(target)


async def _resumed_input(target: Target) -> None:
    asked = await (await target.session("contract-auth")).say("go")
    resumed = await asked.conversation.run()
    turn = await asked.conversation.turn(resumed.id)
    require("input" in turn and not turn["input"], "TRN-1", "the input of a turn that had none", turn)


async def trn_2(target: Target) -> None:
    """A turn ends once."""
    session = await target.session()
    async with await session.hold() as stream:
        id = turn_id(stream.events)
        require_equal((await session.state(id)).get("status"), "running", "TRN-2", "the status while it runs")
        await session.stop(stream)
    ended = await session.state(id)
    require(ended.get("status") in ENDED, "TRN-2", "the turn has ended, and its state has not", ended)
    for _ in range(3):
        require_equal(await session.state(id), ended, "TRN-2", "the state of a turn that has ended")


async def trn_3(target: Target) -> None:
    """What each final state carries."""
    for told in await converse(target, "contract-gate", "approve and ask"):
        state = await told.state()
        due = [item if isinstance(item, dict) else None for item in due_in_log(told.events)]
        types = ["model.message" if item is None else item["type"] for item in due]
        types = [kind for kind in types if kind == "model.message" or kind in PAUSES]
        require_equal(state.get("status"), "done", "TRN-3", "the status")
        output = state.get("output")
        require(isinstance(output, list), "TRN-3", "a turn that is done has an output", state)
        require_equal([item.get("type") for item in output or ()], types, "TRN-3", "the types in the output")
    failed = await (await target.session()).say("fail")
    state = await failed.state()
    require(state.get("status") == "error" and is_name(state.get("error")), "TRN-3", "error needs a text", state)
    session = await target.session()
    async with await session.hold() as stream:
        await session.stop(stream)
        state = await session.state(turn_id(stream.events))
    good = state.get("status") == "cancelled" and state.get("cancellation_reason") in REASONS
    require(good, "TRN-3", "cancelled needs a reason", state)


async def trn_4(target: Target) -> None:
    """Which turn a turn is chained to."""
    session = await target.session()
    first = await session.say("hello")
    second = await session.say("hello", previous="auto")
    third = await session.say("hello")
    fork = await session.say("history", previous=first.id)
    chain = {second.id: first.id, third.id: second.id, fork.id: first.id}
    for id, previous in chain.items():
        require_equal((await session.turn(id)).get("previous_turn_id"), previous, "TRN-4", "previous_turn_id")
    require(fork.text.startswith("2 "), "TRN-4", "the turn chained to the first is the second of its chain", fork.text)
    unknown = await session.post({"input": [message("hello")], "previous_turn_id": "nobody-has-this-id"})
    require(unknown.status == 404, "TRN-4", "an unknown turn has to be answered 404", unknown.shown())


async def trn_5(target: Target) -> None:
    """The chain goes through turns that were cancelled or failed."""
    session = await target.session()
    await session.say("hello")
    async with await session.hold() as stream:
        await session.stop(stream)
    failed = await session.say("fail")
    after = await session.say("history")
    require_equal((await session.turn(failed.id)).get("previous_turn_id"), turn_id(stream.events), "TRN-5", "the chain")
    require_equal((await session.turn(after.id)).get("previous_turn_id"), failed.id, "TRN-5", "the chain")
    for text in ("4 ", "hello", "hold", "fail"):
        require(text in after.text, "TRN-5", f"the agent does not remember {text!r}", after.text)


async def trn_6(target: Target) -> None:
    """The order of the list of turns."""
    session = await target.session()
    ids = [(await session.say("hello")).id for _ in range(3)]
    for query, expected in (({}, ids[::-1]), ({"order": "desc"}, ids[::-1]), ({"order": "asc"}, ids)):
        found = [turn["id"] for turn in await session.turns(**query)]
        require_equal(found, expected, "TRN-6", f"the turns with {query}")
    answer = await session.speaker.send("GET", f"{session.path}/turns", query={"order": "sideways"})
    require_equal(answer.status, 400, "TRN-6", "the status for an order that there is not")


async def trn_7(target: Target) -> None:
    """Turns end by themselves: when the agent is ready, and at both limits."""
    session = await target.session("contract-limits")
    ready, looped, waited = [await session.say(text) for text in ("hello", "loop", "wait")]
    cases: list[tuple[Told, Json]] = [
        (ready, {"status": "done"}),
        (looped, {"status": "error"}),
        (waited, {"status": "cancelled", "cancellation_reason": "server-execution-timeout"}),
    ]
    for told, due in cases:
        for name, value in due.items():
            require_equal(told.done.get(name), value, "TRN-7", f"{name} at the end")


async def trn_8(target: Target) -> None:
    """A client that hangs up does not stop the turn."""
    session = await target.session()
    async with await session.start(message("slow")) as stream:
        await stream.count(2)
        id = turn_id(stream.events)
    state = await session.outcome(id)
    require_equal(state.get("status"), "done", "TRN-8", "the status of a turn that was left alone")


async def trn_9(target: Target) -> None:
    """Without a stream the answer is there at once, and the turn goes on by itself."""
    session = await target.session()
    turn = await session.queue(message("slow"))
    status = (turn.get("state") or {}).get("status")
    require_equal(status, "running", "TRN-9", "the status of a turn that has just begun")
    state = await session.outcome(turn["id"])
    require_equal(state.get("status"), "done", "TRN-9", "the status in the end")
