"""Templates as they are played: expressions of the core, with the names bound that are known when a scenario loads.

Owns: `TextExpression` and `ValueExpression` (the two forms of `core.script.Expression`), binding parameters and the
values given to a fragment, and folding what then depends on nothing.
Must not know: YAML, which names exist where (`scopes.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from mock_gateway.core.script import NOTHING, Scope
from mock_gateway.scenario.templates import Hole, Template
from mock_gateway.scenario.values import as_text, bounded, plain


class _Layered(Mapping[str, object]):
    """A scope with bound names before it; bound values may depend on the scope below."""

    __slots__ = ("below", "bound")

    def __init__(self, bound: Mapping[str, object], below: Scope) -> None:
        self.bound = bound
        self.below = below

    def __getitem__(self, name: str) -> object:
        return evaluate(self.bound[name], self.below) if name in self.bound else self.below[name]

    def __contains__(self, name: object) -> bool:
        return name in self.bound or name in self.below

    def __iter__(self) -> Iterator[str]:
        yield from self.bound
        yield from (name for name in self.below if name not in self.bound)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class TextExpression(Struct, frozen=True):
    """A template whose value is text."""

    parts: tuple[str | Hole, ...]
    bound: Mapping[str, object]
    taken: frozenset[str]

    def evaluate(self, scope: Scope) -> str:
        """The text. Raises `ScriptError` that names file, line and column."""
        inner = _Layered(self.bound, scope) if self.bound else scope
        texts = [part if isinstance(part, str) else as_text(part.evaluate(inner)) for part in self.parts]
        return str(bounded("".join(texts)))

    def names(self) -> frozenset[str]:
        """The names that it takes from the scope."""
        return self.taken


class ValueExpression(Struct, frozen=True):
    """A template that is one expression and nothing else: its value keeps its type."""

    hole: Hole
    bound: Mapping[str, object]
    taken: frozenset[str]

    def evaluate(self, scope: Scope) -> object:
        """The value, as JSON-like data. Raises `ScriptError` that names file, line and column."""
        return plain(self.hole.evaluate(_Layered(self.bound, scope) if self.bound else scope))

    def names(self) -> frozenset[str]:
        """The names that it takes from the scope."""
        return self.taken


def evaluate(value: object, scope: Scope) -> object:
    """A value with every expression in it replaced by what it gives. Raises `ScriptError`."""
    if isinstance(value, TextExpression | ValueExpression):
        return value.evaluate(scope)
    if isinstance(value, dict):
        return {key: evaluate(one, scope) for key, one in value.items()}
    if isinstance(value, list):
        return [evaluate(one, scope) for one in value]
    return value


def names_in(value: object) -> frozenset[str]:
    """The names that a value takes from the scope; none when it is known at once."""
    if isinstance(value, TextExpression | ValueExpression):
        return value.names()
    if isinstance(value, dict):
        return frozenset[str]().union(*map(names_in, value.values()))
    if isinstance(value, list):
        return frozenset[str]().union(*map(names_in, value))
    return frozenset()


def is_static(value: object) -> bool:
    """Whether a value of the core depends on nothing that happens."""
    if isinstance(value, str):
        return True
    if isinstance(value, dict):
        return all(map(is_static, value.values()))
    if isinstance(value, list):
        return all(map(is_static, value))
    return not isinstance(value, TextExpression | ValueExpression)


def templates_in(value: object) -> Iterator[Template]:
    """All templates in data that was read."""
    if isinstance(value, Template):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from templates_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from templates_in(one)


def bind_text(value: str | Template, bound: Mapping[str, object]) -> object:
    """A text for the core: as it is, folded, or an expression. Raises `ScriptError` when folding fails."""
    if isinstance(value, str):
        return value
    used, taken = _names(value, bound)
    expression = TextExpression(value.parts, used, taken)
    return expression if taken else expression.evaluate(NOTHING)


def bind_value(value: object, bound: Mapping[str, object]) -> object:
    """JSON-like data for the core, with an expression for each template. Raises `ScriptError` when folding fails."""
    if isinstance(value, Template):
        hole = value.whole
        if hole is None:
            return bind_text(value, bound)
        used, taken = _names(value, bound)
        expression = ValueExpression(hole, used, taken)
        return expression if taken else expression.evaluate(NOTHING)
    if isinstance(value, dict):
        return {key: bind_value(one, bound) for key, one in value.items()}
    if isinstance(value, list):
        return [bind_value(one, bound) for one in value]
    return value


def _names(template: Template, bound: Mapping[str, object]) -> tuple[Mapping[str, object], frozenset[str]]:
    """What a template uses of the bound names, and the names that are then left to the scope."""
    roots = template.roots
    if roots.isdisjoint(bound):
        return NOTHING, roots
    used = {name: bound[name] for name in roots if name in bound}
    return used, roots.difference(used).union(*map(names_in, used.values()))
