"""Small parts of requests: queries, numbers, times, cursors, data URIs, unknown fields."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.wire import request as wire

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(text: str) -> float | None:
    """A time in a query."""
    return wire.time_query({"t": text}, "t")


def test_the_first_of_equal_parameters_counts_and_empty_ones_stay() -> None:
    assert wire.read_query(b"a=1&a=2&b=&c=%C3%A9+x&d") == {"a": "1", "b": "", "c": "é x", "d": ""}


@pytest.mark.parametrize("raw", [b"a=%ff", b"%ff=a", "a=é".encode()])
def test_a_query_that_is_no_utf8_is_refused(raw: bytes) -> None:
    with pytest.raises(Refusal, match="the query string is not percent-encoded UTF-8"):
        wire.read_query(raw)


@pytest.mark.parametrize("text", ["1", "1000", "007"])
def test_an_integer_within_its_bounds_is_read(text: str) -> None:
    assert wire.integer_query({"limit": text}, "limit", 100, 1, 1000) == int(text)


@pytest.mark.parametrize("text", ["", "0", "1001", "-1", "+1", " 1", "1.0", "1e2", "0x1", "²", "٣", "1_0", "9" * 19])
def test_what_is_no_integer_within_its_bounds_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="an integer from 1 to 1000 was expected"):
        wire.integer_query({"limit": text}, "limit", 100, 1, 1000)


def test_a_cursor_is_read_and_absent_is_the_begin() -> None:
    assert (wire.read_cursor(None, "c"), wire.read_cursor("0", "c"), wire.read_cursor("17", "c")) == (0, 0, 17)


@given(st.text())
def test_a_cursor_is_digits_or_refused(text: str) -> None:
    if text.isascii() and text.isdigit() and len(text) <= 18:
        assert wire.read_cursor(text, "c") == int(text)
    else:
        with pytest.raises(Refusal) as raised:
            wire.read_cursor(text, "c")
        assert raised.value.reason is Reason.BAD_CURSOR


ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1971, 1, 1), datetime(2500, 1, 1), timezones=ZONES))
def test_a_time_is_read_in_any_zone(moment: datetime) -> None:
    assert seconds(moment.isoformat()) == pytest.approx((moment - EPOCH).total_seconds(), abs=1e-4)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-01-31T12:00:00", "2026-01-31T12:00:00Z"),
        ("2026-01-31t12:00:00z", "2026-01-31T12:00:00Z"),
        ("2026-01-31T13:30:00+01:30", "2026-01-31T12:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
    ],
)
def test_these_times_are_the_same(text: str, same: str) -> None:
    assert seconds(text) == seconds(same)


@pytest.mark.parametrize("text", ["", "now", "2026-13-01", "2026-02-30T00:00:00Z", "12:00", "1767225600.5", "Z"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="an ISO-8601 time was expected"):
        seconds(text)


@given(st.binary(min_size=1), st.sampled_from(["image/png", "text/plain;charset=utf-8", "application/vnd.x+json"]))
def test_a_data_uri_tells_its_type_and_size(payload: bytes, mime: str) -> None:
    uri = f"data:{mime};base64,{b64encode(payload).decode()}"

    assert wire.read_data_uri(uri, "f") == (mime.partition(";")[0], len(payload))


@given(st.text())
def test_any_text_is_a_data_uri_or_refused(text: str) -> None:
    for uri in (text, f"data:{text}", f"data:image/png;base64,{text}"):
        try:
            _, size = wire.read_data_uri(uri, "f")
        except Refusal as refusal:
            assert (refusal.reason, refusal.param) == (Reason.BAD_FILE, "f")
        else:
            assert size > 0


def test_unknown_fields_are_noted_with_the_nearest_known_one() -> None:
    notes: list[str] = []

    wire.note_unknown({"titel": 1, "zzz": 2, "title": 3}, ("agent_name", "title"), "field ", notes)

    assert notes == ["unknown field 'titel' (nearest known: title)", "unknown field 'zzz' (known: agent_name, title)"]


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":[', "]}")], ids=["lists", "both"])
def test_a_body_is_at_most_a_hundred_levels_deep(opening: str, closing: str) -> None:
    levels = opening.count("[") + opening.count("{")
    good, bad = 100 // levels, 100 // levels + 1

    assert wire.read_json((opening * good + closing * good).encode())
    with pytest.raises(Refusal, match="the body is nested too deep; 100 levels are allowed"):
        wire.read_json((opening * bad + closing * bad).encode())
