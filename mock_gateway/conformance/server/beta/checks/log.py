"""The stored log (API-9, LOG-1 to LOG-3)."""

from __future__ import annotations

from mock_gateway.conformance.server.beta.checks.scenes import acquit, converse
from mock_gateway.conformance.server.beta.checks.sessions import require_list
from mock_gateway.conformance.server.beta.ledger import judge_log
from mock_gateway.conformance.server.beta.worlds import Told
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import require, require_equal


async def api_9(target: Target) -> None:
    """Listing the events of a turn."""
    told = await (await target.session()).say("tool")
    await require_list(told.conversation.speaker, f"{told.conversation.turn_path(told.id)}/events", "API-9")


async def log_1(target: Target) -> None:
    """All events in order, but the first and the last; messages are whole."""
    told = await converse(target, "contract-talk", "hello", "tool", "two tools")
    told += await converse(target, "contract-crew", "parallel", "nested")
    told += await converse(target, "contract-gate", "ask in threads")
    for one in told:
        log = await one.log()
        acquit("LOG-1", judge_log(one.events, log))
        require_equal(await one.conversation.log(one.id, order="asc"), log, "LOG-1", "the log with order=asc")
        require_equal(await one.conversation.log(one.id, order="desc"), log[::-1], "LOG-1", "the log with order=desc")


async def log_2(target: Target) -> None:
    """Stored events keep their sequence ids."""
    for one in await converse(target, "contract-talk", "hello", "tool", "many"):
        acquit("LOG-2", judge_log(one.events, await one.log()))


async def log_3(target: Target) -> None:
    """The log of a turn that was cancelled or failed."""
    session = await target.session()
    stream = await session.hold()
    await session.stop(stream)
    for one in (Told(session, stream), await (await target.session()).say("fail")):
        path = f"{one.conversation.turn_path(one.id)}/events"
        answer = await one.conversation.speaker.send("GET", path)
        require(answer.status == 200, "LOG-3", f"the log of a {one.done.get('status')} turn", answer.shown())
        types = [event.get("type") for event in answer.data("API-9")]
        require("model.message" in types, "LOG-3", "what was said before the end is not stored", types)
