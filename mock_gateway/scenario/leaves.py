"""Shapes of the values that mean something special to this language: texts with templates, data, conditions on text.

Owns: reading them, and what JSON Schema can say of them. Must not know: under which keys they stand (`language.py`).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from mock_gateway.core.quantities import AGE, ASKS, DURATION
from mock_gateway.scenario.errors import Mistake
from mock_gateway.scenario.matchers import TextTest
from mock_gateway.scenario.shape import BAD, Schema, Shape, Text, quote_hint
from mock_gateway.scenario.source import Kind, Node
from mock_gateway.scenario.templates import parse_template


class Templated(Shape):
    """Text that may hold `{{ expressions }}`; reads to a str or a `Template`."""

    kinds: tuple[Kind, ...] = ("text",)

    def __init__(self, expected: str = "text") -> None:
        self.expected = expected

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind != "text":
            return self.refuse(node, label, mistakes)
        found = parse_template(node, mistakes)
        return BAD if found is None else found

    def schema(self, _definitions: dict[str, Schema]) -> Schema:
        return {"type": "string"}


class Anything(Shape):
    """Any JSON-like data; texts anywhere in it may be templates. Reads to dicts, lists, scalars and `Template`s."""

    kinds: tuple[Kind, ...] = ("null", "boolean", "integer", "number", "text", "list", "mapping")
    expected = "any data"

    def read(self, node: Node, _label: str, mistakes: list[Mistake]) -> Any:
        before = len(mistakes)
        found = self._read(node, mistakes)
        return found if len(mistakes) == before else BAD

    def _read(self, node: Node, mistakes: list[Mistake]) -> object:
        match node.kind:
            case "text":
                return parse_template(node, mistakes)
            case "list":
                return [self._read(item, mistakes) for item in node.value]
            case "mapping":
                return self._mapping(node, mistakes)
            case _:
                return node.value

    def _mapping(self, node: Node, mistakes: list[Mistake]) -> object:
        wrong = [key for key in node.value if "{{" in key]
        mistakes += [node.key_mistake(key, "a key cannot be a template", "only values can") for key in wrong]
        if node.source.text[node.start : node.start + 2] == "{{":
            mistakes.append(node.mistake("a value with {{ }} needs quotes", quote_hint(node)))
        return {key: self._read(value, mistakes) for key, value in node.value.items()}

    def schema(self, _definitions: dict[str, Schema]) -> Schema:
        return {}


class FreeMapping(Anything):
    """Any mapping with text keys; its values as in `Anything`."""

    kinds: tuple[Kind, ...] = ("mapping",)

    def __init__(self, named: str) -> None:
        self.expected = f"a mapping of {named}"

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        return super().read(node, label, mistakes) if node.kind == "mapping" else self.refuse(node, label, mistakes)

    def schema(self, _definitions: dict[str, Schema]) -> Schema:
        return {"type": "object"}


_PATTERN = re.compile(r"/(.+)/([A-Za-z]*)", re.DOTALL)
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


class Wanted(Shape):
    """What a text must hold: plain text (contained, case ignored) or /a regular expression/; reads to a `TextTest`."""

    kinds: tuple[Kind, ...] = ("text",)
    expected = "text or /a regular expression/"

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind != "text":
            return self.refuse(node, label, mistakes)
        if not node.value:
            return self.refuse(node, label, mistakes, "leave the key out to take every text")
        found = _PATTERN.fullmatch(node.value)
        return self._pattern(node, label, mistakes, *found.groups()) if found else TextTest("contains", node.value)

    def _pattern(self, node: Node, label: str, mistakes: list[Mistake], text: str, flags: str) -> Any:
        wrong = [flag for flag in flags if flag not in _FLAGS]
        if wrong:
            hint = f"to look for this as plain text, write /{re.escape(node.value).replace('/', chr(92) + '/')}/"
            mistakes.append(node.mistake(f"`{label}`: there is no flag {wrong[0]}; expected some of i, m, s", hint))
            return BAD
        try:
            pattern = re.compile(text, sum((_FLAGS[flag] for flag in set(flags)), re.NOFLAG))
        except (re.error, OverflowError, RecursionError) as error:
            mistakes.append(node.mistake(f"`{label}`: this is no regular expression: {error}"))
            return BAD
        return TextTest("regex", node.value, pattern)

    def schema(self, _definitions: dict[str, Schema]) -> Schema:
        return Text().schema(_definitions)


class Patience(Shape):
    """A duration, or a number of asks; reads to (seconds or None, asks)."""

    kinds: tuple[Kind, ...] = ("text", "integer", "number")
    expected = f"a duration such as {DURATION.example}, or a number of asks such as {ASKS.example}"

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind == "text":
            seconds, asks = DURATION.parse(node.value), ASKS.parse(node.value)
            if seconds is not None:
                return seconds, 0
            if asks is not None and asks.is_integer():
                return None, int(asks)
            return self.refuse(node, label, mistakes)
        hint = f"a number needs its unit: write {node.value}s or {node.value} asks"
        return self.refuse(node, label, mistakes, hint if node.kind in ("integer", "number") else "")

    def schema(self, _definitions: dict[str, Schema]) -> Schema:
        return {"anyOf": [{"type": "string", "pattern": one.pattern} for one in (DURATION, ASKS)]}


_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z$"


class Moment(Shape):
    """A point in time: `2h ago` (reads to seconds) or ISO-8601 in UTC with `Z` (reads to the text)."""

    kinds: tuple[Kind, ...] = ("text",)
    expected = f"{AGE.name} such as {AGE.example}, or a time such as 2026-01-31T09:30:00Z"

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind != "text":
            return self.refuse(node, label, mistakes)
        seconds = AGE.parse(node.value)
        if seconds is not None:
            return seconds
        if re.fullmatch(_MOMENT, node.value) and _is_time(node.value):
            return node.value
        return self.refuse(node, label, mistakes)

    def schema(self, _definitions: dict[str, Schema]) -> Schema:
        return {"anyOf": [{"type": "string", "pattern": pattern} for pattern in (AGE.pattern, _MOMENT)]}


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
