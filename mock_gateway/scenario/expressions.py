"""The expressions inside `{{ }}`: a small, closed part of Python's grammar, turned into closures.

Owns: what may be written (a table by syntax node: everything else is refused), the roots that an expression uses,
evaluation. Python parses, but nothing is ever compiled or run as Python: there are no calls but filters, and names
that begin with an underscore do not exist.
Must not know: files, where an expression stands (`templates.py`).
"""

from __future__ import annotations

import ast
import keyword
import operator
import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from math import isinf
from typing import Any, NamedTuple

from msgspec import Struct

from mock_gateway.core.errors import ScriptError
from mock_gateway.core.script import Scope
from mock_gateway.scenario.errors import did_you_mean
from mock_gateway.scenario.filters import FILTERS, Filter
from mock_gateway.scenario.values import Unknown, attribute, bounded, item, named

LENGTH_LIMIT = 1000
"""Characters of one expression."""
DEPTH_LIMIT = 30
"""Parts of an expression that may stand inside each other."""

Evaluate = Callable[[Scope], object]


class Use(NamedTuple):
    """A root name that an expression uses, with the attribute taken from it and its place in the expression."""

    name: str
    attribute: str | None
    offset: int


class BadExpression(Exception):
    """An expression that is not allowed. offset: characters from its begin."""

    def __init__(self, message: str, offset: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


class Compiled(Struct, frozen=True):
    """An expression that can be evaluated."""

    evaluate: Evaluate
    uses: tuple[Use, ...]


@lru_cache(1024)
def compile_expression(text: str) -> Compiled:
    """Turn the text between the braces into something to evaluate.

    Most expressions are names with dots, and the same ones come again and again: a server must start quickly.
    Raises `BadExpression`.
    """
    stripped = text.lstrip()
    lead = len(text) - len(stripped)
    stripped = stripped.rstrip().replace("\n", " ")
    if not stripped:
        raise BadExpression("there is no expression between {{ and }}")
    if len(stripped) > LENGTH_LIMIT:
        raise BadExpression(f"the expression has {len(stripped)} characters; the limit is {LENGTH_LIMIT}")
    quick = _quickly(stripped, lead)
    if quick is not None:
        return quick
    builder = _Builder(stripped, lead)
    return Compiled(builder.build(_parsed(stripped, lead)), tuple(builder.uses))


# A name, then keys and indexes, then filters without arguments: what nearly all expressions are.
_QUICK = re.compile(r"([A-Za-z]\w*)((?:\.[A-Za-z]\w*|\[-?(?:0|[1-9]\d{0,8})\]){0,12})((?: *\| *[a-z]+){0,4})", re.ASCII)
_STEP = re.compile(r"\.(\w+)|\[(-?\d+)\]")


def _quickly(text: str, lead: int) -> Compiled | None:
    """The same as by way of the syntax tree, in a fraction of the time; None for everything that is not usual."""
    found = _QUICK.fullmatch(text)
    if found is None:
        return None
    root, path, written = found.groups()
    steps = _STEP.findall(path)
    filters = [FILTERS.get(name.strip()) for name in written.split("|")[1:]]
    if not _RESERVED.isdisjoint([root, *(name for name, _ in steps)]):
        return None
    evaluate, of = _root(root), root
    for name, index in steps:
        evaluate = _taken(evaluate, name, of) if name else _indexed(evaluate, _constant(int(index)), of)
        of += f".{name}" if name else f"[{index}]"
    for one in filters:
        if one is None or one.least:
            return None
        evaluate = _applied(one, evaluate, [])
    return Compiled(evaluate, (Use(root, (steps[0][0] or None) if steps else None, lead),))


def _parsed(text: str, lead: int) -> ast.expr:
    try:
        if not _WARNED_OF.search(text):
            return ast.parse(text, mode="eval").body
        # Python warns its programmers of odd escapes and of numbers that touch a word.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        offset = min(error.offset - 1, len(text)) if error.offset else len(text)
        raise BadExpression("this is no expression", lead + offset, _GRAMMAR) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise BadExpression("this is no expression", lead, _GRAMMAR) from error


_GRAMMAR = 'an expression is made of names, .keys, [indexes], "text", numbers, + == < and or not, if else, | filters'
_WARNED_OF = re.compile(r"\\|\d[A-Za-z_]")
_WORDS = {"true": True, "false": False, "null": None}
_RESERVED = frozenset(keyword.kwlist) | _WORDS.keys()
Test = Callable[[Any, Any], object]
_COMPARE: dict[type[ast.cmpop], Test] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}


