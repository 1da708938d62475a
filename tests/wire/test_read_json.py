"""Bodies are read by a fast decoder and, where that takes nothing, by a careful one: both are one language."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_gateway.core.errors import Refusal
from mock_gateway.wire.request import read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def _not_a_number(name: str) -> None:
    raise ValueError(name)


def outcome(text: bytes) -> tuple[str, Any]:
    """What the standard library makes of a text, its own additions to JSON left out."""
    try:
        value = json.loads(text.decode("utf-8"), parse_constant=_not_a_number)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return "refused", None
    return "read", value


def read(text: bytes) -> tuple[str, Any]:
    """What the gateway makes of it."""
    try:
        return "read", read_json(text)
    except Refusal:
        return "refused", None


@given(VALUES, st.booleans())
def test_what_is_json_is_read_as_it_was_written(value, ascii_only):
    text = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8")
    assert read(text) == ("read", value)


@given(VALUES, st.integers(0, 400), st.binary(max_size=2), st.integers(0, 2))
def test_damaged_json_is_read_or_refused_as_the_standard_library_does(value, place, put, left_out):
    text = json.dumps(value).encode()
    damaged = text[:place] + put + text[place + left_out :]
    assert read(damaged) == outcome(damaged)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[NaN]",
        b"-Infinity",
        b"1e999",
        b"[1,]",
        b"01",
        b'"\\ud800"',
        b'"\t"',
        b"\xef\xbb\xbf{}",
        b'"\xed\xa0\x80"',
        b"9" * 5000,
    ],
)
def test_the_edges_of_json_are_where_the_standard_library_has_them(text):
    assert read(text) == outcome(text)
