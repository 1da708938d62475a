"""Every fault of the catalogue does exactly what it promises, seen by a raw socket, in both contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mock_gateway.faults.catalogue import FAULTS
from mock_gateway.journal.entries import Exchange
from tests.faults import rows_of_answers, rows_of_bytes, rows_of_events
from tests.faults.raw_line import Client
from tests.faults.stage import DIALECTS, Stage, World, staged, wait_until

STREAMS = {**rows_of_bytes.ROWS, **rows_of_events.ROWS}
TRIALS = {**rows_of_answers.CONNECTION, **rows_of_answers.HTTP}
ROWS = [pytest.param(*row, id=f"{name}-{index}") for name, rows in STREAMS.items() for index, row in enumerate(rows)]
RUNS = [pytest.param(run, id=f"{name}-{index}") for name, runs in TRIALS.items() for index, run in enumerate(runs)]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A server for all of them."""
    with staged() as running:
        yield running


@pytest.fixture(params=DIALECTS)
def world(stage: Stage, request: pytest.FixtureRequest) -> World:
    """A fresh world, for each contract."""
    return stage.world(request.param)


def test_every_fault_has_a_row() -> None:
    assert STREAMS.keys() | TRIALS.keys() == FAULTS.keys()
    assert all([*STREAMS.values(), *TRIALS.values()])


@pytest.mark.parametrize(("fault", "check"), ROWS)
def test_a_stream_has_exactly_the_promised_chunks(world: World, fault: Callable, check: Callable) -> None:
    fault_id = world.put(fault(world))

    answer = world.turn()

    check(world, answer)
    name = fault(world)["fault"]
    (note,) = world.exchange().faults or [None]
    if name == "cancelled-says-done":
        assert note is None
    else:
        assert note is not None and (note.name, note.id) == (name, fault_id) and note.what
        assert world.stage.gateway.faults.get(fault_id).injected == 1


@pytest.mark.parametrize("run", RUNS)
def test_an_answer_is_exactly_as_promised(world: World, run: Callable) -> None:
    run(world)


@pytest.mark.parametrize("name", sorted(TRIALS))
def test_what_happens_to_an_answer_is_in_the_journal(world: World, name: str) -> None:
    TRIALS[name][0](world)

    journal, worlds = world.stage.gateway.journal, (world.prefix, "")

    def notes() -> set[str]:
        mine = [one for one in list(journal.entries) if isinstance(one, Exchange) and one.world in worlds]
        return {note.name for one in mine for note in one.faults}

    wait_until(lambda: name in notes())
    assert notes() <= {name, "refuse-connection"}


def test_a_cancelled_turn_says_that_it_is_done(world: World) -> None:
    world.put({"fault": "cancelled-says-done"})
    client = Client(world.stage.port)
    client.send("POST", f"{world.session}/turns", world.message("hold"))
    client.read(until=lambda came: b"Wait" in came.body)
    world.ask("POST", f"{world.session}/cancel")

    answer = client.read()
    client.close()

    assert answer.end == "complete"
    assert b'"status":"done"' in answer.pieces[-1] and b"client-cancelled" in answer.pieces[-1]
