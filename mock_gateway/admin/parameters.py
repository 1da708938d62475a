"""Parameters of the admin API: of paths and of queries.

Owns: their schemas, by which `asking.py` reads them and which openapi.admin.yaml has. Must not know: operations.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.admin.operation import Parameter

MOST = 10**15
"""The largest number that a parameter takes."""
KINDS = ("exchange", "turn")

_TEXT = {"type": "string", "minLength": 1}

PATH: Mapping[str, Parameter] = {
    "scenario": Parameter("The name of a scenario's agent.", _TEXT, "support-bot"),
    "session_id": Parameter("The id of a session of this world.", _TEXT, "sess-0193f5a0b1c2d3e4"),
    "fault_id": Parameter("The id that `put_fault` gave.", _TEXT, "fault-1"),
    "entry_id": Parameter("The id of an entry: `x-17` is a request, `t-18` a turn.", _TEXT, "x-17"),
}
"""By name."""

QUERY: Mapping[str, Parameter] = {
    "kind": Parameter("Only requests, or only turns.", {"type": "string", "enum": list(KINDS)}, "exchange"),
    "session": Parameter("Only this session.", _TEXT, "sess-0193f5a0b1c2d3e4"),
    "turn": Parameter("Only this turn.", _TEXT, "0193f5a0-b5d0-7a41-9c3e-5f60718293a4"),
    "agent": Parameter("Only what is of this agent.", _TEXT, "support-bot"),
    "operation": Parameter("Only requests for this operation of a contract.", _TEXT, "create_turn"),
    "dialect": Parameter("Only requests of this contract.", {"type": "string", "enum": ["beta", "v1"]}, "beta"),
    "method": Parameter("Only requests with this method.", _TEXT, "POST"),
    "path": Parameter("Only requests whose path fits; `*` stands for anything.", _TEXT, "/sessions/*"),
    "status": Parameter(
        "Only answers of this status, or of this class.",
        {"type": "string", "pattern": "^([0-9]{3}|[0-5]xx)$"},
        "4xx",
    ),
    "after": Parameter(
        "Only entries after this one: its id, or its number.",
        {"type": "string", "pattern": "^([xt]-)?[0-9]{1,15}$"},
        "x-17",
    ),
    "since": Parameter(
        "Only entries from this moment on, in wall seconds since 1970.",
        {"type": "number", "minimum": 0, "maximum": MOST},
        1767225600,
    ),
    "limit": Parameter(
        "At most so many entries.", {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 1000}, 100
    ),
    "newest": Parameter("The last ones instead of the first.", {"type": "boolean", "default": False}, True),
    "full": Parameter("With bodies and frames.", {"type": "boolean", "default": False}, True),
    "format": Parameter(
        "JSON lines, or HAR.", {"type": "string", "enum": ["jsonl", "har"], "default": "jsonl"}, "jsonl"
    ),
    "after_event": Parameter(
        "As `Last-Event-ID`, which goes before it: a browser cannot send that on its first request.",
        {"type": "integer", "minimum": 0, "maximum": MOST},
        0,
    ),
}
"""By name."""

HEADERS: Mapping[str, Parameter] = {
    "Last-Event-ID": Parameter(
        "The last event that the reader has; `0` asks for everything that is kept. Without it only what is new comes.",
        {"type": "integer", "minimum": 0, "maximum": MOST},
        0,
    ),
}
"""By name."""
