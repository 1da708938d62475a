"""The yardstick: the least that an ASGI program under uvicorn can do for the same load.

One raw ASGI callable, one pre-encoded event for each body message, no log, no routes, no sessions. Every figure of the
benchmark is a ratio to it, taken in the same run.

    uvicorn reference_server:app --port PORT --no-access-log

GET /small            a small JSON body
POST /create          reads the body, answers 201
POST /s?n=2000&ms=0   a stream of n events of about 260 bytes, ms apart
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

MOST_EVENTS = 2000
TEXT = "lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore"
SMALL = b'{"id":"run_0000000001","status":"in_progress"}'
JSON_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(SMALL))]
SSE_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]


def _event(number: int) -> bytes:
    payload = {
        "type": "model.message",
        "sequence_id": number,
        "thread_id": "main",
        "content": TEXT,
        "turn_id": "0193f5a0-0000-7000-8000-000000000001",
        "padding": "x" * 24,
    }
    return f"id: {number}\ndata: {json.dumps(payload, separators=(',', ':'))}\n\n".encode()


EVENTS = [_event(number) for number in range(MOST_EVENTS)]


async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """ASGI entry."""
    if scope["type"] != "http":
        await _live(receive, send)
    elif scope["path"] == "/small":
        await _answer(send, 200)
    else:
        await _read(receive)
        if scope["path"] == "/create":
            await _answer(send, 201)
        else:
            query = dict(parse_qsl(scope["query_string"].decode()))
            await _stream(send, int(query.get("n", MOST_EVENTS)), float(query.get("ms", 0)) / 1000)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        phase = (await receive())["type"].removeprefix("lifespan.")
        await send({"type": f"lifespan.{phase}.complete"})
        if phase == "shutdown":
            return


async def _read(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


async def _answer(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": JSON_HEADERS})
    await send({"type": "http.response.body", "body": SMALL})


async def _stream(send: Send, count: int, gap: float) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": SSE_HEADERS})
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(count):
        if gap and (wait := start + number * gap - loop.time()) > 0:
            await asyncio.sleep(wait)
        await send({"type": "http.response.body", "body": EVENTS[number % MOST_EVENTS], "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
