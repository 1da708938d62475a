"""What an operation of the admin API is, as a record.

Owns: the record types. Which there are: `operations.py`; what they do: `acts.py`. The routes, the checks of a request
and openapi.admin.yaml all come from these records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

JSON = "application/json"
JSON_LINES = "application/jsonl"
YAML = "application/yaml"
SSE = "text/event-stream"
HTML = "text/html"

ROOT = "/__admin"
"""Below this, and below any base path in front of it."""


class Parameter(Struct, frozen=True):
    """A parameter of the query or the path. schema: of its value. example: a value that fits."""

    description: str
    schema: Mapping[str, Any]
    example: Any


class AdminOperation(Struct, frozen=True, kw_only=True):
    """One operation.

    name: its id in the OpenAPI document. path: below `ROOT`, parameters in braces. tag: its chapter.
    answer: what a success says, in words. gives: its schema, empty for none. media: its type. also_gives: other types
    that it can have, with their schemas. takes: the schema of the body, empty for none. also_takes: further types of
    body, which are text. optional: whether the body may be left out. query, headers: names of its parameters.
    errors: status to the case, beyond those that every operation has.
    """

    name: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    answer: str
    gives: str = ""
    success: int = 200
    media: str = JSON
    also_gives: Mapping[str, str] = {}
    takes: str = ""
    also_takes: tuple[str, ...] = ()
    optional: bool = False
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    errors: Mapping[int, str] = {}
