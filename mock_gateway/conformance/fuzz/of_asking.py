"""What a client is asked to do with a turn: `ask.*`."""

from __future__ import annotations

from hypothesis import strategies as st

from mock_gateway.conformance.fuzz.feature import (
    ARGUMENTS,
    WORDS,
    Draw,
    Json,
    feature,
    message,
    spoken_or_not,
    then,
    tool,
)
from mock_gateway.conformance.fuzz.plan import Plan

DECISION = st.sampled_from(["allow", "deny"])
REASON = st.sampled_from([None, "no", "é🚀"])


def _answer(draw: Draw, calls: int) -> Json:
    args: Json = {"to": "first", "decide": [draw(DECISION) for _ in range(calls)]}
    reason = draw(REASON)
    return args if reason is None else {**args, "reason": reason}


@feature("ask.approval", "calls wait for approval, and are answered", needs=("approval",))
def _approval(plan: Plan, draw: Draw) -> None:
    calls = draw(st.integers(1, 3))
    plan.script["call"] = [tool(draw, f"t{place}.x", approval="required", returns="1") for place in range(calls)]
    then(plan, draw)
    spoken_or_not(plan, draw)
    plan.steps.append({"answer": _answer(draw, calls), "as": "answered"})


@feature("ask.approval_in_threads", "calls of sub-agents wait for approval", needs=("approval",))
def _approval_in_threads(plan: Plan, draw: Draw) -> None:
    script: Json = {"call": [{"tool": "a.b", "approval": "required", "returns": "1"}]}
    if draw(st.booleans()):
        script["then"] = {"say": message(draw)}
    names = ["one", "two"][: draw(st.integers(1, 2))]
    plan.script["call"] = [{"sub_agent": name, "script": script} for name in names]
    spoken_or_not(plan, draw)
    plan.steps.append({"answer": _answer(draw, len(names)), "as": "answered"})


@feature("ask.response", "a call runs on the client, and is answered", needs=("response",))
def _response(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [{"tool": "local", "runs": "client", "arguments": draw(ARGUMENTS)}]
    then(plan, draw)
    spoken_or_not(plan, draw)
    plan.steps.append({"answer": {"to": "first", "content": draw(st.sampled_from(["0", "é 🚀"]))}, "as": "answered"})


@feature("ask.mixed", "an approval and a question wait together", needs=("approval", "response"))
def _mixed(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [{"tool": "a.b", "approval": "required", "returns": "1"}, {"ask": draw(WORDS)}]
    then(plan, draw)
    spoken_or_not(plan, draw)
    plan.steps.append({"answer": {**_answer(draw, 2), "content": "two"}, "as": "answered"})


@feature("ask.auth", "MCP servers wait for authorisation", needs=("auth",))
def _auth(plan: Plan, draw: Draw) -> None:
    names = ["github", "jira"][: draw(st.integers(1, 2))]
    plan.agent["mcp"] = {name: {"auth": "required"} for name in names}
    plan.script["call"] = [{"tool": f"{name}.look", "returns": "1"} for name in names]
    spoken_or_not(plan, draw)
    plan.steps.append({"resume_mcp": {}, "as": "resumed"})


@feature("ask.turns", "a second turn follows the first")
def second_turn(plan: Plan, draw: Draw) -> None:
    """Another turn, which says something else."""
    plan.script["when"] = {"turn": 1}
    spoken = message(draw)
    plan.rules.append({"say": spoken})
    plan.steps.append({"run_turn": {"input": "again"}, "as": "second"})
    plan.notes += [{"seen": {"text": "".join(spoken["pieces"])}, "of": "second"}, {"truth": "all", "of": "second"}]


@feature("ask.fork", "a third turn follows the first too", needs=("turns",))
def _fork(plan: Plan, draw: Draw) -> None:
    second_turn(plan, draw)
    fork = {"input": "fork", "previous_turn_id": "{{ first.turn_id }}"}
    plan.steps.append({"run_turn": fork, "as": "third"})


@feature(
    "ask.background", "a turn is started without a stream, waited for, and read", needs=("background", "turn", "events")
)
def _background(plan: Plan, draw: Draw) -> None:
    plan.steps[0] = {"start_turn": {"input": "hello"}, "as": "first"}
    plan.steps.append({"wait_turn": {"turn_id": "{{ first.turn_id }}"}, "as": "waited"})
    plan.steps.append(
        {"list_events": {"turn_id": "{{ first.turn_id }}", "limit": draw(st.integers(1, 3))}, "as": "log"}
    )
    then(plan, draw)
    plan.notes += [{"seen": {"status": "done"}, "of": "waited"}, {"truth": ["text"], "of": "log"}]


@feature(
    "ask.cancel", "a turn is cancelled in the middle, and once more when it is over", needs=("cancel",), alone=True
)
def _cancel(plan: Plan, draw: Draw) -> None:
    plan.clock = "real"
    plan.script["then"] = {"wait": "cancel"}
    # One event more than there is for certain, the turn waits for ever.
    plan.steps[0] = {"run_turn": {"input": "hello", "cancel_after": draw(st.integers(1, 2))}, "as": "first"}
    plan.steps.append({"cancel": {}, "as": "again"})
    plan.notes += [{"seen": {"status": "cancelled"}, "of": "first"}, {"result": {}, "of": "again"}]


@feature("ask.subscribe", "a turn that is over is followed from a cursor", needs=("subscribe",), dialects=("v1",))
def _subscribe(plan: Plan, draw: Draw) -> None:
    after = draw(st.one_of(st.none(), st.integers(0, 2)))
    args = {"turn_id": "{{ first.turn_id }}"} if after is None else {"turn_id": "{{ first.turn_id }}", "after": after}
    plan.steps.append({"subscribe": args, "as": "followed"})
