"""What may break on the way: `fault.*`, and coming back."""

from __future__ import annotations

from hypothesis import strategies as st

from mock_gateway.conformance.fuzz.feature import EVENT, ON_CREATE, Add, Draw, Json, feature
from mock_gateway.conformance.fuzz.of_asking import second_turn
from mock_gateway.conformance.fuzz.plan import Plan

LATER = st.integers(2, 6)
PLACE = st.one_of(
    st.builds(lambda event: {"event": event, "after": "blank"}, EVENT),
    # Before the first event is whole no client knows the turn's id, and there is nothing to come back to.
    st.builds(lambda event: {"event": event, "after": "id"}, LATER),
    st.builds(lambda event, byte: {"event": event, "byte": byte}, LATER, st.integers(1, 30)),
)
CUSTOM = 'data: {"type":"custom.notice"}'


def paced(plan: Plan) -> None:
    """The turn takes a little, so that it is there when the client comes back."""
    plan.clock = "real"
    plan.agent["pace"] = {"rate": "250 tokens/s"}


def _break(plan: Plan, name: str, at: Json, **more: object) -> None:
    plan.faults.append({"fault": name, "on": ON_CREATE, **more, "at": at})


def _breaks(name: str) -> Add:
    def add(plan: Plan, draw: Draw) -> None:
        paced(plan)
        _break(plan, name, draw(PLACE))

    return add


for _name, _says in (
    ("drop", "the stream breaks off"),
    ("reset", "the connection is reset"),
    ("clean-end", "the stream ends as if it were whole"),
):
    feature(f"fault.{_name}", f"{_says}; the client comes back", needs=("resume",))(_breaks(_name))


@feature("fault.drop-twice", "the stream breaks off, and once more when the client comes back", needs=("resume",))
def _drop_twice(plan: Plan, draw: Draw) -> None:
    paced(plan)
    plan.script["say"] = {"pieces": ["0", "1", "2", "3"]}
    _break(plan, "drop", {"event": 2, "after": "blank"})
    again = draw(st.integers(3, 5))
    plan.faults.append({"fault": "drop", "on": ["follow_turn"], "at": {"event": again, "after": "blank"}})
    # The turn may be over when the client comes back: then there is no second break.
    ways = [[{"sent": "follow_turn", "after": after}] for after in ([2, again], [2])]
    plan.notes += [{"truth": "all", "of": "first"}, {"any": ways, "of": "first"}]


@feature("fault.drop-over", "the stream breaks off, and the turn ends before the client comes back", needs=("resume",))
def _drop_over(plan: Plan, draw: Draw) -> None:
    _break(plan, "drop", draw(PLACE))


@feature(
    "fault.gone", "the stream breaks off, and is gone when the client comes back", needs=("resume",), dialects=("v1",)
)
def _gone(plan: Plan, draw: Draw) -> None:
    _break(plan, "drop", {"event": draw(st.integers(1, 3)), "after": "blank"})
    plan.faults.append({"fault": "status", "status": 412, "on": ["follow_turn"], "every": True})
    plan.notes.append({"truth": ["status", "text"], "of": "first"})


@feature("fault.drop-turns", "the stream of the second turn breaks off", needs=("resume",))
def _drop_turns(plan: Plan, draw: Draw) -> None:
    second_turn(plan, draw)
    paced(plan)
    _break(plan, "drop", {"event": 2, "after": "blank"}, request=2)


@feature("fault.drop-tools", "the stream breaks off while a tool is called", needs=("resume",))
def _drop_tools(plan: Plan, draw: Draw) -> None:
    paced(plan)
    plan.script["call"] = [{"tool": "a.b", "arguments": {"q": "00"}, "cut": {"size": 2}, "returns": "1"}]
    _break(plan, "drop", draw(PLACE))


@feature(
    "fault.never",
    "nothing brings the stream back: a client gives up after a while",
    needs=("resume",),
    share=0.05,
    is_slow=True,
)
def _never(plan: Plan, _draw: Draw) -> None:
    _break(plan, "drop", {"event": 2, "after": "blank"})
    plan.faults.append({"fault": "status", "status": 503, "on": ["follow_turn"], "every": True})
    plan.within = 30.0
    plan.notes += [
        {"fails": {}, "of": "first"},
        {"sent": "follow_turn", "times": [1, 20], "growing": True, "of": "first"},
    ]


