"""Quantities with units."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_gateway.core.quantities import AGE, ASKS, DURATION, RATE, SHARE, SIZE, Quantity


@pytest.mark.parametrize(
    ("quantity", "text", "worth"),
    [
        (DURATION, "300ms", 0.3), (DURATION, "2s", 2.0), (DURATION, "2 s", 2.0), (DURATION, "1.5s", 1.5),
        (DURATION, "10m", 600.0), (DURATION, "1h", 3600.0), (DURATION, "2d", 172800.0),
        (AGE, "2h ago", 7200.0), (SIZE, "512 B", 512.0), (SIZE, "10 KB", 10240.0), (SIZE, "10KB", 10240.0),
        (SIZE, "1 MB", 1048576.0), (RATE, "40 tokens/s", 40.0), (SHARE, "20%", 0.2), (ASKS, "2 asks", 2.0),
        (ASKS, "1 ask", 1.0),
    ],
)  # fmt: skip
def test_a_quantity_is_worth_its_number_times_its_unit(quantity: Quantity, text: str, worth: float) -> None:
    assert quantity.parse(text) == pytest.approx(worth)
    assert re.search(quantity.pattern, text)


@pytest.mark.parametrize("text", ["2", "s", "2 sec", "-2s", "2s ", " 2s", "2  s", "1h30m", "2S", "1e3s", "２s"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert DURATION.parse(text) is None
    assert not re.search(DURATION.pattern, text)


@pytest.mark.parametrize(
    ("quantity", "text"),
    [(RATE, "0 tokens/s"), (RATE, "0.0001 tokens/s"), (SHARE, "101%"), (ASKS, "0 asks"), (DURATION, "9" * 400 + "s")],
)
def test_what_is_out_of_bounds_is_none(quantity: Quantity, text: str) -> None:
    assert quantity.parse(text) is None


_PARTS = ["0", "1", "12", "0123456789", "1.5", "1.", ".5", "1.1234567", " ", "  ", "e3", "-", "\n", "ms", "s", "m", "d"]
_UNITS = ["KB", "B", "%", "tokens/s", "asks", "ask", " ago", "S", "２"]


@given(
    st.sampled_from([DURATION, AGE, SIZE, RATE, SHARE, ASKS]), st.lists(st.sampled_from(_PARTS + _UNITS), max_size=4)
)
def test_the_pattern_for_the_schema_fits_what_the_reader_takes(quantity: Quantity, parts: list[str]) -> None:
    text = "".join(parts)
    taken = quantity.parse(text) is not None

    fits = re.fullmatch(quantity.pattern, text) is not None
    # The pattern knows no bounds.
    assert taken == fits or (fits and (quantity.least > 0 or quantity.most < 2))
