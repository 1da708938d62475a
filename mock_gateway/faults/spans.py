"""Where in the bytes of a JSON text something stands: a field, a character of a text, places to break lines.

Owns: walking over JSON without changing it. Must not know: events, frames.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_BLANK = re.compile(rb"[ \t\r\n]*")
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_PLAIN = re.compile(rb'[^,\]}"\s]+')
_CHARACTER = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[\xc2-\xf4][\x80-\xbf]+|.",
    re.DOTALL,
)
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|.', re.DOTALL)

Span = tuple[int, int]


def path_of(field: str) -> list[str]:
    """The parts of a dotted field."""
    return field.split(".")


def find(data: bytes, path: Sequence[str]) -> Span | None:
    """Where the value of a field begins and ends; None when there is no such field."""
    place = _skip(data, 0)
    for name in path:
        inner = next((start for key, start in _members(data, place) if key == name), None)
        if inner is None:
            return None
        place = inner
    end = _end(data, place)
    return None if end is None else (place, end)


def character(data: bytes, span: Span, number: int) -> Span | None:
    """Where a character of a text stands, counted from 1; an escape is one character, whatever its length."""
    start, end = span
    if data[start : start + 1] != b'"':
        return None
    for found in _CHARACTER.finditer(data, start + 1, end - 1):
        number -= 1
        if number == 0:
            return found.span()
    return None


def breaks(data: bytes) -> list[int]:
    """Places at which a line break changes nothing: behind every comma between two parts."""
    return [found.end() for found in _TOKEN.finditer(data) if found[0] == b","]


def _skip(data: bytes, place: int) -> int:
    found = _BLANK.match(data, place)
    return place if found is None else found.end()


def _members(data: bytes, place: int) -> Iterator[tuple[str, int]]:
    """The fields of an object, or the items of a list, with the places of their values."""
    opening = data[place : place + 1]
    if opening not in (b"{", b"["):
        return
    index, place = 0, _skip(data, place + 1)
    while place < len(data) and data[place : place + 1] not in (b"}", b"]"):
        key = str(index)
        if opening == b"{":
            found = _TEXT.match(data, place)
            if found is None:
                return
            key = found[0][1:-1].decode("utf-8", "replace")
            place = _skip(data, _skip(data, found.end()) + 1)
        yield key, place
        end = _end(data, place)
        if end is None:
            return
        place = _skip(data, end)
        if data[place : place + 1] == b",":
            place = _skip(data, place + 1)
        index += 1


def _end(data: bytes, place: int) -> int | None:
    """Where the value that begins at a place ends."""
    opening = data[place : place + 1]
    if opening == b'"':
        text = _TEXT.match(data, place)
        return None if text is None else text.end()
    if opening not in (b"{", b"["):
        plain = _PLAIN.match(data, place)
        return None if plain is None else plain.end()
    depth = 0
    for found in _TOKEN.finditer(data, place):
        depth += (found[0] in (b"{", b"[")) - (found[0] in (b"}", b"]"))
        if depth == 0:
            return found.end()
    return None
