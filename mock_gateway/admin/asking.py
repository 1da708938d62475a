"""One request on its way through the admin API: its head, its body, its parameters.

Owns: reading a body within its limit, letting a client that sends too much get its answer, and checking everything that
was sent against the operation's schemas. Must not know: what operations do (`acts.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from mock_gateway.admin.checking import Checker
from mock_gateway.admin.errors import AdminError, malformed, nearest
from mock_gateway.admin.operation import AdminOperation
from mock_gateway.admin.parameters import PATH, QUERY
from mock_gateway.admin.schemas import SCHEMAS
from mock_gateway.core.errors import Refusal
from mock_gateway.wire.request import read_json, read_query

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LINGER_BYTES = 256 * 1024 * 1024
LINGER_SECONDS = 1.0
"""What is still read of a body that is too large, and for how long: a line closed under a writer would be reset."""

CHECKER = Checker(SCHEMAS)


class ClientGone(Exception):
    """The client hung up before its request was complete."""


class Asked(Struct):
    """What was asked for, all of it checked.

    params: of the path, decoded. query: values by name, without those that are absent. body: JSON, or text where the
    operation takes text too; None where there is none. headers: names in small letters.
    """

    operation: AdminOperation
    params: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    headers: Mapping[bytes, bytes]


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, limit: int) -> bytes:
    """The whole body. limit: bytes. Raises `AdminError` (413) or `ClientGone`."""
    length = headers.get(b"content-length", b"")
    parts: list[bytes] = []
    left = limit
    more = True
    if length.isdigit() and int(length) > limit:
        left = -1
    while more and left >= 0:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        parts.append(part)
        left -= len(part)
        more = bool(message.get("more_body"))
    if left >= 0:
        return b"".join(parts)
    if more:
        await _linger(receive)
    message_ = f"the body is larger than {limit} bytes"
    hint = "start the server with a larger --body-limit"
    raise AdminError(413, message_, "body_too_large", hint=hint, headers={"connection": "close"})


async def _linger(receive: Receive) -> None:
    left = LINGER_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body"):
                    return


def path_params(raw: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a path as text. raw: as they were sent, percent-encoded. Raises `AdminError`."""
    params = {}
    for name, text in raw.items():
        try:
            params[name] = unquote_to_bytes(text).decode()
        except UnicodeDecodeError:
            raise malformed(f"{name} is not percent-encoded UTF-8", name) from None
        CHECKER.check(PATH[name].schema, params[name], name)
    return params


def query_values(operation: AdminOperation, raw: bytes) -> dict[str, Any]:
    """The parameters of a query. Raises `AdminError` for an unknown one, and for a value that does not fit."""
    try:
        given = read_query(raw)
    except Refusal as refusal:
        raise malformed(refusal.message) from None
    for name in given:
        if name not in operation.query:
            known = ", ".join(operation.query) or "none"
            message = f"there is no parameter {name[:80]!r} here; there are: {known}"
            raise malformed(message, name[:80], allowed=operation.query, hint=nearest(name, operation.query))
    return {name: CHECKER.read(QUERY[name].schema, text, name) for name, text in given.items()}


def body_value(operation: AdminOperation, body: bytes, content_type: str) -> Any:
    """The body as a value that fits the operation's schema. Raises `AdminError`."""
    if not operation.takes:
        return None
    kind = content_type.partition(";")[0].strip().lower()
    if operation.also_takes and kind in operation.also_takes:
        return _text(body)
    if not body:
        if operation.optional:
            return {}
        raise malformed("the body is empty", hint=f"send {operation.takes} as JSON")
    try:
        value = read_json(body)
    except Refusal as refusal:
        hint = f"send YAML with Content-Type: {operation.also_takes[0]}" if operation.also_takes else None
        raise malformed(refusal.message, hint=hint) from None
    CHECKER.check({"$ref": operation.takes}, value)
    return value


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise malformed(f"the body is not UTF-8: byte {error.start} is 0x{body[error.start]:02x}") from None
