"""Making parameters, and the headers of answers: what all contracts have in common.

Owns: where a parameter stands and how it is laid out. Which there are: `beta/parameters.py`, `v1/parameters.py`.
"""

from __future__ import annotations

from typing import Any

from mock_gateway.openapi.facts import Json


def in_path(name: str, description: str, shown: Json) -> Json:
    """A parameter of the path. shown: its examples by name."""
    schema = {"type": "string", "minLength": 1}
    described = {"name": name, "in": "path", "required": True, "description": description}
    return {**described, "schema": schema, "examples": shown}


def in_query(name: str, description: str, schema: Json, *, required: bool = False, example: Any = None) -> Json:
    """A parameter of the query."""
    parameter: Json = {"name": name, "in": "query", "required": required, "description": description, "schema": schema}
    return parameter if example is None else {**parameter, "example": example}


def order(default: str) -> Json:
    """The order of a list."""
    description = "`desc` gives the newest first, `asc` the oldest first."
    return in_query("order", description, {"type": "string", "enum": ["asc", "desc"], "default": default})


def last_event_id(description: str, schema: Json) -> Json:
    """The cursor in a header, as a browser sends it when it reconnects."""
    return {
        "name": "Last-Event-ID",
        "in": "header",
        "required": False,
        "description": description,
        "schema": schema,
        "example": 0,
    }


HEADERS: dict[str, Json] = {
    "Allow": {
        "description": "The methods that this path has.",
        "required": True,
        "schema": {"type": "string"},
        "example": "GET, HEAD, OPTIONS, POST",
    },
    "NoStore": {
        "description": "A stream is never kept by a cache.",
        "required": True,
        "schema": {"type": "string", "const": "no-store"},
        "example": "no-store",
    },
    "NoStoreOnStream": {
        "description": "`no-store` when the answer is a stream.",
        "required": False,
        "schema": {"type": "string"},
        "example": "no-store",
    },
    "RetryAfter": {
        "description": "Whole seconds to wait before the next attempt.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
        "example": 3,
    },
    "WwwAuthenticate": {
        "description": "The scheme that is expected.",
        "required": True,
        "schema": {"type": "string"},
        "example": "Bearer",
    },
}
"""Component headers by name."""
