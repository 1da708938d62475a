"""What schemathesis has to know about the published contract, beyond the document: loaded by `schemathesis.toml`.

Owns three things. `Stage`: conversations made on the side, so that there is something to ask for. Steering: data that
the document allows and the contract refuses (an unknown token, an answer to nothing) is moved to data that both allow;
negative data, and every fourth id of the rest, stay as they were drawn. `published_stream`: a check that puts every
event stream before the judge (`grammar.py`), with what its turn inherits.
Must not know: which findings are expected; none are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zlib import crc32

import httpx
import schemathesis
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation as At

from mock_gateway.conformance.server.beta.worlds import Pending, allow, message, pending_in, reply_to, respond, turn_id
from mock_gateway.conformance.server.client import SSE, segment
from mock_gateway.conformance.server.streams import Numbered, Reading, alone, read_stream
from mock_gateway.conformance.server.v1.grammar import Judge, Past
from mock_gateway.conformance.server.v1.worlds import DRAFTS, SESSIONS
from mock_gateway.conformance.server.violation import Violation

Json = dict[str, Any]
URL, KEY = "GATEWAY_URL", "GATEWAY_KEY"
"""Names of the environment variables with the gateway's address and a key that it takes."""

SCENES = (
    ("contract-talk", "hello"),
    ("contract-talk", "tool"),
    ("contract-talk", "fail"),
    ("contract-talk", "two tools"),
    ("contract-crew", "parallel"),
    ("contract-crew", "nested"),
    ("contract-crew", "failing"),
    ("contract-box", "run"),
    ("contract-mind", "think"),
    ("contract-mind", "fetch"),
    ("contract-gate", "approve and ask"),
    ("contract-gate", "ask in threads"),
)
"""Agents, with what makes them do something."""

PAUSED = {
    frozenset({"user.tool_approval"}): ("contract-gate", "approve"),
    frozenset({"user.tool_response"}): ("contract-gate", "ask"),
    frozenset({"user.tool_approval", "user.tool_response"}): ("contract-gate", "approve and ask"),
    frozenset(): ("contract-auth", "go"),
}
"""Agents that wait for answers, by the types of the answers."""


# -- conversations on the side


@dataclass(frozen=True, slots=True)
class Spot:
    """A session and the latest turn in it, with its events."""

    session: str
    turn: str
    events: Sequence[Json]


@dataclass(slots=True)
class Stage:
    """Talks to the gateway beside schemathesis. tokens: that were given, each with the list it is of."""

    http: httpx.Client
    pasts: dict[str, Past] = field(default_factory=dict)
    tokens: dict[str, Json] = field(default_factory=dict)

    def post(self, path: str, body: Json) -> httpx.Response:
        """A good answer."""
        return self.http.post(path, json=body).raise_for_status()

    def session(self, agent: str) -> str:
        """A new session."""
        return str(self.post(SESSIONS, {"agent_name": agent}).json()["data"]["id"])

    def draft(self) -> str:
        """A new draft."""
        return str(self.post(DRAFTS, {"agent_spec": {"model": {"name": "contract-talk"}}}).json()["data"]["id"])

    def say(self, agent: str, text: str) -> Spot:
        """A new session with one turn that is over."""
        session = self.session(agent)
        events = read_stream(self.post(f"{SESSIONS}/{session}/turns", {"input": [message(text)]}).content, "v1")
        return Spot(session, turn_id([event for _, event in events]), [event for _, event in events])

    def waiting(self, session: str) -> list[Pending] | None:
        """The calls that wait for the user at the end of a session; none for an authorisation. None: nothing waits."""
        answer = self.http.get(f"{SESSIONS}/{segment(session)}/turns", params={"limit": 1})
        turns = answer.json()["data"] if answer.status_code == 200 else ()
        wanted = [action for turn in turns for action in turn["state"].get("required_actions") or ()]
        return pending_in(wanted) if wanted else None

    def past(self, session: str, turn: str | None) -> Past:
        """What a turn that comes after this one inherits, from its stream."""
        if turn is None:
            return Past()
        if turn not in self.pasts:
            events = read_stream(self.post(f"{SESSIONS}/{session}/turns/{turn}/subscribe", {}).content, "v1")
            judge = Judge(self.past(session, events[0][1]["previous_turn_id"]))
            for number, event in events:
                judge.feed(number, event)
            self.pasts[turn] = judge.past()
        return self.pasts[turn]


