"""What a story may be made of, as a table: each feature by its name, which is a flag of the command too.

Owns: the table, and how each feature is drawn and added to a plan. `model.*` is what the contract allows an agent to
do, `ask.*` what a client does, `wire.*` how bytes may come, `fault.*` what may break, `tolerance.*` and `error.*` what
comes that is not as it should be. Must not know: who plays a story, how one is searched for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct

from mock_gateway.conformance.fuzz.plan import Plan

Json = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
Add = Callable[[Plan, Draw], None]

BOTH = ("beta", "v1")


class Feature(Struct, frozen=True):
    """One feature. needs: capabilities of the client. dialects: in which it can be said. share: of the stories that a
    round may take; those that leave nothing to be drawn need few. alone: other features would make it wait for ever."""

    name: str
    says: str
    add: Add
    needs: tuple[str, ...] = ()
    dialects: tuple[str, ...] = BOTH
    share: float = 1.0
    alone: bool = False


FEATURES: dict[str, Feature] = {}


def feature(name: str, says: str, **more: Any) -> Callable[[Add], Add]:
    """Put a function into the table. more: of `Feature`."""

    def add(function: Add) -> Add:
        FEATURES[name] = Feature(name, says, function, **more)
        return function

    return add


# -- what is drawn -----------------------------------------------------------------------------------------------------

LETTERS = '0a \n"\\éß€日🚀𝄞\u2028\u0085\ufeff\u000b\t:'
TEXT = st.text(st.sampled_from(LETTERS), max_size=4)
WORDS = st.text(st.sampled_from(LETTERS), min_size=1, max_size=4)
SPOKEN = st.lists(WORDS, min_size=1, max_size=4)
ARGUMENTS = st.dictionaries(
    st.sampled_from(["q", "é", "n"]), st.one_of(WORDS, st.integers(0, 99)), min_size=1, max_size=2
)
CUT = st.one_of(st.just("whole"), st.builds(lambda size: {"size": size}, st.integers(1, 4)))
EVENT = st.integers(1, 6)


def message(draw: Draw) -> Json:
    """A message."""
    return {"pieces": draw(SPOKEN)}


def tool(draw: Draw, name: str = "a.b", **more: Any) -> Json:
    """A call."""
    return {"tool": name, "arguments": draw(ARGUMENTS), "cut": draw(CUT), **more}


def base(plan: Plan, draw: Draw) -> None:
    """One turn in which something is said. Every story has it."""
    plan.script["say"] = message(draw)
    plan.steps.append({"run_turn": {"input": "hello"}, "as": "first"})


# -- what an agent does ------------------------------------------------------------------------------------------------


@feature("model.call", "a message calls a tool")
def _call(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [tool(draw, returns=draw(TEXT))]


@feature("model.calls", "a message calls several tools")
def _calls(plan: Plan, draw: Draw) -> None:
    names = draw(st.lists(st.sampled_from(["a.b", "c.d", "e.f"]), min_size=2, max_size=3, unique=True))
    plan.script["call"] = [tool(draw, name, returns=draw(TEXT)) for name in names]


@feature("model.empty_call", "a tool is called without arguments")
def _empty_call(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [{"tool": "a.b", "returns": draw(TEXT)}]


@feature("model.messages", "a turn has several messages")
def _messages(plan: Plan, draw: Draw) -> None:
    plan.script["then"] = {"say": message(draw)}


@feature("model.calls_later", "a second message calls a tool too")
def _calls_later(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [tool(draw, returns="1")]
    plan.script["then"] = {"call": [tool(draw, "c.d", returns="2")]}


@feature("model.silence", "nothing is said")
def _silence(plan: Plan, _draw: Draw) -> None:
    plan.script["say"] = {"text": ""}


@feature("model.thread", "a sub-agent works")
def _thread(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [{"sub_agent": "one", "script": {"say": message(draw)}}]


@feature("model.threads", "two sub-agents speak in turn")
def _threads(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [{"sub_agent": name, "script": {"say": message(draw)}} for name in ("one", "two")]


@feature("model.nested", "a sub-agent has a sub-agent")
def _nested(plan: Plan, draw: Draw) -> None:
    inner = {"sub_agent": "inner", "script": {"say": message(draw)}}
    plan.script["call"] = [{"sub_agent": "outer", "script": {"call": [inner], "then": {"say": message(draw)}}}]


@feature("model.fails", "the turn fails")
def _fails(plan: Plan, draw: Draw) -> None:
    plan.script["fail"] = "no " + draw(st.sampled_from(["model", "é🚀"]))


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


# -- what is asked -----------------------------------------------------------------------------------------------------

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
    plan.script["then"] = {"say": message(draw)}
    plan.steps.append({"answer": _answer(draw, calls), "as": "answered"})


@feature("ask.approval_in_threads", "calls of sub-agents wait for approval", needs=("approval",))
def _approval_in_threads(plan: Plan, draw: Draw) -> None:
    gate = {"tool": "a.b", "approval": "required", "returns": "1"}
    names = ["one", "two"][: draw(st.integers(1, 2))]
    plan.script["call"] = [
        {"sub_agent": name, "script": {"call": [gate], "then": {"say": message(draw)}}} for name in names
    ]
    plan.steps.append({"answer": _answer(draw, len(names)), "as": "answered"})


@feature("ask.response", "a call runs on the client, and is answered", needs=("response",))
def _response(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [{"tool": "local", "runs": "client", "arguments": draw(ARGUMENTS)}]
    plan.script["then"] = {"say": message(draw)}
    plan.steps.append({"answer": {"to": "first", "content": draw(st.sampled_from(["0", "é 🚀"]))}, "as": "answered"})


@feature("ask.mixed", "an approval and a question wait together", needs=("approval", "response"))
def _mixed(plan: Plan, draw: Draw) -> None:
    plan.script["call"] = [{"tool": "a.b", "approval": "required", "returns": "1"}, {"ask": draw(WORDS)}]
    plan.script["then"] = {"say": message(draw)}
    plan.steps.append({"answer": {**_answer(draw, 2), "content": "two"}, "as": "answered"})


@feature("ask.auth", "MCP servers wait for authorisation", needs=("auth",))
def _auth(plan: Plan, draw: Draw) -> None:
    names = ["github", "jira"][: draw(st.integers(1, 2))]
    plan.agent["mcp"] = {name: {"auth": "required"} for name in names}
    plan.script["call"] = [{"tool": f"{name}.look", "returns": "1"} for name in names]
    plan.steps.append({"resume_mcp": {}, "as": "resumed"})


@feature("ask.turns", "a second turn follows the first")
def _turns(plan: Plan, draw: Draw) -> None:
    plan.script["when"] = {"turn": 1}
    plan.rules.append({"say": message(draw)})
    plan.steps.append({"run_turn": {"input": "again"}, "as": "second"})


@feature("ask.fork", "a third turn follows the first too", needs=("turns",))
def _fork(plan: Plan, draw: Draw) -> None:
    _turns(plan, draw)
    fork = {"input": "fork", "previous_turn_id": "{{ first.turn_id }}"}
    plan.steps.append({"run_turn": fork, "as": "third"})


@feature("ask.lists", "turns and sessions are listed page by page", needs=("turns", "sessions"))
def _lists(plan: Plan, draw: Draw) -> None:
    _turns(plan, draw)
    plan.steps.append({"list_turns": {"limit": draw(st.integers(1, 3))}, "as": "turns"})
    plan.notes.append({"listed": "turns", "of": "turns"})


@feature(
    "ask.background", "a turn is started without a stream, waited for, and read", needs=("background", "turn", "events")
)
def _background(plan: Plan, draw: Draw) -> None:
    plan.steps[0] = {"start_turn": {"input": "hello"}, "as": "first"}
    plan.steps.append({"wait_turn": {"turn_id": "{{ first.turn_id }}"}, "as": "waited"})
    plan.steps.append(
        {"list_events": {"turn_id": "{{ first.turn_id }}", "limit": draw(st.integers(1, 3))}, "as": "log"}
    )
    plan.script["then"] = {"say": message(draw)}
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


# -- how bytes may come ------------------------------------------------------------------------------------------------

NOTHING: st.SearchStrategy[Json] = st.just({})
AT = st.builds(lambda event: {"event": event}, EVENT)

WIRE: Mapping[str, tuple[str, st.SearchStrategy[Json]]] = {
    "byte-by-byte": ("each byte is a chunk", NOTHING),
    "chunk-sizes": (
        "chunks of any sizes",
        st.fixed_dictionaries({"sizes": st.lists(st.integers(1, 40), min_size=1, max_size=3)}),
    ),
    "cut-characters": (
        "chunks end inside characters",
        st.fixed_dictionaries({"inner": st.sampled_from(["all", 1, 2, 3])}),
    ),
    "cut-escapes": ("chunks end inside escapes", NOTHING),
    "cut-line-ends": ("chunks end between CR and LF", NOTHING),
    "joined-chunks": ("several events come in one chunk", NOTHING),
    "line-ends": ("lines end in other ways", st.fixed_dictionaries({"ends": st.sampled_from(["crlf", "cr", "mixed"])})),
    "byte-order-mark": ("a byte order mark comes first", st.fixed_dictionaries({"split": st.booleans()})),
    "comment": (
        "comments stand anywhere",
        st.one_of(
            st.fixed_dictionaries({"text": st.sampled_from(["", " x"]), "at": AT}),
            st.fixed_dictionaries(
                {"text": st.just(" x"), "at": st.builds(lambda n: {"event": n, "before": "data"}, EVENT)}
            ),
            st.fixed_dictionaries(
                {"text": st.just(" x"), "at": st.builds(lambda n: {"event": n, "after": "id"}, EVENT)}
            ),
            st.fixed_dictionaries(
                {"text": st.just(" x"), "at": st.builds(lambda n: {"event": n, "after": "data"}, EVENT)}
            ),
            st.fixed_dictionaries({"size": st.just("8 KB"), "at": AT}),
        ),
    ),
    "retry-line": (
        "it says how long to wait",
        st.fixed_dictionaries({"value": st.sampled_from(["10", "", "1000x", "+5"]), "at": AT}),
    ),
    "unknown-line": (
        "lines have other names",
        st.fixed_dictionaries({"name": st.sampled_from(["x", "datum"]), "value": st.sampled_from(["", "1"]), "at": AT}),
    ),
    "field-order": ("the id comes last", NOTHING),
    "spacing": ("other blanks behind the colon", st.fixed_dictionaries({"blanks": st.sampled_from([0, 2])})),
    "several-data-lines": ("an event has several data lines", st.fixed_dictionaries({"lines": st.integers(2, 4)})),
    "blank-lines": ("more blank lines between events", st.fixed_dictionaries({"count": st.integers(1, 3)})),
    "event-line": (
        "an event line says the type, or another",
        st.fixed_dictionaries({"says": st.sampled_from(["type", "other"])}),
    ),
    "odd-content-type": (
        "the content type is written otherwise",
        st.fixed_dictionaries(
            {"value": st.sampled_from(["text/event-stream; charset=utf-8", "Text/Event-Stream", "text/event-stream;"])}
        ),
    ),
    "chunk-extensions": ("chunks have extensions", NOTHING),
    "trailers": ("the body has trailers", NOTHING),
}
"""Faults that no client may notice, with what is drawn for them."""

ON_CREATE = ["create_turn"]


def _on_the_wire(name: str, drawn: st.SearchStrategy[Json]) -> Add:
    def add(plan: Plan, draw: Draw) -> None:
        plan.faults.append({"fault": name, **draw(drawn)})

    return add


for _name, (_says, _drawn) in WIRE.items():
    feature(f"wire.{_name}", _says)(_on_the_wire(_name, _drawn))


@feature("wire.long-line", "an event is on a line of a megabyte and more", share=0.1)
def _long_line(plan: Plan, _draw: Draw) -> None:
    plan.faults.append({"fault": "long-line", "size": "1200 KB", "at": {"event": 2}})


@feature("wire.held", "an event that ends with CR CR is delivered before the next byte", needs=("live",), share=0.05)
def _held(plan: Plan, _draw: Draw) -> None:
    plan.script["say"] = {"pieces": ["0", "1"]}
    plan.faults += [{"fault": "line-ends", "ends": "cr"}, {"fault": "stall", "at": {"event": 3}, "for": "400ms"}]
    plan.notes += [{"live": {"event": 2, "before_next_ms": 150}, "of": "first"}, {"truth": "all", "of": "first"}]


@feature("wire.many-events", "thousands of events come at once", share=0.1)
def _many_events(plan: Plan, _draw: Draw) -> None:
    plan.script["say"] = {"words": 1200}
    plan.agent["cut"] = "words"
    plan.faults.append({"fault": "joined-chunks"})


# -- what may break ----------------------------------------------------------------------------------------------------

LATER = st.integers(2, 6)
PLACE = st.one_of(
    st.builds(lambda event: {"event": event, "after": "blank"}, EVENT),
    # Before the first event is whole no client knows the turn's id, and there is nothing to come back to.
    st.builds(lambda event: {"event": event, "after": "id"}, LATER),
    st.builds(lambda event, byte: {"event": event, "byte": byte}, LATER, st.integers(1, 30)),
)


def _paced(plan: Plan) -> None:
    plan.clock = "real"
    plan.agent["pace"] = {"rate": "250 tokens/s"}


def _breaks(name: str) -> Add:
    def add(plan: Plan, draw: Draw) -> None:
        _paced(plan)
        plan.faults.append({"fault": name, "on": ON_CREATE, "at": draw(PLACE)})

    return add


for _name, _says in (
    ("drop", "the stream breaks off"),
    ("reset", "the connection is reset"),
    ("clean-end", "the stream ends as if it were whole"),
):
    feature(f"fault.{_name}", f"{_says}; the client comes back", needs=("resume",))(_breaks(_name))


@feature("fault.drop-twice", "the stream breaks off, and once more when the client comes back", needs=("resume",))
def _drop_twice(plan: Plan, draw: Draw) -> None:
    _breaks("drop")(plan, draw)
    plan.faults[-1]["at"] = {"event": 2, "after": "blank"}
    plan.faults.append(
        {"fault": "drop", "on": ["follow_turn"], "at": {"event": draw(st.integers(3, 5)), "after": "blank"}}
    )


@feature("fault.drop-over", "the stream breaks off, and the turn ends before the client comes back", needs=("resume",))
def _drop_over(plan: Plan, draw: Draw) -> None:
    plan.faults.append({"fault": "drop", "on": ON_CREATE, "at": draw(PLACE)})


@feature("fault.drop-turns", "the stream of the second turn breaks off", needs=("resume",))
def _drop_turns(plan: Plan, draw: Draw) -> None:
    _turns(plan, draw)
    _paced(plan)
    plan.faults.append({"fault": "drop", "on": ON_CREATE, "request": 2, "at": {"event": 2, "after": "blank"}})


@feature("fault.gives-up", "a client that does not come back says so, or tells a turn that has not ended")
def _gives_up(plan: Plan, draw: Draw) -> None:
    plan.leaves = plan.ends_anyhow = True
    name = draw(st.sampled_from(["drop", "clean-end"]))
    plan.faults.append({"fault": name, "on": ON_CREATE, "at": {"event": draw(EVENT), "after": "blank"}})


# -- what is not as it should be ---------------------------------------------------------------------------------------

TOLERATED: Mapping[str, tuple[str, st.SearchStrategy[Json]]] = {
    "unknown-field": ("events have fields that nobody knows", st.fixed_dictionaries({"at": AT})),
    "null-field": (
        "a field is null instead of absent",
        st.fixed_dictionaries({"field": st.sampled_from(["usage", "refusal"]), "at": AT}),
    ),
}
for _name, (_says, _drawn) in TOLERATED.items():
    feature(f"tolerance.{_name}", _says)(_on_the_wire(_name, _drawn))


@feature("tolerance.unknown-event", "events of a type that nobody knows come between the others")
def _unknown_event(plan: Plan, draw: Draw) -> None:
    plan.faults.append({"fault": "unknown-event", "at": {"event": draw(EVENT)}, "number": "previous"})
    # Whether it is delivered is the client's business; everything else has to be there.
    fields = ["status", "text", "threads", "tool_calls"]
    plan.notes.append({"truth": fields, "of": "first"})


COMPLAINED: Mapping[str, tuple[str, st.SearchStrategy[Json]]] = {
    "double-event": ("an event comes twice", st.fixed_dictionaries({"at": AT})),
    "skip-event": ("an event does not come", st.fixed_dictionaries({"at": AT})),
    "bad-json": (
        "an event is no JSON",
        st.fixed_dictionaries({"form": st.sampled_from(["cut", "comma", "quotes"]), "at": AT}),
    ),
    "no-final-blank": ("the last event has no blank line", NOTHING),
    "no-turn-done": ("the last event does not come", NOTHING),
    "after-turn-done": ("something comes after the last event", NOTHING),
    "two-turn-dones": ("the last event comes twice", NOTHING),
    "wrong-content-type": ("the answer is no stream", st.just({"value": "text/html"})),
}
"""Breaks of the contract: the client understands it all the same, or it complains; it never takes them for whole."""


def _complained(name: str, drawn: st.SearchStrategy[Json]) -> Add:
    def add(plan: Plan, draw: Draw) -> None:
        plan.leaves = True
        plan.faults.append({"fault": name, "on": ON_CREATE, **draw(drawn)})

    return add


for _name, (_says, _drawn) in COMPLAINED.items():
    feature(f"tolerance.{_name}", _says)(_complained(_name, _drawn))


@feature("tolerance.invalid-utf8", "bytes are no UTF-8: they become U+FFFD, or an error")
def _invalid_utf8(plan: Plan, draw: Draw) -> None:
    plan.leaves = True
    plan.faults.append({"fault": "invalid-utf8", "on": ON_CREATE, "at": {"event": draw(EVENT)}})
    replaced = [{"seen": {"status": "done", "text": {"has": "\ufffd"}}}]
    plan.notes.append({"any": [[{"truth": "all"}], replaced, [{"fails": {}}]], "of": "first"})


REFUSED = (400, 401, 403, 404, 409, 412, 413, 422, 500, 502, 503)


@feature("error.status", "a turn is refused with any status")
def _status(plan: Plan, draw: Draw) -> None:
    status = draw(st.sampled_from(REFUSED))
    plan.faults.append({"fault": "status", "status": status, "on": ON_CREATE, "every": True})
    plan.notes.append({"fails": {"kind": "http", "status": status}, "of": "first"})


@feature("error.shape", "a refusal has no body, or one that is no JSON")
def _shape(plan: Plan, draw: Draw) -> None:
    name = draw(st.sampled_from(["html-error", "empty-error"]))
    plan.faults.append({"fault": name, "on": ON_CREATE, "every": True})
    plan.notes.append({"fails": {}, "of": "first"})


@feature("error.after", "a turn was begun, and its answer is an error")
def _after(plan: Plan, draw: Draw) -> None:
    status = draw(st.sampled_from([500, 502]))
    plan.faults.append({"fault": "status", "status": status, "effect": "after", "on": ON_CREATE})
    plan.notes.append({"fails": {}, "of": "first"})


@feature("error.redirect", "a turn is sent on to nowhere", share=0.1)
def _redirect(plan: Plan, _draw: Draw) -> None:
    plan.faults.append({"fault": "redirect", "on": ON_CREATE, "every": True})
    plan.notes += [{"fails": {}, "of": "first"}]


@feature("error.wait", "a turn is refused until a second has passed", needs=("retry",), share=0.1)
def _wait(plan: Plan, draw: Draw) -> None:
    plan.clock = "real"
    after = "1s"
    plan.faults.append(
        {"fault": "retry-after", "after": after, "form": draw(st.sampled_from(["seconds", "date"])), "on": ON_CREATE}
    )
    plan.leaves = True
    plan.notes.append({"sent": "create_turn", "apart_ms": [700, None], "of": "first"})


def singles(dialect: str, capabilities: frozenset[str]) -> list[Feature]:
    """The features that a client can be tried on, in the order in which they are."""
    return [one for one in FEATURES.values() if dialect in one.dialects and capabilities.issuperset(one.needs)]
