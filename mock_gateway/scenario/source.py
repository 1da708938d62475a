"""From the bytes of a scenario file to nodes that know their line and column.

Owns: reading a file, the YAML that is allowed (1.2 core values, one document, aliases within a budget) and the
message for YAML that is not. Values are found by the rules of YAML 1.2: `yes`, `on` and dates are text.
Must not know: the keys of the language (`language.py`), what a node means (`shape.py`).
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import yaml

from mock_gateway.core.script import Position
from mock_gateway.scenario.complaints import explain_yaml
from mock_gateway.scenario.errors import Mistake, ScenarioErrors

EventParser: Any = import_module("yaml.cyaml").CParser if yaml.__with_libyaml__ else yaml.SafeLoader
"""libyaml where PyYAML was built with it; else PyYAML's own parser, many times slower and stricter about `?`."""
SIZE_LIMIT = 2 * 1024 * 1024
"""Bytes that a scenario file may have."""
_USUAL = 32 * 1024  # more than nearly all files have: room for two MB is not made for each of them
DEPTH_LIMIT = 100
"""Lists and mappings that may stand inside each other."""
ALIAS_BUDGET = 20_000
"""Nodes that all aliases of a file may stand for together."""

Kind = Literal["null", "boolean", "integer", "number", "text", "list", "mapping"]


class Source:
    """The text of one file under the name that positions show."""

    __slots__ = ("_lines", "name", "text")

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self._lines: list[str] | None = None

    def line(self, number: int) -> str:
        """A line by its number from 1; empty when there is none."""
        if self._lines is None:
            self._lines = self.text.splitlines()
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def mistake(self, line: int, column: int, message: str, hint: str = "") -> Mistake:
        """A mistake at a line and a column, both from 1."""
        return Mistake(Position(self.name, line, column), message, hint, self.line(line))

    def place(self, index: int) -> tuple[int, int]:
        """Line and column, from 1, of a character."""
        before = self.text[:index]
        return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


_NO_KEYS: dict[str, Any] = {}


class Node:
    """One value of the file.

    value: a scalar, a list of nodes or a dict of nodes by key. keys: the parser's mark of each key.
    begin, finish: the parser's marks; only mistakes and templates look at them, so they stay as they are.
    size: nodes that it consists of, those behind aliases counted each time.
    """

    __slots__ = ("begin", "finish", "keys", "kind", "size", "source", "value")

    def __init__(self, source: Source, kind: Kind, value: Any, begin: Any, finish: Any) -> None:
        self.source = source
        self.kind = kind
        self.value = value
        self.begin = begin
        self.finish = finish
        self.size = 1
        self.keys = _NO_KEYS

    @property
    def line(self) -> int:
        """The line that it begins in, from 1."""
        return int(self.begin.line) + 1

    @property
    def column(self) -> int:
        """The column that it begins in, from 1."""
        return int(self.begin.column) + 1

    @property
    def start(self) -> int:
        """Where it begins in the text of its source."""
        return int(self.begin.index)

    @property
    def end(self) -> int:
        """Where it ends in the text of its source."""
        return int(self.finish.index)

    @property
    def position(self) -> Position:
        """Where the value begins."""
        return Position(self.source.name, self.line, self.column)

    def mistake(self, message: str, hint: str = "") -> Mistake:
        """A mistake at the begin of the value."""
        return self.source.mistake(self.line, self.column, message, hint)

    def key_mistake(self, key: str, message: str, hint: str = "") -> Mistake:
        """A mistake at one of the keys of a mapping."""
        mark = self.keys[key]
        return self.source.mistake(mark.line + 1, mark.column + 1, message, hint)

    def __str__(self) -> str:
        """What is found here, for a message."""
        match self.kind:
            case "null":
                return "nothing"
            case "boolean":
                return f"`{str(self.value).lower()}`"
            case "integer" | "number":
                return f"the number {self.source.text[self.start : self.end].strip()}"
            case "text":
                short = self.value if len(self.value) <= 40 else self.value[:37] + "..."
                return f'the text "{short}"'
            case _:
                return f"a {self.kind}"


