"""Conditions: what stands behind `when`, as small values that are put together.

Owns: the tests of one property each, all-of and any-of, and the words in which a condition tells what it asks for and
why it does not fit. Each implements `core.script.ConditionPart`.
Must not know: YAML, the keys of the language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Literal

from msgspec import Struct

from mock_gateway.core.script import NOTHING, ConditionPart, File, Incoming

Captures = Mapping[str, object]


def _quoted(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + '..."'


REGEX_SEES = 10_000
"""Characters of a text that a regular expression sees: the time for many grows with the square of that."""


class TextTest(Struct, frozen=True):
    """A test of one text. how: `contains` (case ignored), `equals` or `regex` (searched). written: as in the file."""

    how: Literal["contains", "equals", "regex"]
    written: str
    pattern: re.Pattern[str] | None = None

    def match(self, text: str) -> Captures | None:
        """The named groups when the text fits."""
        if self.pattern is not None:
            found = self.pattern.search(text, 0, REGEX_SEES)
            return found.groupdict() if found else None
        if self.how == "equals":
            return NOTHING if text == self.written else None
        return NOTHING if self.written.casefold() in text.casefold() else None

    @property
    def groups(self) -> frozenset[str]:
        """The names that it captures."""
        return frozenset(self.pattern.groupindex) if self.pattern else frozenset()

    def __str__(self) -> str:
        match self.how:
            case "contains":
                return f"contains {_quoted(self.written)}"
            case "equals":
                return f"is {_quoted(self.written)}"
            case _:
                return f"matches {self.written}"


Property = Literal["message", "tool", "reason", "answer"]
_SUBJECT: dict[Property, tuple[str, str]] = {
    "message": ("text", "the message"),
    "tool": ("tool", "the tool"),
    "reason": ("reason", "the reason"),
    "answer": ("answer", "the answer"),
}


class TextFits(Struct, frozen=True):
    """One of several tests fits one of the texts that came in."""

    of: Property
    tests: tuple[TextTest, ...]

    def match(self, incoming: Incoming) -> Captures | None:
        """The named groups of the first test that fits."""
        if self.of == "message" and incoming.kind != "message":
            return None
        text: str = getattr(incoming, _SUBJECT[self.of][0])
        for test in self.tests:
            found = test.match(text)
            if found is not None:
                return found
        return None

    def describe(self) -> str:
        """What it asks for."""
        return f"{_SUBJECT[self.of][1]} {' or '.join(map(str, self.tests))}"

    def explain(self, incoming: Incoming) -> str:
        """Why it does not fit."""
        if self.match(incoming) is not None:
            return ""
        if self.of == "message" and incoming.kind != "message":
            return "no message came in"
        attribute, subject = _SUBJECT[self.of]
        return f"{subject} is {_quoted(getattr(incoming, attribute))}; wanted: {self.describe()}"


class FileTest(Struct, frozen=True):
    """A test of one file. name, mime: shell patterns, case ignored; over, under: bytes."""

    name: str | None = None
    mime: str | None = None
    over: float | None = None
    under: float | None = None

    def fits(self, file: File) -> bool:
        """Whether a file passes."""
        return (
            (self.name is None or fnmatchcase(file.name.lower(), self.name.lower()))
            and (self.mime is None or fnmatchcase(file.mime.lower(), self.mime.lower()))
            and (self.over is None or file.size > self.over)
            and (self.under is None or file.size < self.under)
        )

    def __str__(self) -> str:
        parts = [
            f"named {self.name}" if self.name else "",
            f"of type {self.mime}" if self.mime else "",
            f"over {self.over:g} bytes" if self.over is not None else "",
            f"under {self.under:g} bytes" if self.under is not None else "",
        ]
        return " ".join(["a file", *filter(None, parts)])


class FileFits(Struct, frozen=True):
    """Any file passes any of the tests."""

    tests: tuple[FileTest, ...]

    def match(self, incoming: Incoming) -> Captures | None:
        """Nothing is captured."""
        return NOTHING if any(test.fits(file) for file in incoming.files for test in self.tests) else None

    def describe(self) -> str:
        """What it asks for."""
        return f"there is {' or '.join(map(str, self.tests))}"

    def explain(self, incoming: Incoming) -> str:
        """Why it does not fit."""
        if self.match(incoming) is not None:
            return ""
        there = ", ".join(f"{file.name} ({file.mime}, {file.size} bytes)" for file in incoming.files)
        return f"wanted: {self.describe()}; {f'there is: {there}' if there else 'there is no file'}"


Count = Literal["turn", "visit", "files"]
_COUNTED: dict[Count, str] = {"turn": "turn", "visit": "visit", "files": "number of files"}


class CountFits(Struct, frozen=True):
    """A number that came in is one of those wanted."""

    of: Count
    wanted: tuple[int, ...]

    def _found(self, incoming: Incoming) -> int:
        return len(incoming.files) if self.of == "files" else int(getattr(incoming, self.of))

    def match(self, incoming: Incoming) -> Captures | None:
        """Nothing is captured."""
        return NOTHING if self._found(incoming) in self.wanted else None

    def describe(self) -> str:
        """What it asks for."""
        return f"the {_COUNTED[self.of]} is {' or '.join(map(str, self.wanted))}"

    def explain(self, incoming: Incoming) -> str:
        """Why it does not fit."""
        found = self._found(incoming)
        return "" if found in self.wanted else f"the {_COUNTED[self.of]} is {found}; wanted: {self.describe()}"


class StateFits(Struct, frozen=True):
    """A name of the state has a value."""

    name: str
    wanted: object

    def match(self, incoming: Incoming) -> Captures | None:
        """Nothing is captured."""
        missing = self.name not in incoming.state
        return None if missing or not same(incoming.state[self.name], self.wanted) else NOTHING

    def describe(self) -> str:
        """What it asks for."""
        return f"the state {self.name} is {_quoted(self.wanted)}"

    def explain(self, incoming: Incoming) -> str:
        """Why it does not fit."""
        if self.match(incoming) is not None:
            return ""
        if self.name not in incoming.state:
            return f"there is no state {self.name}; wanted: {self.describe()}"
        return f"the state {self.name} is {_quoted(incoming.state[self.name])}; wanted: {self.describe()}"


def same(one: object, other: object) -> bool:
    """Equality as in JSON: `true` is not 1, at any depth."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other and isinstance(one, bool) == isinstance(other, bool)


