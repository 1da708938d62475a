"""One feature of stories, the table of all of them, and what most of them draw.

Owns: the record, the decorator that puts a function into the table, texts, pieces and arguments. Must not know: which
features there are (`of_*.py`; `features.py` has them all).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct

from mock_gateway.conformance.fuzz.plan import Plan

Json = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
Add = Callable[[Plan, Draw], None]

BOTH = ("beta", "v1")


class Feature(Struct, frozen=True):
    """One feature.

    needs: capabilities of the client. dialects: in which it can be said. share: of the stories that a round may take;
    what leaves nothing to be drawn needs few. alone: other features would make it wait for ever. is_slow: it waits in
    real time.
    """

    name: str
    says: str
    add: Add
    needs: tuple[str, ...] = ()
    dialects: tuple[str, ...] = BOTH
    share: float = 1.0
    alone: bool = False
    is_slow: bool = False


FEATURES: dict[str, Feature] = {}


def feature(name: str, says: str, **more: Any) -> Callable[[Add], Add]:
    """Put a function into the table. more: of `Feature`."""

    def add(function: Add) -> Add:
        FEATURES[name] = Feature(name, says, function, **more)
        return function

    return add


# -- what is drawn -----------------------------------------------------------------------------------------------------

LETTERS = '0a \n"\\éß€日🚀𝄞\u2028\u0085\ufeff\u000b\u001c\0\t:'
TEXT = st.text(st.sampled_from(LETTERS), max_size=4)
WORDS = st.text(st.sampled_from(LETTERS), min_size=1, max_size=4)
SPOKEN = st.one_of(
    st.lists(WORDS, min_size=1, max_size=4), st.builds(lambda word, times: [word] * times, WORDS, st.integers(1, 3))
)
ARGUMENTS = st.dictionaries(
    st.sampled_from(["q", "é", "n"]), st.one_of(WORDS, st.integers(0, 99)), min_size=1, max_size=2
)
SIZE = st.sampled_from([8, 5, 3, 2, 1])
CUT = st.one_of(st.just("whole"), st.builds(lambda size: {"size": size}, SIZE))
"""Few pieces are simpler than many."""
EVENT = st.integers(1, 6)
AT = st.builds(lambda event: {"event": event}, EVENT)
NOTHING: st.SearchStrategy[Json] = st.just({})
ON_CREATE = ["create_turn"]


def message(draw: Draw) -> Json:
    """A message."""
    return {"pieces": draw(SPOKEN)}


def spoken_or_not(plan: Plan, draw: Draw) -> None:
    """Beside what else its first message does, the agent need not speak in it."""
    if not draw(st.booleans()):
        plan.script.pop("say", None)


def then(plan: Plan, draw: Draw) -> None:
    """A message may come behind what was done."""
    if draw(st.booleans()):
        plan.script["then"] = {"say": message(draw)}


def tool(draw: Draw, name: str = "a.b", **more: Any) -> Json:
    """A call."""
    return {"tool": name, "arguments": draw(ARGUMENTS), "cut": draw(CUT), **more}


def on_the_wire(name: str, drawn: st.SearchStrategy[Json]) -> Add:
    """A fault of every stream, with what is drawn for it."""

    def add(plan: Plan, draw: Draw) -> None:
        plan.is_unbroken = True
        plan.faults.append({"fault": name, **draw(drawn)})

    return add


def base(plan: Plan, draw: Draw) -> None:
    """One turn in which something is said. Every story has it."""
    plan.script["say"] = message(draw)
    plan.steps.append({"run_turn": {"input": "hello"}, "as": "first"})
