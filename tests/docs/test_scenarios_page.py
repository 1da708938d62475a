"""docs/scenarios.md is true and complete: its examples are played, its tables are compared with the language's own."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from mock_gateway.core import quantities
from mock_gateway.core.quantities import DURATION, Quantity
from mock_gateway.core.script import Limits
from mock_gateway.gateway import Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import Mistake, ScenarioErrors, json_schema, load_text
from mock_gateway.scenario.expressions import DEPTH_LIMIT, LENGTH_LIMIT, compile_expression
from mock_gateway.scenario.filters import FILTERS
from mock_gateway.scenario.scopes import ROOTS
from mock_gateway.scenario.source import Source, compose
from mock_gateway.scenario.values import TEXT_LIMIT
from mock_gateway.seeding import check_histories
from mock_gateway.settings import Settings
from tests.docs.keys import all_records, used_keys, words_of
from tests.docs.pages import Block, Page, Table, code, links
from tests.docs.transcripts import play

PAGE = Page("scenarios.md")
FILE = "# file: "
EXAMPLES = [block for block in PAGE.blocks if block.language == "yaml" and not block.note]
AGENTS = [block for block in EXAMPLES if not block.text.startswith(FILE)]
RECORDS = all_records()
KEYS = [(name, key) for name, record in RECORDS.items() for key in record.keys]


def after(block: Block, language: str = "text") -> Block:
    """The block behind one."""
    found = PAGE.blocks[PAGE.blocks.index(block) + 1]
    assert found.language == language, f"{block} is not followed by a {language} block"
    return found


def noted(note: str) -> list[Block]:
    """The examples with a note."""
    return [block for block in PAGE.blocks if block.language == "yaml" and block.note == note]


def tables(kind: str) -> list[Table]:
    """The tables of a kind."""
    return [table for table in PAGE.tables if table.kind == kind]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that examples include."""
    place = tmp_path_factory.mktemp("examples")
    for block in EXAMPLES:
        if block.text.startswith(FILE):
            (place / block.text.splitlines()[0].removeprefix(FILE)).write_text(block.text)
    return place


# -- examples ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", AGENTS, ids=str)
def test_an_example_loads_without_a_remark_and_its_histories_can_be_played(example: Block, folder: Path) -> None:
    warnings: list[Mistake] = []

    agent = load_text(example.text, folder=folder, warnings=warnings)

    assert not warnings
    assert not check_histories(Gateway({agent.name: agent}, Settings(speed=0), runtime=Runtime()))


@pytest.mark.parametrize("example", [block for block in AGENTS if block.under != "Editors"], ids=str)
def test_an_example_plays_as_it_says(example: Block, folder: Path) -> None:
    transcript = after(example).text

    assert play(example.text, transcript, folder=folder) == transcript


def test_every_example_fits_the_schema_for_editors() -> None:
    schema = jsonschema_rs.validator_for(json_schema())

    for example in EXAMPLES:
        assert schema.is_valid(plain(example.text)), example


def test_examples_have_different_names() -> None:
    names = [plain(block.text)["agent"] for block in AGENTS]

    assert len(set(names)) == len(names)


def plain(text: str) -> dict[str, object]:
    """YAML as data, read as scenarios are."""
    root = compose(Source(text, "example"))

    def value(node: object) -> object:
        inner = getattr(node, "value", None)
        if isinstance(inner, dict):
            return {key: value(one) for key, one in inner.items()}
        return [value(one) for one in inner] if isinstance(inner, list) else inner

    found = value(root)
    assert isinstance(found, dict)
    return found


def test_mistakes_are_printed_as_shown() -> None:
    (example,) = noted("broken")

    with pytest.raises(ScenarioErrors) as raised:
        load_text(example.text, "my.yaml")

    assert f"{raised.value}\n" == after(example).text


def test_what_is_odd_is_printed_as_shown() -> None:
    (example,) = noted("odd")
    warnings: list[Mistake] = []

    load_text(example.text, "my.yaml", warnings=warnings)

    assert "".join(f"{warning}\n" for warning in warnings) == after(example).text


# -- keys --------------------------------------------------------------------------------------------------------------

ROWS = [(table, code(row[0])[0], row) for table in tables("keys") for row in table.rows]
ENTRIES = [(name, key, table, row) for table, key, row in ROWS for name in table.subjects if (name, key) in KEYS]


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_every_key_has_one_entry(name: str, key: str) -> None:
    found = [table.line for entry_name, entry_key, table, _ in ENTRIES if (entry_name, entry_key) == (name, key)]

    assert len(found) == 1, f"`{key}` of a {name} has entries in the lines {found}"


