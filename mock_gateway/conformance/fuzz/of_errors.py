"""What is not as it should be: `tolerance.*` in a stream, `error.*` instead of one."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from mock_gateway.conformance.fuzz.feature import AT, EVENT, NOTHING, ON_CREATE, Add, Draw, Json, feature, on_the_wire
from mock_gateway.conformance.fuzz.plan import Plan

NULLS = st.sampled_from(["usage", "refusal", "tool_calls", "reasoning_content"])
TOLERATED: Mapping[str, tuple[str, st.SearchStrategy[Json]]] = {
    "unknown-field": ("events have fields that nobody knows", st.fixed_dictionaries({"at": AT})),
    "null-field": ("a field is null instead of absent", st.fixed_dictionaries({"field": NULLS})),
    "empty-data": (
        "a message has no data",
        st.fixed_dictionaries({"at": AT, "colon": st.booleans()}),
    ),
}
for _name, (_says, _drawn) in TOLERATED.items():
    feature(f"tolerance.{_name}", _says)(on_the_wire(_name, _drawn))


@feature("tolerance.unknown-event", "events of a type that nobody knows come between the others")
def _unknown_event(plan: Plan, draw: Draw) -> None:
    plan.faults.append({"fault": "unknown-event", "at": {"event": draw(EVENT)}, "number": "previous"})
    # Whether it is delivered is the client's business; everything else has to be there.
    plan.notes.append({"truth": ["status", "text", "threads", "tool_calls"], "of": "first"})


@feature("tolerance.indexes", "the index of the first call is not 0")
def _indexes(plan: Plan, draw: Draw) -> None:
    event = 2 if plan.dialect == "beta" else 3
    plan.script.pop("say")
    plan.script["call"] = [
        {"tool": "a.b", "arguments": {"q": draw(st.integers(0, 99))}, "cut": "whole", "returns": "1"}
    ]
    for number in (event, event + 1):
        wrong = {"fault": "wrong-type", "field": "tool_calls.0.index", "value": 3}
        plan.faults.append({**wrong, "at": {"event": number}})


@feature("tolerance.arguments", "the arguments of a call never become JSON", share=0.3)
def _arguments(plan: Plan, draw: Draw) -> None:
    cut_off = draw(st.sampled_from(['{"q": ', "{", "x"]))
    plan.script = {"call": [{"tool": "a.b", "arguments": {"q": 0}, "cut": "whole", "returns": "1"}]}
    plan.faults.append(
        {
            "fault": "replace-event",
            "at": {"event": 3 if plan.dialect == "beta" else 4},
            "event": {"tool_calls": [{"index": 0, "function": {"arguments": cut_off}}]},
            "merge": True,
            "on": ON_CREATE,
        }
    )
    told = {"status": "done", "tool_calls": {"item": {"arguments": cut_off}}}
    plan.notes.append({"seen": told, "of": "first"})


@feature("tolerance.finish", "the piece that ends a message has text")
def _finish(plan: Plan, _draw: Draw) -> None:
    event = 3 if plan.dialect == "beta" else 4
    plan.script["say"] = {"pieces": ["0"]}
    plan.faults.append(
        {"fault": "replace-event", "at": {"event": event}, "event": {"content": "1"}, "merge": True, "on": ON_CREATE}
    )
    plan.notes.append({"seen": {"status": "done", "text": "01"}, "of": "first"})


@feature("tolerance.unknown-word", "the turn ends with a status that nobody knows", share=0.2)
def _unknown_word(plan: Plan, _draw: Draw) -> None:
    plan.faults.append({"fault": "unknown-enum", "at": {"event": "turn.done"}, "on": ON_CREATE})
    over = [{"seen": {"status": ["done", "unheard-of", "error"]}}, {"truth": ["text"]}]
    plan.notes.append({"any": [over, [{"fails": {}}]], "of": "first"})


@feature("tolerance.times", "times are in the past or in the future, in any form", share=0.5)
def _times(plan: Plan, draw: Draw) -> None:
    time = draw(st.sampled_from(["1970-01-01T00:00:00.000Z", "2199-12-31T23:59:59Z", "2026-02-03T04:05:06.123+05:30"]))
    fault = {"fault": "replace-event", "at": {"event": "turn.created"}, "event": {"created_at": time}, "merge": True}
    plan.faults.append(fault)
    plan.is_unbroken = True


COMPLAINED: Mapping[str, tuple[str, st.SearchStrategy[Json]]] = {
    "double-event": ("an event comes twice", st.fixed_dictionaries({"at": AT})),
    "skip-event": ("an event does not come", st.fixed_dictionaries({"at": AT})),
    "bad-json": (
        "an event is no JSON",
        st.fixed_dictionaries({"form": st.sampled_from(["cut", "comma", "quotes"]), "at": AT}),
    ),
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


def _unended(name: str) -> Add:
    """The turn has not ended for the client, unless it comes back for the end."""

    def add(plan: Plan, _draw: Draw) -> None:
        plan.leaves = True
        plan.faults.append({"fault": name, "on": ON_CREATE})
        came_back = [{"truth": "all"}, {"sent": "follow_turn", "times": [1, None]}]
        plan.notes.append({"any": [came_back, [{"seen": {"status": "running"}}], [{"fails": {}}]], "of": "first"})

    return add


for _name, _says in (
    ("no-final-blank", "the last event has no blank line"),
    ("no-turn-done", "the last event does not come"),
):
    feature(f"tolerance.{_name}", _says)(_unended(_name))


def _spoiled(plan: Plan, data: str, *seen: object) -> None:
    """A text begins with other bytes."""
    plan.script["say"] = {"pieces": ["0", "0"]}
    plan.faults.append(
        {"fault": "invalid-utf8", "on": ON_CREATE, "at": {"event": 3}, **({"bytes": data} if data else {})}
    )
    ways = [[{"seen": {"status": "done", "text": one}}] for one in seen]
    plan.notes.append({"any": ways, "of": "first"})


@feature("tolerance.invalid-utf8", "bytes are no UTF-8: they become U+FFFD, or an error", share=0.2)
def _invalid_utf8(plan: Plan, _draw: Draw) -> None:
    plan.leaves = True
    _spoiled(plan, "", {"has": "\ufffd"})
    plan.notes[-1]["any"].append([{"fails": {}}])


@feature("tolerance.half-characters", "an escape is half of a character: it is told somehow, or an error", share=0.2)
def _half_characters(plan: Plan, _draw: Draw) -> None:
    plan.leaves = True
    _spoiled(plan, "\\\\ud83d", {"has": "0"})
    plan.notes[-1]["any"].append([{"fails": {}}])


@feature("wire.escaped-pairs", "a character is written as two escapes, in two chunks", share=0.2)
def _escaped_pairs(plan: Plan, draw: Draw) -> None:
    _spoiled(plan, "\\\\ud83d\\\\ude80", ["🚀00", "0🚀0"])
    plan.faults.append({"fault": draw(st.sampled_from(["cut-escapes", "byte-by-byte"])), "on": ON_CREATE})


REFUSED = (400, 401, 403, 404, 409, 412, 413, 422, 500, 502, 503)


@feature("error.status", "a turn is refused with any status")
def _status(plan: Plan, draw: Draw) -> None:
    status = draw(st.sampled_from(REFUSED))
    plan.faults.append({"fault": "status", "status": status, "on": ON_CREATE, "every": True})
    plan.notes.append({"fails": {"kind": "http", "status": status}, "of": "first"})


@feature("error.shape", "a refusal has no body, or one that is no JSON", share=0.5)
def _shape(plan: Plan, draw: Draw) -> None:
    name = draw(st.sampled_from(["html-error", "empty-error"]))
    plan.faults.append({"fault": name, "on": ON_CREATE, "every": True})
    plan.notes.append({"fails": {}, "of": "first"})


@feature("error.stream", "a stream is refused: that is no turn without events", needs=("subscribe",), share=0.2)
def _stream(plan: Plan, draw: Draw) -> None:
    status = draw(st.sampled_from([400, 403, 404]))
    plan.faults.append({"fault": "status", "status": status, "on": ["follow_turn"], "every": True})
    plan.steps.append({"subscribe": {}, "as": "followed"})
    plan.notes.append({"fails": {"kind": "http", "status": status}, "of": "followed"})


@feature("error.json", "a refusal is JSON of another shape", share=0.5)
def _json(plan: Plan, draw: Draw) -> None:
    body = draw(st.sampled_from([{"detail": "away"}, {"error": "away"}, ["away"], None, "away"]))
    plan.faults.append({"fault": "status", "status": 502, "body": body, "on": ON_CREATE, "every": True})
    plan.notes.append({"fails": {"kind": "http", "status": 502}, "of": "first"})


@feature("error.after", "a turn was begun, and its answer is an error", share=0.3)
def _after(plan: Plan, draw: Draw) -> None:
    status = draw(st.sampled_from([500, 502, 504]))
    plan.faults.append({"fault": "status", "status": status, "effect": "after", "on": ON_CREATE})
    plan.notes.append({"fails": {}, "of": "first"})


@feature("error.redirect", "a turn is sent on to nowhere", share=0.1)
def _redirect(plan: Plan, _draw: Draw) -> None:
    plan.leaves = True
    plan.faults.append({"fault": "redirect", "on": ON_CREATE, "every": True})
    plan.notes += [{"fails": {}, "of": "first"}, {"sent": "create_turn", "times": [1, 10], "of": "first"}]


@feature("error.moved", "a turn is sent on to where it belongs: the same request is made there, or none", share=0.2)
def _moved(plan: Plan, draw: Draw) -> None:
    status = draw(st.sampled_from([307, 308]))
    plan.leaves = True
    plan.faults.append({"fault": "redirect", "status": status, "location": "turns", "on": ON_CREATE})
    followed = [{"truth": "all"}, {"sent": "create_turn", "times": 2}]
    refused = [{"fails": {}}, {"sent": "create_turn", "times": 1}, {"sent": "list_turns", "times": 0}]
    plan.notes.append({"any": [followed, refused], "of": "first"})


@feature(
    "error.elsewhere",
    "a request is sent on to another host, which may not have the key",
    needs=("sessions",),
    share=0.1,
)
def _elsewhere(plan: Plan, _draw: Draw) -> None:
    plan.checks_requests = False  # elsewhere there has to be no key
    plan.faults.append({"fault": "redirect", "on": ["get_session"], "location": "ELSEWHERE/sessions/away"})
    plan.steps.append({"get_session": {}, "as": "found"})
    leak = {"header": {"host": "localhost*", "authorization": "*"}}
    plan.notes.append({"journal": {"never": leak}, "of": "found"})


def _refused_at_first(plan: Plan, fault: Json) -> None:
    plan.clock = "real"
    plan.faults.append({**fault, "on": ["get_session"]})
    plan.steps.append({"get_session": {}, "as": "found"})
    plan.notes += [
        {"result": {}, "of": "found"},
        {"sent": "get_session", "times": 2, "apart_ms": [950, 9000], "of": "found"},
    ]


RETRIES = ("retry", "sessions")


@feature("error.wait", "a request is refused until a second has passed", needs=RETRIES, share=0.1, is_slow=True)
def _wait(plan: Plan, _draw: Draw) -> None:
    _refused_at_first(plan, {"fault": "retry-after", "after": "1s"})


@feature(
    "error.wait_date",
    "a request is refused until a date, of a clock that differs",
    needs=RETRIES,
    share=0.4,
    is_slow=True,
)
def _wait_date(plan: Plan, draw: Draw) -> None:
    day = draw(st.sampled_from(["Wed, 01 Jan 2020", "Fri, 01 Jan 2100"]))
    headers = {"date": f"{day} 00:00:00 GMT", "retry-after": f"{day} 00:00:01 GMT"}
    _refused_at_first(plan, {"fault": "status", "status": 429, "headers": headers})


@feature("error.wait_long", "a client is told to come back tomorrow", needs=("sessions",), share=0.05, is_slow=True)
def _wait_long(plan: Plan, _draw: Draw) -> None:
    plan.faults.append({"fault": "retry-after", "after": "24h", "on": ["get_session"]})
    plan.steps.append({"get_session": {}, "as": "found", "within": 60.0})
    plan.notes += [
        {"any": [[{"result": {}}], [{"fails": {"kind": "http", "status": 429}}]], "of": "found"},
        {"took": {"most": 5000}, "of": "found"},
    ]


@feature("error.read_again", "a connection is reset before something is read", needs=RETRIES, share=0.1)
def _read_again(plan: Plan, _draw: Draw) -> None:
    plan.faults.append({"fault": "reset-before-headers", "on": ["get_session"]})
    plan.steps.append({"get_session": {}, "as": "found"})
    plan.notes += [{"result": {}, "of": "found"}, {"sent": "get_session", "times": 2, "of": "found"}]
