"""The OpenAPI document of a contract, put together from its operation table, facts and models.

Owns: the layout of the document and nothing of its content: that is the contract's (`facts.py`).
Must not know: files (`outputs.py`), how YAML is written (`yaml_text.py`), which contracts there are (`contracts.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mock_gateway.openapi.facts import JSON, SSE, Body, Contract, ErrorAnswer, Json, Link, OperationFacts
from mock_gateway.openapi.schemas import component_schemas
from mock_gateway.wire.operations import Operation

OPENAPI_VERSION = "3.1.0"


def _info(contract: Contract) -> Json:
    return {
        "title": contract.title,
        "version": contract.name,
        "summary": contract.summary,
        "description": contract.description,
        "license": {"name": "Not chosen yet", "identifier": "NOASSERTION"},
    }


def _servers(contract: Contract) -> list[Json]:
    return [
        {"url": "http://127.0.0.1:4010", "description": "The mock on this machine, at its usual port."},
        {
            "url": "http://127.0.0.1:{port}/{tenant}",
            "description": contract.world,
            "variables": {
                "port": {"default": "4010", "description": "The port that the mock listens on."},
                "tenant": {"default": "team-a", "description": "Any path, of one segment or more."},
            },
        },
    ]


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


def _link(contract: Contract, link: Link) -> Json:
    target = {"operationId": link.operation, "description": link.description, "parameters": dict(link.parameters)}
    return target if link.request is None else {**target, "requestBody": contract.named_examples[link.request].value}


def _stream_headers(facts: OperationFacts) -> Json:
    """`no-store`: promised where every success is a stream, mentioned where some are."""
    types = {body.media_type for body in facts.bodies}
    if SSE not in types:
        return {}
    return {"Cache-Control": _ref("headers", "NoStore" if types == {SSE} else "NoStoreOnStream")}


def _success(contract: Contract, facts: OperationFacts) -> Json:
    parts = {
        "description": facts.answer,
        "headers": _stream_headers(facts),
        "content": _content(facts.bodies),
        "links": {name: _link(contract, link) for name, link in facts.links.items()},
    }
    return {key: value for key, value in parts.items() if value}


def _responses(contract: Contract, operation: Operation, facts: OperationFacts) -> Json:
    errors = {
        str(status): {**_ref("responses", contract.errors[status].name), "description": case}
        for status, case in sorted(facts.errors.items())
    }
    return {str(operation.success): _success(contract, facts), **errors}


def _parameters(contract: Contract, operation: Operation, facts: OperationFacts) -> list[Json]:
    in_path = [contract.path_parameters[name] for name in re.findall(r"{(\w+)}", operation.path)]
    return [_ref("parameters", name) for name in (*in_path, *facts.parameters)]


def _operation(contract: Contract, operation: Operation) -> Json:
    facts = contract.facts[operation.name]
    document: Json = {
        "operationId": operation.name,
        "tags": [facts.tag],
        "summary": facts.summary,
        "description": f"{facts.description}\n\nRules: {', '.join(facts.rules)}." if facts.rules else facts.description,
    }
    if parameters := _parameters(contract, operation, facts):
        document["parameters"] = parameters
    if facts.request is not None:
        content = _content([facts.request, *facts.also_requests])
        document["requestBody"] = {"required": facts.request_required, "content": content}
    return {**document, "responses": _responses(contract, operation, facts)}


def _paths(contract: Contract) -> Json:
    paths: dict[str, Json] = {}
    for operation in contract.operations:
        methods = paths.setdefault(operation.path, {})
        methods[operation.method.lower()] = _operation(contract, operation)
    return paths


def _error_response(answer: ErrorAnswer) -> Json:
    content = {JSON: {"schema": _ref("schemas", answer.schema), "example": answer.example}}
    kind = f" `error.type` is `{answer.type}`." if answer.type else ""
    described = {"description": f"{answer.description}{kind}"}
    headers = {name: _ref("headers", component) for name, component in answer.headers.items()}
    return {**described, "headers": headers, "content": content} if headers else {**described, "content": content}


def _components(contract: Contract) -> Json:
    return {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": contract.key},
            **contract.schemes,
        },
        "parameters": dict(contract.parameters),
        "headers": dict(contract.headers),
        "responses": {answer.name: _error_response(answer) for answer in contract.errors.values()},
        "examples": {
            name: {"summary": example.summary, "value": example.value}
            for name, example in contract.named_examples.items()
        },
        "schemas": component_schemas(contract.roots, contract.schema_examples, contract.written_schemas),
    }


def build_document(contract: Contract) -> Json:
    """The whole document of a contract, the same on every run.

    Raises KeyError when the operation table has an operation that the contract does not describe.
    """
    return {
        "openapi": OPENAPI_VERSION,
        "info": _info(contract),
        "servers": _servers(contract),
        "security": [dict(way) for way in contract.security],
        "tags": [{"name": name, "description": description} for name, description in contract.tags.items()],
        "paths": _paths(contract),
        "components": _components(contract),
    }
