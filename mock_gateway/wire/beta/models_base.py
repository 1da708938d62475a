"""What every wire object of the documented contract shares: its named strings, and conditions on its fields.

Must not know: which object uses them. Objects: `models_input.py`, `models_events.py`, `models.py`. What other dialects
share as well is in `wire/model_base.py`, which also says who must not import any of these modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from typing_extensions import TypeAliasType

from mock_gateway.wire.model_base import (
    DATA_URI_PATTERN,
    MAIN_THREAD,
    TIMESTAMP_PATTERN,
    WireModel,
    not_main,
)

UUID7_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"

Timestamp = TypeAliasType(
    "Timestamp",
    Annotated[
        str,
        Field(
            pattern=TIMESTAMP_PATTERN,
            description="A moment in UTC with milliseconds, in ISO 8601 with a `Z` (NET-3).",
            json_schema_extra={"format": "date-time"},
        ),
    ],
)
SessionId = TypeAliasType(
    "SessionId", Annotated[str, Field(min_length=1, description="Names a session. Keep it to come back later (SES-2).")]
)
TurnId = TypeAliasType(
    "TurnId",
    Annotated[
        str,
        Field(
            pattern=UUID7_PATTERN,
            description="Names a turn: a UUID of version 7, so ids sort by time of creation (TRN-1).",
            json_schema_extra={"format": "uuid"},
        ),
    ],
)
ThreadId = TypeAliasType(
    "ThreadId",
    Annotated[
        str,
        Field(min_length=1, description="Names a thread: `main` is the root agent, others are sub-agents (EVT-13)."),
    ],
)
SubAgentThreadId = TypeAliasType(
    "SubAgentThreadId",
    Annotated[
        str,
        Field(
            min_length=1,
            description="Names the thread of a sub-agent, unique in its session; never `main` (THR-1, THR-2).",
            json_schema_extra={"not": {"const": MAIN_THREAD}},
        ),
        AfterValidator(not_main),
    ],
)
ToolCallId = TypeAliasType(
    "ToolCallId", Annotated[str, Field(min_length=1, description="Names one tool call of one thread.")]
)
SequenceId = TypeAliasType(
    "SequenceId",
    Annotated[
        int,
        Field(
            ge=1,
            description="Place of the event in its turn: 1, 2, 3 and so on (SEQ-1). "
            "It is the cursor for resuming (SEQ-2).",
        ),
    ],
)
DataUri = TypeAliasType(
    "DataUri",
    Annotated[
        str,
        Field(
            pattern=DATA_URI_PATTERN,
            description="A file inside a string: `data:<mime>;base64,<payload>`. The payload decodes and is not empty "
            "(INP-2).",
        ),
    ],
)


def fields_by_status(cases: Mapping[str, str]) -> dict[str, Any]:
    """The JSON Schema for "this status carries that field".

    cases: status to the field that must then be there and not be null (EVT-2, EVT-9).
    Returns the `allOf` clauses to add to an object schema. Each clause says that it is open:
    linters that close every schema would otherwise close the clause.
    """
    return {
        "allOf": [
            {
                "if": {"properties": {"status": {"const": status}}, "additionalProperties": True},
                "then": {
                    "required": [field],
                    "properties": {field: {"not": {"type": "null"}}},
                    "additionalProperties": True,
                },
            }
            for status, field in cases.items()
        ]
    }


def check_fields_by_status(event: WireModel, status: str, cases: Mapping[str, str]) -> None:
    """Raise ValueError when `event` lacks the field that its status calls for; the same table as above."""
    field = cases.get(status)
    if field is not None and getattr(event, field) is None:
        raise ValueError(f"{field} is required when status is {status}")