def read_source(path: Path, name: str | None = None) -> Source:
    """Read a scenario file.

    name: what positions show; by default the path, relative to the working directory where that is shorter.
    Raises `ScenarioErrors` when the file is missing, unreadable, too large or not UTF-8.
    """
    shown = name or shown_path(path)
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # half the time of Path.open, for each file at each start
            content = file.read(_USUAL)
            if len(content) == _USUAL:
                content += file.read(SIZE_LIMIT + 1 - _USUAL)
    except OSError as error:
        raise _unread(shown, f"the file cannot be read: {(error.strerror or str(error)).lower()}") from error
    if len(content) > SIZE_LIMIT:
        raise _unread(shown, f"the file is larger than {SIZE_LIMIT // 1024 // 1024} MB", "split it with `include`")
    try:
        return Source(_unix_lines(content.decode("utf-8-sig")), shown)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"byte {content[error.start]:#04x} is not UTF-8; scenario files are UTF-8 text"
        raise ScenarioErrors([Mistake(Position(shown, line, column), message, "save the file as UTF-8")]) from error


def _unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _unread(shown: str, message: str, hint: str = "") -> ScenarioErrors:
    return ScenarioErrors([Mistake(None, f"{shown}: {message}", hint)])


def shown_path(path: Path) -> str:
    """A path as messages show it: relative to the working directory where that is shorter."""
    absolute = str(path)
    if not path.is_absolute():
        return absolute
    here = os.path.join(os.getcwd(), "")  # noqa: PTH109, PTH118  # for each file at each start: what is quick
    if absolute.startswith(here):
        return absolute[len(here) :]
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return absolute
    return relative if len(relative) < len(absolute) else absolute


def compose(source: Source) -> Node:
    """The root node of a file.

    Raises `ScenarioErrors` when it is not one YAML document within the limits; all doubled keys are reported together.
    """
    composer = _Composer(source)
    root = composer.compose()
    if composer.mistakes:
        raise ScenarioErrors(composer.mistakes)
    return root


