"""Texts with `{{ expressions }}` in them: found when a file is read, bound when it is compiled.

Owns: finding the expressions and their places in the file.
Must not know: the grammar (`expressions.py`), which names exist where (`scopes.py`), what becomes of a template when
its script is compiled (`binding.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from mock_gateway.core.errors import ScriptError
from mock_gateway.core.script import Position, Scope
from mock_gateway.scenario.errors import Mistake
from mock_gateway.scenario.expressions import BadExpression, Compiled, Use, compile_expression
from mock_gateway.scenario.source import Node

_HOLE = re.compile(
    r"""\{\{ ( (?: [^"'{}\#] | " (?: [^"\\\n] | \\. )*+ " | ' (?: [^'\\\n] | \\. )*+ ' )*+ ) \}\}""", re.VERBOSE
)


class Hole(Struct, frozen=True):
    """One expression in a text. position: of the first brace."""

    compiled: Compiled
    position: Position
    node: Node
    begin: int

    def evaluate(self, scope: Scope) -> object:
        """Its value. Raises `ScriptError` that names its place."""
        try:
            return self.compiled.evaluate(scope)
        except ScriptError as error:
            raise ScriptError(f"{self.position}: {error}") from error

    def mistake(self, use: Use, message: str, hint: str = "") -> Mistake:
        """A mistake at the place where a name is used."""
        line, column = _place(self.node, self.begin + use.offset)
        return self.node.source.mistake(line, column, message, hint)


class Template(Struct, frozen=True):
    """A text with at least one expression.

    parts: plain text and holes in order. node: where it stands. roots: the root names that it uses.
    """

    parts: tuple[str | Hole, ...]
    node: Node
    roots: frozenset[str]

    @property
    def whole(self) -> Hole | None:
        """The hole, when there is nothing beside it: then the value keeps its type."""
        only = self.parts[0]
        return only if len(self.parts) == 1 and isinstance(only, Hole) else None

    def holes(self) -> Iterator[Hole]:
        """All holes, from left to right."""
        return (part for part in self.parts if isinstance(part, Hole))


def parse_template(node: Node, mistakes: list[Mistake]) -> str | Template | None:
    """The text of a node, as it is or as a template; None after adding to the mistakes."""
    text: str = node.value
    if "{{" not in text:
        return text
    before = len(mistakes)
    parts = tuple(_parts(node, text, mistakes))
    roots = frozenset(use.name for part in parts if isinstance(part, Hole) for use in part.compiled.uses)
    return Template(parts, node, roots) if len(mistakes) == before else None


def _parts(node: Node, text: str, mistakes: list[Mistake]) -> Iterator[str | Hole]:
    end = 0
    place = 0
    while (begin := text.find("{{", end)) >= 0:
        if begin > end:
            yield text[end:begin]
        found = _HOLE.match(text, begin)
        place = _raw_index(node, found[0] if found else "{{", place)
        if found is None:
            mistakes.append(_unclosed(node, place))
            return
        hole = _hole(node, found[1], place, mistakes)
        if hole:
            yield hole
        end = found.end()
        place += 2
    if end < len(text):
        yield text[end:]


def _raw_index(node: Node, written: str, start: int) -> int:
    """Where an expression stands in the raw text of its node: escapes and indentation make it another text."""
    raw = node.source.text
    found = raw.find(written, node.start + start, node.end)
    if found < 0:
        found = raw.find("{{", node.start + start, node.end)
    return max(0, found - node.start)


def _place(node: Node, index: int) -> tuple[int, int]:
    """Line and column of a character of the raw text of a node."""
    raw = node.source.text[node.start : node.start + index]
    lines = raw.count("\n")
    if not lines:
        return node.line, node.column + index
    return node.line + lines, index - raw.rfind("\n")


def _hole(node: Node, text: str, place: int, mistakes: list[Mistake]) -> Hole | None:
    try:
        compiled = compile_expression(text)
    except BadExpression as error:
        line, column = _place(node, place + 2 + error.offset)
        mistakes.append(node.source.mistake(line, column, f"{{{{{text}}}}}: {error.message}", error.hint))
        return None
    line, column = _place(node, place)
    return Hole(compiled, Position(node.source.name, line, column), node, place + 2)


def _unclosed(node: Node, place: int) -> Mistake:
    line, column = _place(node, place)
    message = "the expression that begins here is not closed: expected }} after balanced quotes, without { } or #"
    return node.source.mistake(line, column, message, 'write {{ "{{" }} for two braces that mean themselves')
