"""Quantities with a unit: durations, sizes, rates, percentages.

Owns: how each is written, for the reader and as a pattern for the schema, and what it is worth.
Must not know: nodes, keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import inf

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,6})?"


class Quantity:
    """One kind of quantity.

    name: what it is called in messages. units: unit to its worth in the base unit (seconds, bytes, ...).
    example: some that are right. bare: what to write for a bare number. suffix: what must follow the unit.
    zero: a bare 0 will do. least, most: bounds of the worth, themselves allowed.
    """

    def __init__(
        self,
        name: str,
        units: Mapping[str, float],
        example: str,
        bare: str,
        *,
        suffix: str = "",
        zero: bool = False,
        least: float = 0.0,
        most: float = inf,
    ) -> None:
        self.name = name
        self.units = units
        self.example = example
        self.bare = bare
        self.suffix = suffix
        self.zero = zero
        self.least = least
        self.most = most

    @property
    def pattern(self) -> str:
        """The regular expression for the whole text, in the dialect that JSON Schema uses too."""
        units = "|".join(re.escape(unit).replace("/", r"\/") for unit in self.units)
        return f"^{_NUMBER} ?(?:{units}){self.suffix}$"

    def parse(self, text: str) -> float | None:
        """The worth of a text in the base unit; None when it is no such quantity, or out of its bounds."""
        written = text.removesuffix(self.suffix)
        number = written.rstrip(_NO_DIGITS)
        unit = written[len(number) :].removeprefix(" ")
        if unit not in self.units or text != f"{written}{self.suffix}" or not _is_number(number):
            return None
        worth = float(number) * self.units[unit]
        return worth if self.least <= worth <= self.most else None


_NO_DIGITS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/% "


def _is_number(text: str) -> bool:
    whole, dot, part = text.partition(".")
    return _is_digits(whole, 9) and (_is_digits(part, 6) if dot else True)


def _is_digits(text: str, most: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= most


_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

DURATION = Quantity("a duration", _SECONDS, "300ms, 2s, 10m or 1h", "{}s or {}ms", zero=True)
AGE = Quantity("an age", _SECONDS, "10m ago, 2h ago or 3d ago", "{}s ago", suffix=" ago")
SIZE = Quantity("a size", {"B": 1, "KB": 1024, "MB": 1024 * 1024}, "512 B, 10 KB or 1 MB", "{} KB")
RATE = Quantity("a rate", {"tokens/s": 1.0}, "40 tokens/s", "{} tokens/s", least=0.001)
SHARE = Quantity("a percentage", {"%": 0.01}, "20%", "{}%", zero=True, most=1.0)
ASKS = Quantity("a number of asks", {"asks": 1.0, "ask": 1.0}, "2 asks", "{} asks or {}s", least=1.0)
