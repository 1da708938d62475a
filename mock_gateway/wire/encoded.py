"""JSON put together from parts that are encoded already.

A long text is encoded when its scenario loads; an object that holds it takes those bytes as they are. They are joined
once, when the frame or the body is complete: a copy of hundreds of kilobytes costs as much as hundreds of events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mock_gateway.core.state import json_compact


class Encoded(list[bytes]):
    """JSON in parts. As a value in `json_object` it is taken as it is."""

    __slots__ = ()

    def join(self) -> bytes:
        """The JSON."""
        return b"".join(self)


def json_object(fields: Mapping[str, object]) -> Encoded:
    """The object of fields in their order, as `json_compact` writes it."""
    parts = Encoded()
    plain: dict[str, object] = {}
    opening = "{"
    for name, value in fields.items():
        if isinstance(value, Encoded):
            before = json_compact(plain)[1:-1] + "," if plain else ""
            parts.append(f'{opening}{before}"{name}":'.encode())
            parts += value
            plain, opening = {}, ","
        else:
            plain[name] = value
    # What is left closes the object: it is all of it, or goes on behind a comma, or there is nothing.
    rest = json_compact(plain)[1:]
    parts.append((opening + rest if plain or not parts else rest).encode())
    return parts


def json_array(items: Iterable[Encoded]) -> Encoded:
    """The array of items."""
    parts = Encoded()
    opening = b"["
    for item in items:
        parts.append(opening)
        parts += item
        opening = b","
    parts.append(b"]" if parts else b"[]")
    return parts
