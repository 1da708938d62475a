"""Transport: base paths, keys, JSON, errors, unknown fields (NET-1 to NET-5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from mock_gateway.conformance.server.beta.shapes import TIME, is_name
from mock_gateway.conformance.server.beta.worlds import Conversation, message, text_of
from mock_gateway.conformance.server.client import Answer, Json
from mock_gateway.conformance.server.http11 import ConnectionBroken
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import Violation, require, require_equal

_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


async def net_1(target: Target) -> None:
    """Sessions of one prefix are not seen under another; both begin with the same ones."""
    shared = f"/contract-{uuid4().hex[:12]}"
    worlds = [target.world(shared), target.world(f"{shared}/below"), target.world(f"{shared}-2/a/b/c")]
    mine = await worlds[0].session("contract-talk")
    for other in worlds[1:]:
        answer = await other.speaker.send("GET", mine.path)
        require_equal(answer.status, 404, "NET-1", "the status of another prefix's session")
        listed = [session["id"] for session in await other.sessions("contract-talk")]
        require(mine.id not in listed, "NET-1", "another prefix's session is listed", listed)
    seeds = [sorted(session["id"] for session in await world.sessions("contract-list")) for world in worlds]
    require(seeds[0] == seeds[1] == seeds[2], "NET-1", "the prefixes began with different sessions", seeds)


def every_operation(session: Conversation, turn_id: str) -> list[tuple[str, str, Json | None]]:
    """Method, path and body of each endpoint, on a session and a turn that are there."""
    turn = session.turn_path(turn_id)
    return [
        ("POST", "/sessions", {"agent_name": "contract-talk"}),
        ("GET", "/sessions?agent_name=contract-talk", None),
        ("GET", session.path, None),
        ("POST", f"{session.path}/cancel", None),
        ("POST", f"{session.path}/turns", {"input": [message("hello")], "stream": False}),
        ("GET", f"{session.path}/turns", None),
        ("GET", turn, None),
        ("GET", f"{turn}/stream", None),
        ("GET", f"{turn}/events", None),
        ("POST", f"{turn}/cancel", None),
    ]


async def net_2(target: Target) -> None:
    """Every call needs a bearer key; any key will do."""
    session = await target.session()
    told = await session.say("hello")
    for method, path, body in every_operation(session, told.id):
        for headers in ({}, {"authorization": "Bearer"}, {"authorization": "Basic Y29udHJhY3Q6a2V5"}):
            answer = await session.speaker.as_(None).send(method, path, json=body, headers=headers)
            require(answer.status == 401, "NET-2", f"without a key: {headers}", answer.shown())
    require_equal(len(await session.turns()), 1, "NET-2", "the number of turns after refused calls")
    answer = await session.speaker.as_("any-other-key").send("GET", f"{session.path}/turns")
    require(answer.status < 300, "NET-2", "a key that is not empty was refused", answer.shown())


async def net_3(target: Target) -> None:
    """JSON in UTF-8, snake_case, times in UTC with milliseconds."""
    session = await target.session()
    told = await session.say("tool")
    await session.say("hello")
    turn = session.turn_path(told.id)
    paths = (session.path, f"{session.path}/turns", turn, f"{turn}/events", "/sessions?agent_name=contract-list")
    answers = [await session.speaker.send("GET", path) for path in paths]
    answers.append(await session.speaker.send("GET", "/sessions/nobody-has-this-id"))
    for answer in answers:
        _require_json(answer)
        _require_names_and_times(answer.json, answer.asked)
    _require_names_and_times(told.events, "the stream")


def _require_json(answer: Answer) -> None:
    kind = answer.headers.get("content-type", "").lower().replace(" ", "")
    require(
        kind in ("application/json", "application/json;charset=utf-8"), "NET-3", f"the type is {kind!r}", answer.asked
    )
    try:
        answer.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Violation("NET-3", f"{answer.asked}: the body is not UTF-8: {error}") from None


def _require_names_and_times(value: Any, where: str) -> None:
    for name, item in _members(value):
        require(_SNAKE.fullmatch(name), "NET-3", f"{where}: the name {name!r} is not snake_case")
        if name in ("created_at", "updated_at") and item is not None:
            good = isinstance(item, str) and TIME.fullmatch(item)
            require(good, "NET-3", f"{where}: {name} is {item!r}; a time in UTC with milliseconds and Z was due")


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _members(item)


async def net_4(target: Target) -> None:
    """Errors have a status that tells the kind, and a body with a message."""
    session = await target.session()
    send = session.speaker.send
    turns = f"{session.path}/turns"
    cases = [
        (400, await send("POST", "/sessions", content=b'{"agent_name": ')),
        (400, await send("POST", "/sessions", content=b'["contract-talk"]')),
        (400, await send("POST", "/sessions", json={"title": "no agent"})),
        (400, await send("POST", turns, json={"input": [{"type": "user.nonsense"}]})),
        (404, await send("GET", "/sessions/nobody-has-this-id")),
        (404, await send("GET", f"{turns}/nobody-has-this-id")),
        (404, await send("GET", "/no-such-endpoint")),
        (405, await send("DELETE", session.path)),
        (405, await send("PUT", turns, json={})),
        (413, await _too_large(session)),
    ]
    for status, answer in cases:
        _require_error(answer, status)
        if status == 405:
            require("GET" in answer.headers.get("allow", ""), "NET-4", "Allow does not name GET", answer.shown())
    await _busy(target)


def _require_error(answer: Answer, status: int) -> None:
    require(answer.status == status, "NET-4", f"{status} was due", answer.shown())
    body = answer.json
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or not is_name(error.get("message")):
        raise Violation("NET-4", "the body is not {error: {message}}", answer.shown())
    strange = [name for name in ("type", "code", "param") if not isinstance(error.get(name), str | None)]
    require(not strange, "NET-4", f"{strange} of the error are no text", answer.shown())


async def _busy(target: Target) -> None:
    world = target.world()
    session = await world.session("contract-door")
    many = await world.speaker.send("POST", "/sessions", json={"agent_name": "contract-door"})
    first, second = await session.post({"input": [message("hello")]}), await session.post({"input": [message("hello")]})
    for answer, status in ((many, 429), (first, 429), (second, 503)):
        _require_error(answer, status)
        wait = answer.headers.get("retry-after", "")
        require(status != 429 or wait.isdigit(), "NET-4", f"429 with Retry-After {wait!r}", answer.shown())
    told = await session.say("hello")
    require_equal(told.text, "Come in.", "NET-4", "the answer once the door is open")


async def _too_large(session: Conversation) -> Answer:
    """A request that says it will bring a terabyte, and begins to."""
    headers = {"content-type": "application/json", "content-length": str(10**12), "connection": "close"}
    speaker, path = session.speaker, f"{session.path}/turns"
    try:
        return await speaker.send("POST", path, content=None, headers=headers)
    except (TimeoutError, ConnectionBroken) as error:
        raise Violation("NET-4", f"a body that is too large was not answered: {error!r}") from None


async def net_5(target: Target) -> None:
    """Fields that nobody knows do no harm."""
    world = target.world()
    answer = await world.speaker.send("POST", "/sessions", json={"agent_name": "contract-talk", "colour": {"a": [1]}})
    session = Conversation(world.speaker, answer.data("NET-5")["id"])
    strange = {**message("hello"), "mood": "good"}
    stream = await session.speaker.open("POST", f"{session.path}/turns", json={"input": [strange], "temperature": 0.5})
    require(stream.status == 200, "NET-5", f"a turn with unknown fields was answered {stream.status}")
    await stream.rest()
    require("hello" in text_of(stream.events), "NET-5", "the turn was not played", stream.events)
    listed = await session.speaker.send("GET", f"{session.path}/turns", query={"colour": "blue"})
    require(listed.status == 200, "NET-5", "an unknown query parameter was refused", listed.shown())
