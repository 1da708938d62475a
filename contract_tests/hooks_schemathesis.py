"""What schemathesis has to know about this contract, beyond the document: loaded by `schemathesis.toml`.

Owns three things. `Stage`: conversations made on the side, so that there is something to ask for. Steering: data that
the document allows and the contract refuses (an unknown cursor or token, an answer to nothing) is moved to data that
both allow; negative data, and every fourth id of the rest, stay as they were drawn. `stream_grammar`: a check that
puts every event stream before the judge (`grammar.py`), with what its turn inherits.
Must not know: which findings are expected; none are. Settings are in `schemathesis.toml`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zlib import crc32

import httpx
import schemathesis
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation as At

from mock_gateway.conformance.server.beta.grammar import Judge, Past
from mock_gateway.conformance.server.beta.worlds import (
    PAUSES,
    Pending,
    allow,
    message,
    of_type,
    pending_in,
    reply_to,
    respond,
    turn_id,
)
from mock_gateway.conformance.server.client import SSE, parse_event, segment
from mock_gateway.conformance.server.streams import Numbered, Reading, alone, read_stream
from mock_gateway.conformance.server.violation import Violation
from mock_gateway.conformance.sse import SseReader

Json = dict[str, Any]

URL, KEY = "GATEWAY_URL", "GATEWAY_KEY"
"""Names of the environment variables with the gateway's address and a key that it takes."""

FOLLOWED = 5
"""Events that are read of a held turn; `max-stream-events` of stream_turn."""

EMPTY = ("", "[]", "{}", "None")
"""Header values that are sent as nothing, which is as good as absent: browsers have an empty id before the first."""

SCENES = (
    ("hello", ""),
    ("support-bot", ""),
    ("one-tool", "What is the weather in Tromsø?"),
    ("parallel-agents", "Review the contract."),
    ("nested-agents", "Write the front page about the flood."),
    ("parallel-tools", "Plan a weekend in Lisbon."),
    ("failing-tool", "Where is the night train?"),
    ("failing-agent", "Translate the manual into German and Finnish."),
    ("approval", "Pay the electricity bill."),
    ("sandbox", "How many bikes were rented in June?"),
    ("turn-error", "Summarise the board meeting."),
    ("languages", "Say good morning to everyone."),
)
"""Agents of the gallery, with what makes them do something; an agent without says something to every text."""

PAUSED = {
    frozenset({"user.tool_approval"}): ("approval", "Pay the electricity bill."),
    frozenset({"user.tool_response"}): ("question", "I need an appointment with the dentist."),
    frozenset({"user.tool_approval", "user.tool_response"}): ("question-and-approval", "Send flowers to my mother."),
    frozenset(): ("mcp-auth", "What is on my calendar today?"),
}
"""Agents that wait for answers, by the types of the answers."""


# -- conversations on the side


@dataclass(frozen=True, slots=True)
class Place:
    """A session and the latest turn in it. events: of that turn's stream, as far as it was read."""

    session: str
    turn: str
    events: Sequence[Json]


