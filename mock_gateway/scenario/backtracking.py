"""Regular expressions that can take for ever: a repeat inside a repeat, over characters that both can take.

Owns: finding such a place in a compiled expression. `(\\w+\\s?)*` splits a row of n letters in 2^n ways, and when
nothing fits behind them, all are tried; in `(\\w+,)*` the comma says where to split. What is found here is likely, not
proved.
Must not know: scenarios. Look next: `lint.py`, which warns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Any

MANY = 10
"""From so many rounds on, a repeat is as good as endless."""
SAMPLES = frozenset([*map(chr, range(128)), "é", "ß", "世", "\u00a0", "٣"])
"""Characters that stand for all: two sets overlap when one of these is in both."""

Node = tuple[Any, Any]
Chars = frozenset[str]


@cache
def _parser() -> Any:
    # The module has no public name since Python 3.11; the tree that it makes has been the same for long before that.
    return import_module("re._parser")


def slow_part(pattern: re.Pattern[str]) -> bool:
    """Whether matching may take a time that doubles with every character of a text."""
    flags = pattern.flags & ~re.UNICODE
    return any(_is_ambiguous(body, pattern.flags) for body in _loops(_parser().parse(pattern.pattern, flags)))


def _loops(nodes: Sequence[Node]) -> Iterator[Sequence[Node]]:
    """The bodies of all repeats that can go round many times, the outer ones first."""
    for node in nodes:
        bodies = list(_inside(node))
        if _name(node) in ("MAX_REPEAT", "MIN_REPEAT") and node[1][1] >= MANY:
            yield from bodies
        for body in bodies:
            yield from _loops(body)


def _name(node: Node) -> str:
    return str(node[0])


def _inside(node: Node) -> Iterator[Sequence[Node]]:
    """The parts of which a node is made: alternatives, or the one thing that is repeated or grouped."""
    match _name(node):
        case "BRANCH":
            yield from node[1][1]
        case "SUBPATTERN":
            yield node[1][3]
        case "MAX_REPEAT" | "MIN_REPEAT":
            yield node[1][2]


def _flat(nodes: Sequence[Node]) -> Iterator[Node]:
    """The nodes of a sequence, groups taken apart."""
    for node in nodes:
        if _name(node) == "SUBPATTERN":
            yield from _flat(node[1][3])
        else:
            yield node


def _is_ambiguous(body: Sequence[Node], flags: int) -> bool:
    """Whether several rounds of a repeat can take what one round takes."""
    nodes = list(_flat(body))
    if len(nodes) == 1 and _name(nodes[0]) == "BRANCH":
        return any(_splits(list(_flat(way)), flags) for way in nodes[0][1][1])
    return _splits(nodes, flags)


def _splits(nodes: Sequence[Node], flags: int) -> bool:
    """Whether a part can be longer or shorter, and nothing else in a round says where it ends."""
    for place, node in enumerate(nodes):
        if not _varies(node, alone=len(nodes) == 1):
            continue
        taken = _chars(node, flags)
        others = [other for index, other in enumerate(nodes) if index != place and _is_due(other)]
        if taken and all(_chars(other, flags) & taken for other in others):
            return True
    return False


def _varies(node: Node, *, alone: bool) -> bool:
    """Whether it can take more or fewer characters. alone: a round is nothing else, so that one more is one round."""
    if _name(node) == "BRANCH":
        return not all(node[1][1])  # of common beginnings, the parser leaves an empty rest
    if _name(node) not in ("MAX_REPEAT", "MIN_REPEAT"):
        return False
    low, high = node[1][:2]
    return bool(low != high and not (alone and high == 1))


def _is_due(node: Node) -> bool:
    """Whether a round must take a character for it."""
    name = _name(node)
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        return bool(node[1][0] > 0)
    return name in ("LITERAL", "NOT_LITERAL", "ANY", "IN", "BRANCH")


def _chars(node: Node, flags: int) -> Chars:
    """All characters of the samples that a node can take anywhere."""
    found = _one(node, flags)
    if found is not None:
        return found | {char.swapcase() for char in found} if flags & re.IGNORECASE else found
    return frozenset[str]().union(*(_chars(inner, flags) for body in _inside(node) for inner in _flat(body)))


def _one(node: Node, flags: int) -> Chars | None:
    """The characters of a node that takes one; None for any other."""
    value = node[1]
    match _name(node):
        case "LITERAL":
            return frozenset([chr(value)])
        case "NOT_LITERAL":
            return SAMPLES - {chr(value)}
        case "ANY":
            return SAMPLES if flags & re.DOTALL else SAMPLES - {"\n"}
        case "IN":
            return _class(value)
    return None


def _class(items: Sequence[Node]) -> Chars:
    found: set[str] = set()
    for item in items:
        match _name(item):
            case "LITERAL":
                found.add(chr(item[1]))
            case "RANGE":
                low, high = item[1]
                found |= {char for char in SAMPLES if low <= ord(char) <= high}
            case "CATEGORY":
                found |= _category(str(item[1]))
    return SAMPLES - found if items and _name(items[0]) == "NEGATE" else frozenset(found)


@cache
def _category(name: str) -> Chars:
    letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[name.rpartition("_")[2]]
    test = re.compile("\\" + (letter.upper() if "_NOT_" in name else letter))
    return frozenset(char for char in SAMPLES if test.fullmatch(char))
