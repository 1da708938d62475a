"""How the values of options are read: one function per kind, from text.

Owns: what is allowed, in words. A reader raises `ValueError` with what was expected; who gave the text is known to the
caller (`resolve.py`). Must not know: options, flags, variables, files.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable

Reader = Callable[[str], object]

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZES = {"B": 1, "KB": 1024, "MB": 1024 * 1024, "GB": 1024 * 1024 * 1024}
_TRUTHS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def text(value: str) -> str:
    """Any text but none."""
    if not value.strip():
        raise ValueError("some text")
    return value


def truth(value: str) -> bool:
    """True or false."""
    found = _TRUTHS.get(value.strip().lower())
    if found is None:
        raise ValueError("true or false")
    return found


def whole(value: str) -> int:
    """A whole number."""
    if not _WHOLE.fullmatch(value.strip()):
        raise ValueError("a whole number")
    return int(value)


def port(value: str) -> int:
    """A port, or 0 for any that is free."""
    if not _WHOLE.fullmatch(value.strip()) or not 0 <= int(value) <= 65535:
        raise ValueError("a whole number from 0 to 65535, where 0 takes any free port")
    return int(value)


def speed(value: str) -> float:
    """Session seconds per second."""
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number < math.inf:
        raise ValueError("a number: 1 as written, 10 ten times faster, 0.5 half as fast, 0 at once")
    return number


def _quantity(value: str, units: dict[str, float] | dict[str, int], expected: str) -> float:
    found = re.fullmatch(rf"\s*([0-9]+(?:\.[0-9]+)?) ?({'|'.join(units)})\s*", value)
    if found is None or float(found[1]) == 0:
        raise ValueError(expected)
    return float(found[1]) * units[found[2]]


def duration(value: str) -> float:
    """Seconds."""
    return _quantity(value, _UNITS, "a time with its unit, as 300ms, 15s or 2m")


def size(value: str) -> int:
    """Bytes."""
    return int(_quantity(value, _SIZES, "a size with its unit, as 512 B, 10 KB or 32 MB"))


def choice(*allowed: str) -> Reader:
    """One of a few words."""

    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError(" or ".join(allowed))
        return value

    return read


def subject_of_key(value: str) -> tuple[str, str]:
    """`KEY=SUBJECT`."""
    key, equals, subject = value.partition("=")
    if not (key and equals and subject):
        raise ValueError("KEY=SUBJECT, as s3cret=ada@example.test")
    return key, subject


def parameter(value: str) -> tuple[str, object]:
    """`name=value`; a value that is a number, true, false or null counts as such."""
    name, equals, given = value.partition("=")
    if not (name and equals):
        raise ValueError("name=value, as company=Acme")
    try:
        return name, json.loads(given)
    except ValueError:
        return name, given
