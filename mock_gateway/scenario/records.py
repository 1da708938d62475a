"""Shapes of lists and mappings, and of values that may be one thing or another.

Owns: records with a table of keys, lists, maps, alternatives by kind of node and by which key is there.
One table of keys gives the reader, the JSON Schema and the reference page.
Must not know: which keys the language has (`language.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from mock_gateway.scenario.errors import Mistake, did_you_mean, nearest
from mock_gateway.scenario.shape import BAD, Choice, Schema, Shape, one_of
from mock_gateway.scenario.source import Kind, Node, Source, compose


class Record:
    """A mapping that was read: its values by key, and where they stand."""

    __slots__ = ("node", "values")

    def __init__(self, node: Node, values: dict[str, Any]) -> None:
        self.node = node
        self.values = values

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or the default."""
        return self.values.get(key, default)

    def mistake(self, message: str, hint: str = "", *, key: str | None = None) -> Mistake:
        """A mistake at the mapping, or at one of its keys."""
        if key is None:
            return self.node.mistake(message, hint)
        return self.node.key_mistake(key, message, hint)


class Key(Struct, frozen=True):
    """One key of a record.

    says: what it does, in one sentence. example: a value, as YAML. tried: words that people write instead.
    """

    shape: Shape
    says: str
    example: str
    required: bool = False
    tried: tuple[str, ...] = ()


