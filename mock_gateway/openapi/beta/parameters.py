"""The parameters of the documented contract, as components.

Owns: each parameter's place, limits and example. Which operation takes which: `operations.py`.
"""

from __future__ import annotations

from mock_gateway.openapi import story
from mock_gateway.openapi.facts import Json
from mock_gateway.openapi.parameters import in_path, in_query, last_event_id, order
from mock_gateway.wire.beta.models import PAGE_SIZE_MAX

PAGE_SIZE_DEFAULT = 100
_WINDOW = "An ISO 8601 moment with any offset; the bound itself is inside (SES-3)."

PATH_PARAMETERS: dict[str, str] = {"session_id": "SessionId", "turn_id": "TurnId"}
"""Name in a path template to the component."""

PARAMETERS: dict[str, Json] = {
    "SessionId": in_path(
        "session_id",
        "The id of a session. One that is not known is answered 404.",
        {"new": {"value": story.SESSION_ID}, "seeded": {"value": story.SEEDED_SESSION_ID}},
    ),
    "TurnId": in_path(
        "turn_id",
        "The id of a turn of this session. One that is not known is answered 404.",
        {"turn": {"value": story.TURN_ID}},
    ),
    "AgentName": in_query(
        "agent_name",
        "The saved agent whose sessions to list (SES-3).",
        {"type": "string", "minLength": 1},
        required=True,
        example=story.AGENT,
    ),
    "CreatedBy": in_query(
        "created_by_subject_slug",
        "Only sessions that this subject created (SES-3).",
        {"type": "string"},
        example=story.SUBJECT,
    ),
    "StartTimestamp": in_query(
        "start_timestamp",
        f"Only sessions created at this moment or later. {_WINDOW}",
        {"type": "string", "format": "date-time"},
        example="2024-12-23T23:00:00+01:00",
    ),
    "EndTimestamp": in_query(
        "end_timestamp",
        f"Only sessions created at this moment or earlier. {_WINDOW}",
        {"type": "string", "format": "date-time"},
        example="2024-12-24T22:00:00Z",
    ),
    "Limit": in_query(
        "limit",
        "The page size. It does not cap the list (PAG-1).",
        {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE_MAX, "default": PAGE_SIZE_DEFAULT},
    ),
    "PageToken": in_query(
        "page_token",
        "The `next_page_token` or `previous_page_token` of an earlier page. It is opaque; "
        "one that this server did not give is answered 400 (PAG-2).",
        {"type": "string"},
    ),
    "NewestFirst": order("desc"),
    "OldestFirst": order("asc"),
    "AfterSequenceId": in_query(
        "after_sequence_id",
        "The last event that was read; the stream begins after it. Absent or 0: from the first event (STR-5).",
        {"type": "integer", "minimum": 0},
        example=0,
    ),
    "LastEventId": last_event_id(
        "The same cursor, as a browser sends it when it reconnects. The query parameter comes first (STR-1).",
        {"type": "integer", "minimum": 0},
    ),
}
"""Component parameters by name."""
