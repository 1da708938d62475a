"""docs/faults.md is true and complete: made from the catalogue, its examples are injected, its links lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mock_gateway.faults.catalogue import FAULTS
from mock_gateway.faults.places import KEYS
from mock_gateway.faults.reference import page
from mock_gateway.faults.specs import COMMON, parse_fault
from mock_gateway.scenario import load_text
from mock_gateway.scenario.records import as_data
from mock_gateway.scenario.source import Source, compose
from tests.docs.pages import DOCS, Block, Page, code
from tests.faults.raw_line import Client
from tests.faults.stage import Stage, World, staged, wait_until

PAGE = Page("faults.md")
EXAMPLES = [block for block in PAGE.blocks if block.text.startswith("faults:\n")]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A server for all of them."""
    with staged() as running:
        yield running


def test_the_page_has_what_the_catalogue_says() -> None:
    text = (DOCS / "faults.md").read_text(encoding="utf-8")

    assert text == page(text), "run `python -m mock_gateway.faults docs/faults.md`"


def test_every_fault_has_an_example_under_its_name() -> None:
    assert {block.under for block in EXAMPLES} == FAULTS.keys()


def test_every_key_of_a_place_and_of_the_choice_of_requests_is_described() -> None:
    rows = {table.subjects[0]: [code(row[0])[0] for row in table.rows] for table in PAGE.tables}

    assert rows["at"] == list(KEYS)
    assert {*rows["choice"], "fault", "at"} == set(COMMON)


def test_every_link_leads_somewhere() -> None:
    assert {link[1:] for link in PAGE.links() if link.startswith("#")} <= PAGE.anchors()


def test_the_scenario_in_front_can_be_loaded() -> None:
    (block,) = [block for block in PAGE.blocks if block.language == "yaml" and block.text.startswith("agent:")]

    assert load_text(block.text).has_faults


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.under)
def test_an_example_is_injected(stage: Stage, block: Block) -> None:
    """Whatever a client does in a conversation, one of its requests meets the fault."""
    world = stage.world("beta")
    (fault,) = as_data(compose(Source(block.text, "example")))["faults"]  # type: ignore[call-overload, index]
    spec = parse_fault(fault)
    if spec.kind.scope == "server":
        fault_id = stage.gateway.faults.put(spec)
    else:
        fault_id = world.put(fault)
    board = stage.gateway.faults

    made = world.ask("POST", world.base, {"agent_name": "a"})
    if made.end == "complete":
        _talk(world, "hold" if spec.fault == "cancelled-says-done" else "hi")

    wait_until(lambda: bool(board.get(fault_id).injected))
    board.remove(fault_id)


def _talk(world: World, text: str) -> None:
    """A turn, which is cancelled when it holds, and a look at it."""
    client = Client(world.stage.port)
    client.send("POST", f"{world.session}/turns", world.message(text))
    if text == "hold":
        client.read(until=lambda came: b"Wait" in came.body)
        world.ask("POST", f"{world.session}/cancel")
    client.read()
    client.close()
    if world.turns():
        world.ask("GET", world.turn_path())
