"""Making schemas: the few words in which the admin API's are written.

Owns: how each form is spelled in JSON Schema, within what `checking.py` understands. Look next: `schemas.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]


def described(schema: Mapping[str, Any], words: str) -> Schema:
    """A schema with a description."""
    return {**schema, "description": words}


def text(words: str = "", **limits: Any) -> Schema:
    """A string."""
    return _leaf("string", words, limits)


def whole(words: str = "", **limits: Any) -> Schema:
    """A whole number."""
    return _leaf("integer", words, limits)


def number(words: str = "", **limits: Any) -> Schema:
    """A number."""
    return _leaf("number", words, limits)


def truth(words: str = "") -> Schema:
    """True or false."""
    return _leaf("boolean", words, {})


def moment(words: str) -> Schema:
    """A time."""
    return _leaf("string", words, {"format": "date-time"})


def one_of(words: str, *choices: str) -> Schema:
    """One of a few words."""
    return _leaf("string", words, {"enum": list(choices)})


def anything(words: str) -> Schema:
    """Any value."""
    return {"description": words}


def or_null(schema: Mapping[str, Any]) -> Schema:
    """A schema, or null."""
    if "$ref" in schema:
        return {"anyOf": [dict(schema), {"type": "null"}]}
    kinds = schema["type"]
    return {**schema, "type": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}


def ref(name: str) -> Schema:
    """Another schema, by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def items(schema: Mapping[str, Any], words: str = "", **limits: Any) -> Schema:
    """A list."""
    return {**_leaf("array", words, limits), "items": dict(schema)}


def by_name(schema: Mapping[str, Any], words: str) -> Schema:
    """An object with any keys, whose values are all of one kind."""
    return {"type": "object", "description": words, "additionalProperties": dict(schema)}


def answer(words: str, fields: Mapping[str, Any], *, maybe: Sequence[str] = ()) -> Schema:
    """An object that the server sends. maybe: fields that are not always there. More may come with later versions."""
    required = [name for name in fields if name not in maybe]
    return {"type": "object", "description": words, "properties": dict(fields), "required": required}


def wish(words: str, fields: Mapping[str, Any], *, needs: Sequence[str] = (), one: Sequence[str] = ()) -> Schema:
    """An object that a client sends, with nothing else in it. needs: what must be there. one: exactly one of these."""
    schema: Schema = {"type": "object", "description": words, "properties": dict(fields)}
    if one:
        schema["oneOf"] = [{"required": [name]} for name in one]
    if needs:
        schema["required"] = list(needs)
    return {**schema, "additionalProperties": False}


def _leaf(kind: str, words: str, limits: Mapping[str, Any]) -> Schema:
    schema: Schema = {"type": kind, **limits}
    return {**schema, "description": words} if words else schema
