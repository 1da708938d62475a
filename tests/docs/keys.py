"""The keys of the scenario language, as its tables have them, for comparing the reference with them.

Must not know: pages (`pages.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mock_gateway.scenario.errors import Mistake
from mock_gateway.scenario.language import AGENT, SHARED
from mock_gateway.scenario.reading import read_scenario
from mock_gateway.scenario.records import Either, Fields, KeyedBy, Later, ListOf, MapOf, OneOrMany
from mock_gateway.scenario.shape import Choice, Measured, Shape
from mock_gateway.scenario.source import Node, Source


def all_records() -> dict[str, Fields]:
    """Every mapping with known keys, by its name."""
    found: dict[str, Fields] = {}
    waiting: list[Shape] = [AGENT, SHARED]
    while waiting:
        shape = waiting.pop()
        if isinstance(shape, Fields):
            if shape.name in found:
                assert found[shape.name] is shape, f"two mappings are called {shape.name!r}"
                continue
            found[shape.name] = shape
            waiting += [key.shape for key in shape.keys.values()]
        else:
            waiting += _inside(shape)
    return found


def _inside(shape: Shape) -> list[Shape]:
    match shape:
        case Later():
            return [shape.shape()]
        case OneOrMany() | ListOf() | MapOf():
            return [shape.item]
        case Either():
            return list(shape.shapes)
        case KeyedBy():
            return list(shape.records.values())
        case _:
            return []


def words_of(shape: Shape) -> Iterator[str]:
    """The words that a value may be, those of mappings inside it left out."""
    match shape:
        case Choice() | Measured():
            yield from shape.words
        case Either() | OneOrMany() | ListOf():
            for inner in _inside(shape):
                yield from words_of(inner)


def used_keys(texts: list[str]) -> set[tuple[str, str]]:
    """The keys that scenarios use, each with the name of its mapping."""
    used: set[tuple[str, str]] = set()
    read = Fields.read

    def reading(shape: Fields, node: Node, label: str, mistakes: list[Mistake]) -> object:
        if node.kind == "mapping":
            used.update((shape.name, key) for key in node.value)
        return read(shape, node, label, mistakes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fields, "read", reading)
        for text in texts:
            read_scenario(Source(text, "example"))
    return used