@cache
def stage() -> Stage:
    """The one of this run."""
    headers = {"authorization": f"Bearer {os.environ[KEY]}"}
    return Stage(httpx.Client(base_url=os.environ[URL], headers=headers, timeout=10.0, trust_env=False))


@cache
def finished() -> Spot:
    """A turn that is over."""
    return stage().say("contract-mind", "fetch")


@cache
def a_draft() -> str:
    """A draft."""
    return stage().draft()


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


def go_to(case: Any, session: str, turn: str = "") -> None:
    """Point the path at a session and a turn."""
    if is_good(case, At.PATH) and case.path_parameters:
        ids = {"session_id": session, "turn_id": turn}
        case.path_parameters = {name: ids.get(name, value) for name, value in case.path_parameters.items()}


def to_agent(case: Any, _linked: bool) -> None:
    """create_session, create_draft_session: an agent that is there."""
    number = drawn(case, 4 * len(SCENES))
    named = is_good(case, At.BODY) and isinstance(case.body, dict) and case.body.get("agent_name") is not None
    if named and number % 4:
        case.body = {**case.body, "agent_name": SCENES[number // 4][0]}


def to_finished(case: Any, linked: bool) -> None:
    """Reading: a turn that is over. Pages are begun, or gone on with where they were left."""
    spot = finished()
    if not linked and drawn(case, 4):
        go_to(case, spot.session, spot.turn)
    if not (is_good(case, At.QUERY) and case.query):
        return
    query = dict(case.query)
    if query.get("agent_name") and not linked and drawn(case, 4):
        query["agent_name"] = SCENES[drawn(case, len(SCENES))][0]
    if query.get("last_turn_id") and not linked and drawn(case, 4):
        query["last_turn_id"] = spot.turn
    token = query.pop("page_token", None)
    if token in stage().tokens:
        query = {**stage().tokens[token], "page_token": token}
    case.query = query


def to_draft(case: Any, linked: bool) -> None:
    """get_draft_session, update_draft_session: a draft that is there."""
    if not linked and drawn(case, 4):
        go_to(case, a_draft())


def to_file(case: Any, _linked: bool) -> None:
    """download_sandbox_file: a file that is there, or another path in the same sandbox."""
    if is_good(case, At.PATH) and drawn(case, 4):
        finished()
        case.path_parameters = {"sandbox_id": "contract.box"}
    if is_good(case, At.QUERY) and drawn(case, 2):
        case.query = {**(case.query or {}), "path": "/out/report.txt"}


def to_turn(case: Any, linked: bool) -> None:
    """create_turn: a session that waits for just this kind of input, and a turn to go on from that is there."""
    if not is_good(case, At.BODY):
        if not linked:
            go_to(case, finished().session)
        return
    body = dict(case.body) if isinstance(case.body, dict) else {}
    items = body.get("input") or []
    types = frozenset(item["type"] for item in items)
    if body.get("previous_turn_id") not in (None, "auto", "none"):
        body["previous_turn_id"] = "auto"
    if linked or not drawn(case, 4):
        fit(str(case.path_parameters["session_id"]), body, items, types)
    elif types == {"user.message"}:
        begin(case, body, items)
    else:
        go_on(case, body, items, types)
    if not (case.body is NOT_SET and body == {}):
        case.body = body


def fit(session: str, body: Json, items: Sequence[Json], types: frozenset[str]) -> None:
    """What a session that schemathesis chose can be told now: answers while it waits, else a message."""
    waiting = stage().waiting(session)
    if waiting is not None:
        body["input"], body["previous_turn_id"] = [reply_to(call) for call in waiting], "auto"
    elif types and (types != {"user.message"} or has_file(items)):
        body["input"] = [message("hello")]
    elif not types:
        body.pop("input", None)


def begin(case: Any, body: Json, items: Sequence[Json]) -> None:
    """Messages: in a new session, half of the time with words that make its agent do something."""
    number = drawn(case, 2 * len(SCENES))
    agent, text = ("contract-box", "") if has_file(items) else SCENES[number // 2]
    if text and number % 2:
        body["input"] = [message(text)]
    go_to(case, stage().session(agent))


def has_file(items: Sequence[Json]) -> bool:
    """Whether there is a file among the messages: an agent without a sandbox does not take any."""
    parts = [part for item in items if isinstance(item.get("content"), list) for part in item["content"]]
    return any(part["type"] == "file" for part in parts)


def go_on(case: Any, body: Json, items: Sequence[Json], types: frozenset[str]) -> None:
    """Answers, or nothing: in a session that waits for that. What is decided and answered stays as it was drawn."""
    spot = stage().say(*PAUSED[types])
    go_to(case, spot.session)
    if body.get("previous_turn_id") == "none":
        body["previous_turn_id"] = spot.turn
    if types:
        body["input"] = [answer_to(call, items) for call in pending_in(spot.events)]


def answer_to(call: Pending, items: Sequence[Json]) -> Json:
    """The answer to a call, with what was drawn for answers of its kind."""
    answer = allow(call) if call.type == "tool.approval_required" else respond(call, "x")
    like = next(item for item in items if item["type"] == answer["type"])
    return {**like, "thread_id": call.thread_id, "tool_call_id": call.call_id}


STEER: dict[str, Callable[[Any, bool], None]] = {
    "create_session": to_agent,
    "create_draft_session": to_agent,
    "get_draft_session": to_draft,
    "update_draft_session": to_draft,
    "download_sandbox_file": to_file,
    "create_turn": to_turn,
}
"""Everything else is read."""


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:  # noqa: ARG001
    """Remember the tokens that were given, each with the list it is of."""
    if response.status_code == 200 and b'"next_page_token"' in (response.content or b""):
        query = {name: value for name, value in (case.query or {}).items() if name != "page_token"}
        # Anybody may have written that name into a draft.
        token = json.loads(response.content).get("pagination", {}).get("next_page_token")
        if token is not None:
            stage().tokens[token] = query


# -- the checks


@schemathesis.deserializer("application/octet-stream")
def bytes_as_text(context: Any, response: Any) -> str:  # noqa: ARG001
    """A file, as a schema can look at it: one character for each byte."""
    return str((response.content or b"").decode("latin-1"))


@schemathesis.check
def published_stream(ctx: Any, response: Any, case: Any) -> None:  # noqa: ARG001
    """Every stream has numbered frames, and events in an order that the judge allows."""
    if not response.headers.get("content-type", [""])[0].startswith(SSE):
        return
    whole = not response.stream_cut_short
    events = read_stream(response.content or b"", "v1", whole=whole)
    violations = judged(case, events, whole=whole)
    if violations:
        raise AssertionError("\n".join(str(violation) for violation in violations))


def judged(case: Any, events: Sequence[Numbered], *, whole: bool) -> list[Violation]:
    """What is wrong with a stream, from the first event or from a cursor on."""
    if not events:
        return []
    session, (first, event) = str(case.path_parameters["session_id"]), events[0]
    if first > 1:
        return alone(events, "v1", whole=whole)
    past = stage().past(session, event.get("previous_turn_id"))
    return Reading("v1", past).take(events).violations(whole=whole)
