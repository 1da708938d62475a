"""What the values in templates are: how they become text or JSON, what stands under a name, how big they may get.

Owns: reading attributes and items safely, text and JSON of a value, the bound on size.
Must not know: the grammar of expressions (`expressions.py`), files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mock_gateway.core.errors import ScriptError
from mock_gateway.core.state import json_compact

TEXT_LIMIT = 1_000_000
"""Characters that one template may make."""
LEAF_LIMIT = 100_000
"""Values that a list or mapping made by one template may hold, all levels together."""


class Unknown(ScriptError):
    """A name, key or item that is not there; `default` catches it."""


def attribute(value: object, name: str, of: str) -> object:
    """What stands under a name in a mapping.

    of: the expression before the dot, for messages. Raises `Unknown`.
    """
    if isinstance(value, Mapping):
        if name in value:
            return value[name]
        raise Unknown(f"{of} has no `{name}`; {_there(list(value))}")
    raise Unknown(f"{of} is {named(value)} and has no `{name}`")


def item(value: object, index: object, of: str) -> object:
    """An item of a list or text by number, of a mapping by key. Raises `Unknown`."""
    if isinstance(value, Mapping):
        return attribute(value, str(index), of)
    if not isinstance(value, Sequence):
        raise Unknown(f"{of} is {named(value)} and has no items")
    if isinstance(index, bool) or not isinstance(index, int):
        raise Unknown(f"{of} is {named(value)}; its items have numbers, not {named(index)}")
    if not -len(value) <= index < len(value):
        raise Unknown(f"{of} has {len(value)} items and no item {index}")
    found: object = value[index]
    return found


def _there(names: Sequence[object]) -> str:
    shown = ", ".join(str(name) for name in names[:12])
    return f"there is: {shown}" if names else "it is empty"


def named(value: object) -> str:
    """What a value is, for a message."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'the text "{value if len(value) <= 30 else value[:27] + "..."}"'
        case int() | float():
            return f"the number {value}"
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case _:
            return "an object"


def as_text(value: object) -> str:
    """A value inside a text: null is empty, text stays, everything else is its JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else as_json(value)


def as_json(value: object) -> str:
    """The compact JSON of a value. Raises `ScriptError` when it holds too much."""
    return json_compact(plain(value))


def plain(value: object) -> object:
    """The same with dicts, lists and scalars only. Raises `ScriptError` when it holds too much."""
    return _plain(value, iter(range(LEAF_LIMIT)))


def _plain(value: object, budget: Iterator[int]) -> object:
    # A list may hold the same list twice, and that one too: what is small in memory can be endless as JSON.
    if next(budget, None) is None:
        raise ScriptError(f"a value holds more than {LEAF_LIMIT} others")
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(one, budget) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_plain(one, budget) for one in value]
    raise ScriptError(f"{named(value)} is no JSON")


def bounded(value: object) -> object:
    """The value itself. Raises `ScriptError` when it is too large to be made by a template."""
    if isinstance(value, str):
        if len(value) > TEXT_LIMIT:
            raise ScriptError(f"a text of {len(value)} characters is too long; the limit is {TEXT_LIMIT}")
    elif isinstance(value, list):
        plain(value)
    return value
