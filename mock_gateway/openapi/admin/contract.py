"""The admin API, put together from its table of operations.

Owns: from the records of `admin/` to those of `facts.py`, and the words on the whole of it. Look next:
`admin/operations.py` for the words on each operation, `admin/schemas.py` for the objects, `errors.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mock_gateway.admin.chapters import TAGS
from mock_gateway.admin.operation import JSON, ROOT, AdminOperation, Parameter
from mock_gateway.admin.operations import OPERATIONS
from mock_gateway.admin.parameters import HEADERS as HEADER_PARAMETERS
from mock_gateway.admin.parameters import PATH, QUERY
from mock_gateway.admin.schemas import SCHEMAS
from mock_gateway.openapi.admin.errors import ERRORS, ON_ALL, PLAIN
from mock_gateway.openapi.facts import Body, Contract, Json, NamedExample, OperationFacts
from mock_gateway.openapi.parameters import HEADERS
from mock_gateway.wire.operations import Operation

_DESCRIPTION = (
    "Everything that a test or a person can do to a running mock beside talking to it. Each operation is about one "
    "world: `/__admin` is the root's, `/my-test/__admin` that of the base path `/my-test` (NET-1).\n\n"
    "Bodies are JSON in UTF-8. What an operation does not know is refused, field or parameter, and then nothing has "
    "changed. 400 is for what does not fit this document, 422 for what fits it and makes no sense. An error says what "
    "was wrong, where, what was allowed, and what to do.\n\n"
    "The server has to be reached under a name of this machine, and no page of another site can use it. With "
    "`--admin-token` it asks for that token; with `--admin off` there is nothing here but health."
)


def _component(name: str, kind: str = "") -> str:
    return "".join(part.capitalize() for part in re.split(r"[_-]", name)) + kind


def _example(schema: str, number: int) -> str:
    return f"{schema}{number or ''}"


def _body(schema: str, media: str) -> Body:
    names = tuple(_example(schema, number) for number in range(len(SCHEMAS[schema]["examples"])))
    return Body(schema, names, media)


def _facts(operation: AdminOperation) -> OperationFacts:
    found = set(re.findall(r"{(\w+)}", operation.path))
    errors = {**(PLAIN if operation.name == "get_health" else ON_ALL), **operation.errors}
    if operation.takes:
        errors.setdefault(413, "The body is larger than the server takes.")
    media = {operation.media: operation.gives, **operation.also_gives} if operation.gives else {}
    also = tuple(_body("Yaml", kind) for kind in operation.also_takes)
    assert found <= PATH.keys(), f"{operation.name}: an unknown parameter in its path"
    return OperationFacts(
        tag=operation.tag,
        summary=operation.summary,
        description=operation.description,
        rules=(),
        answer=operation.answer,
        bodies=tuple(_body(schema, kind) for kind, schema in media.items()),
        errors=dict(sorted(errors.items())),
        parameters=(
            *(_component(name, "Query") for name in operation.query),
            *(_component(name, "Header") for name in operation.headers),
        ),
        request=_body(operation.takes, JSON) if operation.takes else None,
        request_required=not operation.optional,
        also_requests=also,
    )


def _operation(operation: AdminOperation) -> Operation:
    path = ROOT + (operation.path if operation.path != "/" else "/")
    return Operation(operation.name, operation.method, path, operation.success, "")


def _parameter(name: str, place: str, parameter: Parameter) -> Json:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": parameter.description,
        "schema": dict(parameter.schema),
        "example": parameter.example,
    }


def _parameters() -> Iterator[tuple[str, Json]]:
    for kind, place, table in (
        ("Path", "path", PATH),
        ("Query", "query", QUERY),
        ("Header", "header", HEADER_PARAMETERS),
    ):
        for name, parameter in table.items():
            yield _component(name, kind), _parameter(name, place, parameter)


def _shown() -> dict[str, NamedExample]:
    """The examples of bodies that operations take and give."""
    facts = FACTS.values()
    bodies = [body for fact in facts for body in (*fact.bodies, fact.request, *fact.also_requests) if body is not None]
    return {
        _example(body.schema, number): NamedExample(SCHEMAS[body.schema]["description"], value)
        for body in bodies
        for number, value in enumerate(SCHEMAS[body.schema]["examples"])
    }


FACTS = {operation.name: _facts(operation) for operation in OPERATIONS}
"""By operation."""

ADMIN = Contract(
    name="admin",
    document=Path("openapi.admin.yaml"),
    page=Path("mock_gateway/openapi/reference.admin.html"),
    address=f"{ROOT}/docs",
    title="mock-gateway, the admin API",
    summary="Scenarios, sessions, time, faults, the journal: a running mock in your hands.",
    description=_DESCRIPTION,
    world="The admin API of the world below a path prefix (NET-1).",
    key="The token of `--admin-token`; without one nobody asks.",
    tags=TAGS,
    operations=tuple(_operation(operation) for operation in OPERATIONS),
    facts=FACTS,
    errors=ERRORS,
    path_parameters={name: _component(name, "Path") for name in PATH},
    parameters=dict(_parameters()),
    headers={name: HEADERS[name] for name in ("Allow", "NoStore", "WwwAuthenticate")},
    named_examples=_shown(),
    schema_examples={name: schema["examples"] for name, schema in SCHEMAS.items()},
    roots=(),
    written_schemas={
        name: {key: value for key, value in schema.items() if key != "examples"} for name, schema in SCHEMAS.items()
    },
    served_at=f"{ROOT}/openapi.yaml",
    security=({}, {"bearer": []}, {"token": []}),
    schemes={
        "token": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Admin-Token",
            "description": "The same, for a client that needs `Authorization` for something else.",
        }
    },
)
