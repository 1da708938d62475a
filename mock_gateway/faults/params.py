"""Values of parameters: what may be written, and what it is worth.

Owns: one check per type of parameter. Must not know: which kinds have which parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mock_gateway.core.quantities import DURATION, SIZE, Quantity
from mock_gateway.faults.kinds import FaultError, Param

SPEED = Quantity("a speed", {"B/s": 1, "KB/s": 1024, "MB/s": 1024 * 1024}, "100 B/s or 4 KB/s", "{} B/s", least=1.0)
MOST_BYTES = 16 * 1024 * 1024
"""What one fault may add to a stream."""

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.|$)", re.DOTALL)
_PLAIN = {"n": b"\n", "r": b"\r", "t": b"\t", "0": b"\0", "\\": b"\\", '"': b'"'}


def nearest(word: object, words: Iterable[str]) -> str:
    """A hint with the word that was probably meant, or with all of them."""
    from difflib import get_close_matches

    known = list(words)
    close = get_close_matches(str(word).lower().replace("_", "-"), known, n=1, cutoff=0.6)
    close = close or get_close_matches(str(word).lower(), known, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"there is: {', '.join(known)}"


def raw(text: str) -> bytes:
    """Text with escapes as bytes: `\\n`, `\\r`, `\\t`, `\\0`, `\\\\`, `\\"`, `\\xNN` (a byte), `\\uNNNN` (a character).

    Raises `ValueError` for any other escape.
    """
    parts, place = [], 0
    for found in _ESCAPE.finditer(text):
        parts.append(text[place : found.start()].encode("utf-8", "surrogatepass"))
        parts.append(_escaped(found[1]))
        place = found.end()
    parts.append(text[place:].encode("utf-8", "surrogatepass"))
    return b"".join(parts)


def _escaped(code: str) -> bytes:
    if code[:1] == "x" and len(code) == 3:
        return bytes([int(code[1:], 16)])
    if code[:1] == "u" and len(code) == 5:
        return chr(int(code[1:], 16)).encode("utf-8", "surrogatepass")
    if code in _PLAIN:
        return _PLAIN[code]
    raise ValueError(f'there is no escape \\{code}; there is \\n \\r \\t \\0 \\\\ \\" \\xNN \\uNNNN')


def worth(param: Param, value: object, field: str) -> Any:
    """What a written value is worth: seconds, bytes, numbers. Raises `FaultError`."""
    return _CHECKS[param.type](param, value, field)


def expected(param: Param) -> str:
    """What a parameter takes, in words."""
    words = " or ".join(f"`{word}`" for word in param.words)
    said = _EXPECTED[param.type]
    if param.type == "choice":
        return f"one of {words}"
    if param.type in ("integer", "integers"):
        said += f" from {param.least:g}" + ("" if param.most is None else f" to {param.most:g}")
    return f"{said} or {words}" if words else said


_EXPECTED: Mapping[str, str] = {
    "integer": "a whole number",
    "integers": "a list of whole numbers",
    "truth": "true or false",
    "text": "text",
    "bytes": "text with escapes such as \\n and \\xff",
    "header": "one line of text",
    "headers": "a mapping of names to values of headers",
    "duration": f"a duration such as {DURATION.example}",
    "speed": f"a speed such as {SPEED.example}",
    "size": f"a size such as {SIZE.example}",
    "choice": "a word",
    "data": "any data",
    "mapping": "a mapping",
    "names": "a name or a list of names",
}


def _refuse(param: Param, value: object, field: str) -> FaultError:
    hint = f"; {nearest(value, param.words)}" if param.type == "choice" and isinstance(value, str) else ""
    return FaultError(field, f"expected {expected(param)}, found {value!r}{hint}")


def _fits(param: Param, value: object) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value >= param.least and (param.most is None or value <= param.most)


def _integer(param: Param, value: object, field: str) -> object:
    if value in param.words and isinstance(value, str):
        return value
    if not _fits(param, value):
        raise _refuse(param, value, field)
    return value


def _integers(param: Param, value: object, field: str) -> object:
    items = value if isinstance(value, list | tuple) else [value]
    if not items or not all(_fits(param, item) for item in items):
        raise _refuse(param, value, field)
    return tuple(items)


def _of(kind: type) -> Callable[[Param, object, str], object]:
    def check(param: Param, value: object, field: str) -> object:
        if not isinstance(value, kind):
            raise _refuse(param, value, field)
        return value

    return check


def _header(param: Param, value: object, field: str) -> object:
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
        raise _refuse(param, value, field)
    return value


def _headers(param: Param, value: object, field: str) -> object:
    if not isinstance(value, dict):
        raise _refuse(param, value, field)
    for name, content in value.items():
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            raise FaultError(f"{field}.{name}", "this is no name of a header")
        if isinstance(content, bool) or not isinstance(content, str | int) or not _HEADER_VALUE.fullmatch(str(content)):
            raise FaultError(f"{field}.{name}", f"expected one line of text, found {content!r}")
    return [(name.lower().encode(), str(content).encode("latin-1")) for name, content in value.items()]


def _raw(param: Param, value: object, field: str) -> object:
    if not isinstance(value, str):
        raise _refuse(param, value, field)
    try:
        return raw(value)
    except ValueError as error:
        raise FaultError(field, str(error)) from None


def _quantity(quantity: Quantity) -> Callable[[Param, object, str], object]:
    def check(param: Param, value: object, field: str) -> object:
        if isinstance(value, str):
            if value in param.words:
                return value
            found = quantity.parse(value)
            if found is not None:
                return found
        elif value == 0 and quantity.zero and not isinstance(value, bool):
            return 0.0
        elif isinstance(value, int | float) and not isinstance(value, bool):
            unit = quantity.bare.replace("{}", f"{value:g}")
            raise FaultError(field, f"expected {expected(param)}; a number needs its unit: write {unit}")
        raise _refuse(param, value, field)

    return check


def _size(param: Param, value: object, field: str) -> object:
    found = _quantity(SIZE)(param, value, field)
    if isinstance(found, float | int) and found > MOST_BYTES:
        raise FaultError(field, f"{value!r} is more than {MOST_BYTES // 1024 // 1024} MB, which is the most")
    return int(found) if isinstance(found, float | int) else found


def _choice(param: Param, value: object, field: str) -> object:
    if not isinstance(value, str) or value not in param.words:
        raise _refuse(param, value, field)
    return value


def _names(param: Param, value: object, field: str) -> object:
    items = value if isinstance(value, list | tuple) else [value]
    if not items or not all(isinstance(item, str) and item for item in items):
        raise _refuse(param, value, field)
    wrong = [item for item in items if param.words and item not in param.words]
    if wrong:
        raise FaultError(field, f"there is no {wrong[0]!r}; {nearest(wrong[0], param.words)}")
    return tuple(items)


_CHECKS: Mapping[str, Callable[[Param, object, str], object]] = {
    "integer": _integer,
    "integers": _integers,
    "truth": _of(bool),
    "header": _header,
    "headers": _headers,
    "text": _of(str),
    "bytes": _raw,
    "duration": _quantity(DURATION),
    "speed": _quantity(SPEED),
    "size": _size,
    "choice": _choice,
    "data": lambda _param, value, _field: value,
    "mapping": _of(dict),
    "names": _names,
}
