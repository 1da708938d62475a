"""How bytes may come: `wire.*`, none of which a client may notice."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from mock_gateway.conformance.fuzz.feature import AT, EVENT, NOTHING, Draw, Json, feature, on_the_wire
from mock_gateway.conformance.fuzz.plan import Plan

LINE = st.sampled_from(["id", "data", "blank"])
AT_LINE = st.builds(lambda event, line: {"event": event, "before": line}, EVENT, LINE)
TYPES = ["text/event-stream; charset=utf-8", "Text/Event-Stream", "text/event-stream;"]


def _one(name: str, *values: object) -> st.SearchStrategy[Json]:
    """One parameter with one of a few values."""
    return st.fixed_dictionaries({name: st.sampled_from(values)})


WIRE: Mapping[str, tuple[str, st.SearchStrategy[Json]]] = {
    "byte-by-byte": ("each byte is a chunk", NOTHING),
    "cut-characters": ("chunks end inside characters", _one("inner", "all", 1, 2, 3)),
    "cut-escapes": ("chunks end inside escapes", NOTHING),
    "cut-line-ends": ("chunks end between CR and LF", NOTHING),
    "joined-chunks": ("several events come in one chunk", NOTHING),
    "chunk-sizes": (
        "chunks have any sizes",
        st.fixed_dictionaries({"sizes": st.lists(st.integers(1, 40), min_size=1, max_size=3)}),
    ),
    "line-ends": (
        "lines end in other ways",
        st.one_of(
            _one("ends", "crlf", "cr", "mixed"),
            st.fixed_dictionaries({"ends": st.sampled_from(["crlf", "cr"]), "at": AT}),
        ),
    ),
    "byte-order-mark": ("a byte order mark comes first", _one("split", False, True)),
    "comment": (
        "comments stand anywhere",
        st.fixed_dictionaries({"text": st.sampled_from(["", " x"]), "at": st.one_of(AT, AT_LINE)}),
    ),
    "retry-line": (
        "it says how long to wait before coming back",
        st.fixed_dictionaries({"value": st.sampled_from(["10", "", "1000x", "+5"]), "at": AT}),
    ),
    "unknown-line": (
        "lines have other names",
        st.fixed_dictionaries(
            {
                "name": st.sampled_from(["x", "Data", "datum", "ID"]),
                "value": st.sampled_from(["", "1"]),
                "at": AT_LINE,
            }
        ),
    ),
    "field-order": ("the id comes last", NOTHING),
    "spacing": ("other blanks are behind the colon", _one("blanks", 0, 2)),
    "several-data-lines": ("an event has several data lines", st.fixed_dictionaries({"lines": st.integers(2, 4)})),
    "bare-data": ("an event has a line that is only the word data", NOTHING),
    "id-only": ("a message is only an id", st.fixed_dictionaries({"at": AT})),
    "blank-lines": (
        "more blank lines are between events",
        st.fixed_dictionaries({"count": st.integers(1, 3)}),
    ),
    "event-line": ("an event line says the type, or another", _one("says", "type", "other", "nothing")),
    "odd-content-type": ("the content type is written otherwise", _one("value", *TYPES)),
    "chunk-extensions": ("chunks have extensions", NOTHING),
    "trailers": ("the body has trailers", NOTHING),
}
"""Faults that no client may notice, with what is drawn for them."""

for _name, (_says, _drawn) in WIRE.items():
    feature(f"wire.{_name}", _says)(on_the_wire(_name, _drawn))


@feature("wire.cut-data-lines", "an event has several data lines, and chunks end between CR and LF", share=0.5)
def _cut_data_lines(plan: Plan, draw: Draw) -> None:
    plan.is_unbroken = True
    plan.faults += [{"fault": "several-data-lines", "lines": draw(st.integers(2, 4))}, {"fault": "cut-line-ends"}]


feature("wire.long-comment", "comments are long", share=0.2)(
    on_the_wire("comment", st.fixed_dictionaries({"size": st.just("8 KB"), "at": AT}))
)


@feature("wire.comment-block", "a block has only a comment, or an id and a comment", share=0.5)
def _comment_block(plan: Plan, draw: Draw) -> None:
    event = draw(st.integers(1, 2))
    block = draw(st.sampled_from([": x\n\n", ": x\n", f"id: {event}\n: x\n\n"]))
    plan.is_unbroken = True
    plan.faults.append({"fault": "insert-bytes", "at": {"event": event, "after": "blank"}, "bytes": _escaped(block)})


def _escaped(text: str) -> str:
    """As the faults write bytes."""
    return text.replace("\n", "\\n")


@feature("wire.charset", "the content type names another charset", share=0.5)
def _charset(plan: Plan, _draw: Draw) -> None:
    plan.is_unbroken = True
    plan.faults.append({"fault": "odd-content-type", "value": "text/event-stream; charset=windows-1252"})


@feature("wire.mark", "a byte order mark comes first, and then a line of data", share=0.5)
def _mark(plan: Plan, draw: Draw) -> None:
    plan.is_unbroken = True
    plan.faults += [
        {"fault": "byte-order-mark", "split": draw(st.booleans())},
        {"fault": "field-order", "at": {"event": 1}, "order": ["data", "id"]},
    ]


@feature("wire.gzip", "the stream is compressed, which only a client that offers it has to understand", share=0.2)
def _gzip(plan: Plan, _draw: Draw) -> None:
    plan.faults.append({"fault": "gzip", "on": ["create_turn"]})
    offered = [{"fails": {}}, {"sent": "create_turn", "lacks": {"accept-encoding": "gzip"}}]
    plan.notes.append({"any": [[{"truth": "all"}], offered], "of": "first"})


@feature("wire.long-line", "an event is on a line of a megabyte and more", share=0.1, is_slow=True)
def _long_line(plan: Plan, _draw: Draw) -> None:
    plan.leaves = True
    plan.within = 60.0
    plan.faults.append({"fault": "long-line", "size": "1200 KB", "at": {"event": 2}})


@feature("wire.many-events", "thousands of events come at once", share=0.05, is_slow=True)
def _many_events(plan: Plan, _draw: Draw) -> None:
    plan.leaves = True
    plan.within = 60.0
    plan.script["say"] = {"words": 6000}
    plan.agent["cut"] = "words"
    plan.faults.append({"fault": "joined-chunks"})


@feature(
    "wire.held",
    "an event that ends with CR CR is delivered before the next byte",
    needs=("live",),
    share=0.05,
    is_slow=True,
)
def _held(plan: Plan, _draw: Draw) -> None:
    plan.script["say"] = {"pieces": ["0", "1"]}
    plan.faults += [{"fault": "line-ends", "ends": "cr"}, {"fault": "stall", "at": {"event": 3}, "for": "400ms"}]
    plan.notes += [{"live": {"event": 2, "before_next_ms": 150}, "of": "first"}, {"truth": "all", "of": "first"}]


@feature("wire.alive", "comments show that a silent stream is alive", share=0.05, is_slow=True)
def _alive(plan: Plan, _draw: Draw) -> None:
    plan.options = {"read_timeout_ms": 1000}
    plan.is_unbroken = True
    stall = {"fault": "stall", "at": {"event": 2}, "for": "2600ms", "comments": "200ms"}
    plan.faults.append({**stall, "on": ["create_turn"]})


@feature("wire.late", "an answer, or its first event, comes late", share=0.1, is_slow=True)
def _late(plan: Plan, draw: Draw) -> None:
    _waits(plan, {"fault": draw(st.sampled_from(["headers-then-silence", "slow-first-byte"])), "for": "900ms"})


@feature("wire.slow", "a stream takes long as a whole", share=0.05, is_slow=True)
def _slow(plan: Plan, _draw: Draw) -> None:
    _waits(plan, {"fault": "slow", "rate": "400 B/s", "piece": 30})


def _waits(plan: Plan, fault: Json) -> None:
    plan.options = {"read_timeout_ms": 6000}
    plan.is_unbroken = plan.is_once = True
    plan.within = 30.0
    plan.faults.append({**fault, "on": ["create_turn"]})
