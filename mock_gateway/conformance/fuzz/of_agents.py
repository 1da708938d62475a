"""What the contract allows an agent to do: `model.*`."""

from __future__ import annotations

from hypothesis import strategies as st

from mock_gateway.conformance.fuzz.feature import (
    ARGUMENTS,
    SIZE,
    TEXT,
    WORDS,
    Draw,
    feature,
    message,
    spoken_or_not,
    tool,
)
from mock_gateway.conformance.fuzz.plan import Plan


@feature("model.call", "a message calls a tool")
def _call(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [tool(draw, returns=draw(TEXT))]
    spoken_or_not(plan, draw)


@feature("model.calls", "a message calls several tools")
def _calls(plan: Plan, draw: Draw) -> None:
    names = draw(st.lists(st.sampled_from(["a.b", "c.d", "e.f"]), min_size=2, max_size=3, unique=True))
    plan.script["call"] = [tool(draw, name, returns=draw(TEXT)) for name in names]
    spoken_or_not(plan, draw)


@feature("model.calls_in_turn", "several calls of a message come in turn, a piece of each")
def _calls_in_turn(plan: Plan, draw: Draw) -> None:
    cut = {"size": draw(SIZE)}
    plan.script["call"] = [
        {"tool": name, "arguments": draw(ARGUMENTS), "cut": cut, "returns": "1"} for name in ("a.b", "c.d")
    ]
    plan.script["interleave"] = "calls"
    spoken_or_not(plan, draw)


@feature("model.empty_call", "a tool is called without arguments")
def _empty_call(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [{"tool": "a.b", "returns": draw(TEXT)}]
    spoken_or_not(plan, draw)


@feature("model.messages", "a turn has several messages")
def _messages(plan: Plan, draw: Draw) -> None:
    plan.script["then"] = {"say": message(draw)}


@feature("model.calls_later", "a second message calls a tool too")
def _calls_later(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [tool(draw, returns="1")]
    plan.script["then"] = {"call": [tool(draw, "c.d", returns="2")]}
    spoken_or_not(plan, draw)


@feature("model.silence", "nothing is said")
def _silence(plan: Plan, _draw: Draw) -> None:
    plan.script["say"] = {"text": ""}


@feature("model.thread", "a sub-agent works")
def _thread(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [{"sub_agent": "one", "script": {"say": message(draw)}}]
    spoken_or_not(plan, draw)


@feature("model.threads", "two sub-agents speak in turn")
def _threads(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [{"sub_agent": name, "script": {"say": message(draw)}} for name in ("one", "two")]
    spoken_or_not(plan, draw)


@feature("model.nested", "a sub-agent has a sub-agent")
def _nested(plan: Plan, draw: Draw) -> None:
    inner = {"sub_agent": "inner", "script": {"say": message(draw)}}
    outer = {"call": [inner], **({"then": {"say": message(draw)}} if draw(st.booleans()) else {})}
    plan.script["call"] = [{"sub_agent": "outer", "script": outer}]
    spoken_or_not(plan, draw)


@feature("model.sandbox", "a tool runs in a sandbox", share=0.3)
def _sandbox(plan: Plan, draw: Draw) -> None:
    plan.agent["sandbox"] = True
    plan.script["call"] = [{"tool": "run", "arguments": draw(ARGUMENTS), "sandbox": True, "returns": "1"}]
    spoken_or_not(plan, draw)


@feature("model.servers", "MCP servers are connected, and ask for nothing", share=0.3)
def _servers(plan: Plan, draw: Draw) -> None:
    plan.agent["mcp"] = {"github": {}, "wiki": {}}
    plan.script["call"] = [{"tool": "github.look", "returns": "1"}]
    spoken_or_not(plan, draw)


@feature("model.nothing", "a turn has no message at all")
def _nothing(plan: Plan, _draw: Draw) -> None:
    del plan.script["say"]
    plan.script["wait"] = "1s"


@feature("model.fails", "the turn fails")
def _fails(plan: Plan, draw: Draw) -> None:
    plan.script["fail"] = "no " + draw(st.sampled_from(["model", "é🚀"]))
    spoken_or_not(plan, draw)


@feature("model.times_out", "the turn takes too long")
def _times_out(plan: Plan, _draw: Draw) -> None:
    plan.agent["limits"] = {"timeout": "1s"}
    plan.script["then"] = {"wait": "1m", "say": "late"}


@feature("model.reasoning", "the model thinks before it speaks", dialects=("v1",))
def _reasoning(plan: Plan, draw: Draw) -> None:
    plan.script["say"]["reasoning"] = draw(WORDS)


@feature("model.refusal", "the model refuses", dialects=("v1",))
def _refusal(plan: Plan, draw: Draw) -> None:
    plan.script["say"]["refusal"] = draw(WORDS)