@feature("fault.gives-up", "a client that does not come back says so, or tells a turn that has not ended")
def _gives_up(plan: Plan, draw: Draw) -> None:
    plan.leaves = plan.ends_anyhow = True
    name = draw(st.sampled_from(["drop", "clean-end"]))
    _break(plan, name, {"event": draw(EVENT), "after": "blank"})


@feature("fault.no-headers", "an answer ends before its first event: that is no turn without text", share=0.3)
def _no_headers(plan: Plan, draw: Draw) -> None:
    plan.leaves = plan.ends_anyhow = True
    _break(plan, draw(st.sampled_from(["drop", "reset", "clean-end"])), {"byte": 0})


@feature("fault.no-answer", "the connection is reset before the answer; nothing is asked for twice", share=0.3)
def _no_answer(plan: Plan, draw: Draw) -> None:
    effect = draw(st.sampled_from(["before", "after"]))
    plan.leaves = plan.is_once = True
    plan.faults.append({"fault": "reset-before-headers", "effect": effect, "on": ON_CREATE})


@feature(
    "fault.silence",
    "a stream falls silent for ever; the client leaves, and comes back",
    needs=("resume",),
    share=0.05,
    is_slow=True,
)
def _silence(plan: Plan, _draw: Draw) -> None:
    plan.options = {"read_timeout_ms": 800}
    _break(plan, "stall", {"event": 2})


# -- ids, and how long to wait -----------------------------------------------------------------------------------------

ODD_IDS = {
    "no id": CUSTOM,
    "an empty id": f"id:\n{CUSTOM}",
    "an id with a NUL": f"id: 9\0\n{CUSTOM}",
    "an id in other digits": f"id: \uff17\n{CUSTOM}",
    "a word as its id": f"id: x\n{CUSTOM}",
}
"""Blocks of events that nobody knows; none of their ids is a sequence id."""


@feature("fault.odd-id", "an event has an odd id or none, and then the stream breaks off", needs=("resume",), share=1.6)
def _odd_id(plan: Plan, draw: Draw) -> None:
    paced(plan)
    block = ODD_IDS[draw(st.sampled_from([*ODD_IDS]))]
    written = block.replace("\0", "\\0").replace("\n", "\\n")
    plan.script["say"] = {"pieces": ["0", "1", "2"]}
    _break(plan, "insert-bytes", {"event": 3, "after": "blank"}, bytes=f"{written}\\n\\n")
    _break(plan, "drop", {"event": 4})
    plan.notes.append({"truth": ["status", "text"], "of": "first"})
    plan.notes.append(_came_back_at(block))


def _came_back_at(block: str) -> Json:
    again: Json = {"sent": "follow_turn", "of": "first"}
    if not block.startswith("id:\n"):
        return {**again, "after": [3]}
    # An empty id takes the last one away: to read all of it again is right too, if nothing is told twice.
    return {"any": [[{"sent": "follow_turn", "after": [3]}], [{"sent": "follow_turn", "after": [0]}]], "of": "first"}


@feature("fault.retry", "the stream says how long to wait, and breaks off", needs=("resume",), share=0.1, is_slow=True)
def _retry(plan: Plan, _draw: Draw) -> None:
    paced(plan)
    _break(plan, "retry-line", {"event": 1}, value="400")
    _break(plan, "drop", {"event": 2, "after": "blank"})
    plan.notes += [
        {"truth": ["status", "text"], "of": "first"},
        {"sent": ["create_turn", "follow_turn"], "apart_ms": [380, 6000], "of": "first"},
    ]


@feature(
    "fault.bogus-retry",
    "the stream says how long to wait, but not as a number, and breaks off",
    needs=("resume",),
    share=0.3,
    is_slow=True,
)
def _bogus_retry(plan: Plan, draw: Draw) -> None:
    paced(plan)
    value = draw(st.sampled_from(["6000x", "+6000", "6_000", "6e3", "99999999999999999999"]))
    _break(plan, "retry-line", {"event": 1}, value=value)
    _break(plan, "drop", {"event": 2, "after": "blank"})
    plan.within = 20.0
    plan.notes += [
        {"truth": ["status", "text"], "of": "first"},
        {"sent": ["create_turn", "follow_turn"], "apart_ms": [0, 5500], "of": "first"},
    ]