class Fields(Shape):
    """A mapping with known keys; reads to a `Record`.

    name: of the definition in the schema and of the section in the reference. says: what it is for.
    exclusive: groups of keys of which at most one may be there. needs: a key to the key that must be there too.
    any_of: at least one of these must be there. nothing: an empty value counts as no keys.
    elsewhere: keys that similar records have and this one has not, and what to do instead.
    """

    def __init__(
        self,
        name: str,
        says: str,
        keys: Mapping[str, Key],
        *,
        exclusive: Sequence[Sequence[str]] = (),
        needs: Mapping[str, str] | None = None,
        any_of: Sequence[str] = (),
        nothing: bool = False,
        elsewhere: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.says = says
        self.keys = keys
        self.exclusive = exclusive
        self.needs = needs or {}
        self.any_of = any_of
        self.elsewhere = elsewhere or {}
        self._some = frozenset(any_of)
        self._rivals = frozenset(key for group in exclusive for key in group)
        self.kinds: tuple[Kind, ...] = ("mapping", "null") if nothing else ("mapping",)
        self.required = tuple(key for key, entry in keys.items() if entry.required)
        shown = self.required or tuple(keys)[:6]
        self.expected = f"a mapping with {', '.join(shown)}{', ...' if len(keys) > len(shown) else ''}"

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind == "null" and "null" in self.kinds:
            return Record(node, {})
        if node.kind != "mapping":
            return self.refuse(node, label, mistakes)
        before = len(mistakes)
        values: dict[str, Any] = {}
        meant: list[str] = []
        for key, value in node.value.items():
            entry = self.keys.get(key)
            if entry is None:
                meant.append(self._unknown(node, key, mistakes))
            else:
                values[key] = entry.shape.read(value, key, mistakes)
        self._check(node, label, meant, mistakes)
        return Record(node, values) if len(mistakes) == before else BAD

    def _unknown(self, node: Node, key: str, mistakes: list[Mistake]) -> str:
        if key in self.elsewhere:
            mistakes.append(node.key_mistake(key, f"a {self.name} has no `{key}`", self.elsewhere[key]))
            return ""
        tried = (valid for valid, entry in self.keys.items() if key in entry.tried)
        meant = next(tried, None) or nearest(key, self.keys)
        hint = f"did you mean `{meant}`?" if meant else f"there is: {', '.join(self.keys)}"
        mistakes.append(node.key_mistake(key, f"unknown key `{key}` in {self.name}", hint))
        return meant or ""

    def _check(self, node: Node, label: str, meant: list[str], mistakes: list[Mistake]) -> None:
        """What must be there and what must not be there together. meant: keys that are there under a wrong name."""
        there = node.value
        before = len(mistakes)
        for key in self.required:
            if key not in there and key not in meant:
                hint = f"for example `{key}: {self.keys[key].example}`"
                mistakes.append(node.mistake(f"`{key}` is missing in {self.name}", hint))
        if self._rivals and len(self._rivals & there.keys()) > 1:
            self._check_exclusive(node, mistakes)
        for key, other in self.needs.items():
            if key in there and other not in there:
                mistakes.append(node.key_mistake(key, f"`{key}` means something only together with `{other}`"))
        if self.any_of and self._some.isdisjoint(there) and not meant and len(mistakes) == before:
            message = f"`{label}`: a {self.name} needs at least one of {', '.join(self.any_of)}"
            mistakes.append(node.mistake(message))

    def _check_exclusive(self, node: Node, mistakes: list[Mistake]) -> None:
        for group in self.exclusive:
            found = [key for key in group if key in node.value]
            if len(found) > 1:
                mistakes.append(node.key_mistake(found[1], f"`{found[1]}` and `{found[0]}` exclude each other"))

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        ref = self.name.replace(" ", "_")
        if ref not in definitions:
            definitions[ref] = {}  # a record may hold itself: the place is taken before its keys are described
            definitions[ref] = self._definition(definitions)
        return {"$ref": f"#/$defs/{self.name.replace(' ', '_')}"}

    def _definition(self, definitions: dict[str, Schema]) -> Schema:
        properties = {key: _described(entry, definitions) for key, entry in self.keys.items()}
        found: Schema = {"type": list(self.kinds)} if len(self.kinds) > 1 else {"type": "object"}
        if "null" in self.kinds:
            found = {"type": ["object", "null"]}
        found |= {"description": self.says, "properties": properties, "additionalProperties": False}
        if self.required:
            found["required"] = list(self.required)
        if self.needs:
            found["dependentRequired"] = {key: [other] for key, other in self.needs.items()}
        if self.any_of:
            found["anyOf"] = [{"required": [key]} for key in self.any_of]
        pairs = [pair for group in self.exclusive for pair in _pairs(group)]
        if pairs:
            found["not"] = {"anyOf": [{"required": list(pair)} for pair in pairs]}
        return found


def _pairs(group: Sequence[str]) -> Iterable[tuple[str, str]]:
    return ((one, other) for index, one in enumerate(group) for other in group[index + 1 :])


def example(entry: Key) -> object:
    """The example of a key as data."""
    return as_data(compose(Source(entry.example, "example")))


def as_data(node: Node) -> object:
    """A node as plain data."""
    if node.kind == "list":
        return [as_data(item) for item in node.value]
    if node.kind == "mapping":
        return {key: as_data(value) for key, value in node.value.items()}
    value: object = node.value
    return value


def _described(entry: Key, definitions: dict[str, Schema]) -> Schema:
    # Beside a `$ref`, the description belongs to the key and the definition keeps its own.
    return {"description": entry.says, "examples": [example(entry)], **entry.shape.schema(definitions)}


class ListOf(Shape):
    """A list; reads to a tuple."""

    kinds: tuple[Kind, ...] = ("list",)

    def __init__(self, item: Shape, *, least: int = 0, most: int | None = None) -> None:
        self.item = item
        self.least = least
        self.most = most
        self.expected = f"a list, each of its items {item.expected}"

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind != "list":
            return self.refuse(node, label, mistakes)
        if len(node.value) < self.least or (self.most is not None and len(node.value) > self.most):
            wanted = self.least if self.least == self.most else f"at least {self.least}"
            mistakes.append(node.mistake(f"`{label}`: expected {wanted} items, found {len(node.value)}"))
            return BAD
        before = len(mistakes)
        items = tuple([self.item.read(item, label, mistakes) for item in node.value])
        return items if len(mistakes) == before else BAD

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        found: Schema = {"type": "array", "items": self.item.schema(definitions)}
        if self.least:
            found["minItems"] = self.least
        return found if self.most is None else {**found, "maxItems": self.most}


class OneOrMany(Shape):
    """One item, or a list of at least one; reads to a tuple."""

    def __init__(self, item: Shape) -> None:
        self.item = item
        self.many = ListOf(item, least=1)
        self.kinds: tuple[Kind, ...] = (*item.kinds, "list")
        self.expected = f"{item.expected}, or a list of them"

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind == "list":
            return self.many.read(node, label, mistakes)
        if node.kind not in self.item.kinds:
            return self.refuse(node, label, mistakes)
        item = self.item.read(node, label, mistakes)
        return BAD if item is BAD else (item,)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        return {"anyOf": [self.item.schema(definitions), self.many.schema(definitions)]}


class MapOf(Shape):
    """A mapping with free keys; reads to a `Record`."""

    kinds: tuple[Kind, ...] = ("mapping",)

    def __init__(self, item: Shape, named: str) -> None:
        self.item = item
        self.expected = f"a mapping of {named}"

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind != "mapping":
            return self.refuse(node, label, mistakes)
        before = len(mistakes)
        values = {key: self.item.read(value, key, mistakes) for key, value in node.value.items()}
        return Record(node, values) if len(mistakes) == before else BAD

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        return {"type": "object", "additionalProperties": self.item.schema(definitions)}


class Either(Shape):
    """One of several shapes, chosen by the kind of the node; no two take the same kind."""

    def __init__(self, *shapes: Shape) -> None:
        self.shapes = shapes
        self.table: dict[Kind, Shape] = {kind: shape for shape in shapes for kind in shape.kinds}
        self.kinds: tuple[Kind, ...] = tuple(self.table)
        self.expected = " or ".join(shape.expected for shape in shapes)

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        shape = self.table.get(node.kind)
        if shape is None or (isinstance(shape, Choice) and node.value not in shape.words):
            return self.refuse(node, label, mistakes, shape.close(node) if isinstance(shape, Choice) else "")
        return shape.read(node, label, mistakes)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        return {"anyOf": [shape.schema(definitions) for shape in self.shapes]}


class KeyedBy(Shape):
    """One of several records, chosen by the one key that only it has."""

    kinds: tuple[Kind, ...] = ("mapping",)

    def __init__(self, records: Mapping[str, Fields]) -> None:
        self.records = records
        self.expected = f"a mapping with {one_of(list(records))}"

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind != "mapping":
            return self.refuse(node, label, mistakes)
        found = [key for key in node.value if key in self.records]
        if len(found) == 1:
            return self.records[found[0]].read(node, label, mistakes)
        if found:
            mistakes.append(node.key_mistake(found[1], f"`{found[1]}` and `{found[0]}` exclude each other"))
        else:
            mistakes.append(self._none(node, label))
        return BAD

    def _none(self, node: Node, label: str) -> Mistake:
        names = list(self.records)
        for key in node.value:
            for name, record in self.records.items():
                if key in record.keys[name].tried:
                    return node.key_mistake(key, f"unknown key `{key}` in `{label}`", f"did you mean `{name}`?")
        hint = next((hint for key in node.value if "did" in (hint := did_you_mean(key, names))), "")
        return node.mistake(f"`{label}`: expected {self.expected}", hint)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        return {"oneOf": [record.schema(definitions) for record in self.records.values()]}


class Later(Shape):
    """A shape that is defined further down, for what can hold itself."""

    def __init__(self, shape: Callable[[], Shape], expected: str, kinds: tuple[Kind, ...]) -> None:
        self.shape = shape
        self.expected = expected
        self.kinds = kinds

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        return self.shape().read(node, label, mistakes)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        return self.shape().schema(definitions)
