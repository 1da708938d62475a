"""The form in which a contract is written down a second time, to hold its document against.

Must not know: any contract. The rows: `openapi_beta.py`, `openapi_v1.py`; which there are: `openapi_tables.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One contract.

    errors: by operation id, the statuses that not every operation has; on_every_operation: those.
    unreached: operations to which no link leads from a new session.
    rules: the ids of the register.
    objects: schema to required and optional fields, blanks between names. tags: schema to its `type` or `status`.
    unions: union to its members' tags. modules: where the wire models are; abstract: models that no document shows.
    tolerant: schemas that take a field which is not known. streams: method and path of the operations that stream.
    stream: the text of a good stream. bad_events: what is wrong, a text in the good stream, what to put there.
    schema_examples: values by schema. error_body: what the server makes of a status and a message.
    """

    errors: Mapping[str, frozenset[int]]
    on_every_operation: frozenset[int]
    unreached: frozenset[str]
    rules: frozenset[str]
    objects: Mapping[str, tuple[str, str]]
    tags: Mapping[str, str]
    unions: Mapping[str, frozenset[str]]
    modules: Sequence[ModuleType]
    abstract: frozenset[str]
    tolerant: Sequence[str]
    streams: Sequence[tuple[str, str]]
    stream: str
    bad_events: Sequence[tuple[str, str, str]]
    schema_examples: Mapping[str, Sequence[Any]]
    error_body: Callable[[int, str], bytes]