class ResumeFits(Struct, frozen=True):
    """A turn without input, after an authorisation."""

    def match(self, incoming: Incoming) -> Captures | None:
        """Nothing is captured."""
        return NOTHING if incoming.kind == "resume" else None

    def describe(self) -> str:
        """What it asks for."""
        return "the turn resumes without input"

    def explain(self, incoming: Incoming) -> str:
        """Why it does not fit."""
        return "" if incoming.kind == "resume" else f"the turn has input; wanted: {self.describe()}"


class AllOf(Struct, frozen=True):
    """Every part fits; captures are put together. What asks for no resumed turn is not for one."""

    parts: tuple[ConditionPart, ...]

    def match(self, incoming: Incoming) -> Captures | None:
        """The captures of all parts."""
        return None if self._strange(incoming) else _together(self.parts, incoming)

    def counts_visit(self, incoming: Incoming) -> bool:
        """Whether it asks for a number of visits, and everything else in it fits."""
        others = [part for part in self.parts if not (isinstance(part, CountFits) and part.of == "visit")]
        return len(others) < len(self.parts) and not self._strange(incoming) and _together(others, incoming) is not None

    def _strange(self, incoming: Incoming) -> bool:
        return incoming.kind == "resume" and not any(isinstance(part, ResumeFits) for part in self.parts)

    def describe(self) -> str:
        """What it asks for."""
        return " and ".join(part.describe() for part in self.parts)

    def explain(self, incoming: Incoming) -> str:
        """Why the parts that do not fit do not."""
        if self._strange(incoming):
            return f"the turn has no input; wanted: {self.describe()}"
        return "; ".join(filter(None, (part.explain(incoming) for part in self.parts)))


def _together(parts: Iterable[ConditionPart], incoming: Incoming) -> Captures | None:
    captures: dict[str, object] = {}
    for part in parts:
        found = part.match(incoming)
        if found is None:
            return None
        captures.update(found)
    return captures


def texts_in(when: ConditionPart | None) -> Iterator[TextTest]:
    """All tests of texts in a condition."""
    for part in when.parts if isinstance(when, AllOf) else ():
        if isinstance(part, TextFits):
            yield from part.tests
