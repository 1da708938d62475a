"""docs/tutorial.md: its commands are run, in its order, and print what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import Block, Page
from tests.docs.terminals import ROOT, Desk, pattern_of

PAGE = Page("tutorial.md")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A folder with two terminals."""
    made = Desk(tmp_path)
    yield made
    made.close()


def test_the_tutorial_works_as_it_is_written(desk: Desk) -> None:
    printed: str | None = None

    for block in PAGE.blocks:
        match block.language, block.note:
            case "sh", "install":
                continue
            case "sh", "server":
                desk.serve(block.text)
            case "sh", "":
                printed = desk.run(block.text)
            case "yaml", name:
                (desk.folder / name).write_text(block.text)
            case "text", "server":
                desk.server_says(block.text)
            case "text", "":
                assert printed is not None and shows(block, printed), f"{block} is really:\n{printed}"
            case _:
                raise AssertionError(f"{block}: nobody knows what to do with it")


def shows(block: Block, printed: str) -> bool:
    """Whether a block shows what was printed."""
    return re.fullmatch(pattern_of(block.text), printed) is not None


def test_the_tutorial_installs_as_the_readme_says() -> None:
    (install,) = [block.text for block in PAGE.blocks if block.note == "install"]
    made, _, _ = install.rpartition(" && ")

    assert made in (ROOT / "README.md").read_text("utf-8")


def test_the_tutorial_saves_only_the_file_that_it_names() -> None:
    for block in PAGE.blocks:
        if block.language == "yaml":
            before = PAGE.lines[block.line - 4 : block.line - 1]
            assert block.note == "scenarios/billing.yaml"
            assert any("Save this" in line for line in before), block
