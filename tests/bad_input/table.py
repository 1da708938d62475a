"""docs/bad-input.md as the oracle of these tests: a row says what comes back, a test sends what the row names.

Owns: reading the table, and which rows have a test. A row without a test, and a test without a row, fail in
`test_rows.py`. Must not know: how anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "bad-input.md"
_ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (.+) \| (.+) \|(?: (.+))? \|$", re.MULTILINE)
_CODE = re.compile(r"``(.+?)``|`(.+?)`")


@dataclass(frozen=True, slots=True)
class Row:
    """One row. status: of the answer. exit: code of the command. says: how the messages, or lines, begin.

    stays: the last column.
    """

    name: str
    given: str
    back: str
    status: int | None
    exit: int | None
    says: tuple[str, ...]
    stays: str


def _read(name: str, given: str, back: str, stays: str) -> Row:
    status = re.match(r"([1-5][0-9]{2})\b", back)
    code = re.match(r"exit ([0-9]+)\b", back)
    says = tuple(double.rstrip() if double else single for double, single in _CODE.findall(back))
    return Row(name, given, back, int(status[1]) if status else None, int(code[1]) if code else None, says, stays)


ROWS: Mapping[str, Row] = {found[0]: _read(*found) for found in _ROW.findall(PAGE.read_text("utf-8"))}
"""By name, in the order of the page."""

TESTED: set[str] = set()
"""Names of the rows that some test is for; complete when all modules here are imported."""

Case = TypeVar("Case")
Test = TypeVar("Test", bound=Callable[..., Any])


def cases(given: Mapping[str, Any]) -> pytest.MarkDecorator:
    """Run a test once for each of these rows, with what it sends: arguments `row` and `case`."""
    TESTED.update(given)
    missing = given.keys() - ROWS.keys()
    assert not missing, f"docs/bad-input.md has no rows {sorted(missing)}"
    return pytest.mark.parametrize(("row", "case"), [pytest.param(ROWS[name], given[name], id=name) for name in given])


def covers(*names: str) -> Callable[[Test], Test]:
    """Say which rows a test is for."""
    TESTED.update(names)

    def same(test: Test) -> Test:
        return test

    return same
