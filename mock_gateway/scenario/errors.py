"""Mistakes in scenario files, and how they are shown.

Owns: one mistake (where, what, what to do), the exception that carries all of them, the choice of the nearest
valid name. Must not know: YAML, the keys of the language.
Next: `source.py` (where positions come from).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from mock_gateway.core.errors import MockGatewayError
from mock_gateway.core.script import Position


class Mistake(Struct, frozen=True):
    """Something wrong, or only odd, in a scenario.

    position: where; None for a file that cannot be read and for parameters.
    message: what is wrong and what was expected. hint: what to do; may be empty.
    excerpt: the line of the file that the position points into, without its line break.
    """

    position: Position | None
    message: str
    hint: str = ""
    excerpt: str = ""

    def __str__(self) -> str:
        place = f"{self.position}: " if self.position else ""
        lines = [f"{place}{self.message}"]
        if self.excerpt and self.position:
            lines += _pointed(self.excerpt, self.position)
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


_EXCERPT_WIDTH = 100


def _pointed(excerpt: str, position: Position) -> list[str]:
    column = position.column - 1
    start = max(0, column - _EXCERPT_WIDTH // 2) if len(excerpt) > _EXCERPT_WIDTH else 0
    shown = excerpt[start : start + _EXCERPT_WIDTH].replace("\t", " ")
    margin = f"{position.line:>5} | "
    return [margin + shown, " " * (len(margin) - 2) + "| " + " " * (column - start) + "^"]


class ScenarioErrors(MockGatewayError):
    """Scenario files with mistakes; nothing was loaded.

    mistakes: all of them, file by file, in the order of their positions.
    """

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes: tuple[Mistake, ...] = tuple(sorted(mistakes, key=_order))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def _order(mistake: Mistake) -> tuple[str, int, int]:
    place = mistake.position
    return (place.file, place.line, place.column) if place else ("", 0, 0)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The valid name that a wrong one was probably meant to be."""
    # Only a file with a mistake pays for this import.
    from difflib import get_close_matches

    known = {valid.lower(): valid for valid in names}
    close = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return known[close[0]] if close else None


def did_you_mean(name: str, names: Sequence[str]) -> str:
    """A hint with the nearest valid name, or with all of them."""
    close = nearest(name, names)
    if close:
        return f"did you mean `{close}`?"
    return f"there is: {', '.join(names)}" if names else ""
