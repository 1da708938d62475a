"""What the document says of an operation beyond its method and path.

Owns: the record types. The records themselves are in `contract.py`, their layout in `document.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

JSON = "application/json"
SSE = "text/event-stream"


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
    request_required: whether the body may not be left out.
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
    links: Mapping[str, Link] = field(default_factory=dict)
