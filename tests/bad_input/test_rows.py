"""The page and the tests have the same rows."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

from tests.bad_input.table import PAGE, ROWS, TESTED


def test_every_row_of_the_page_has_a_test_and_every_test_a_row() -> None:
    for path in Path(__file__).parent.glob("test_*.py"):
        import_module(f"tests.bad_input.{path.stem}")

    assert set(ROWS) == TESTED


def test_every_line_of_the_tables_is_a_row() -> None:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if re.match(r"\| `", line)]

    assert len(lines) == len(ROWS)


def test_every_row_says_what_comes_back() -> None:
    vague = [row.name for row in ROWS.values() if (row.status or 0) >= 400 and not row.says]

    assert not vague
