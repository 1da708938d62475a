"""The parameters of the published contract, as components.

Owns: each parameter's place, limits and example. Which operation takes which: `sessions.py`, `turns.py`.
"""

from __future__ import annotations

from mock_gateway.openapi import story
from mock_gateway.openapi.facts import Json
from mock_gateway.openapi.parameters import in_path, in_query, last_event_id, order
from mock_gateway.openapi.v1.examples_events import SUBJECT

_WINDOW = "An ISO 8601 moment with any offset; the bound itself is inside (V1-SES-6)."
_NAME = {"type": "string", "minLength": 1}
MOST_IN_A_HEADER = 10**18 - 1
"""A number of 18 digits; no turn has so many events."""
_CREATOR_TYPES = ["user", "team", "serviceaccount", "virtualaccount", "agent-identity", "role"]


def _limit(default: int, most: int) -> Json:
    description = "The page size. It does not cap the list (V1-PAG-1, V1-PAG-2)."
    return in_query("limit", description, {"type": "integer", "minimum": 1, "maximum": most, "default": default})


PATH_PARAMETERS: dict[str, str] = {"session_id": "SessionId", "turn_id": "TurnId", "sandbox_id": "SandboxId"}
"""Name in a path template to the component."""

PARAMETERS: dict[str, Json] = {
    "SessionId": in_path(
        "session_id",
        "The id of a session or a draft. One that is not known is answered 404.",
        {"new": {"value": story.SESSION_ID}, "seeded": {"value": story.SEEDED_SESSION_ID}},
    ),
    "TurnId": in_path(
        "turn_id",
        "The id of a turn of this session. One that is not known is answered 404.",
        {"turn": {"value": story.TURN_ID}},
    ),
    "SandboxId": in_path(
        "sandbox_id",
        "The id of a sandbox, as `sandbox.created` gave it.",
        {"sandbox": {"value": story.SANDBOX_ID}},
    ),
    "AgentName": in_query(
        "agent_name", "The saved agent whose sessions to list.", _NAME, required=True, example=story.AGENT
    ),
    "OfAgent": in_query(
        "agent_name",
        "Only those of this saved agent. Empty is the same as absent.",
        {"type": "string"},
        example=story.AGENT,
    ),
    "StartTimestamp": in_query(
        "start_timestamp",
        f"Only those created at this moment or later. {_WINDOW} Absent, the mock goes back to the beginning; "
        "the hosted service goes back half an hour from the end.",
        {"type": "string", "format": "date-time"},
        example="2024-12-23T23:00:00+01:00",
    ),
    "EndTimestamp": in_query(
        "end_timestamp",
        f"Only those created at this moment or earlier. {_WINDOW}",
        {"type": "string", "format": "date-time"},
        example="2024-12-24T22:00:00Z",
    ),
    "CreatorId": in_query(
        "created_by_subject_id",
        "Only those that this subject created. Empty is the same as absent.",
        {"type": "string"},
        example=SUBJECT["subject_id"],
    ),
    "CreatorType": in_query(
        "created_by_subject_type",
        "Only those that a subject of this type created.",
        {"type": "string", "enum": _CREATOR_TYPES},
        example=SUBJECT["subject_type"],
    ),
    "SessionType": in_query(
        "session_type",
        "Only sessions, or only drafts.",
        {"type": "string", "enum": ["session", "session/draft"]},
    ),
    "ThisSession": in_query(
        "session_id",
        "Only the session or draft with this id. Empty is the same as absent.",
        {"type": "string"},
        example=story.SESSION_ID,
    ),
    "SessionLimit": _limit(10, 100),
    "TurnLimit": _limit(10, 25),
    "EventLimit": _limit(25, 25),
    "SessionEventLimit": _limit(100, 100),
    "PageToken": in_query(
        "page_token",
        "The `next_page_token` of an earlier page; everything else stays as it was. It is opaque; one that this list "
        "did not give is answered 400 (V1-PAG-3). Empty is the same as absent.",
        {"type": "string"},
    ),
    "NewestFirst": order("desc"),
    "OldestFirst": order("asc"),
    "LastTurnId": in_query(
        "last_turn_id",
        "The turn to begin with, instead of the latest; it and those it goes on from are listed. With a page token it "
        "says nothing. Empty is the same as absent.",
        {"type": "string"},
        example=story.TURN_ID,
    ),
    "LastEventId": last_event_id(
        "The same cursor, as a browser sends it when it reconnects. `after_sequence_number` comes first "
        "(V1-STR-7). Empty is the same as absent.",
        {"anyOf": [{"type": "integer", "minimum": 0, "maximum": MOST_IN_A_HEADER}, {"type": "string", "maxLength": 0}]},
    ),
    "FilePath": in_query(
        "path",
        "The absolute path of the file in the sandbox.",
        {"type": "string", "pattern": "^/"},
        required=True,
        example="/out/parcels.csv",
    ),
}
"""Component parameters by name."""
