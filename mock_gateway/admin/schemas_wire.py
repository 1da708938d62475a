"""Schemas of faults, the journal, the live feed and the documents.

Owns: what goes in and out there, each with an example. How they are spelled: `shapes.py`; all of them: `schemas.py`.
"""

from __future__ import annotations

from mock_gateway.admin.schemas_world import SESSION, TURN
from mock_gateway.admin.shapes import (
    Schema,
    answer,
    anything,
    described,
    items,
    moment,
    number,
    one_of,
    or_null,
    ref,
    text,
    truth,
    whole,
)
from mock_gateway.faults.catalogue import FAULTS, GROUPS, OPERATIONS
from mock_gateway.faults.places import EDGES

_FAULT = {"fault": "reset", "at": {"event": 3, "byte": 10}}
_SET = {"id": "fault-1", "session": None, "turn": None, "injected": 0, "spec": _FAULT}
_KIND = {
    "name": "reset",
    "group": "connection",
    "sentence": "The connection is reset at a place in the stream.",
    "client_should": "Come back to where it was.",
    "breaks_contract": False,
    "needs": "point",
    "needs_socket": True,
    "on": ["create_turn", "stream_turn", "subscribe_turn"],
    "example": "{ fault: reset, at: { event: 3 } }",
    "fields": [],
}
_COUNT = {"type": ["integer", "array"], "minimum": 1, "items": whole(minimum=1), "minItems": 1}
_FAULT_FIELDS = {
    "fault": one_of("Its name in the catalogue.", *FAULTS),
    "at": {
        "type": "object",
        "description": "Where: an event by its sequence id, its type, or `last`; and where in it. Without more it is "
        "before the event.",
        "properties": {
            "event": described({"type": ["integer", "string"], "minimum": 1, "minLength": 1}, "Which event."),
            "byte": whole("After so many bytes of it.", minimum=0),
            "character": whole("Inside this character of a field, between its bytes.", minimum=1),
            "field": text("That field.", minLength=1),
            "after": one_of("After this line.", *EDGES),
            "before": one_of("Before this line.", *EDGES),
        },
        "additionalProperties": False,
    },
    "on": described(
        {"type": ["string", "array"], "items": one_of("", "streams", "all", *OPERATIONS), "minItems": 1},
        "Operations: their names, `streams` or `all`. Each kind has its own default.",
    ),
    "request": described(_COUNT, "Which of the matching requests, from 1; the first when nothing is said."),
    "every": truth("All of them."),
    "probability": number("A chance for each, from the seed.", minimum=0, maximum=1),
    "turn": described(_COUNT, "Which turns of a session, from 1."),
}

FAULT_SCHEMAS: dict[str, Schema] = {
    "NewFault": {
        "type": "object",
        "description": "A fault, as in a scenario. What further fields there are depends on the kind: the catalogue "
        "lists them.",
        "properties": _FAULT_FIELDS,
        "required": ["fault"],
        "examples": [_FAULT, {"fault": "status", "on": "create_turn", "status": 503, "request": 2}],
    },
    "SetFault": {
        **answer(
            "A fault that is set.",
            {
                "id": text("For `remove_fault`."),
                "session": or_null(text("The only session that it is for.")),
                "turn": or_null(text("The only turn that it is for.")),
                "injected": whole("How often it has happened."),
                "spec": described({"type": "object"}, "The fault as it was written."),
            },
        ),
        "examples": [_SET],
    },
    "Faults": {
        **answer("The faults of a world.", {"faults": items(ref("SetFault"))}),
        "examples": [{"faults": [_SET]}],
    },
    "FaultField": {
        **answer(
            "A field that a kind of fault has beside the common ones.",
            {
                "name": text(),
                "type": text("What it takes."),
                "expected": text("What it takes, in words."),
                "required": truth(),
                "default": anything("What it is when it is left out."),
                "says": text("What it means."),
            },
        ),
        "examples": [
            {
                "name": "status",
                "type": "integer",
                "expected": "a whole number from 200 to 599",
                "required": True,
                "default": None,
                "says": "The status.",
            }
        ],
    },
    "FaultKind": {
        **answer(
            "A kind of fault.",
            {
                "name": text(),
                "group": one_of("", *GROUPS),
                "sentence": text("What happens."),
                "client_should": text("What a good client does."),
                "breaks_contract": truth("Whether a client may complain; otherwise it has to cope."),
                "needs": text("What kind of place it takes in `at`."),
                "needs_socket": truth("Whether it works only where the server has the socket in its hands."),
                "on": items(text(), "Its own operations; empty is all."),
                "example": text("As YAML."),
                "fields": items(ref("FaultField"), "Beside the common ones."),
            },
        ),
        "examples": [_KIND],
    },
    "FaultKinds": {
        **answer("The catalogue.", {"faults": items(ref("FaultKind"))}),
        "examples": [{"faults": [_KIND]}],
    },
}

