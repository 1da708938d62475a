"""Quantities with units."""

from __future__ import annotations

import re

import pytest

from mock_gateway.scenario.quantities import AGE, ASKS, DURATION, RATE, SHARE, SIZE, Quantity


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
