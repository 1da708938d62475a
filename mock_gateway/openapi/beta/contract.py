"""The documented contract, put together.

Owns: the words on the whole of it, and the roots of its schemas. Look next: `operations.py` for the words on each
operation, `wire/beta/models.py` for the objects.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mock_gateway.openapi.beta.errors import ERRORS
from mock_gateway.openapi.beta.examples import NAMED_EXAMPLES, SCHEMA_EXAMPLES
from mock_gateway.openapi.beta.operations import FACTS, TAGS
from mock_gateway.openapi.beta.parameters import PARAMETERS, PATH_PARAMETERS
from mock_gateway.openapi.facts import Contract
from mock_gateway.openapi.parameters import HEADERS
from mock_gateway.openapi.schemas import frame_schema
from mock_gateway.wire.beta import models, models_events
from mock_gateway.wire.beta.operations import OPERATIONS

_DESCRIPTION = (
    "This is what the mock gateway serves and what it judges clients by. Words in capitals with a number, such "
    "as API-5 or SEQ-1, are the ids of the contract's rules; each operation lists those it serves.\n\n"
    "Bodies are JSON in UTF-8. A field that is not known is tolerated in a request and reported, unless the "
    "server runs with `--strict`; in an answer a client must tolerate it (NET-5). The same holds for event "
    "types that are not known (EVT-13). In an answer an optional field is absent or null."
)
_ROOTS: tuple[Any, ...] = (
    models.CreateSession,
    models.CreateTurn,
    models.SessionResponse,
    models.SessionListResponse,
    models.TurnResponse,
    models.TurnListResponse,
    models.TurnEventListResponse,
    models.CancelResponse,
    models.ErrorResponse,
    models_events.TurnStreamEvent,
)
_FRAME = frame_schema(
    "TurnStreamEvent",
    words="One frame of the stream: its fields, as a reader of server-sent events has them. "
    "Frames without `data`, such as comments, carry no event (STR-4).",
    id_words="The `sequence_id` of the event, so that `Last-Event-ID` works (STR-1).",
)

BETA = Contract(
    name="beta",
    document=Path("openapi.yaml"),
    page=Path("mock_gateway/openapi/reference.html"),
    address="/docs",
    title="mock-gateway, the documented contract",
    summary="Sessions with saved agents, their turns, and the events of a turn as they happen.",
    description=_DESCRIPTION,
    world="A world of its own below a path prefix: what is made there is seen only there (NET-1).",
    key="Any key that is not empty is taken, unless the server pins keys to subjects (NET-2).",
    tags=TAGS,
    operations=OPERATIONS,
    facts=FACTS,
    errors=ERRORS,
    path_parameters=PATH_PARAMETERS,
    parameters=PARAMETERS,
    headers=HEADERS,
    named_examples=NAMED_EXAMPLES,
    schema_examples=SCHEMA_EXAMPLES,
    roots=_ROOTS,
    written_schemas={"TurnStreamFrame": _FRAME},
)