_ENTRY = {
    "v": 1,
    "kind": "turn",
    "id": "t-18",
    "at": 1767225602.0,
    "time": "2026-01-01T00:00:02Z",
    "took_ms": 1000.0,
    "world": "",
    "session": SESSION,
    "turn": TURN,
    "agent": "support-bot",
    "state": "done",
}

_ENTRY_FIELDS = {
    "v": whole("The version of this form."),
    "kind": one_of("", "exchange", "turn"),
    "id": text("`x-17` for a request, `t-18` for a turn."),
    "at": number("Wall seconds since 1970."),
    "time": moment("The same."),
    "took_ms": number("Until the answer was complete; of a turn, session time."),
    "world": text("Its base path."),
    "session": text("Empty when it is about none."),
    "turn": text("Empty when it is about none."),
}

JOURNAL_SCHEMAS: dict[str, Schema] = {
    "Entry": {
        **answer(
            "A request with all that was sent back, or a turn that ended; docs/journal.md has every field.",
            _ENTRY_FIELDS,
        ),
        "examples": [_ENTRY],
    },
    "WholeEntry": {
        **answer(
            "An entry with everything that is known of it.",
            {
                **_ENTRY_FIELDS,
                "violations": {
                    "type": ["array", "null"],
                    "items": {"type": "object"},
                    "description": "What of the request breaks its contract or is odd; null for a turn, and where "
                    "jsonschema-rs is not installed.",
                },
            },
        ),
        "examples": [{**_ENTRY, "violations": None}],
    },
    "Entries": {
        **answer(
            "Entries of the journal.",
            {
                "entries": items(ref("Entry"), "The oldest first."),
                "total": whole("Entries of this world that the journal has."),
            },
        ),
        "examples": [{"entries": [_ENTRY], "total": 1}],
    },
    "JsonLines": {"type": "string", "description": "One entry a line.", "examples": [""]},
    "Har": {
        **answer("An archive for tools that read HAR 1.2.", {"log": {"type": "object"}}),
        "examples": [
            {"log": {"version": "1.2", "creator": {"name": "mock-gateway", "version": "0.1.0"}, "entries": []}}
        ],
    },
}

LIVE_SCHEMAS: dict[str, Schema] = {
    "LiveFrame": {
        "type": "object",
        "description": "One frame of the live feed: its fields, as a reader of server-sent events has them. Comments "
        "keep the line open.",
        "properties": {
            "id": text("Where to go on with `Last-Event-ID`; `lost` has none.", pattern="^[1-9][0-9]*$"),
            "event": text("`request.began`, `request.ended`, `turn.ended`, `scenarios.reloaded`, `control` or `lost`."),
            "data": {
                "type": "string",
                "description": "The event, as JSON.",
                "contentMediaType": "application/json",
                "contentSchema": ref("LiveEvent"),
            },
        },
        "required": ["event", "data"],
        "examples": [{"id": "1", "event": "control", "data": '{"world":"","operation":"put_fault"}'}],
    },
    "LiveEvent": {
        "type": "object",
        "description": "What happened, and in which world. `entry_id` leads to the journal, for what has ended. "
        "`control` is an operation of this API that changed something, with what it was about. `lost` has how many "
        "events came too fast for this reader.",
        "examples": [{"world": "", "operation": "put_fault"}, {"lost": 12}],
    },
}

DOCUMENT_SCHEMAS: dict[str, Schema] = {
    "Page": {"type": "string", "description": "HTML.", "examples": ["<!doctype html>"]},
    "Document": {"type": "object", "description": "An OpenAPI document.", "examples": [{"openapi": "3.1.0"}]},
    "ErrorResponse": {
        **answer(
            "An error; nothing has changed.",
            {
                "error": answer(
                    "What is wrong, and what to do.",
                    {
                        "message": text("For people."),
                        "type": text("By status."),
                        "code": or_null(text("For programs.")),
                        "param": or_null(text("The field as a path, or the parameter.")),
                        "allowed": {
                            "type": ["array", "null"],
                            "items": {},
                            "description": "What could have been there.",
                        },
                        "hint": or_null(text("What to do.")),
                        "mistakes": items(ref("Mistake"), "Of a scenario, all of them."),
                    },
                    maybe=("allowed", "hint", "mistakes"),
                )
            },
        ),
        "examples": [
            {
                "error": {
                    "message": "there is no session 'sess-9'",
                    "type": "not_found_error",
                    "code": "session_id_unknown",
                    "param": "session_id",
                    "allowed": [SESSION],
                    "hint": None,
                }
            }
        ],
    },
    "Mistake": {
        **answer(
            "A mistake in a scenario.",
            {
                "message": text(),
                "file": or_null(text()),
                "line": or_null(whole()),
                "column": or_null(whole()),
                "hint": or_null(text("What to do.")),
                "excerpt": or_null(text("The line.")),
            },
        ),
        "examples": [
            {
                "message": "unknown key `sya`",
                "file": "<text>",
                "line": 3,
                "column": 5,
                "hint": "did you mean `say`?",
                "excerpt": "  - sya: hello",
            }
        ],
    },
}
