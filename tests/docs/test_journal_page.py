"""docs/journal.md says what the journal is."""

from __future__ import annotations

import json
from functools import cache

import yaml

from mock_gateway.http.app import App
from mock_gateway.journal.matching import ASPECTS
from mock_gateway.journal.shapes import entry_json
from mock_gateway.journal.verify import READ, verify
from tests.docs.pages import Page
from tests.journal.journals import exchanges, say, session, shop, turns

PAGE = Page("journal.md")


@cache
def busy() -> App:
    app = shop()
    path = session(app)
    for text in ("hello", "order"):
        say(app, path, text)
    return app


def names(kind: str, subject: str) -> list[str]:
    """What the first column of a table names."""
    (table,) = (table for table in PAGE.tables if (table.kind, table.subjects) == (kind, (subject,)))
    return [name.strip("` ") for row in table.rows for name in row[0].split(",")]


def test_every_field_of_an_entry_is_in_the_tables_in_its_order() -> None:
    both = names("fields", "both")

    assert list(entry_json(exchanges(busy())[0], began=0.0)) == [*both, *names("fields", "exchange")]
    assert list(entry_json(turns(busy())[0], began=0.0)) == [*both, *names("fields", "turn")]


def test_every_expectation_and_every_respect_is_in_the_tables() -> None:
    assert names("expectations", "all") == list(READ)
    assert sorted(names("requests", "all")) == sorted(ASPECTS)


def test_the_expectations_of_the_page_are_met_by_what_it_tells_of() -> None:
    (block,) = (block for block in PAGE.blocks if block.language == "yaml")

    verdicts = verify(busy().gateway.journal.entries, yaml.safe_load(block.text), busy().gateway.agents)

    assert [verdict.text for verdict in verdicts if not verdict.ok] == []


def test_what_is_not_met_reads_as_on_the_page() -> None:
    shown = next(block.text for block in PAGE.blocks if block.text.startswith("not met"))

    (verdict,) = verify(exchanges(busy())[1:2], [{"sent": {"operation": "create_turn", "text": "pay"}}])

    assert verdict.text.splitlines() == shown.splitlines()


def test_the_python_of_the_page_runs() -> None:
    known: dict[str, object] = {"gateway": busy().gateway}
    for block in PAGE.blocks:
        if block.language == "python":
            exec(compile(block.text, str(block), "exec"), known)

    assert json.dumps([str(one) for one in known["entries"]])  # type: ignore[attr-defined]
