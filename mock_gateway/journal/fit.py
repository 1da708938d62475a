"""Whether a value fits a schema, and where exactly it does not.

Owns: the way through unions. A plain validator says of a union that nothing in it fits; here the discriminator, or else
the kind of value, chooses the one that was meant, and the message is about that. Each schema on the way is held against
its value by jsonschema-rs, without what lies below.
Must not know: any contract. Raises `CheckMissing` where jsonschema-rs is not installed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from mock_gateway.core.errors import MockGatewayError

Schema = Mapping[str, Any]
BELOW = ("properties", "items", "additionalProperties", "oneOf", "anyOf", "discriminator", "$ref")
"""What `Fit` follows itself."""


class CheckMissing(MockGatewayError):
    """The library that checks is not installed."""


class Misfit(Struct, frozen=True):
    """What does not fit. pointer: JSON pointer. allowed: the values that would have fitted, when they are few."""

    pointer: str
    message: str
    allowed: tuple[str, ...] = ()


class Fit:
    """A check against the schemas of one document. components: what references point into."""

    def __init__(self, components: Schema) -> None:
        self._components = components
        self._validators: dict[int, Any] = {}
        try:
            import jsonschema_rs
        except ImportError as error:
            raise CheckMissing(
                "requests are held against the contract by jsonschema-rs, which is not installed; "
                "pip install 'mock-gateway[check]'"
            ) from error
        self._library = jsonschema_rs

    def misfits(self, schema: Schema, value: object, pointer: str = "") -> list[Misfit]:
        """Everything that does not fit."""
        schema = self._deref(schema)
        branches = schema.get("oneOf") or schema.get("anyOf")
        if isinstance(value, Mapping) and (wrong := self._wrong_tag(schema, value, pointer)):
            return wrong  # something else was meant: what else is wrong with it as this is of no interest
        found = [*self._here(schema, value, pointer)]
        if branches is not None:
            return found + self._union(schema, branches, value, pointer)
        if isinstance(value, Mapping):
            for name, item in value.items():
                found += self._property(schema, name, item, pointer)
        if isinstance(value, Sequence) and not isinstance(value, str) and "items" in schema:
            for index, item in enumerate(value):
                found += self.misfits(schema["items"], item, f"{pointer}/{index}")
        return found

    def _wrong_tag(self, schema: Schema, value: Mapping[str, object], pointer: str) -> list[Misfit]:
        tags = [name for name, below in schema.get("properties", {}).items() if "const" in below and name in value]
        return [wrong for name in tags for wrong in self._property(schema, name, value[name], pointer)]

    def _property(self, schema: Schema, name: str, item: object, pointer: str) -> list[Misfit]:
        below = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
        return self.misfits(below, item, f"{pointer}/{escaped(name)}") if isinstance(below, Mapping) else []

    def _deref(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._components["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _here(self, schema: Schema, value: object, pointer: str) -> Iterator[Misfit]:
        validator = self._validators.get(id(schema))
        if validator is None:
            flat = {key: part for key, part in schema.items() if key not in BELOW}
            validator = self._library.validator_for(flat, validate_formats=True)
            self._validators[id(schema)] = validator
        for error in validator.iter_errors(value):
            yield _misfit(error, value, pointer)

    # -- unions ----------------------------------------------------------------------------------------------------

    def _union(self, schema: Schema, branches: Sequence[Schema], value: object, pointer: str) -> list[Misfit]:
        tag = schema.get("discriminator")
        if tag is not None and isinstance(value, Mapping):
            return self._tagged(tag, value, pointer)
        fitting = [branch for branch in branches if _is_kind(self._kinds(branch), value)]
        if not fitting:
            wanted = " or ".join(dict.fromkeys(KINDS[kind] for branch in branches for kind in self._kinds(branch)))
            return [Misfit(pointer, f"is {shown(value)}; {wanted} was expected")]
        tried = [self.misfits(branch, value, pointer) for branch in fitting]
        if not all(tried):
            return []
        if len(tried) > 1:
            tried.insert(0, _together(tried))
        return min(tried, key=lambda found: (-_nearness(found), len(found)))

    def _tagged(self, tag: Schema, value: Mapping[str, object], pointer: str) -> list[Misfit]:
        name, mapping = tag["propertyName"], tag["mapping"]
        if name not in value:
            return [Misfit(f"{pointer}/{name}", f"is missing; {_one_of(mapping)} was expected", tuple(mapping))]
        chosen = value[name]
        if not isinstance(chosen, str) or chosen not in mapping:
            text = f"is {shown(chosen)}; {_one_of(mapping)} was expected"
            return [Misfit(f"{pointer}/{name}", text, tuple(mapping))]
        return self.misfits({"$ref": mapping[chosen]}, value, pointer)

    def _kinds(self, schema: Schema) -> tuple[str, ...]:
        schema = self._deref(schema)
        kind = schema.get("type")
        if kind is None:
            branches = schema.get("oneOf") or schema.get("anyOf") or ()
            return tuple(kind for branch in branches for kind in self._kinds(branch))
        return (kind,) if isinstance(kind, str) else tuple(kind)


def _nearness(found: Sequence[Misfit]) -> int:
    """How deep the first wrong tag is: the branch that was meant has none, or one further down."""
    return min((one.pointer.count("/") for one in found if one.allowed), default=1000)


def _together(tried: Sequence[Sequence[Misfit]]) -> list[Misfit]:
    """One misfit in place of those that say at the same place, each for its branch, which tag was wanted."""
    first, *others = tried
    for one in first:
        same = [next((two for two in found if two.pointer == one.pointer and two.allowed), None) for found in others]
        if one.allowed and all(same):
            allowed = tuple(dict.fromkeys((*one.allowed, *(tag for two in same if two for tag in two.allowed))))
            return [Misfit(one.pointer, f"{one.message.partition(';')[0]}; {_one_of(allowed)} was expected", allowed)]
    return list(first)


KINDS: Mapping[str, str] = {
    "object": "an object",
    "array": "a list",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "null": "null",
}
_TYPES: Mapping[str, Any] = {
    "object": Mapping,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def _is_kind(kinds: Sequence[str], value: object) -> bool:
    return any(isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool)) for kind in kinds)


def _one_of(values: Sequence[str] | Mapping[str, object]) -> str:
    names = [json.dumps(value, ensure_ascii=False) for value in values]
    return names[0] if len(names) == 1 else "one of " + ", ".join(names)


def shown(value: object) -> str:
    """A value in a message: short ones as they are, the others by their kind."""
    if isinstance(value, Mapping | list):
        return "an object" if isinstance(value, Mapping) else "a list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + '..."'


def escaped(name: str) -> str:
    """A name as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _misfit(error: Any, value: object, pointer: str) -> Misfit:
    """A validator's complaint about this very value, in our words."""
    kind = error.kind
    match kind.name:
        case "required":
            return Misfit(f"{pointer}/{escaped(kind.property)}", "is missing")
        case "type":
            kinds = kind.types if isinstance(kind.types, list) else [kind.types]
            wanted = " or ".join(KINDS.get(one, str(one)) for one in kinds)
            return Misfit(pointer, f"is {shown(value)}; {wanted} was expected")
        case "const":
            allowed: tuple[str, ...] = (str(kind.expected_value),)
            return Misfit(pointer, f"is {shown(value)}; {_one_of(allowed)} was expected", allowed)
        case "enum":
            allowed = tuple(map(str, kind.options))
            return Misfit(pointer, f"is {shown(value)}; {_one_of(allowed)} was expected", allowed)
        case "pattern" | "format":
            form = kind.pattern if kind.name == "pattern" else kind.format
            wanted = f"the form {form}" if len(form) <= 40 else "the form that the contract describes"
            return Misfit(pointer, f"is {shown(value)}, which has not {wanted}")
        case name if name in LIMITS:
            return Misfit(pointer, f"is {shown(value)}; {LIMITS[name].format(kind.limit)} was expected")
        case _:
            return Misfit(pointer, str(error.message)[:200])


LIMITS: Mapping[str, str] = {
    "minLength": "a text of {} or more characters",
    "maxLength": "a text of at most {} characters",
    "minItems": "a list of {} or more",
    "maxItems": "a list of at most {}",
    "minimum": "{} or more",
    "maximum": "at most {}",
}
