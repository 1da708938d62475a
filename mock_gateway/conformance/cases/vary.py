"""One case for many values: `${name}` or `${name.part}` in any of its texts, for each value of a list.

Owns: filling the values into the nodes of a case, before it is read; positions stay those of the file.
Must not know: the keys of a case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from mock_gateway.scenario.source import Kind, Node

_HOLE = re.compile(r"\$\{([\w.]+)\}")
_KINDS: tuple[tuple[type, Kind], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "text"),
    (type(None), "null"),
)


def value_of(node: Node) -> Any:
    """A node as data."""
    if node.kind == "mapping":
        return {key: value_of(one) for key, one in node.value.items()}
    return [value_of(one) for one in node.value] if node.kind == "list" else node.value


def combinations(node: Node) -> Iterator[dict[str, Any]]:
    """Every combination of a mapping from names to lists."""
    names = list(node.value)
    for values in product(*(value_of(node.value[name]) for name in names)):
        yield dict(zip(names, values, strict=True))


def substituted(node: Node, values: Mapping[str, Any]) -> Node:
    """A node with the values filled in. A text that is nothing but `${name}` becomes the value itself."""
    if node.kind == "mapping":
        made = _like(node, "mapping", {key: substituted(one, values) for key, one in node.value.items()})
        made.keys = node.keys
        return made
    if node.kind == "list":
        return _like(node, "list", [substituted(one, values) for one in node.value])
    if node.kind != "text" or "${" not in node.value:
        return node
    whole = _HOLE.fullmatch(node.value)
    if whole and _is_known(whole[1], values):
        return _made(node, _worth(whole[1], values))

    def fill(found: re.Match[str]) -> str:
        return str(_worth(found[1], values)) if _is_known(found[1], values) else found[0]

    return _like(node, "text", _HOLE.sub(fill, node.value))


def _is_known(name: str, values: Mapping[str, Any]) -> bool:
    return name.partition(".")[0] in values


def _worth(name: str, values: Mapping[str, Any]) -> Any:
    """`name`, or with dots what is inside of it."""
    value: Any = values
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _made(node: Node, value: Any) -> Node:
    if isinstance(value, dict):
        made = _like(node, "mapping", {key: _made(node, one) for key, one in value.items()})
        made.keys = dict.fromkeys(value, node.begin)
        return made
    if isinstance(value, list):
        return _like(node, "list", [_made(node, one) for one in value])
    return _like(node, next(kind for type_, kind in _KINDS if isinstance(value, type_)), value)


def _like(node: Node, kind: Kind, value: Any) -> Node:
    return Node(node.source, kind, value, node.begin, node.finish)