class _Builder:
    """Builds the closures of one expression and notes its roots."""

    def __init__(self, text: str, lead: int) -> None:
        self.text = text
        self.lead = lead
        self.depth = 0
        self.uses: list[Use] = []

    def build(self, node: ast.expr) -> Evaluate:
        make = _TABLE.get(type(node))
        if make is None:
            raise self.refused(node, f"{_SPOKEN.get(type(node), 'this')} is not part of the template language")
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise self.refused(node, f"the expression is more than {DEPTH_LIMIT} parts deep")
        built: Evaluate = getattr(self, make)(node)
        self.depth -= 1
        return built

    def refused(self, node: ast.expr, message: str, hint: str = _GRAMMAR) -> BadExpression:
        # Python counts columns in bytes.
        before = self.text.encode()[: node.col_offset].decode(errors="ignore")
        return BadExpression(message, self.lead + len(before), hint)

    def source(self, node: ast.expr) -> str:
        """How a part was written, for messages."""
        return self.text.encode()[node.col_offset : node.end_col_offset].decode(errors="ignore")

    def name(self, node: ast.Name) -> Evaluate:
        if node.id in _WORDS:
            return _constant(_WORDS[node.id])
        self.use(node, None)
        return _root(node.id)

    def use(self, node: ast.Name, taken: str | None) -> None:
        self.visible(node, node.id)
        offset = self.refused(node, "").offset
        self.uses.append(Use(node.id, taken, offset))

    def visible(self, node: ast.expr, name: str) -> None:
        if name.startswith("_"):
            raise self.refused(node, f"the name `{name}` begins with an underscore", "names begin with a letter")

    def attribute(self, node: ast.Attribute) -> Evaluate:
        self.visible(node, node.attr)
        if isinstance(node.value, ast.Name) and node.value.id not in _WORDS:
            self.use(node.value, node.attr)
            value = _root(node.value.id)
        else:
            value = self.build(node.value)
        return _taken(value, node.attr, self.source(node.value))

    def subscript(self, node: ast.Subscript) -> Evaluate:
        value, index = self.build(node.value), self.build(node.slice)
        return _indexed(value, index, self.source(node.value))

    def constant(self, node: ast.Constant) -> Evaluate:
        value = node.value
        if isinstance(value, bool) or value is None:
            raise self.refused(node, f"`{value}` is Python's word", "write true, false or null")
        if not isinstance(value, str | int | float):
            raise self.refused(node, "this is no text and no number")
        if isinstance(value, float) and isinf(value):
            raise self.refused(node, "the number is too large")
        if isinstance(value, str) and any("\ud800" <= one <= "\udfff" for one in value):
            raise self.refused(node, "half a character", "write the character itself")
        return _constant(value)

    def many(self, node: ast.List) -> Evaluate:
        items = [self.build(one) for one in node.elts]
        return lambda scope: bounded([one(scope) for one in items])

    def unary(self, node: ast.UnaryOp) -> Evaluate:
        value = self.build(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda scope: not value(scope)
        if isinstance(node.op, ast.USub):
            return lambda scope: _negative(value(scope))
        raise self.refused(node, "this sign is not part of the template language")

    def both(self, node: ast.BoolOp) -> Evaluate:
        values = [self.build(one) for one in node.values]
        if isinstance(node.op, ast.And):
            return lambda scope: _until(values, scope, stop=False)
        return lambda scope: _until(values, scope, stop=True)

    def binary(self, node: ast.BinOp) -> Evaluate:
        if isinstance(node.op, ast.BitOr):
            return self.filtered(node)
        if not isinstance(node.op, ast.Add):
            raise self.refused(node, "the only arithmetic is `+`")
        left, right = self.build(node.left), self.build(node.right)
        return lambda scope: _added(left(scope), right(scope))

    def compare(self, node: ast.Compare) -> Evaluate:
        values = [self.build(one) for one in (node.left, *node.comparators)]
        tests = [_COMPARE.get(type(one)) for one in node.ops]
        if None in tests:
            raise self.refused(node, "`is` is not part of the template language", "compare with ==")
        steps = [(test, value) for test, value in zip(tests, values[1:], strict=True) if test]
        return lambda scope: _compared(values[0], steps, scope)

    def choice(self, node: ast.IfExp) -> Evaluate:
        test, one, other = self.build(node.test), self.build(node.body), self.build(node.orelse)
        return lambda scope: one(scope) if test(scope) else other(scope)

    def filtered(self, node: ast.BinOp) -> Evaluate:
        name, arguments = self.filter_parts(node.right)
        values = [self.build(one) for one in arguments]
        inner = self.build(node.left)
        if name == "default":
            self.count(node.right, name, len(values), 1, 1)
            return _defaulted(inner, values[0])
        found = FILTERS.get(name)
        if found is None:
            hint = did_you_mean(name, ["default", *FILTERS])
            raise self.refused(node.right, f"there is no filter `{name}`", hint)
        self.count(node.right, name, len(values), found.least, found.most)
        return _applied(found, inner, values)

    def filter_parts(self, node: ast.expr) -> tuple[str, list[ast.expr]]:
        if isinstance(node, ast.Name):
            return node.id, []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return node.func.id, node.args
        raise self.refused(node, "expected a filter after `|`", f"filters are: {', '.join(['default', *FILTERS])}")

    def count(self, node: ast.expr, name: str, found: int, least: int, most: int) -> None:
        if not least <= found <= most:
            allowed = str(least) if least == most else f"{least} or {most}"
            raise self.refused(node, f"`{name}` takes {allowed} arguments, not {found}", "")


def _constant(value: object) -> Evaluate:
    return lambda _: value


def _root(name: str) -> Evaluate:
    def evaluate(scope: Scope) -> object:
        if name in scope:
            return scope[name]
        raise Unknown(f"`{name}` is not known here; there is: {', '.join(scope)}")

    return evaluate


def _taken(value: Evaluate, name: str, of: str) -> Evaluate:
    return lambda scope: attribute(value(scope), name, of)


def _indexed(value: Evaluate, index: Evaluate, of: str) -> Evaluate:
    return lambda scope: item(value(scope), index(scope), of)


def _negative(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScriptError(f"the sign - needs a number, not {named(value)}")
    return -value


def _added(left: Any, right: Any) -> object:
    if isinstance(left, str) and isinstance(right, str):
        return bounded(left + right)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return bounded([*left, *right])
    if all(isinstance(one, int | float) and not isinstance(one, bool) for one in (left, right)):
        added: object = left + right
        return added
    raise ScriptError(f"cannot add {named(left)} and {named(right)}")


def _until(values: list[Evaluate], scope: Scope, *, stop: bool) -> object:
    found: object = None
    for value in values:
        found = value(scope)
        if bool(found) is stop:
            break
    return found


def _compared(first: Evaluate, steps: list[tuple[Test, Evaluate]], scope: Scope) -> bool:
    left = first(scope)
    for test, value in steps:
        right = value(scope)
        try:
            if not test(left, right):
                return False
        except TypeError as error:
            raise ScriptError(f"cannot compare {named(left)} with {named(right)}") from error
        left = right
    return True


def _defaulted(inner: Evaluate, fallback: Evaluate) -> Evaluate:
    def evaluate(scope: Scope) -> object:
        try:
            found = inner(scope)
        except Unknown:
            found = None
        return fallback(scope) if found is None else found

    return evaluate


def _applied(found: Filter, inner: Evaluate, values: list[Evaluate]) -> Evaluate:
    if not values:
        return lambda scope: bounded(found.apply(inner(scope)))
    return lambda scope: bounded(found.apply(inner(scope), *[value(scope) for value in values]))


_TABLE: dict[type[ast.expr], str] = {
    ast.Name: "name",
    ast.Attribute: "attribute",
    ast.Subscript: "subscript",
    ast.Constant: "constant",
    ast.List: "many",
    ast.UnaryOp: "unary",
    ast.BoolOp: "both",
    ast.BinOp: "binary",
    ast.Compare: "compare",
    ast.IfExp: "choice",
}
_SPOKEN: dict[type[ast.expr], str] = {
    ast.Call: "a call",
    ast.Lambda: "a function",
    ast.JoinedStr: "an f-string",
    ast.Dict: "a mapping",
    ast.Tuple: "a comma",
    ast.NamedExpr: "an assignment",
    ast.Slice: "a slice",
    ast.Starred: "a star",
    ast.ListComp: "a loop",
    ast.GeneratorExp: "a loop",
}
