"""docs/control-api.md: its commands are run, in its order, and print what it shows; no operation is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_gateway.admin.operations import OPERATIONS
from mock_gateway.admin.parameters import QUERY
from mock_gateway.control.resets import SCOPES
from tests.docs.pages import DOCS, Page
from tests.docs.terminals import Desk, pattern_of

PAGE = Page("control-api.md")
TEXT = (DOCS / "control-api.md").read_text("utf-8")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A folder with two terminals."""
    made = Desk(tmp_path)
    yield made
    made.close()


def test_the_page_works_as_it_is_written(desk: Desk) -> None:
    printed = ""

    for block in PAGE.blocks:
        match block.language, block.note:
            case "sh", "server":
                desk.serve(block.text)
            case "sh", _:
                printed = desk.run(block.text)
                assert '"error"' not in printed or block.under == "Errors", f"{block}:\n{printed}"
            case "text", "":
                shown = re.compile(pattern_of(block.text.rstrip("\n")))
                assert shown.fullmatch(printed.rstrip("\n")), f"{block} is really:\n{printed}"
            case _:
                raise AssertionError(f"{block}: nobody knows what to do with it")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_is_told_of_and_shown(operation) -> None:
    shown = [block for block in PAGE.blocks if block.language == "sh" and operation.name in block.note.split()]

    assert f"`{operation.name}`" in TEXT
    assert shown
    fixed = re.sub(r"/{\w+}", "/", operation.path).rstrip("/").split("//")[0]
    assert any(re.search(r"(\$admin|__admin)" + re.escape(fixed.split("{")[0]), block.text) for block in shown)


def test_no_operation_is_shown_that_there_is_not() -> None:
    notes = {name for block in PAGE.blocks if block.language == "sh" for name in block.note.split()} - {"server"}

    assert notes == {operation.name for operation in OPERATIONS}


@pytest.mark.parametrize("word", [*QUERY, *SCOPES, "lost", "Last-Event-ID", "X-Admin-Token"])
def test_every_parameter_and_every_scope_is_told_of(word: str) -> None:
    assert re.search(rf"\b{re.escape(word)}\b", TEXT)


def test_every_link_leads_somewhere() -> None:
    for link in PAGE.links():
        name, _, anchor = link.partition("#")
        page = Page(name) if name else PAGE
        assert not anchor or anchor in page.anchors(), link
