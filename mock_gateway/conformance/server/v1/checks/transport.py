"""Transport: prefixes, keys, JSON, errors (V1-NET, V1-ERR)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from mock_gateway.conformance.server.beta.shapes import TIME, is_name
from mock_gateway.conformance.server.beta.worlds import message
from mock_gateway.conformance.server.client import SSE, Answer, Json
from mock_gateway.conformance.server.v1.place import Place
from mock_gateway.conformance.server.v1.rules import rule
from mock_gateway.conformance.server.v1.scenes import all_events, scene
from mock_gateway.conformance.server.v1.worlds import DRAFTS, OWNED, SEARCH, SESSIONS, Talk, said_in
from mock_gateway.conformance.server.violation import Violation, require, require_equal

_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NOBODY = "nobody-has-this-id"


@rule("V1-NET-1", "Any path before /v1 is kept and is a world of its own.", origin="chosen")
async def net_1(place: Place) -> None:
    """Sessions of one prefix are not seen under another."""
    shared = f"/contract-{uuid4().hex[:12]}"
    towns = [place.town(shared), place.town(f"{shared}/tenant"), place.town(f"{shared}-2/a/b")]
    mine = await towns[0].talk()
    for other in towns[1:]:
        answer = await other.speaker.send("GET", mine.path)
        require_equal(answer.status, 404, "V1-NET-1", "the status of another prefix's session")
        listed = [session["id"] for session in await other.listed(SESSIONS, agent_name="contract-talk")]
        require(mine.id not in listed, "V1-NET-1", "another prefix's session is listed", listed)


@rule("V1-NET-2", "Answers are JSON in UTF-8 with snake_case names; times are text: UTC, milliseconds, Z.")
async def net_2(place: Place) -> None:
    """JSON, names, times."""
    first = (await scene(place, "contract-talk"))[0]
    talk = first.talk
    turn = talk.turn_path(first.id)
    paths = (talk.path, f"{talk.path}/turns", turn, f"{turn}/events", f"{talk.path}/events?limit=20")
    answers = [await talk.speaker.send("GET", path) for path in paths]
    answers.append(await talk.speaker.send("GET", f"{SESSIONS}/{NOBODY}"))
    for answer in answers:
        kind = answer.headers.get("content-type", "").lower().replace(" ", "")
        good = kind in ("application/json", "application/json;charset=utf-8")
        require(good, "V1-NET-2", f"the type is {kind!r}", answer.asked)
        _require_names_and_times(answer.json, answer.asked)
    _require_names_and_times(await all_events(place), "the streams")


def _require_names_and_times(value: Any, where: str) -> None:
    for name, item in _members(value):
        require(_SNAKE.fullmatch(name), "V1-NET-2", f"{where}: the name {name!r} is not snake_case")
        if name in ("created_at", "updated_at", "completed_at") and item is not None:
            good = isinstance(item, str) and TIME.fullmatch(item)
            require(good, "V1-NET-2", f"{where}: {name} is {item!r}; a time in UTC with milliseconds and Z was due")


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _members(item)


def every_operation(talk: Talk, turn_id: str) -> list[tuple[str, str, Json | None]]:
    """Method, path and body of each endpoint, on a session and a turn that are there."""
    turn = talk.turn_path(turn_id)
    spec = {"agent_spec": {"model": {"name": "contract-talk"}}}
    return [
        ("POST", SESSIONS, {"agent_name": "contract-talk"}),
        ("GET", f"{SESSIONS}?agent_name=contract-talk", None),
        ("GET", talk.path, None),
        ("POST", f"{talk.path}/cancel", {}),
        ("POST", f"{talk.path}/turns", {"input": [message("hello")], "stream": False}),
        ("GET", f"{talk.path}/turns", None),
        ("GET", f"{talk.path}/events", None),
        ("GET", turn, None),
        ("POST", f"{turn}/subscribe", {}),
        ("GET", f"{turn}/events", None),
        ("POST", DRAFTS, spec),
        ("GET", DRAFTS, None),
        ("GET", f"{DRAFTS}/{NOBODY}", None),
        ("PATCH", f"{DRAFTS}/{NOBODY}", {}),
        ("GET", OWNED, None),
        ("GET", SEARCH, None),
        ("GET", "/v1/agents/sandbox/box/file?path=/a", None),
    ]


@rule("V1-NET-3", "Every call carries a bearer key; without one it is answered 401.")
async def net_3(place: Place) -> None:
    """No key, no answer."""
    talk = await place.talk()
    heard = await talk.say("hello")
    stranger = talk.speaker.as_(None)
    for method, path, body in every_operation(talk, heard.id):
        for headers in ({}, {"authorization": "Basic Y29udHJhY3Q6a2V5"}):
            answer = await stranger.send(method, path, json=body, headers=headers)
            require(answer.status == 401, "V1-NET-3", f"without a key: {headers}", answer.shown())
    require_equal(len(await talk.turns()), 1, "V1-NET-3", "the number of turns after refused calls")


@rule("V1-NET-4", "Fields and parameters that the gateway does not know are tolerated.", origin="chosen")
async def net_4(place: Place) -> None:
    """They do no harm."""
    town = place.town()
    answer = await town.speaker.send("POST", SESSIONS, json={"agent_name": "contract-talk", "colour": {"a": [1]}})
    talk = Talk(town.speaker, answer.data("V1-NET-4")["id"])
    strange = {**message("hello"), "mood": "good"}
    stream = await talk.speaker.open("POST", f"{talk.path}/turns", json={"input": [strange], "temperature": 0.5})
    require(stream.status == 200, "V1-NET-4", f"a turn with unknown fields was answered {stream.status}")
    await stream.rest()
    require("hello" in said_in(stream.events), "V1-NET-4", "the turn was not played", stream.events)
    listed = await talk.get("/turns", colour="blue")
    require(listed.status == 200, "V1-NET-4", "an unknown query parameter was refused", listed.shown())


@rule("V1-NET-5", "What is accepted chooses nothing: a stream and an object differ by the field stream alone.")
async def net_5(place: Place) -> None:
    """Accept is */* in every client."""
    talk = await place.talk()
    for accept in ("*/*", "application/json", SSE):
        for stream, kind in ((True, SSE), (False, "application/json")):
            body = {"input": [message("hello")], "stream": stream}
            headers = {"accept": accept}
            answer = await talk.speaker.send("POST", f"{talk.path}/turns", json=body, headers=headers)
            found = answer.headers.get("content-type", "")
            require(found.startswith(kind), "V1-NET-5", f"Accept {accept}, stream {stream}: {found!r}", answer.shown())


