"""docs/published.md and docs/sdk-matrix.md say what is so."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from mock_gateway.settings import Settings
from mock_gateway.wire.dialects import all_dialects
from mock_gateway.wire.v1.cannot import CANNOT
from mock_gateway.wire.v1.dialect import V1
from mock_gateway.wire.v1.operations import OPERATIONS
from mock_gateway.wire.v1.readings import Readings
from tests.v1.releases import ALL

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "published.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """The rows of the first table behind a heading."""
    text = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_page_has_every_endpoint() -> None:
    written = [(operation.name, f"{operation.method} {operation.path}") for operation in OPERATIONS]

    assert [tuple(row) for row in rows("Endpoints")] == written


def test_the_page_has_every_reading_with_its_default() -> None:
    settings = msgspec.structs.asdict(Settings())
    defaults = {name: str(value) for name, value in settings.items() if name.startswith("v1_")}

    assert {name: default for name, default, *_ in rows("Readings")} == defaults


def test_every_setting_reaches_its_reading() -> None:
    assert readings_of(Settings()) == Readings()
    for name in Readings.__struct_fields__:
        changed = msgspec.structs.replace(Settings(), **{f"v1_{name}": "other"})
        assert readings_of(changed) == msgspec.structs.replace(Readings(), **{name: "other"})


def readings_of(settings: Settings) -> Readings:
    """The readings of the dialect that a server with these settings speaks."""
    (dialect,) = [dialect for dialect in all_dialects(settings) if isinstance(dialect, V1)]
    return dialect.readings


def test_the_page_has_everything_that_cannot_be_said() -> None:
    assert dict(rows("What it cannot say")) == CANNOT


def test_the_matrix_has_every_release_and_nothing_that_failed() -> None:
    matrix = (DOCS / "sdk-matrix.md").read_text("utf-8")

    assert re.search(r"^\| check \| (.*) \|$", matrix, re.M).group(1).split(" | ") == list(ALL)  # type: ignore[union-attr]
    assert "failed" not in matrix.split("|---")[1]
