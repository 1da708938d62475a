"""The published contract, put together.

Owns: the words on the whole of it, and the roots of its schemas. Look next: `sessions.py` and `turns.py` for the words
on each operation, `wire/v1/models.py` for the objects.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mock_gateway.openapi.facts import Contract, Json
from mock_gateway.openapi.parameters import HEADERS
from mock_gateway.openapi.schemas import frame_schema
from mock_gateway.openapi.v1 import sessions, turns
from mock_gateway.openapi.v1.errors import ERRORS
from mock_gateway.openapi.v1.examples import NAMED_EXAMPLES, SCHEMA_EXAMPLES
from mock_gateway.openapi.v1.parameters import PARAMETERS, PATH_PARAMETERS
from mock_gateway.wire.v1 import models, models_events
from mock_gateway.wire.v1.operations import OPERATIONS

_DESCRIPTION = (
    "This is the contract that `truefoundry-gateway-sdk` 0.1.0 to 0.4.2 speaks, as the mock gateway serves it. "
    "Words such as V1-INP-1 or V1-STR-6 are the ids of its rules; each operation lists those it serves.\n\n"
    "Bodies are JSON in UTF-8. A field that is not known is tolerated in a request and reported, unless the "
    "server runs with `--strict`; in an answer a client must tolerate it (V1-NET-4). The same holds for event "
    "types that are not known. In an answer an optional field is absent or null.\n\n"
    "A stream is told by its request, never by `Accept` (V1-NET-5). Its frames are numbered from 1 without gaps, "
    "deltas included (V1-STR-2); the number is in the `id` of the frame and nowhere else (V1-EVT-17). There is no "
    "`[DONE]`: the stream closes after `turn.done` (V1-STR-3)."
)
_TAGS = {
    "Sessions": "A session is a conversation with one saved agent. It lasts across turns.",
    "Turns": "A turn is one exchange: an input, and what the agent does with it. Turns go on from each other.",
    "Events": "What happened in a turn: live as a stream, and from the log when it is over.",
    "Drafts": "A draft is a session with an agent that is not saved yet. Its turns are like any session's.",
    "Files": "What agents leave in their sandboxes.",
}
_ROOTS: tuple[Any, ...] = (
    models.CreateSession,
    models.CancelSession,
    models.CreateTurn,
    models.SubscribeTurn,
    models.CreateDraft,
    models.UpdateDraft,
    models.SessionResponse,
    models.SessionListResponse,
    models.DraftResponse,
    models.DraftListResponse,
    models.AnySessionListResponse,
    models.TurnResponse,
    models.TurnListResponse,
    models.TurnEventListResponse,
    models.SessionEventListResponse,
    models.CancelResponse,
    models.ErrorResponse,
    models_events.TurnStreamingEvent,
)
_FRAME = frame_schema(
    "TurnStreamingEvent",
    words="One frame of the stream: its fields, as a reader of server-sent events has them. "
    "Lines that are comments carry no event (V1-STR-12).",
    id_words="Place of the event in its turn: 1, 2, 3 and so on (V1-STR-2). It is the cursor for resuming; clients "
    "from 0.4.0 on need it.",
)
_FILE: Json = {"type": "string", "format": "binary", "description": "The bytes of a file."}

V1 = Contract(
    name="v1",
    document=Path("openapi.v1.yaml"),
    page=Path("mock_gateway/openapi/reference.v1.html"),
    address="/docs/v1",
    title="mock-gateway, the published contract",
    summary="Sessions with agents, saved or in draft, their turns, and the events of a turn as they happen.",
    description=_DESCRIPTION,
    world="A world of its own below a path prefix: what is made there is seen only there (V1-NET-1).",
    key="Any key that is not empty is taken, unless the server pins keys to subjects (V1-NET-3). A browser's preflight "
    "needs none (V1-NET-6).",
    tags=_TAGS,
    operations=OPERATIONS,
    facts={**sessions.FACTS, **turns.FACTS},
    errors=ERRORS,
    path_parameters=PATH_PARAMETERS,
    parameters=PARAMETERS,
    headers=HEADERS,
    named_examples=NAMED_EXAMPLES,
    schema_examples=SCHEMA_EXAMPLES,
    roots=_ROOTS,
    written_schemas={"TurnStreamFrame": _FRAME, "SandboxFile": _FILE},
)
