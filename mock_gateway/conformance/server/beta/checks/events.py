"""Events: their fields, and what belongs together (EVT, MSG, THR, TOO, MCP, SBX)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from mock_gateway.conformance.server.beta.checks.scenes import acquit, all_events, converse, judged
from mock_gateway.conformance.server.beta.grammar import judge_turns
from mock_gateway.conformance.server.beta.ledger import judge_log
from mock_gateway.conformance.server.beta.worlds import (
    Conversation,
    Told,
    allow,
    deny,
    of_type,
    respond,
)
from mock_gateway.conformance.server.client import Json
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import require, require_equal

Scene = tuple[str, Sequence[str], Sequence[str]]
"""Agent, texts, event types that have to come."""

_CREW = ("parallel", "nested", "failing", "silent")
SCENES: Mapping[str, Sequence[Scene]] = {
    "EVT-1": [("contract-talk", ("hello",), ("turn.created",))],
    "EVT-3": [("contract-talk", ("hello", "tool", "two tools"), ("model.message",))],
    "EVT-5": [("contract-talk", ("tool", "two tools"), ("tool.response",))],
    "EVT-6": [("contract-gate", ("approve", "ask in threads"), ("tool.approval_required",))],
    "EVT-7": [("contract-gate", ("ask", "ask in threads"), ("tool.response_required",))],
    "EVT-8": [("contract-crew", _CREW, ("thread.created",))],
    "EVT-9": [("contract-crew", _CREW, ("thread.done",))],
    "EVT-10": [("contract-talk", ("tool",), ("mcp.initialize",))],
    "EVT-11": [("contract-auth", ("go",), ("mcp.auth_required",)), ("contract-auth", ("in a thread",), ())],
    "EVT-12": [("contract-box", ("run",), ("sandbox.created",))],
    "EVT-13": [
        ("contract-crew", _CREW, ("thread.created", "thread.done")),
        ("contract-talk", ("tool",), ("tool.response", "mcp.initialize")),
        ("contract-gate", ("ask in threads",), ("tool.approval_required", "tool.response_required")),
    ],
    "MSG-2": [("contract-talk", ("deferred tool", "fail", "many"), ()), ("contract-crew", _CREW, ())],
    "MSG-3": [("contract-talk", ("hello", "tool", "two tools"), ("model.message",))],
    "THR-1": [("contract-crew", _CREW, ("thread.created", "thread.done")), ("contract-talk", ("hello",), ())],
    "THR-2": [("contract-crew", _CREW, ("thread.created",)), ("contract-gate", ("ask in threads",), ())],
    "TOO-1": [("contract-talk", ("tool", "two tools"), ("tool.response",)), ("contract-gate", ("approve",), ())],
}
"""Rules that the grammar alone judges, and conversations in which they can be broken."""


async def _by_grammar(target: Target, rule: str) -> None:
    for agent, texts, needs in SCENES[rule]:
        await judged(target, rule, agent, texts, *needs)


async def evt_1(target: Target) -> None:
    """turn.created."""
    await _by_grammar(target, "EVT-1")


async def evt_2(target: Target) -> None:
    """turn.done, which says what the turn's state says."""
    told = await converse(target, "contract-talk", "hello", "tool", "fail")
    told += await converse(target, "contract-crew", "parallel")
    session = await target.session()
    stream = await session.hold()
    await session.stop(stream)
    told.append(Told(session, stream))
    acquit("EVT-2", [found for one in told for found in judge_turns([one.events])])
    for one in told:
        _require_mirror(one.done, await one.state())


def _require_mirror(done: Json, state: Json) -> None:
    names = {"status": "status", "output": "output", "cancellation_reason": "cancellation_reason", "message": "error"}
    for in_event, in_state in names.items():
        require_equal(done.get(in_event), state.get(in_state), "EVT-2", f"{in_event} of turn.done, next to the state")
    due = {"done": "output", "cancelled": "cancellation_reason", "error": "message"}.get(
        str(done.get("status")), "status"
    )
    require(done.get(due) is not None, "EVT-2", f"turn.done with {done.get('status')} has no {due}", done)


async def evt_3(target: Target) -> None:
    """Deltas of messages."""
    await _by_grammar(target, "EVT-3")


async def evt_4(target: Target) -> None:
    """Messages as they are stored."""
    for one in await judged(target, "EVT-4", "contract-talk", ("hello", "tool", "two tools")):
        log = await one.log()
        require(of_type(log, "model.message"), "EVT-4", "the log has no message", log)
        acquit("EVT-4", judge_log(one.events, log))


async def evt_5(target: Target) -> None:
    """tool.response."""
    await _by_grammar(target, "EVT-5")


async def evt_6(target: Target) -> None:
    """tool.approval_required."""
    await _by_grammar(target, "EVT-6")


async def evt_7(target: Target) -> None:
    """tool.response_required."""
    await _by_grammar(target, "EVT-7")


async def evt_8(target: Target) -> None:
    """thread.created."""
    await _by_grammar(target, "EVT-8")


async def evt_9(target: Target) -> None:
    """thread.done."""
    await _by_grammar(target, "EVT-9")


async def evt_10(target: Target) -> None:
    """mcp.initialize."""
    await _by_grammar(target, "EVT-10")


async def evt_11(target: Target) -> None:
    """mcp.auth_required."""
    await _by_grammar(target, "EVT-11")


