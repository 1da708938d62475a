"""What JSON values look like: their fields and types, gathered from many, and where two gatherings differ.

Owns: `Shape` and its comparison. An object with a `type` or a `status` is a variant of its own, so that a union is not
taken for one object with many fields. Must not know: where values come from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

TAGS = ("type", "status")


class Variant(Struct):
    """Objects of one kind. seen: how many; fields: what was in them, each with how often."""

    seen: int = 0
    fields: dict[str, Shape] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


class Shape(Struct):
    """Values at one place. kinds: their JSON types. variants: the objects among them, by their tag. items: of lists."""

    kinds: set[str] = field(default_factory=set)
    variants: dict[str, Variant] = field(default_factory=dict)
    items: Shape | None = None

    def add(self, value: Any) -> None:
        """One more value."""
        self.kinds.add(kind_of(value))
        if isinstance(value, dict):
            variant = self.variants.setdefault(_tag(value), Variant())
            variant.seen += 1
            for name, item in value.items():
                variant.counts[name] = variant.counts.get(name, 0) + 1
                variant.fields.setdefault(name, Shape()).add(item)
        elif isinstance(value, list):
            self.items = self.items or Shape()
            for item in value:
                self.items.add(item)


class Difference(Struct, frozen=True):
    """One thing that is not the same. where: a place in a value. there, here: what the gateway has, and the mock."""

    where: str
    there: str
    here: str


def kind_of(value: Any) -> str:
    """The JSON type of a value."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    kinds = {str: "string", dict: "object", list: "array", type(None): "null"}
    return kinds.get(type(value), "unknown")


def _tag(value: dict[str, Any]) -> str:
    return " ".join(str(value[name]) for name in TAGS if isinstance(value.get(name), str))


def differences(there: Shape, here: Shape, where: str = "") -> Iterator[Difference]:
    """Where a gateway's values do not look like the mock's: new types, new fields, fields that are not always there.

    What only the mock has shown is no difference: nobody has seen everything that a gateway can send.
    """
    strange = there.kinds - here.kinds
    if strange and here.kinds:
        yield Difference(where or "it", _either(there.kinds), _either(here.kinds))
    for tag, variant in there.variants.items():
        known = here.variants.get(tag)
        place = f"{where} ({tag})" if tag and len({*there.variants, *here.variants}) > 1 else where
        if known is not None:
            yield from _fields(variant, known, place)
        elif here.variants:
            yield Difference(place or "it", "an object of this kind", "no such kind")
    if there.items is not None and here.items is not None:
        yield from differences(there.items, here.items, f"{where}[]")


def _fields(there: Variant, here: Variant, where: str) -> Iterator[Difference]:
    for name, shape in there.fields.items():
        place = f"{where}.{name}" if where else name
        known = here.fields.get(name)
        if known is None:
            yield Difference(place, _either(shape.kinds), "not there")
        else:
            yield from differences(shape, known, place)
    for name, count in here.counts.items():
        if count == here.seen and there.counts.get(name, 0) < there.seen:
            place = f"{where}.{name}" if where else name
            yield Difference(place, "not always there" if name in there.counts else "not there", "always there")


def _either(kinds: set[str]) -> str:
    return " or ".join(sorted(kinds))