@rule("V1-NET-6", "A browser's preflight is answered without a key, with the headers that it asks for.", level="SHOULD")
async def net_6(place: Place) -> None:
    """OPTIONS carries no key."""
    speaker = place.speaker().as_(None)
    wanted = "authorization,content-type,last-event-id,x-fern-language,x-fern-sdk-version"
    origin = {"origin": "http://localhost:5173", "access-control-request-headers": wanted}
    for method, path in (("POST", SESSIONS), ("PATCH", f"{DRAFTS}/any"), ("GET", f"{SESSIONS}/any/turns")):
        asked = {**origin, "access-control-request-method": method}
        answer = await speaker.send("OPTIONS", path, headers=asked)
        require(200 <= answer.status < 300, "V1-NET-6", "the preflight was refused", answer.shown())
        allowed = {name.strip() for name in answer.headers.get("access-control-allow-headers", "").lower().split(",")}
        missing = set(wanted.split(",")) - allowed if "*" not in allowed else set()
        require(not missing, "V1-NET-6", f"the headers {sorted(missing)} are not allowed", dict(answer.headers))


def require_error(answer: Answer, statuses: tuple[int, ...], rule: str, what: object) -> None:
    """A refusal with one of these statuses. Raises `Violation`."""
    require(answer.status in statuses, rule, f"{statuses} was due for {what}", answer.shown())


@rule("V1-ERR-1", "A refusal has a body {error: {message, type, code, param}}; only the message is always text.")
async def err_1(place: Place) -> None:
    """One shape, whatever is wrong."""
    talk = await place.talk()
    send = talk.speaker.send
    answers = [
        await send("POST", SESSIONS, content=b"{"),
        await send("GET", f"{SESSIONS}/{NOBODY}"),
        await send("GET", f"{talk.path}/turns/{NOBODY}"),
        await send("GET", "/v1/agents/no-such-endpoint"),
        await send("GET", f"{talk.path}/turns?limit=0"),
        await send("POST", f"{talk.path}/turns", json={"input": [{"type": "user.nonsense"}]}),
    ]
    stranger = await talk.speaker.as_(None).send("GET", talk.path)
    if stranger.status == 401:
        answers.append(stranger)
    for answer in answers:
        error = answer.json.get("error") if isinstance(answer.json, dict) else None
        if answer.status < 400 or not isinstance(error, dict) or not is_name(error.get("message")):
            raise Violation("V1-ERR-1", "the body is not {error: {message}}", answer.shown())
        strange = [name for name in ("type", "code", "param") if not isinstance(error.get(name), str | None)]
        require(not strange, "V1-ERR-1", f"{strange} of the error are no text", answer.shown())


@rule("V1-ERR-2", "A body or parameter that is malformed is a 400.")
async def err_2(place: Place) -> None:
    """Not JSON, another shape, another type."""
    talk = await place.talk()
    turns = f"{talk.path}/turns"
    send = talk.speaker.send
    for content in (b'{"agent_name": ', b'["contract-talk"]', b"{}", b'{"agent_name": 1}', b"\xff"):
        require_error(await send("POST", SESSIONS, content=content), (400, 422), "V1-ERR-2", content)
    bodies: list[object] = [[], "text", {"input": "text"}, {"input": [1]}, {"stream": "no"}, {"previous_turn_id": 1}]
    for body in bodies:
        require_error(await send("POST", turns, json=body), (400,), "V1-ERR-2", body)
    for query in ("order=up", "start_timestamp=soon"):
        path = f"{SESSIONS}?agent_name=contract-talk&{query}"
        require_error(await send("GET", path), (400, 422), "V1-ERR-2", query)


@rule("V1-ERR-3", "What is not there is a 404: session, turn, agent, endpoint.")
async def err_3(place: Place) -> None:
    """Ids that nobody has."""
    talk = await place.talk()
    nowhere = f"{SESSIONS}/{NOBODY}"
    cases: list[tuple[str, str, Json | None]] = [
        ("GET", nowhere, None),
        ("GET", f"{nowhere}/turns", None),
        ("GET", f"{nowhere}/events", None),
        ("POST", f"{nowhere}/turns", {"input": [message("hello")]}),
        ("GET", f"{talk.path}/turns/{NOBODY}", None),
        ("GET", f"{talk.path}/turns/{NOBODY}/events", None),
        ("GET", "/v1/agents/no-such-endpoint", None),
        ("GET", f"{DRAFTS}/{NOBODY}", None),
    ]
    for method, path, body in cases:
        require_error(await talk.speaker.send(method, path, json=body), (404,), "V1-ERR-3", path)