async def evt_12(target: Target) -> None:
    """sandbox.created."""
    await _by_grammar(target, "EVT-12")


async def evt_13(target: Target) -> None:
    """What belongs to a thread says so."""
    await _by_grammar(target, "EVT-13")


async def msg_1(target: Target) -> None:
    """The deltas give the stored message, in the output and in the log."""
    told = await converse(target, "contract-talk", "hello", "tool", "two tools", "many", "history")
    told += await converse(target, "contract-crew", "parallel")
    told += await converse(target, "contract-gate", "ask in threads")
    for one in told:
        acquit("MSG-1", judge_turns([one.events]))
        acquit("MSG-1", judge_log(one.events, await one.log()))


async def msg_2(target: Target) -> None:
    """In a thread one message ends before the next begins."""
    await _by_grammar(target, "MSG-2")


async def msg_3(target: Target) -> None:
    """Arguments are JSON, chunks are whole characters."""
    await _by_grammar(target, "MSG-3")


async def thr_1(target: Target) -> None:
    """main is never created, never done."""
    await _by_grammar(target, "THR-1")


async def thr_2(target: Target) -> None:
    """Between created and done, below a call, each id once."""
    await _by_grammar(target, "THR-2")


async def thr_3(target: Target) -> None:
    """A sub-agent that fails leaves the turn alone; one that waits lives on."""
    failed = (await converse(target, "contract-crew", "failing"))[0]
    statuses = [event.get("status") for event in of_type(failed.events, "thread.done")]
    require("error" in statuses, "THR-3", "one of the sub-agents has to fail", failed.events)
    require_equal(failed.done.get("status"), "done", "THR-3", "the status of the turn in which a sub-agent failed")
    require("One of them failed." in failed.text, "THR-3", "the agent did not go on", failed.text)
    asked, answered = await converse(target, "contract-gate", "ask in threads")
    begun = {event.get("thread_id") for event in of_type(asked.events, "thread.created")}
    over = {event.get("thread_id") for event in of_type(asked.events, "thread.done")}
    later = {event.get("thread_id") for event in of_type(answered.events, "thread.done")}
    require(len(begun) == 2 and not over, "THR-3", "both sub-agents wait at the end of the turn", asked.events)
    require_equal(later, begun, "THR-3", "the sub-agents that ended in the next turn")


async def too_1(target: Target) -> None:
    """Each response answers one call, once."""
    await _by_grammar(target, "TOO-1")


async def too_2(target: Target) -> None:
    """Calls that wait for the user: named, not answered, and what comes of the user's answer."""
    for text in ("approve", "ask", "approve and ask", "ask in threads"):
        await judged(target, "TOO-2", "contract-gate", (text,))
    asked = await (await target.session("contract-gate")).say("approve")
    call = asked.pending[0]
    allowed = await asked.conversation.run(allow(call))
    results = [event.get("tool_call_id") for event in of_type(allowed.events, "tool.response")]
    require_equal(results, [call.call_id], "TOO-2", "the calls answered in the turn after the permission")
    require("Refund RF-1" in allowed.text, "TOO-2", "the agent did not hear of its result", allowed.text)
    await _denied(await target.session("contract-gate"))
    asked = await (await target.session("contract-gate")).say("ask")
    told = await asked.conversation.run(respond(asked.pending[0], "ultramarine"))
    require("ultramarine" in told.text, "TOO-2", "the agent did not hear the answer", told.text)


async def _denied(session: Conversation) -> None:
    asked = await session.say("approve")
    told = await session.run(deny(asked.pending[0], "it is too much"))
    require("it is too much" in json.dumps(told.events), "TOO-2", "the agent is not told the reason", told.events)
    require("Refund" not in told.text, "TOO-2", "a call that was denied was made", told.text)


async def mcp_1(target: Target) -> None:
    """All servers, each with a page for a person, and again until it was done."""
    session = await target.session("contract-auth")
    for told in (await session.say("go"), await session.run()):
        events = of_type(told.events, "mcp.auth_required")
        require_equal(len(events), 1, "MCP-1", "the number of events that ask for authorisation")
        servers = events[0].get("servers") or []
        names = sorted(str(server.get("mcp_server_name")) for server in servers)
        require_equal(names, ["files", "mail"], "MCP-1", "the servers that need authorisation")
        for server in servers:
            await _require_page(target, server.get("auth_url"))
    through = await session.run()
    require_equal(of_type(through.events, "mcp.auth_required"), [], "MCP-1", "what is asked once it was allowed")


async def _require_page(target: Target, url: object) -> None:
    good = isinstance(url, str) and url.startswith(("http://", "https://"))
    require(good, "MCP-1", f"auth_url is no address: {url!r}")
    page = await target.fetch(str(url))
    kind = page.headers.get("content-type", "")
    opened = page.status == 200 and kind.startswith("text/html")
    require(opened, "MCP-1", f"{url} cannot be opened by a person: {page.status} {kind}")


async def sbx_1(target: Target) -> None:
    """One sandbox for a session."""
    told = await converse(target, "contract-box", "run", "run", "hello", "run")
    acquit("SBX-1", judge_turns(one.events for one in told))
    made = of_type(all_events(told), "sandbox.created")
    require_equal(len(made), 1, "SBX-1", "how often the sandbox was created")
