"""The third stage of a delivery: where the bytes of an event are cut into chunks.

Owns: places to cut, as a table. Must not know: how chunks are sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from mock_gateway.faults.frames import Frame, Words
from mock_gateway.faults.injection import Injection
from mock_gateway.faults.line_stage import BOM, is_for_all

_CHARACTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_ESCAPE = re.compile(rb"\\.", re.DOTALL)


def cuts_of(injections: Sequence[Injection], frame: Frame, data: bytes, words: Words) -> set[int]:
    """Bytes behind which a chunk ends, within one event."""
    found: set[int] = set()
    for injection in injections:
        cut = CUTS.get(injection.name)
        if cut is None or not (is_for_all(injection) or injection.is_for(frame, words)):
            continue
        places = {place for place in cut(injection, data) if 0 < place < len(data)}
        if places:
            found |= places
            injection.done(_DONE.get(injection.name, "the event was cut into chunks"))
    return found


def _sizes(injection: Injection, data: bytes) -> set[int]:
    sizes: tuple[int, ...] = injection.spec["sizes"]
    found, place, index = set(), 0, 0
    while place < len(data):
        place += sizes[index % len(sizes)]
        found.add(place)
        index += 1
    return found


def _characters(injection: Injection, data: bytes) -> set[int]:
    inner = injection.spec["inner"]
    return {
        match.start() + index
        for match in _CHARACTER.finditer(data)
        for index in range(1, len(match[0]))
        if inner in ("all", index)
    }


def _mark(injection: Injection, data: bytes) -> set[int]:
    return {1, 2, 3} if injection.spec["split"] and data.startswith(BOM) else set()


CUTS: Mapping[str, Callable[[Injection, bytes], set[int]]] = {
    "byte-by-byte": lambda _injection, data: set(range(1, len(data))),
    "chunk-sizes": _sizes,
    "cut-characters": _characters,
    "cut-escapes": lambda _injection, data: {match.start() + 1 for match in _ESCAPE.finditer(data)},
    "cut-line-ends": lambda _injection, data: {match.start() + 1 for match in re.finditer(rb"\r\n", data)},
    "byte-order-mark": _mark,
}
"""Where each fault cuts, by its name."""
_DONE = {
    "cut-characters": "characters were cut",
    "cut-escapes": "escapes were cut",
    "byte-by-byte": "every byte was a chunk",
}
