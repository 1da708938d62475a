"""The parameters and answer headers of the contract, as components.

Owns: each parameter's place, limits and example. Which operation takes which: `contract.py`.
"""

from __future__ import annotations

from typing import Any

from mock_gateway.openapi import examples, examples_events
from mock_gateway.wire.beta.models import PAGE_SIZE_MAX

PAGE_SIZE_DEFAULT = 100
_WINDOW = "An ISO 8601 moment with any offset; the bound itself is inside (SES-3)."

Json = dict[str, Any]


def _path(name: str, description: str, shown: Json) -> Json:
    schema = {"type": "string", "minLength": 1}
    described = {"name": name, "in": "path", "required": True, "description": description}
    return {**described, "schema": schema, "examples": shown}


def _query(name: str, description: str, schema: Json, *, required: bool = False, example: Any = None) -> Json:
    parameter: Json = {"name": name, "in": "query", "required": required, "description": description, "schema": schema}
    return parameter if example is None else {**parameter, "example": example}


def _order(default: str) -> Json:
    description = "`desc` gives the newest first, `asc` the oldest first."
    return _query("order", description, {"type": "string", "enum": ["asc", "desc"], "default": default})


PATH_PARAMETERS: dict[str, str] = {"session_id": "SessionId", "turn_id": "TurnId"}
"""Name in a path template to the component."""

PARAMETERS: dict[str, Json] = {
    "SessionId": _path(
        "session_id",
        "The id of a session. One that is not known is answered 404.",
        {"new": {"value": examples.SESSION_ID}, "seeded": {"value": examples.SEEDED_SESSION_ID}},
    ),
    "TurnId": _path(
        "turn_id",
        "The id of a turn of this session. One that is not known is answered 404.",
        {"turn": {"value": examples_events.TURN_ID}},
    ),
    "AgentName": _query(
        "agent_name",
        "The saved agent whose sessions to list (SES-3).",
        {"type": "string", "minLength": 1},
        required=True,
        example=examples.AGENT,
    ),
    "CreatedBy": _query(
        "created_by_subject_slug",
        "Only sessions that this subject created (SES-3).",
        {"type": "string"},
        example=examples.SUBJECT,
    ),
    "StartTimestamp": _query(
        "start_timestamp",
        f"Only sessions created at this moment or later. {_WINDOW}",
        {"type": "string", "format": "date-time"},
        example="2024-12-23T23:00:00+01:00",
    ),
    "EndTimestamp": _query(
        "end_timestamp",
        f"Only sessions created at this moment or earlier. {_WINDOW}",
        {"type": "string", "format": "date-time"},
        example="2024-12-24T22:00:00Z",
    ),
    "Limit": _query(
        "limit",
        "The page size. It does not cap the list (PAG-1).",
        {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE_MAX, "default": PAGE_SIZE_DEFAULT},
    ),
    "PageToken": _query(
        "page_token",
        "The `next_page_token` or `previous_page_token` of an earlier page. It is opaque; "
        "one that this server did not give is answered 400 (PAG-2).",
        {"type": "string"},
    ),
    "NewestFirst": _order("desc"),
    "OldestFirst": _order("asc"),
    "AfterSequenceId": _query(
        "after_sequence_id",
        "The last event that was read; the stream begins after it. Absent or 0: from the first event (STR-5).",
        {"type": "integer", "minimum": 0},
        example=0,
    ),
    "LastEventId": {
        "name": "Last-Event-ID",
        "in": "header",
        "required": False,
        "description": "The same cursor, as a browser sends it when it reconnects. "
        "The query parameter comes first (STR-1).",
        "schema": {"type": "integer", "minimum": 0},
        "example": 0,
    },
}

HEADERS: dict[str, Json] = {
    "Allow": {
        "description": "The methods that this path has.",
        "required": True,
        "schema": {"type": "string"},
        "example": "GET, HEAD, OPTIONS, POST",
    },
    "NoStore": {
        "description": "A stream is never kept by a cache.",
        "required": True,
        "schema": {"type": "string", "const": "no-store"},
        "example": "no-store",
    },
    "NoStoreOnStream": {
        "description": "`no-store` when the answer is a stream.",
        "required": False,
        "schema": {"type": "string"},
        "example": "no-store",
    },
    "RetryAfter": {
        "description": "Whole seconds to wait before the next attempt.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
        "example": 3,
    },
    "WwwAuthenticate": {
        "description": "The scheme that is expected.",
        "required": True,
        "schema": {"type": "string"},
        "example": "Bearer",
    },
}
"""Component headers by name."""