def test_every_entry_is_of_a_key_that_there_is() -> None:
    for table, key, _ in ROWS:
        assert any((name, key) in KEYS for name in table.subjects), f"line {table.line}: `{key}`"


def test_every_key_is_used_in_an_example() -> None:
    used = used_keys([block.text for block in EXAMPLES])

    for table, key, _ in ROWS:
        assert any((name, key) in used for name in table.subjects), f"line {table.line}: `{key}`"


@pytest.mark.parametrize(("name", "key", "table", "row"), ENTRIES)
def test_an_entry_has_the_words_of_its_key_and_says_when_it_is_required(
    name: str, key: str, table: Table, row: tuple[str, ...]
) -> None:
    entry = RECORDS[name].keys[key]

    described = code(row[1] + "".join(PAGE.section(link) for link in links(row[1])))

    assert set(words_of(entry.shape)) <= set(described), f"line {table.line}"
    if len(row) == 4:
        assert (row[2] == "required") == entry.required, f"line {table.line}"


# -- templates and units -----------------------------------------------------------------------------------------------


def test_every_name_of_templates_is_described_with_what_is_in_it() -> None:
    (table,) = tables("names")
    rows = {code(row[0])[0]: row[1] for row in table.rows}

    assert rows.keys() == ROOTS.keys()
    for name, (_, attributes) in ROOTS.items():
        assert set(attributes or ()) <= set(code(rows[name])), name


def test_every_filter_is_described() -> None:
    (table,) = tables("filters")

    assert {code(row[0])[0].partition("(")[0] for row in table.rows} == {"default", *FILTERS}


def expression_rows() -> list[tuple[str, str]]:
    """Expressions and what they give."""
    filters = [(row[2], row[3]) for table in tables("filters") for row in table.rows]
    examples = [(row[0], row[1]) for table in tables("examples") for row in table.rows]
    return [(code(written)[0], code(gives)[0]) for written, gives in [*examples, *filters]]


@pytest.mark.parametrize(("expression", "gives"), expression_rows())
def test_an_expression_gives_what_its_row_says(expression: str, gives: str) -> None:
    (block,) = [block for block in PAGE.blocks if block.note == "scope"]

    found = compile_expression(expression).evaluate(json.loads(block.text))

    assert json.dumps(found, separators=(", ", ": ")) == json.dumps(json.loads(gives), separators=(", ", ": "))


def test_every_filter_example_uses_its_filter() -> None:
    (table,) = tables("filters")

    for row in table.rows:
        assert f"| {code(row[0])[0].partition('(')[0]}" in code(row[2])[0]


def test_every_unit_is_listed_and_every_example_of_one_can_be_read() -> None:
    (table,) = tables("units")
    rows = {row[0]: row for row in table.rows}
    known = {one.name: one for one in vars(quantities).values() if isinstance(one, Quantity)}

    assert rows.keys() == known.keys()
    for name, quantity in known.items():
        assert code(rows[name][1]) == list(quantity.units)
        assert all(quantity.parse(written) is not None for written in code(rows[name][2])), name
        assert rows[name][3] == ("yes" if quantity.zero else "no")


def test_limits_and_defaults_are_those_of_the_code() -> None:
    strictness = PAGE.section("#strictness")
    defaults = {row[0]: row[2] for table in tables("keys") if table.subjects == ("limits",) for row in table.rows}

    assert f"at most {LENGTH_LIMIT} characters and {DEPTH_LIMIT} parts" in strictness
    assert f"at most {TEXT_LIMIT:,} characters" in strictness
    assert DURATION.parse(code(defaults["`timeout`"])[0]) == Limits().timeout
    assert defaults["`iterations`"] == str(Limits().iterations)


# -- the page ----------------------------------------------------------------------------------------------------------


def test_every_section_is_in_the_table_of_contents() -> None:
    contents = {link[1:] for link in PAGE.links()[:40] if link.startswith("#")}

    assert contents == PAGE.anchors() - {"scenario-reference"}


def test_every_link_leads_somewhere() -> None:
    inside = {link[1:] for link in PAGE.links() if link.startswith("#")}

    assert inside <= PAGE.anchors()
