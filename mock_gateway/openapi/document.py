"""The OpenAPI document, put together from the operation table, the facts and the models.

Owns: the layout of the document and nothing of its content: words are in `contract.py`, schemas
come from `schemas.py`, examples from `examples.py`.
Must not know: files (`outputs.py`) and how YAML is written (`yaml_text.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from mock_gateway.openapi.contract import FACTS, TAGS
from mock_gateway.openapi.errors import ERRORS, ErrorAnswer
from mock_gateway.openapi.examples import NAMED_EXAMPLES, SCHEMA_EXAMPLES
from mock_gateway.openapi.facts import JSON, SSE, Body, Link, OperationFacts
from mock_gateway.openapi.parameters import HEADERS, PARAMETERS, PATH_PARAMETERS
from mock_gateway.openapi.schemas import component_schemas
from mock_gateway.wire.beta.operations import OPERATIONS
from mock_gateway.wire.operations import Operation

Json = dict[str, Any]

OPENAPI_VERSION = "3.1.0"
_INFO: Json = {
    "title": "mock-gateway, the documented contract",
    "version": "beta",
    "summary": "Sessions with saved agents, their turns, and the events of a turn as they happen.",
    "description": (
        "This is what the mock gateway serves and what it judges clients by. Words in capitals with a number, such "
        "as API-5 or SEQ-1, are the ids of the contract's rules; each operation lists those it serves.\n\n"
        "Bodies are JSON in UTF-8. A field that is not known is tolerated in a request and reported, unless the "
        "server runs with `--strict`; in an answer a client must tolerate it (NET-5). The same holds for event "
        "types that are not known (EVT-13). In an answer an optional field is absent or null."
    ),
    "license": {"name": "Not chosen yet", "identifier": "NOASSERTION"},
}
_SERVERS: list[Json] = [
    {"url": "http://127.0.0.1:4010", "description": "The mock on this machine, at its usual port."},
    {
        "url": "http://127.0.0.1:{port}/{tenant}",
        "description": "A world of its own below a path prefix: what is made there is seen only there (NET-1).",
        "variables": {
            "port": {"default": "4010", "description": "The port that the mock listens on."},
            "tenant": {"default": "team-a", "description": "Any path, of one segment or more."},
        },
    },
]
_SECURITY_SCHEMES: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "Any key that is not empty is taken, unless the server pins keys to subjects (NET-2).",
    }
}


def _ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def _content(bodies: Iterable[Body]) -> Json:
    return {
        body.media_type: {
            "schema": _ref("schemas", body.schema),
            "examples": {name: _ref("examples", name) for name in body.examples},
        }
        for body in bodies
    }


def _link(link: Link) -> Json:
    target = {"operationId": link.operation, "description": link.description, "parameters": dict(link.parameters)}
    return target if link.request is None else {**target, "requestBody": NAMED_EXAMPLES[link.request].value}


def _stream_headers(facts: OperationFacts) -> Json:
    """`no-store`: promised where every success is a stream, mentioned where some are."""
    types = {body.media_type for body in facts.bodies}
    if SSE not in types:
        return {}
    return {"Cache-Control": _ref("headers", "NoStore" if types == {SSE} else "NoStoreOnStream")}


def _success(facts: OperationFacts) -> Json:
    parts = {
        "description": facts.answer,
        "headers": _stream_headers(facts),
        "content": _content(facts.bodies),
        "links": {name: _link(link) for name, link in facts.links.items()},
    }
    return {key: value for key, value in parts.items() if value}


def _responses(operation: Operation, facts: OperationFacts) -> Json:
    errors = {
        str(status): {**_ref("responses", ERRORS[status].name), "description": case}
        for status, case in sorted(facts.errors.items())
    }
    return {str(operation.success): _success(facts), **errors}


def _parameters(operation: Operation, facts: OperationFacts) -> list[Json]:
    in_path = [PATH_PARAMETERS[name] for name in re.findall(r"{(\w+)}", operation.path)]
    return [_ref("parameters", name) for name in (*in_path, *facts.parameters)]


def _operation(operation: Operation, facts: OperationFacts) -> Json:
    document: Json = {
        "operationId": operation.name,
        "tags": [facts.tag],
        "summary": facts.summary,
        "description": f"{facts.description}\n\nRules: {', '.join(facts.rules)}.",
    }
    if parameters := _parameters(operation, facts):
        document["parameters"] = parameters
    if facts.request is not None:
        document["requestBody"] = {"required": facts.request_required, "content": _content([facts.request])}
    return {**document, "responses": _responses(operation, facts)}


def _paths() -> Json:
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        methods = paths.setdefault(operation.path, {})
        methods[operation.method.lower()] = _operation(operation, FACTS[operation.name])
    return paths


def _error_response(answer: ErrorAnswer) -> Json:
    content = {JSON: {"schema": _ref("schemas", "ErrorResponse"), "example": answer.example}}
    described = {"description": f"{answer.description} `error.type` is `{answer.type}`."}
    headers = {name: _ref("headers", component) for name, component in answer.headers.items()}
    return {**described, "headers": headers, "content": content} if headers else {**described, "content": content}


def _components() -> Json:
    return {
        "securitySchemes": _SECURITY_SCHEMES,
        "parameters": PARAMETERS,
        "headers": HEADERS,
        "responses": {answer.name: _error_response(answer) for answer in ERRORS.values()},
        "examples": {
            name: {"summary": example.summary, "value": example.value} for name, example in NAMED_EXAMPLES.items()
        },
        "schemas": component_schemas(SCHEMA_EXAMPLES),
    }


def build_document() -> Json:
    """The whole document of the documented contract, the same on every run (API-1 to API-10).

    Raises KeyError when the operation table has an operation that `contract.py` does not describe.
    """
    return {
        "openapi": OPENAPI_VERSION,
        "info": _INFO,
        "servers": _SERVERS,
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": description} for name, description in TAGS.items()],
        "paths": _paths(),
        "components": _components(),
    }
