"""The filters of templates: `{{ value | name(argument) }}`.

Owns: the table of filters and what each does. Must not know: the grammar (`expressions.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from mock_gateway.core.errors import ScriptError
from mock_gateway.scenario.values import Unknown, as_json, as_text, named


class Filter(Struct, frozen=True):
    """One filter.

    apply: takes the value and the arguments. says, example: for the reference. least, most: how many arguments.
    """

    apply: Callable[..., object]
    says: str
    example: str
    least: int = 0
    most: int = 0


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise ScriptError(f"`{name}` needs text, not {named(value)}")
    return value


def _number(value: object, name: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScriptError(f"`{name}` needs a number, not {named(value)}")
    return value


def _length(value: object) -> int:
    if not isinstance(value, str | Sequence | Mapping):
        raise ScriptError(f"`length` needs text, a list or a mapping, not {named(value)}")
    return len(value)


def _end(value: object, index: int, name: str) -> object:
    if not isinstance(value, Sequence):
        raise ScriptError(f"`{name}` needs a list or text, not {named(value)}")
    if not value:
        raise Unknown(f"`{name}` of {named(value)} that is empty")
    found: object = value[index]
    return found


def _join(value: object, separator: object = ", ") -> str:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ScriptError(f"`join` needs a list, not {named(value)}")
    return _text(separator, "join").join(as_text(one) for one in value)


def _round(value: object, digits: object = 0) -> int | float:
    number = _number(value, "round")
    if not isinstance(digits, int) or not 0 <= digits <= 12:
        raise ScriptError(f"`round` takes 0 to 12 digits, not {named(digits)}")
    return round(number, digits) if digits else round(number)


FILTERS: dict[str, Filter] = {
    "upper": Filter(lambda value: _text(value, "upper").upper(), "in capital letters", "input.text | upper"),
    "lower": Filter(lambda value: _text(value, "lower").lower(), "in small letters", "input.text | lower"),
    "trim": Filter(lambda value: _text(value, "trim").strip(), "without blanks at both ends", "input.text | trim"),
    "length": Filter(_length, "how many characters, items or keys", "input.files | length"),
    "json": Filter(as_json, "as compact JSON", "result | json"),
    "first": Filter(lambda value: _end(value, 0, "first"), "the first item", "results | first"),
    "last": Filter(lambda value: _end(value, -1, "last"), "the last item", "results | last"),
    "join": Filter(_join, "all items as one text, `, ` or the argument between them", 'results | join("; ")', 0, 1),
    "round": Filter(_round, "rounded, to as many digits as the argument says", "result.total | round(1)", 0, 1),
    "money": Filter(lambda value: f"{_number(value, 'money'):,.2f}", "as an amount: 1,240.00", "result.total | money"),
}
"""All filters but `default`, which is part of the grammar: it must see what is not there."""
