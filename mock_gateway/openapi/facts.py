"""What a document says of a contract, as records.

Owns: the record types. The records themselves are in `beta/` and `v1/`, their layout in `document.py`.
Must not know: any contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mock_gateway.wire.operations import Operation

JSON = "application/json"
SSE = "text/event-stream"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NamedExample:
    """A value to show, and a line that says what it shows."""

    summary: str
    value: Any


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request or an answer in one media type.

    schema: name of a component schema.
    examples: names of component examples that fit it.
    """

    schema: str
    examples: tuple[str, ...]
    media_type: str = JSON


@dataclass(frozen=True, slots=True)
class Link:
    """From an answer to the operation that it makes possible.

    operation: operation id of the target.
    parameters: the target's parameters, as runtime expressions over this request and answer.
    request: name of the component example to send as the body, where the target takes one.
    """

    operation: str
    description: str
    parameters: Mapping[str, str]
    request: str | None = None


@dataclass(frozen=True, slots=True)
class OperationFacts:
    """One operation in words.

    rules: ids of the contract's rules that it serves, the defining one first.
    parameters: names of component parameters, without those of the path.
    answer: what the success says; bodies: in which forms.
    errors: status to the case on this operation, in words.
    request_required: whether the body may not be left out. also_requests: other forms that the body can have.
    links: by name.
    """

    tag: str
    summary: str
    description: str
    rules: tuple[str, ...]
    answer: str
    bodies: tuple[Body, ...]
    errors: Mapping[int, str]
    parameters: tuple[str, ...] = ()
    request: Body | None = None
    request_required: bool = True
    also_requests: tuple[Body, ...] = ()
    links: Mapping[str, Link] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """One error status.

    name: of the component response.
    type: what `error.type` says for this status.
    headers: header name to component header. schema: of the body, where it is no error body.
    """

    name: str
    type: str
    description: str
    example: Json
    headers: Mapping[str, str] = field(default_factory=dict)
    schema: str = "ErrorResponse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """All that a document and a page are made of.

    name: of the dialect. document, page: the generated files, below the source tree.
    address: where a mock serves the page. served_at: where it serves the document, when not at the root.
    title, summary, description: of the whole. world, key: words on the second server and on the bearer key.
    tags: name to description. operations: the dialect's table; facts: by operation id; errors: by status.
    path_parameters: name in a path template to the component. parameters, headers: components by name.
    named_examples: components by name. schema_examples: values per component schema.
    roots: the models that operations take and give; from them everything else is reached.
    written_schemas: component schemas that no model describes.
    security: what a request carries, in any of these ways. schemes: their definitions, when there is not just the key.
    """

    name: str
    document: Path
    page: Path
    address: str
    title: str
    summary: str
    description: str
    world: str
    key: str
    tags: Mapping[str, str]
    operations: Sequence[Operation]
    facts: Mapping[str, OperationFacts]
    errors: Mapping[int, ErrorAnswer]
    path_parameters: Mapping[str, str]
    parameters: Mapping[str, Json]
    headers: Mapping[str, Json]
    named_examples: Mapping[str, NamedExample]
    schema_examples: Mapping[str, Sequence[Any]]
    roots: Sequence[Any]
    written_schemas: Mapping[str, Json]
    security: Sequence[Json] = ({"bearer": []},)
    schemes: Mapping[str, Json] = field(default_factory=dict)
    served_at: str = ""

    @property
    def served(self) -> str:
        """Where a mock serves the document."""
        return self.served_at or f"/{self.document.name}"
