"""Shapes of values: each reads a node, and describes itself as JSON Schema.

Owns: the base and the shapes of single values. `records.py` has lists and mappings, `leaves.py` the values that mean
something special to this language (templates, regular expressions). A shape never tries and fails: what it does is
decided by the kind of the node.
Must not know: the keys of the language.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Final

from mock_gateway.core.quantities import Quantity
from mock_gateway.scenario.errors import Mistake, nearest
from mock_gateway.scenario.source import Kind, Node

Schema = dict[str, Any]


class _Bad:
    """What reading gives after a mistake; never None, which is a value."""

    def __repr__(self) -> str:
        return "BAD"


BAD: Final = _Bad()


class Shape(ABC):
    """What a value may look like.

    kinds: the kinds of node that it takes. expected: what it is, for a message.
    """

    kinds: tuple[Kind, ...] = ()
    expected: str = ""

    @abstractmethod
    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        """The value of a node, or BAD after adding to the mistakes.

        label: the key that the value belongs to, for messages.
        """

    @abstractmethod
    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """This shape as JSON Schema; shapes with a name are put into the definitions and referred to."""

    def refuse(self, node: Node, label: str, mistakes: list[Mistake], hint: str = "") -> Any:
        """Add the mistake that something else was expected; gives BAD."""
        if not hint and "text" in self.kinds:
            hint = quote_hint(node)
        subject = f"`{label}`: " if label else ""
        mistakes.append(node.mistake(f"{subject}expected {self.expected}, found {node}", hint))
        return BAD


class Text(Shape):
    """Plain text. pattern: what the whole of it must match; by default it cannot be empty."""

    kinds: tuple[Kind, ...] = ("text",)

    def __init__(self, expected: str = "text", pattern: str = r"^[\s\S]+$") -> None:
        self.expected = expected
        self.pattern = pattern
        self.test = re.compile(pattern)

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind != "text":
            return self.refuse(node, label, mistakes)
        return node.value if self.test.fullmatch(node.value) else self.refuse(node, label, mistakes)

    def schema(self, _definitions: dict[str, Schema]) -> Schema:
        return {"type": "string", "pattern": self.pattern}


NAME = r"^[^\s{}](?:[^{}\n]*[^\s{}])?$"
"""Names of agents, servers, fragments, threads and the like: one line, no template."""


def quote_hint(node: Node) -> str:
    """What to do about a number or a truth value where text is expected."""
    if node.kind in ("boolean", "integer", "number"):
        return f"quote it to make it text: {json.dumps(node.source.text[node.start : node.end].strip())}"
    if node.kind == "mapping" and node.source.text[node.start : node.start + 2] == "{{":
        return 'a value with {{ }} needs quotes: "{{ ... }}"'
    return ""


class Choice(Shape):
    """One of a few words."""

    kinds: tuple[Kind, ...] = ("text",)

    def __init__(self, *words: str) -> None:
        self.words = words
        self.expected = one_of(words)

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind == "text" and node.value in self.words:
            return node.value
        return self.refuse(node, label, mistakes, self.close(node))

    def close(self, node: Node) -> str:
        """A hint with the nearest word."""
        close = nearest(node.value, self.words) if node.kind == "text" else None
        return f"did you mean `{close}`?" if close else ""

    def schema(self, _definitions: dict[str, Schema]) -> Schema:
        return {"const": self.words[0]} if len(self.words) == 1 else {"enum": list(self.words)}


def one_of(words: Sequence[str]) -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{word}`" for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


class Truth(Shape):
    """`true`, and `false` where that says something too."""

    kinds: tuple[Kind, ...] = ("boolean",)

    def __init__(self, *, only_true: bool = False) -> None:
        self.only_true = only_true
        self.expected = "`true`" if only_true else "`true` or `false`"

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind != "boolean" or (self.only_true and not node.value):
            return self.refuse(node, label, mistakes)
        return node.value

    def schema(self, _definitions: dict[str, Schema]) -> Schema:
        return {"const": True} if self.only_true else {"type": "boolean"}


class Integer(Shape):
    """A whole number within bounds."""

    kinds: tuple[Kind, ...] = ("integer",)

    def __init__(self, low: int, high: int | None = None) -> None:
        self.low = low
        self.high = high
        self.expected = f"a whole number from {low}" + (f" to {high}" if high is not None else "")

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind != "integer" or node.value < self.low or (self.high is not None and node.value > self.high):
            return self.refuse(node, label, mistakes)
        return node.value

    def schema(self, _definitions: dict[str, Schema]) -> Schema:
        bounds: Schema = {"type": "integer", "minimum": self.low}
        return bounds if self.high is None else {**bounds, "maximum": self.high}


class Number(Shape):
    """A number, whole or not, that is not negative."""

    kinds: tuple[Kind, ...] = ("integer", "number")
    expected = "a number that is not negative"

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind not in self.kinds or node.value < 0:
            return self.refuse(node, label, mistakes)
        return float(node.value)

    def schema(self, _definitions: dict[str, Schema]) -> Schema:
        return {"type": "number", "minimum": 0}


class Measured(Shape):
    """A quantity with its unit, or one of a few words; gives the worth in the base unit, or the word."""

    kinds: tuple[Kind, ...] = ("text", "integer", "number")

    def __init__(self, quantity: Quantity, *words: str) -> None:
        self.quantity = quantity
        self.words = words
        self.expected = f"{quantity.name} such as {quantity.example}" + "".join(f", or `{word}`" for word in words)

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind == "text":
            worth = node.value if node.value in self.words else self.quantity.parse(node.value)
            return self.refuse(node, label, mistakes) if worth is None else worth
        if node.kind in ("integer", "number"):
            if node.value == 0 and self.quantity.zero:
                return 0.0
            written = self.quantity.bare.replace("{}", f"{node.value:g}")
            return self.refuse(node, label, mistakes, f"a number needs its unit: write {written}")
        return self.refuse(node, label, mistakes)

    def schema(self, _definitions: dict[str, Schema]) -> Schema:
        text: Schema = {"type": "string", "pattern": self.quantity.pattern}
        others: list[Schema] = [{"const": 0}] if self.quantity.zero else []
        others += [{"const": word} for word in self.words]
        return {"anyOf": [text, *others]} if others else text
