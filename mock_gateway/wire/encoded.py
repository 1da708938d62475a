"""JSON put together from parts that are encoded already.

A long text is encoded piece by piece when its scenario loads; an object that holds it takes those bytes as they are,
for encoding it again costs more than everything else in a stream together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mock_gateway.core.state import json_compact


def json_object(fields: Mapping[str, object]) -> bytes:
    """The object of fields in their order, as `json_compact` writes it; a value of type `bytes` is JSON already."""
    parts: list[bytes] = []
    plain: dict[str, object] = {}
    for name, value in fields.items():
        if isinstance(value, bytes):
            _add(parts, plain)
            parts.append(b'"%b":%b' % (name.encode(), value))
            plain = {}
        else:
            plain[name] = value
    _add(parts, plain)
    return b"{%b}" % b",".join(parts)


def _add(parts: list[bytes], plain: Mapping[str, object]) -> None:
    if plain:
        parts.append(json_compact(plain)[1:-1].encode())


def json_array(items: Iterable[bytes]) -> bytes:
    """The array of items that are JSON already."""
    return b"[%b]" % b",".join(items)
