"""A documentation page, read for testing: its headings, fenced blocks and tables.

Must not know: what stands in the blocks (`transcripts.py`), which tables there should be (the tests).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
_FENCE = re.compile(r"^```(\w*) ?(.*)$")
_MARKER = re.compile(r"^<!-- (.+): (.+) -->$")
_CELL = re.compile(r"(?<!\\)\|")
_HEADING = re.compile(r"^#+ ")
_LINK = re.compile(r"\]\(([^)\s]*)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. line: of its first line of text. under: the heading before it. note: behind the language."""

    line: int
    under: str
    language: str
    note: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.under}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table behind a marker `<!-- kind: subject -->`, without its head; cells as they were written."""

    line: int
    kind: str
    subjects: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Page:
    """One page of the documentation."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines = (DOCS / name).read_text(encoding="utf-8").splitlines()
        self.headings: dict[int, str] = {}
        self.blocks: list[Block] = []
        self.tables: list[Table] = []
        self._read()

    def _read(self) -> None:
        number = 0
        while number < len(self.lines):
            line = self.lines[number]
            if fence := _FENCE.match(line):
                number = self._block(number + 1, *fence.groups())
            elif marker := _MARKER.match(line):
                self._table(number + 1, *marker.groups())
            elif _HEADING.match(line):
                self.headings[number] = line.lstrip("# ")
            number += 1

    def _block(self, start: int, language: str, note: str) -> int:
        end = self.lines.index("```", start)
        assert end > start, f"{self.name}:{start}: an empty block"
        under = next(reversed(self.headings.values()), "")
        self.blocks.append(Block(start + 1, under, language, note, "\n".join(self.lines[start:end]) + "\n"))
        return end

    def _table(self, start: int, kind: str, subjects: str) -> None:
        end = start
        while end < len(self.lines) and self.lines[end].startswith("|"):
            end += 1
        rows = tuple(_cells(line) for line in self.lines[start + 2 : end])
        self.tables.append(Table(start, kind, tuple(subjects.split(", ")), rows))

    def links(self) -> list[str]:
        """The targets of all links outside of fenced blocks."""
        return links(re.sub(r"^```.*?^```$", "", "\n".join(self.lines), flags=re.DOTALL | re.MULTILINE))

    def anchors(self) -> set[str]:
        """What a link can jump to."""
        return set(map(_anchor, self.headings.values()))

    def section(self, link: str) -> str:
        """The text between the heading that a link jumps to and the next one."""
        (start,) = [number for number, text in self.headings.items() if _anchor(text) == link.removeprefix("#")]
        end = next((number for number in self.headings if number > start), len(self.lines))
        return "\n".join(self.lines[start:end])


def _anchor(heading: str) -> str:
    """A heading in small letters, without punctuation, with - for blanks."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().replace("\\|", "|") for cell in _CELL.split(line)[1:-1])


def links(text: str) -> list[str]:
    """The targets of the links in a text."""
    return _LINK.findall(text)


def code(cell: str) -> list[str]:
    """What stands in backticks in a cell."""
    return re.findall(r"`([^`]+)`", cell)
