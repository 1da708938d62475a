"""Quantities with a unit: durations, sizes, rates, percentages.

Owns: how each is written (one pattern for reader and schema) and what it is worth.
Must not know: nodes, keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"


class Quantity(Struct, frozen=True):
    """One kind of quantity.

    name: what it is called in messages. units: unit to its worth in the base unit (seconds, bytes, ...).
    suffix: what must follow the unit. example: some that are right. bare: what to write for a bare number.
    zero: a bare 0 will do.
    """

    name: str
    units: Mapping[str, float]
    example: str
    bare: str
    suffix: str = ""
    zero: bool = False

    @property
    def pattern(self) -> str:
        """The regular expression for the whole text, in the dialect that JSON Schema uses too."""
        units = "|".join(re.escape(unit).replace("/", r"\/") for unit in self.units)
        return f"^{_NUMBER} ?(?:{units}){self.suffix}$"

    def parse(self, text: str) -> float | None:
        """The worth of a text in the base unit; None when it is no such quantity."""
        found = re.fullmatch(f"({_NUMBER}) ?({'|'.join(map(re.escape, self.units))}){self.suffix}", text)
        return float(found[1]) * self.units[found[2]] if found else None


_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

DURATION = Quantity("a duration", _SECONDS, "300ms, 2s, 10m or 1h", "{}s or {}ms", zero=True)
AGE = Quantity("an age", _SECONDS, "10m ago, 2h ago or 3d ago", "{}s ago", suffix=" ago")
SIZE = Quantity("a size", {"B": 1, "KB": 1024, "MB": 1024 * 1024}, "512 B, 10 KB or 1 MB", "{} KB")
RATE = Quantity("a rate", {"tokens/s": 1.0}, "40 tokens/s", "{} tokens/s")
SHARE = Quantity("a percentage", {"%": 0.01}, "20%", "{}%", zero=True)
ASKS = Quantity("a number of asks", {"asks": 1.0, "ask": 1.0}, "2 asks", "{} asks or {}s")