class _Composer:
    """Builds nodes from YAML events, within the limits."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.mistakes: list[Mistake] = []
        self.anchors: dict[str, Node | None] = {}
        self.aliased = 0

    def compose(self) -> Node:
        text = self.source.text
        try:
            self.next: Callable[[], Any] = EventParser(text).get_event
            self.next()  # the stream begins
            if not isinstance(self.next(), yaml.DocumentStartEvent):
                raise self._stop(1, 1, "the file is empty; expected a mapping with the key `agent`")
            root = self._node(self.next(), 0)
            self.next()  # the document ends
            extra = self.next()
            if isinstance(extra, yaml.DocumentStartEvent):
                raise self._at(extra, "a second document begins here; expected one in a file", "one file is one agent")
            return root
        except yaml.MarkedYAMLError as error:
            raise ScenarioErrors([explain_yaml(error, self.source.name, text)]) from error
        except (yaml.reader.ReaderError, UnicodeEncodeError) as error:
            raise self._unprintable() from error

    def _stop(self, line: int, column: int, message: str, hint: str = "") -> ScenarioErrors:
        return ScenarioErrors([*self.mistakes, self.source.mistake(line, column, message, hint)])

    def _at(self, event: Any, message: str, hint: str = "") -> ScenarioErrors:
        mark = event.start_mark
        return self._stop(mark.line + 1, mark.column + 1, message, hint)

    def _unprintable(self) -> ScenarioErrors:
        found = yaml.reader.Reader.NON_PRINTABLE.search(self.source.text)
        line, column = self.source.place(found.start() if found else 0)
        name = f"U+{ord(found.group()):04X}" if found else "a character"
        hint = 'write it as an escape in double quotes, such as "\\u0007"'
        return self._stop(line, column, f"{name} is not printable; YAML is made of printable characters", hint)

    def _node(self, event: Any, depth: int) -> Node:
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(event)
        if event.tag is not None:
            hint = "leave the tag out; quote a value to make it text"
            raise self._at(event, f"the tag {event.tag.replace('tag:yaml.org,2002:', '!!')} is not used here", hint)
        if depth > DEPTH_LIMIT:
            raise self._at(event, f"lists and mappings stand more than {DEPTH_LIMIT} deep inside each other")
        if event.anchor:
            self.anchors[event.anchor] = None
        if kind is yaml.ScalarEvent:
            node = self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            node = self._mapping(event, depth)
        else:
            node = self._sequence(event, depth)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self.anchors:
            hint = "if text that begins with * is meant, put it in quotes"
            raise self._at(event, f"there is no anchor &{event.anchor} before this alias", hint)
        node = self.anchors[event.anchor]
        if node is None:
            raise self._at(event, f"the alias *{event.anchor} stands inside the value that it repeats")
        self.aliased += node.size
        if self.aliased > ALIAS_BUDGET:
            hint = "write repeated scripts as `fragments`"
            raise self._at(event, f"the aliases of this file stand for more than {ALIAS_BUDGET} values", hint)
        return node

    def _scalar(self, event: Any) -> Node:
        text = event.value
        kind: Kind = "text"
        value: object = text
        if event.implicit[0] and (text in _WORDS or text[0] in "+-.0123456789"):
            kind, value = self._plain(event, text)
        return Node(self.source, kind, value, event.start_mark, event.end_mark)

    def _plain(self, event: Any, text: str) -> tuple[Kind, object]:
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            if len(text) > 40:
                raise self._at(event, "the number has more than 40 digits", "put it in quotes to make it text")
            return "integer", int(text, 0) if text[:2] in ("0x", "0o") else int(text)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if math.isinf(number):
                raise self._at(event, f"the number {text} is too large", "put it in quotes to make it text")
            return "number", number
        if _NOT_FINITE.fullmatch(text):
            raise self._at(event, f"{text} is no number that JSON can carry", "put it in quotes to make it text")
        return "text", text

    def _sequence(self, event: Any, depth: int) -> Node:
        items: list[Node] = []
        size = 1
        following: Any = self.next()
        while type(following) is not _SEQUENCE_END:
            item = self._node(following, depth + 1)
            size += item.size
            items.append(item)
            following = self.next()
        node = Node(self.source, "list", items, event.start_mark, following.end_mark)
        node.size = size
        return node

    def _mapping(self, event: Any, depth: int) -> Node:
        keys: dict[str, Any] = {}
        values: dict[str, Node] = {}
        size = 1
        following: Any = self.next()
        while type(following) is not _MAPPING_END:
            key = self._key(following)
            mark = following.start_mark
            value = self._node(self.next(), depth + 1)
            size += value.size
            if key in keys:
                message = f"the key `{key}` is here a second time; first in line {keys[key].line + 1}"
                self.mistakes.append(self.source.mistake(mark.line + 1, mark.column + 1, message))
            else:
                keys[key] = mark
                values[key] = value
            following = self.next()
        node = Node(self.source, "mapping", values, event.start_mark, following.end_mark)
        node.keys = keys
        node.size = size
        return node

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._at(event, "a key must be text", _key_hint(self.source, event))
        if event.tag is not None or event.anchor:
            raise self._at(event, "a key has no tag and no anchor")
        if event.value == "<<" and event.implicit[0]:
            raise self._at(event, "merge keys (<<) are not part of YAML 1.2", "write what is shared as `fragments`")
        return str(event.value)


def _key_hint(source: Source, event: Any) -> str:
    index = event.start_mark.index
    if source.text[index - 1 : index + 1] == "{{":
        return 'a value with {{ }} needs quotes: "{{ ... }}"'
    return "quote it"


_SEQUENCE_END: Any = yaml.SequenceEndEvent
_MAPPING_END: Any = yaml.MappingEndEvent
_WORDS: dict[str, tuple[Kind, object]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), ("null", None)),
    **dict.fromkeys(("true", "True", "TRUE"), ("boolean", True)),
    **dict.fromkeys(("false", "False", "FALSE"), ("boolean", False)),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
