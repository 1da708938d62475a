"""Calling an ASGI application without a socket: one request, one whole answer.

Owns: the scope, and putting the answer together. Must not know: what is called.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

Message = MutableMapping[str, Any]
App = Callable[
    [dict[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def message(self) -> str:
        """The message of an error body."""
        return str(json.loads(self.body)["error"]["message"])


def call(
    app: App,
    method: str,
    target: str,
    body: bytes | str = b"",
    *,
    key: str | None = "k",
    server: tuple[str, int] = ("127.0.0.1", 4010),
    **headers: str,
) -> Reply:
    """Send a request. headers: `_` for `-`. key: None sends none."""
    path, _, query = target.partition("?")
    given = {"host": "127.0.0.1:4010"} | {name.replace("_", "-"): value for name, value in headers.items()}
    if key is not None:
        given["authorization"] = f"Bearer {key}"
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "server": server,
        "client": ("127.0.0.1", 50000),
    }
    return asyncio.run(_exchange(app, scope, body.encode() if isinstance(body, str) else body))


async def _exchange(app: App, scope: dict[str, Any], body: bytes) -> Reply:
    sent: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    got: list[Message] = []

    async def receive() -> Message:
        if sent:
            return sent.pop()
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def send(message: Message) -> None:
        got.append(message)

    await app(scope, receive, send)
    start, *parts = got
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert parts and not parts[-1].get("more_body"), "the answer has an end"
    return Reply(start["status"], headers, b"".join(part.get("body", b"") for part in parts))
