"""Reading the document in tests: its operations, its components, and what an example must fit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs

from mock_gateway.openapi.document import build_document

Json = dict[str, Any]


@cache
def the_document() -> Json:
    return build_document()


def operations() -> dict[str, tuple[str, str, Json]]:
    """Operation id to method, path and operation."""
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in the_document()["paths"].items()
        for method, operation in methods.items()
    }


def resolved(node: Json) -> Json:
    if "$ref" not in node:
        return node
    target: Any = the_document()
    for key in node["$ref"].removeprefix("#/").split("/"):
        target = target[key]
    found: Json = target
    return found


def fits(schema: Json, value: object) -> bool:
    """Whether a value is valid against a schema of the document, formats included."""
    whole = {**schema, "components": the_document()["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return bool(validator.is_valid(value))


def component(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def examples_in(node: Any, where: str = "#") -> Iterator[tuple[str, Json, object]]:
    """Every example outside the component schemas: where it is, its schema, its value."""
    if isinstance(node, dict):
        schema = node.get("schema")
        if schema is not None and "example" in node:
            yield f"{where}/example", schema, node["example"]
        if schema is not None:
            for name, example in node.get("examples", {}).items():
                yield f"{where}/examples/{name}", schema, resolved(example)["value"]
        for key, value in node.items():
            if key != "schemas":
                yield from examples_in(value, f"{where}/{key}")
    if isinstance(node, list):
        for index, value in enumerate(node):
            yield from examples_in(value, f"{where}/{index}")
