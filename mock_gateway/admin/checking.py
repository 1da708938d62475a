"""Values against schemas: the same schemas that are in openapi.admin.yaml say what a request may hold.

Owns: the part of JSON Schema that the admin API uses, query parameters as text, and one clear message for the first
thing that is wrong. Must not know: operations, HTTP. Look next: `schemas.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mock_gateway.admin.errors import AdminError, malformed, nearest
from mock_gateway.wire.request import json_type

Schema = Mapping[str, Any]

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?", re.ASCII)
_KINDS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "object": (lambda value: isinstance(value, dict), "an object"),
    "array": (lambda value: isinstance(value, list), "an array"),
    "string": (lambda value: isinstance(value, str), "a string"),
    "boolean": (lambda value: isinstance(value, bool), "a boolean"),
    "integer": (lambda value: _is_number(value) and float(value).is_integer(), "a whole number"),  # type: ignore[arg-type]
    "number": (lambda value: _is_number(value), "a number"),
    "null": (lambda value: value is None, "null"),
}
"""Type of a schema to what is one, and its name in words."""


def _is_among(value: object, allowed: Sequence[object]) -> bool:
    # To Python, 1 and true are equal.
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class Checker:
    """Checks values. schemas: by name, for what `$ref` names."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def check(self, schema: Schema, value: object, where: str = "") -> None:
        """Raises `AdminError` (400) for the first thing in a value that its schema does not allow. where: its path."""
        if "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[-1]]
        name = where or "the body"
        self._check_kind(schema, value, where)
        if "not" in schema and value is schema["not"]["const"]:
            raise malformed(f"{name} is {str(value).lower()}, which is not allowed here", where or None)
        if "enum" in schema and not _is_among(value, schema["enum"]):
            raise self._no_choice(name, where, value, schema["enum"])
        if isinstance(value, dict):
            self._check_object(schema, value, where)
        elif isinstance(value, list):
            self._check_array(schema, value, where)
        elif isinstance(value, str):
            _check_text(schema, value, name, where)
        elif _is_number(value):
            _check_limits(schema, value, name, where)  # type: ignore[arg-type]  # a number

    def _check_kind(self, schema: Schema, value: object, where: str) -> None:
        kinds = schema.get("type", ())
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if kinds and not any(_KINDS[kind][0](value) for kind in kinds):
            words = " or ".join(_KINDS[kind][1] for kind in kinds)
            raise malformed(f"{where or 'the body'} is {json_type(value)}; {words} was expected", where or None)

    def _no_choice(self, name: str, where: str, value: object, allowed: Sequence[object]) -> AdminError:
        shown = repr(value[:80]) if isinstance(value, str) else json_type(value)
        words = ", ".join("null" if one is None else str(one) for one in allowed)
        hint = nearest(value, [one for one in allowed if isinstance(one, str)]) if isinstance(value, str) else None
        return malformed(f"{name} is {shown}; one of {words} was expected", where or None, allowed=allowed, hint=hint)

    def _check_object(self, schema: Schema, value: Mapping[str, object], where: str) -> None:
        known: Mapping[str, Schema] = schema.get("properties", {})
        rest = schema.get("additionalProperties", True)
        for name in value:
            if name not in known and rest is False:
                path = f"{where}.{name[:80]}" if where else name[:80]
                message = f"there is no field {path!r} here; there are: {', '.join(known)}"
                raise malformed(message, path, allowed=known, hint=nearest(name, known))
        for name in schema.get("required", ()):
            if name not in value:
                path = f"{where}.{name}" if where else name
                raise malformed(f"{path} is missing", path)
        for name, inner in value.items():
            its = known.get(name, rest if isinstance(rest, Mapping) else {})
            self.check(its, inner, f"{where}.{name}" if where else name)
        _check_alternatives(schema, value, where)

    def _check_array(self, schema: Schema, value: Sequence[object], where: str) -> None:
        if len(value) < schema.get("minItems", 0):
            raise malformed(f"{where} is empty; at least one item was expected", where or None)
        if len(value) > schema.get("maxItems", len(value)):
            raise malformed(f"{where} has {len(value)} items; at most {schema['maxItems']} may be there", where or None)
        for index, item in enumerate(value):
            self.check(schema.get("items", {}), item, f"{where}[{index}]")

    def read(self, schema: Schema, text: str, name: str) -> object:
        """The value that a query parameter's text stands for. Raises `AdminError` (400)."""
        kind = schema.get("type", "string")
        value: object = text
        if kind == "integer" and _WHOLE.fullmatch(text):
            value = int(text)
        elif kind == "number" and _NUMBER.fullmatch(text):
            value = float(text)
        elif kind == "boolean" and text in ("true", "false"):
            value = text == "true"
        elif kind in ("integer", "number", "boolean"):
            words = {"boolean": "true or false"}.get(kind, _KINDS[kind][1])
            raise malformed(f"{name} is {text[:40]!r}; {words} was expected", name)
        self.check(schema, value, name)
        return value


def _check_alternatives(schema: Schema, value: Mapping[str, object], where: str) -> None:
    """`oneOf` in the only form in which it is used for objects: one of some fields, and no two of them."""
    names = [name for one in schema.get("oneOf", ()) for name in one.get("required", ())]
    if names and sum(name in value for name in names) != 1:
        place = f" in {where}" if where else ""
        raise malformed(f"exactly one of {', '.join(names)} was expected{place}", where or names[0], allowed=names)


def _check_text(schema: Schema, value: str, name: str, where: str) -> None:
    if len(value) < schema.get("minLength", 0):
        raise malformed(f"{name} is empty", where or None)
    if len(value) > schema.get("maxLength", len(value)):
        raise malformed(f"{name} is longer than {schema['maxLength']} characters", where or None)
    if "pattern" in schema and not re.search(schema["pattern"], value):
        raise malformed(f"{name} is {value[:80]!r}; it has to match {schema['pattern']}", where or None)


def _check_limits(schema: Schema, value: float, name: str, where: str) -> None:
    if value < schema.get("minimum", value):
        raise malformed(f"{name} is {value}; at least {schema['minimum']} was expected", where or None)
    if value > schema.get("maximum", value):
        raise malformed(f"{name} is {value}; at most {schema['maximum']} was expected", where or None)
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        raise malformed(f"{name} is {value}; more than {schema['exclusiveMinimum']} was expected", where or None)