@dataclass(slots=True)
class Stage:
    """Talks to the gateway beside schemathesis. held: turns that wait to be cancelled, by id."""

    http: httpx.Client
    held: dict[str, Place] = field(default_factory=dict)
    pasts: dict[str, Past] = field(default_factory=dict)
    tokens: dict[str, Json] = field(default_factory=dict)

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON of a good answer."""
        return self.http.get(path, params=query).raise_for_status().json()

    def session(self, agent: str) -> str:
        """A new session."""
        return str(self.http.post("/sessions", json={"agent_name": agent}).raise_for_status().json()["data"]["id"])

    def say(self, agent: str, text: str) -> Place:
        """A new session with one turn, which is over or holds after its first message."""
        session, reader, events = self.session(agent), SseReader(), []
        body = {"input": [message(text)]}
        with self.http.stream("POST", f"/sessions/{session}/turns", json=body) as answer:
            for piece in answer.raise_for_status().iter_bytes():
                events += [parse_event(frame) for frame in reader.feed(piece)]
                if agent == "held-turn" and events[-1].get("finish_reason"):
                    break
        return Place(session, turn_id(events), events)

    def running(self) -> Place:
        """A turn that runs now, and does so until it is cancelled."""
        for place in self.held.values():
            if self.get(f"/sessions/{place.session}/turns/{place.turn}")["data"]["state"]["status"] == "running":
                return place
        place = self.say("held-turn", "Watch the kettle.")
        self.held[place.turn] = place
        return place

    def paused(self, session: str) -> list[Json] | None:
        """The events with which the latest turn of a session waits for the user; None when it does not."""
        answer = self.http.get(f"/sessions/{segment(session)}/turns", params={"limit": 1})
        turns = answer.json()["data"] if answer.status_code == 200 else ()
        return next((of_type(turn["state"].get("output", ()), *PAUSES) or None for turn in turns), None)

    def past(self, session: str, turn: str | None) -> Past:
        """What a turn that comes after this one inherits, from the logs."""
        if turn is None:
            return Past()
        if turn not in self.pasts:
            shown = self.get(f"/sessions/{session}/turns/{turn}")["data"]
            log = self.get(f"/sessions/{session}/turns/{turn}/events", limit=1000)["data"]
            judge = Judge(self.past(session, shown["previous_turn_id"]))
            for event in ({"type": "turn.created"}, *map(as_delta, log), {"type": "turn.done", **shown["state"]}):
                judge.feed(event)
            self.pasts[turn] = judge.past()
        return self.pasts[turn]


def as_delta(event: Json) -> Json:
    """A stored message as a stream would bring it at once; every other event as it is."""
    if event["type"] != "model.message" or not event.get("tool_calls"):
        return event
    return {**event, "tool_calls": [{"index": index, **call} for index, call in enumerate(event["tool_calls"])]}


@cache
def stage() -> Stage:
    """The one of this run."""
    headers = {"authorization": f"Bearer {os.environ[KEY]}"}
    return Stage(httpx.Client(base_url=os.environ[URL], headers=headers, timeout=10.0, trust_env=False))


@cache
def finished() -> Place:
    """A turn that is over."""
    return stage().say("hello", "Hello!")


# -- steering


def drawn(case: Any, choices: int) -> int:
    """A number below `choices` that depends on nothing but the data that was drawn."""
    body = "" if case.body is NOT_SET else case.body
    data = [case.operation.label, dict(case.path_parameters or {}), dict(case.query or {}), body]
    return crc32(repr(data).encode("utf-8", "backslashreplace")) % choices


def is_good(case: Any, place: At) -> bool:
    """Whether this part of the request was drawn to fit the document."""
    return case.meta is not None and not case.meta.is_negative_at(place)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:  # noqa: ARG001
    """Steer a request to what both the document and the contract allow."""
    if case.meta is None or case.method != case.operation.method.upper():
        return
    operation = case.operation.definition.raw["operationId"]
    linked = case.meta.phase.name == "stateful"
    STEER.get(operation, to_finished)(case, linked)


def go_to(case: Any, place: Place) -> None:
    """Point the path at a session and a turn."""
    if is_good(case, At.PATH):
        ids = {"session_id": place.session, "turn_id": place.turn}
        case.path_parameters = {name: ids[name] for name in case.path_parameters}


def to_agent(case: Any, _linked: bool) -> None:
    """create_session: an agent that is there."""
    if is_good(case, At.BODY) and isinstance(case.body, dict) and (number := drawn(case, 4 * len(SCENES))) % 4:
        case.body = {**case.body, "agent_name": SCENES[number // 4][0]}


def to_finished(case: Any, linked: bool) -> None:
    """Reading: a turn that is over. Pages are begun, or gone on with where they were left."""
    if not linked and drawn(case, 4):
        go_to(case, finished())
    if not (is_good(case, At.QUERY) and case.query):
        return
    query = dict(case.query)
    if "agent_name" in query and not linked and drawn(case, 4):
        query["agent_name"] = SCENES[drawn(case, len(SCENES))][0]
    token = query.pop("page_token", None)
    known = stage().tokens
    if token in known:
        query = {**known[token], "page_token": token}
    case.query = query


def to_cancelled(case: Any, linked: bool) -> None:
    """Cancelling: a turn that runs, one that is over, or one that is not there."""
    if not linked and (number := drawn(case, 4)):
        go_to(case, stage().running() if number > 1 else finished())


def to_held(case: Any, linked: bool) -> None:
    """Following: a turn that runs, with a cursor that it has, and events behind it."""
    if linked or not drawn(case, 4):
        most = 0
    else:
        place = stage().running()
        go_to(case, place)
        most = len(place.events) - FOLLOWED
    if not is_good(case, At.HEADER):
        # The query comes first (STR-1): beside it the header is not looked at, wrong or not.
        case.query = {name: value for name, value in (case.query or {}).items() if name != "after_sequence_id"}
        if "Last-Event-ID" in case.headers and str(case.headers["Last-Event-ID"]).strip(" \t") in EMPTY:
            case.headers = {**case.headers, "Last-Event-ID": "last"}
    case.query = in_reach(case.query or {}, "after_sequence_id", most)
    case.headers = in_reach(case.headers or {}, "Last-Event-ID", most)


def in_reach(values: Mapping[str, Any], name: str, most: int) -> Json:
    """A cursor brought into reach; whatever is no cursor stays as it was drawn."""
    text = str(values.get(name))
    if not (text.isascii() and text.isdigit()):
        return dict(values)
    number = int(text) % (most + 1)
    return {**values, name: str(number) if isinstance(values[name], str) else number}


def to_turn(case: Any, linked: bool) -> None:
    """create_turn: a session that waits for just this kind of input, and a turn to go on from that is there."""
    if not is_good(case, At.BODY):
        if not linked:
            go_to(case, finished())
        return
    body = dict(case.body) if isinstance(case.body, dict) else {}
    items, previous = body.get("input") or [], body.get("previous_turn_id")
    types = frozenset(item["type"] for item in items)
    if previous not in (None, "auto"):
        body["previous_turn_id"] = "auto"
    if linked or not drawn(case, 4):
        body["input"] = fitting(str(case.path_parameters["session_id"]), items, types)
    elif types == {"user.message"}:
        begin(case, body, items)
    else:
        go_on(case, body, items, types)
    if not (case.body is NOT_SET and body == {}):
        case.body = body


def fitting(session: str, items: Sequence[Json], types: frozenset[str]) -> Sequence[Json]:
    """What a session that schemathesis chose can be told now: answers while it waits, else a message."""
    paused = stage().paused(session)
    if paused is not None:
        return [reply_to(call) for call in pending_in(paused)]
    return items if types == {"user.message"} and not has_file(items) else [message("Hello!")]


def begin(case: Any, body: Json, items: Sequence[Json]) -> None:
    """Messages: in a new session, half of the time with words that make its agent do something."""
    number = drawn(case, 2 * len(SCENES))
    agent, text = ("support-bot", "") if has_file(items) else SCENES[number // 2]
    if text:
        body["input"] = [*items[1:], message(text)] if number % 2 else [message(text)]
    go_to(case, Place(stage().session(agent), "", ()))


def has_file(items: Iterable[Json]) -> bool:
    """Whether there is a file among the messages: an agent without a sandbox takes images only (INP-2)."""
    parts = [part for item in items if isinstance(item["content"], list) for part in item["content"]]
    return any(part["type"] == "file_upload" for part in parts)


def go_on(case: Any, body: Json, items: Sequence[Json], types: frozenset[str]) -> None:
    """Answers, or nothing: in a session that waits for that. What is decided and answered stays as it was drawn."""
    place = stage().say(*PAUSED[types])
    go_to(case, place)
    if types:
        body["input"] = [answer_to(call, items) for call in pending_in(place.events)]
    if body.get("previous_turn_id"):
        body["previous_turn_id"] = place.turn


def answer_to(call: Pending, items: Iterable[Json]) -> Json:
    """The answer to a call, with what was drawn for answers of its kind."""
    answer = allow(call) if call.type == "tool.approval_required" else respond(call, "")
    like = next(item for item in items if item["type"] == answer["type"])
    ids = {"thread_id": call.thread_id, "tool_call_id": call.call_id}
    return {**like, **ids}


STEER: dict[str, Callable[[Any, bool], None]] = {
    "create_session": to_agent,
    "create_turn": to_turn,
    "stream_turn": to_held,
    "cancel_turn": to_cancelled,
    "cancel_session": to_cancelled,
}
"""Everything else is read."""


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:  # noqa: ARG001
    """Remember the tokens that were given, each with the list it is of."""
    if response.status_code == 200 and b'"pagination"' in (response.content or b""):
        query = {name: value for name, value in (case.query or {}).items() if name != "page_token"}
        pagination = json.loads(response.content)["pagination"]
        for name in ("next_page_token", "previous_page_token"):
            if pagination[name]:
                stage().tokens[pagination[name]] = query


# -- the check


@schemathesis.check
def stream_grammar(ctx: Any, response: Any, case: Any) -> None:  # noqa: ARG001
    """Every stream has frames of STR-1, and events in an order that the judge allows."""
    if not response.headers.get("content-type", [""])[0].startswith(SSE):
        return
    events = read_stream(response.content or b"", "beta", whole=not response.stream_cut_short)
    violations = judged(response, case, events)
    if violations:
        raise AssertionError("\n".join(str(violation) for violation in violations))


def judged(response: Any, case: Any, numbered: Sequence[Numbered]) -> list[Violation]:
    """What is wrong with a stream, from the first event or from a cursor on."""
    after, events = read_before(response, case), [event for _, event in numbered]
    session, place = str(case.path_parameters["session_id"]), stage().held.get(case.path_parameters.get("turn_id"))
    if place is not None:
        due = place.events[after : after + len(events)]
        return [] if list(events) == list(due) else [Violation("SEQ-2", "not what the turn's first reader had", events)]
    if after:
        return alone(numbered, "beta", whole=not response.stream_cut_short)
    turn = turn_id(events)
    previous = stage().get(f"/sessions/{session}/turns/{turn}")["data"]["previous_turn_id"]
    reading = Reading("beta", stage().past(session, previous)).take(numbered)
    return reading.violations(whole=not response.stream_cut_short)


def read_before(response: Any, case: Any) -> int:
    """The cursor that was sent; 0 without one."""
    if case.operation.definition.raw["operationId"] != "stream_turn":
        return 0
    query = httpx.URL(response.request.url).params.get("after_sequence_id")
    # What is empty is as good as absent.
    return int(query or response.request.headers.get("Last-Event-ID") or 0)
