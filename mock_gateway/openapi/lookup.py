"""What a contract says about one operation, read from the generated document.

Owns: where the documents are, and finding an operation, its parameters, its body and the events of its stream in one.
Must not know: the models that documents are made from; so it works where pydantic is not installed.
Look next: `journal/check.py`, which holds requests against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct, field

PACKAGE = Path(__file__).resolve().parent.parent
DOCUMENTS: Mapping[str, str] = {"beta": "openapi.yaml", "v1": "openapi.v1.yaml"}
"""By the name of the dialect."""
JSON = "application/json"
SSE = "text/event-stream"

Schema = Mapping[str, Any]


class Parameter(Struct, frozen=True):
    """A parameter. place: `path`, `query` or `header`."""

    name: str
    place: str
    required: bool
    schema: Schema


class Described(Struct, frozen=True):
    """An operation of a contract.

    body: the schema of its body, None when it takes none. statuses: that it may answer with. is_stream: whether one of
    its answers is a stream. components: what references in schemas point into.
    """

    name: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: Schema | None
    needs_body: bool
    statuses: tuple[int, ...]
    is_stream: bool
    components: Schema = field(default_factory=dict)


@cache
def document(dialect: str) -> Schema:
    """The OpenAPI document of a dialect. Raises `KeyError` for an unknown one, `OSError` when it is not installed."""
    import yaml

    name = DOCUMENTS[dialect]
    path = next((base / name for base in (PACKAGE, PACKAGE.parent) if (base / name).is_file()), PACKAGE / name)
    loaded: Schema = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


@cache
def operations(dialect: str) -> Mapping[str, Described]:
    """Every operation of a dialect by its name."""
    contract = document(dialect)
    found = {}
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            described = _described(contract, path, method, operation)
            found[described.name] = described
    return found


def _described(contract: Schema, path: str, method: str, operation: Schema) -> Described:
    body = operation.get("requestBody", {})
    answers = [deref(contract, answer) for answer in operation["responses"].values()]
    return Described(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        parameters=tuple(_parameter(deref(contract, one)) for one in operation.get("parameters", ())),
        body=body.get("content", {}).get(JSON, {}).get("schema"),
        needs_body=bool(body.get("required")),
        statuses=tuple(int(status) for status in operation["responses"]),
        is_stream=any(SSE in answer.get("content", {}) for answer in answers),
        components=contract["components"],
    )


def _parameter(value: Schema) -> Parameter:
    return Parameter(value["name"], value["in"], bool(value.get("required")), value.get("schema", {}))


def deref(contract: Schema, value: Schema) -> Schema:
    """What a reference stands for; anything else is itself."""
    while "$ref" in value:
        place: Any = contract
        for key in value["$ref"].removeprefix("#/").split("/"):
            place = place[key]
        value = place
    return value


@cache
def event_types(dialect: str) -> tuple[str, ...]:
    """The types of the events that a stream of a dialect may have."""
    contract = document(dialect)
    for methods in contract["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                content = deref(contract, answer).get("content", {})
                if SSE in content:
                    frame = deref(contract, content[SSE]["schema"])
                    event = deref(contract, frame["properties"]["data"]["contentSchema"])
                    return tuple(event["discriminator"]["mapping"])
    return ()
