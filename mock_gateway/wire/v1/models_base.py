"""What every wire object of the published contract shares: its named strings, and who made it.

Ids are opaque: clients keep them and send them back, and nothing else. Must not know: which object uses them. Objects:
`models_input.py`, `models_spec.py`, `models_messages.py`, `models_events.py`, `models.py`. What other dialects share as
well is in `wire/model_base.py`, which also says who must not import any of these modules.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from typing_extensions import TypeAliasType

from mock_gateway.wire.model_base import (
    DATA_URI_PATTERN,
    MAIN_THREAD,
    TIMESTAMP_PATTERN,
    Name,
    WireModel,
    not_main,
)

Timestamp = TypeAliasType(
    "Timestamp",
    Annotated[
        str,
        Field(
            pattern=TIMESTAMP_PATTERN,
            description="A moment in UTC with milliseconds, in ISO 8601 with a `Z` (V1-NET-2).",
            json_schema_extra={"format": "date-time"},
        ),
    ],
)
SessionId = TypeAliasType(
    "SessionId",
    Annotated[str, Field(min_length=1, description="Names a session or a draft. Keep it to come back later.")],
)
TurnId = TypeAliasType("TurnId", Annotated[str, Field(min_length=1, description="Names a turn.")])
EventId = TypeAliasType(
    "EventId",
    Annotated[
        str,
        Field(
            min_length=1,
            description="Names an event, on the stream, in lists and in states alike. All deltas of a message have the "
            "id of the message. It is no cursor: that is the `id` of the frame (V1-EVT-1, V1-EVT-17).",
        ),
    ],
)
ThreadId = TypeAliasType(
    "ThreadId",
    Annotated[
        str,
        Field(min_length=1, description="Names a thread: `main` is the root agent, others are sub-agents (V1-EVT-14)."),
    ],
)
SubAgentThreadId = TypeAliasType(
    "SubAgentThreadId",
    Annotated[
        str,
        Field(
            min_length=1,
            description="Names the thread of a sub-agent, unique in its session; never `main` (V1-THR-1, V1-THR-2).",
            json_schema_extra={"not": {"const": MAIN_THREAD}},
        ),
        AfterValidator(not_main),
    ],
)
ToolCallId = TypeAliasType(
    "ToolCallId", Annotated[str, Field(min_length=1, description="Names one tool call of one thread.")]
)
DataUri = TypeAliasType(
    "DataUri",
    Annotated[
        str,
        Field(
            pattern=DATA_URI_PATTERN,
            description="A file inside a string: `data:<mime>;base64,<payload>`. The payload decodes and is not empty "
            "(V1-INP-2).",
        ),
    ],
)


class Subject(WireModel):
    """Who made a session or asked for a turn (V1-SES-3)."""

    subject_id: Name
    """The id of the person, account or team."""
    subject_type: Name
    """What it is, for example `user` or `virtualaccount`."""
    subject_slug: Name
    """Its readable name, for a person an e-mail address. Clients before 0.4.0 can do without."""
