"""Reading a contract's document in tests: its operations, its components, and what an example must fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import jsonschema_rs
import pytest

from mock_gateway.openapi.contracts import CONTRACTS
from mock_gateway.openapi.document import build_document
from mock_gateway.openapi.facts import Contract
from mock_gateway.wire.operations import Operation

Json = dict[str, Any]


class Reading:
    """One contract with its document. contract: what it is made of."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.table: dict[str, Operation] = {operation.name: operation for operation in contract.operations}

    def __repr__(self) -> str:
        return self.contract.name

    @cached_property
    def document(self) -> Json:
        return build_document(self.contract)

    @property
    def schemas(self) -> dict[str, Json]:
        found: dict[str, Json] = self.document["components"]["schemas"]
        return found

    @cached_property
    def operations(self) -> dict[str, tuple[str, str, Json]]:
        """Operation id to method, path and operation."""
        return {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
        }

    def success(self, name: str) -> Json:
        """What an operation answers when all is well."""
        _, _, operation = self.operations[name]
        answer: Json = operation["responses"][str(self.table[name].success)]
        return answer

    def resolved(self, node: Json) -> Json:
        if "$ref" not in node:
            return node
        target: Any = self.document
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        found: Json = target
        return found

    def validator(self, schema: Json) -> jsonschema_rs.Draft202012Validator:
        """Judges values by a schema of the document, formats included."""
        whole = {**schema, "components": self.document["components"]}
        return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)

    def fits(self, schema: Json, value: object) -> bool:
        """Whether a value is valid against a schema of the document."""
        return bool(self.validator(schema).is_valid(value))

    def members(self, union: str) -> set[str]:
        """The schemas that a union is of."""
        return {member["$ref"].rsplit("/", 1)[-1] for member in self.schemas[union]["oneOf"]}

    def mapping(self, union: str) -> dict[str, str]:
        """Tag to schema."""
        mapping = self.schemas[union]["discriminator"]["mapping"]
        return {tag: reference.rsplit("/", 1)[-1] for tag, reference in mapping.items()}

    def examples(self) -> Iterator[tuple[str, Json, object]]:
        """Every example outside the component schemas: where it is, its schema, its value."""
        return self._examples_in(self.document, "#")

    def _examples_in(self, node: Any, where: str) -> Iterator[tuple[str, Json, object]]:
        if isinstance(node, dict):
            schema = node.get("schema")
            if schema is not None and "example" in node:
                yield f"{where}/example", schema, node["example"]
            if schema is not None:
                for name, example in node.get("examples", {}).items():
                    yield f"{where}/examples/{name}", schema, self.resolved(example)["value"]
            for key, value in node.items():
                if key != "schemas":
                    yield from self._examples_in(value, f"{where}/{key}")
        if isinstance(node, list):
            for index, value in enumerate(node):
                yield from self._examples_in(value, f"{where}/{index}")


def component(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


READINGS: dict[str, Reading] = {contract.name: Reading(contract) for contract in CONTRACTS}


def operations_where(wanted: Callable[[Operation], bool]) -> list[Any]:
    """Parameters for a test of some operations of all contracts: the reading, the operation id."""
    return [
        pytest.param(reading, name, id=f"{reading}-{name}")
        for reading in READINGS.values()
        for name, operation in reading.table.items()
        if wanted(operation)
    ]


every_contract = pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
every_operation = pytest.mark.parametrize(("reading", "name"), operations_where(lambda _: True))
