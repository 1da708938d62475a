"""A check for your own runs of schemathesis: every event stream keeps the grammar of its contract.

    # schemathesis.toml
    hooks = "mock_gateway.conformance.schemathesis_check"

Owns: `gateway_stream`. A turn that goes on from another is judged without what it inherits, as schemathesis knows only
one answer. Must not know: the mock; any gateway will do. Look next: `server/streams.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import Request, urlopen

import schemathesis

from mock_gateway.conformance.server.streams import Numbered, Reading, alone, read_stream
from mock_gateway.conformance.server.violation import Violation

SSE = "text/event-stream"
PUBLISHED = "/v1/agents/"
"""What every path of the published contract has, and none of the documented one."""
PATIENCE = 10.0
"""Seconds for the one question that may have to be asked."""


@schemathesis.check
def gateway_stream(ctx: Any, response: Any, case: Any) -> None:  # noqa: ARG001
    """Frames, numbers, fields and the order of events. Raises `AssertionError` with all that is wrong."""
    if not response.headers.get("content-type", [""])[0].startswith(SSE):
        return
    violations = violations_in(response)
    if violations:
        raise AssertionError("\n".join(str(one) for one in violations))


def violations_in(response: Any) -> list[Violation]:
    """What is wrong with a stream that schemathesis has read."""
    dialect = "v1" if PUBLISHED in response.request.url else "beta"
    whole = not getattr(response, "stream_cut_short", False)
    try:
        events = read_stream(response.content or b"", dialect, whole=whole)
    except Violation as violation:
        return [violation]
    if events and _after(response.request) == 0 and _is_first(response, events, dialect):
        return Reading(dialect).take(events).violations(whole=whole)
    return alone(events, dialect, whole=whole)


def _after(request: Any) -> int:
    """The cursor that was sent; 0 without one."""
    query = parse_qs(urlsplit(request.url).query)
    body = _object(request.body)
    given = query.get("after_sequence_id", [body.get("after_sequence_number")])[0]
    text = str(given or request.headers.get("Last-Event-ID") or 0)
    return int(text) if text.isascii() and text.isdigit() else 0


def _object(body: object) -> dict[str, Any]:
    try:
        value = json.loads(body) if isinstance(body, bytes | str) else None
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _is_first(response: Any, events: Sequence[Numbered], dialect: str) -> bool:
    """Whether the turn inherits nothing. The documented contract does not say so in the stream, so it is asked."""
    created = events[0][1]
    if dialect == "v1":
        return created.get("previous_turn_id", "") is None
    before, _, _ = response.request.url.partition("/turns")
    url = f"{before}/turns/{quote(str(created.get('turn_id')), safe='')}"
    key = response.request.headers.get("Authorization", "")
    try:
        with urlopen(Request(url, headers={"Authorization": key}), timeout=PATIENCE) as answer:
            turn = _object(answer.read()).get("data")
    except (URLError, TimeoutError):
        return False
    return isinstance(turn, dict) and turn.get("previous_turn_id", "") is None
