"""docs/control.md: its program runs, and its tables have everything that there is."""

from __future__ import annotations

import re

from mock_gateway.control import Control
from mock_gateway.control.clocks import MODES, SessionClock, WorldClock
from mock_gateway.control.resets import SCOPES
from tests.docs.pages import Page

PAGE = Page("control.md")


def first_cells(subject: str) -> list[str]:
    """The names in the first column of a table."""
    [table] = [table for table in PAGE.tables if table.subjects == (subject,)]
    return [name for row in table.rows for name in re.findall(r"`(\w+)", row[0])]


def methods(kind: type) -> set[str]:
    """What somebody can call."""
    return {name for name in vars(kind) if not name.startswith("_")}


def test_the_program_of_the_page_runs() -> None:
    program = "\n".join(block.text for block in PAGE.blocks if block.language == "python")
    exec(compile(program, "docs/control.md", "exec"), {"__name__": "control_page"})


def test_every_mode_and_every_scope_has_its_row() -> None:
    assert first_cells("modes") == list(MODES)
    assert first_cells("scopes") == list(SCOPES)


def test_every_call_has_its_row() -> None:
    assert set(first_cells("clock")) == methods(SessionClock) == methods(WorldClock)
    assert set(first_cells("control")) == methods(Control) - {"world"}
