"""Events: their fields, and what belongs together (V1-EVT, V1-MSG, V1-THR, V1-TOO)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from mock_gateway.conformance.server.v1.place import Place
from mock_gateway.conformance.server.v1.rules import rule
from mock_gateway.conformance.server.v1.scenes import judged, scene
from mock_gateway.conformance.server.v1.worlds import BASE, DELTA, of_type
from mock_gateway.conformance.server.violation import require, require_equal

Origin = Literal["documented", "observed", "chosen"]
ASKS = ("tool.approval_required", "tool.response_required")
BY_GRAMMAR: Sequence[tuple[str, str, Sequence[str], Origin]] = (
    (
        "V1-EVT-1",
        "An event has a type, an id of its own and created_at; a delta has the id of its message.",
        (BASE,),
        "documented",
    ),
    (
        "V1-EVT-2",
        "turn.created has turn_id, previous_turn_id, the state running and created_by.",
        ("turn.created",),
        "documented",
    ),
    ("V1-EVT-3", "turn.done has the state in which the turn ended, and no turn_id.", ("turn.done",), "documented"),
    ("V1-EVT-4", "The base of a message says where and when, and nothing of what it will say.", (BASE,), "documented"),
    ("V1-EVT-5", "A delta has text, pieces of calls, a finish_reason, or usage.", (DELTA,), "documented"),
    ("V1-EVT-6", "tool.response has tool_call_id and a content that is text.", ("tool.response",), "documented"),
    ("V1-EVT-7", "tool.approval_required has calls with id and source_event_id.", ASKS[:1], "documented"),
    ("V1-EVT-8", "tool.response_required has calls with id and source_event_id.", ASKS[1:], "documented"),
    ("V1-EVT-9", "mcp.initialize has servers with id and name.", ("mcp.initialize",), "documented"),
    ("V1-EVT-10", "mcp.auth_required has servers with id, name and auth_url.", ("mcp.auth_required",), "documented"),
    ("V1-EVT-11", "sandbox.created has sandbox_id.", ("sandbox.created",), "documented"),
    ("V1-EVT-12", "thread.created has title, parent and agent_info.", ("thread.created",), "documented"),
    (
        "V1-EVT-13",
        "thread.done has title and a state: done with a message, or error with a text.",
        ("thread.done",),
        "documented",
    ),
    ("V1-EVT-14", "thread_id is on every event, null on those of the whole turn.", ("turn.done", BASE), "documented"),
    ("V1-EVT-15", "A call says whose tool it is: the harness's own, or that of an MCP server.", (DELTA,), "documented"),
    ("V1-EVT-16", "A stored message is whole: its calls have id, type, name and arguments.", (BASE,), "documented"),
    ("V1-EVT-17", "No event carries its number; the frame does.", (BASE,), "documented"),
    (
        "V1-MSG-1",
        "A message begins with a base, and its deltas follow it, in its thread and with its id.",
        (BASE, DELTA),
        "documented",
    ),
    (
        "V1-MSG-2",
        "The base and the deltas of a message, put together, are exactly what is stored.",
        (DELTA,),
        "documented",
    ),
    (
        "V1-MSG-3",
        "Calls come piece by piece: the first of an index has id, type and name; indexes have no gap.",
        (DELTA,),
        "documented",
    ),
    (
        "V1-MSG-4",
        "finish_reason comes at the end of a message, once, and nothing of it after that.",
        (DELTA,),
        "documented",
    ),
    ("V1-MSG-5", "Arguments, put together, are JSON.", (DELTA,), "documented"),
    ("V1-MSG-6", "Within a thread a message ends before anything else comes.", (DELTA,), "observed"),
    (
        "V1-MSG-7",
        "Token counts are of what was read, what was written, and what that was made of.",
        (DELTA,),
        "documented",
    ),
    ("V1-MSG-8", "No piece holds half of a character.", (DELTA,), "chosen"),
    ("V1-THR-1", "main is never created and never done.", ("thread.created", "thread.done"), "documented"),
    (
        "V1-THR-2",
        "A sub-agent's events lie between its created and done, below a call; ids are unique.",
        ("thread.created",),
        "observed",
    ),
    (
        "V1-THR-3",
        "When a sub-agent is done its call is answered on the thread above, then comes thread.done.",
        ("thread.done",),
        "observed",
    ),
    ("V1-THR-5", "The output of a thread is its last message, assembled.", ("thread.done",), "documented"),
    (
        "V1-TOO-1",
        "Each tool.response answers one call made before, in its thread, once.",
        ("tool.response",),
        "documented",
    ),
    ("V1-TOO-2", "Results come in the order of the calls in their message.", ("tool.response",), "observed"),
    ("V1-TOO-3", "While a call of a message waits for the user, no other call of it runs.", ASKS, "observed"),
    (
        "V1-TOO-4",
        "A pause names the open calls of its thread: response, then approval, then authorisation.",
        ASKS,
        "observed",
    ),
    ("V1-TOO-5", "source_event_id is the message that made the call.", ASKS, "documented"),
    ("V1-TOO-6", "required_actions are the very events that came.", ASKS, "observed"),
)
"""Rules that the grammar alone judges: id, sentence, event types that have to come, where it is from."""


def _by_grammar(id: str, text: str, needs: Sequence[str], origin: Origin) -> None:
    level: Literal["MUST", "SHOULD"] = "SHOULD" if id == "V1-EVT-17" else "MUST"

    @rule(id, text, origin=origin, level=level)
    async def check(place: Place) -> None:
        await judged(place, id, *needs)


for _row in BY_GRAMMAR:
    _by_grammar(*_row)


@rule(
    "V1-THR-4", "A sub-agent that fails does not end the turn; one that waits lives on in the next.", origin="observed"
)
async def thr_4(place: Place) -> None:
    """Failing, and waiting."""
    failed = (await scene(place, "contract-crew"))[2]
    states = [(event.get("state") or {}).get("status") for event in of_type(failed.events, "thread.done")]
    require("error" in states, "V1-THR-4", "one of the sub-agents has to fail", failed.events)
    require_equal(failed.status, "done", "V1-THR-4", "the status of the turn in which a sub-agent failed")
    require("One of them failed." in failed.text, "V1-THR-4", "the agent did not go on", failed.text)
    gate = await scene(place, "contract-gate")
    asked, answered = next(pair for pair in pairwise(gate) if of_type(pair[0].events, "thread.created"))
    begun = {event.get("thread_id") for event in of_type(asked.events, "thread.created")}
    over = {event.get("thread_id") for event in of_type(answered.events, "thread.done")}
    require_equal(over, begun, "V1-THR-4", "the sub-agents that ended in the next turn")


@rule(
    "V1-MCP-1",
    "mcp.initialize comes before the first message of a turn whose agent has MCP servers.",
    origin="observed",
)
async def mcp_1(place: Place) -> None:
    """In every turn again."""
    for heard in await scene(place, "contract-talk"):
        types = [event["type"] for event in heard.events]
        require("mcp.initialize" in types, "V1-MCP-1", "the turn has no mcp.initialize", types)
        first = types.index("mcp.initialize")
        require(first < types.index(BASE), "V1-MCP-1", "mcp.initialize comes after a message", types)


@rule("V1-MCP-2", "A turn whose servers wait for authorisation asks for all of them, with pages, until it was done.")
async def mcp_2(place: Place) -> None:
    """Resumed without input."""
    talk = await place.talk("contract-auth")
    for heard in (await talk.say("go"), await talk.run()):
        events = of_type(heard.events, "mcp.auth_required")
        require_equal(len(events), 1, "V1-MCP-2", "the number of events that ask for authorisation")
        servers = events[0].get("mcp_servers") or []
        names = sorted(str(server.get("name")) for server in servers)
        require_equal(names, ["files", "mail"], "V1-MCP-2", "the servers that need authorisation")
        for server in servers:
            page = await place.fetch(str(server.get("auth_url")))
            require(page.status == 200, "V1-MCP-2", "a page of authorisation cannot be opened", page.shown())
    through = await talk.run()
    require_equal(of_type(through.events, "mcp.auth_required"), [], "V1-MCP-2", "what is asked once it was allowed")
    require_equal(through.status, "done", "V1-MCP-2", "the status of the turn after that")
