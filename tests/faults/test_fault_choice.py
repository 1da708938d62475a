"""Which requests a fault is for: counted, limited, drawn; set on the board or written in a scenario."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mock_gateway.faults.board import FaultBoard, Occasion
from mock_gateway.faults.specs import parse_fault
from tests.faults.raw_line import Answer
from tests.faults.stage import SESSIONS, Stage, World, staged

HERE = Occasion("/w", "create_turn", session="s1", number=1, is_stream=True)
SCRIPTED = """
agent: a
faults:
  - { fault: status, status: 503, on: create_session, request: 2 }
  - { fault: comment, text: agent, request: [1, 3] }
turns:
  - when: { message: drop }
    say: One two three.
    faults: [{ fault: drop, at: { event: last } }]
  - when: { message: refuse }
    say: One two three.
    faults: [{ fault: html-error }]
  - say: Nothing.
"""


def hits(board: FaultBoard, *occasions: Occasion) -> list[int]:
    """Which of some requests get a fault, from 1."""
    return [number for number, occasion in enumerate(occasions, 1) if board.chosen(occasion)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({}, [1]),
        ({"request": 3}, [3]),
        ({"request": [2, 4]}, [2, 4]),
        ({"every": True}, [1, 2, 3, 4, 5]),
        ({"probability": 0}, []),
        ({"probability": 1}, [1, 2, 3, 4, 5]),
        ({"probability": 1, "request": [4]}, [4]),
    ],
)
def test_requests_are_counted(written: dict[str, object], expected: list[int]) -> None:
    board = FaultBoard()
    board.put(parse_fault({"fault": "gzip", **written}))

    assert hits(board, *[HERE] * 5) == expected


def test_chance_is_the_same_in_every_run_and_depends_on_the_seed() -> None:
    def drawn(seed: int) -> list[int]:
        board = FaultBoard(seed)
        board.put(parse_fault({"fault": "gzip", "probability": 0.3}))
        return hits(board, *[HERE] * 400)

    assert drawn(0) == drawn(0) != drawn(1)
    assert 80 < len(drawn(0)) < 160


@pytest.mark.parametrize(
    ("limits", "other"),
    [
        ({"world": "/w"}, Occasion("/x", "create_turn", session="s1", number=1, is_stream=True)),
        ({"session": "s1"}, Occasion("/w", "create_turn", session="s2", number=1, is_stream=True)),
        ({"turn": "t1"}, Occasion("/w", "stream_turn", session="s1", turn="t2", number=1, is_stream=True)),
    ],
)
def test_a_fault_is_limited(limits: dict[str, str], other: Occasion) -> None:
    board = FaultBoard()
    board.put(parse_fault({"fault": "gzip", "every": True}), **limits)
    mine = Occasion("/w", "stream_turn", session="s1", turn="t1", number=1, is_stream=True)

    assert hits(board, mine, other, mine) == [1, 3]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"fault": "gzip"}, [1, 2]),
        ({"fault": "gzip", "on": "subscribe_turn"}, [2]),
        ({"fault": "gzip", "turn": 2}, [2]),
        ({"fault": "slow"}, [1, 2]),
        ({"fault": "slow", "on": "all"}, [1, 2, 3, 4]),
        ({"fault": "reset", "at": {"byte": 3}}, [1, 2]),
        ({"fault": "reset", "at": {"byte": 3}, "on": ["create_turn", "get_turn"]}, [1, 3, 4]),
        ({"fault": "empty-error"}, [1, 2, 3, 4]),
        ({"fault": "empty-error", "on": "streams"}, [1, 2, 4]),
        ({"fault": "empty-error", "on": ["get_turn", "create_turn"]}, [1, 3, 4]),
    ],
)
def test_a_fault_is_for_some_operations(written: dict[str, object], expected: list[int]) -> None:
    board = FaultBoard()
    board.put(parse_fault({**written, "every": True}))
    requests = [
        HERE,
        Occasion("/w", "subscribe_turn", session="s1", turn="t", number=2, is_stream=True),
        Occasion("/w", "get_turn", session="s1", turn="t", number=1),
        Occasion("/w", "create_turn", session="s1", number=1),
    ]

    assert hits(board, *requests) == expected


def test_the_board_lists_what_is_set_and_forgets_what_is_taken_away() -> None:
    board = FaultBoard()
    assert not board.is_set

    ids = [board.put(parse_fault("gzip"), world=world) for world in ("/a", "/b", None)]
    assert (ids, board.is_set) == (["fault-1", "fault-2", "fault-3"], True)
    assert [entry.id for entry in board.listed()] == ids
    assert [entry.id for entry in board.listed("/a")] == ["fault-1"]
    board.remove("fault-3")
    board.clear("/a")
    assert [entry.id for entry in board.listed()] == ["fault-2"]
    with pytest.raises(KeyError):
        board.remove("fault-3")
    board.clear()

    assert not board.is_set
    assert board.put(parse_fault("gzip")) == "fault-4"


# -- in a scenario -----------------------------------------------------------------------------------------------------


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A server that plays a scenario with faults."""
    with staged(SCRIPTED) as running:
        yield running


def ends(answers: list[Answer]) -> list[str]:
    return [answer.end for answer in answers]


def comments(answers: list[Answer]) -> list[bool]:
    return [b":agent\n" in answer.body for answer in answers]


def test_faults_of_an_agent_are_counted_in_each_session_and_sessions_in_each_world(stage: Stage) -> None:
    for dialect, prefix in (("beta", ""), ("v1", "/p"), ("beta", "/q")):
        world = World(stage, dialect, prefix)
        first = [world.turn() for _ in range(4)]
        assert comments(first) == [True, False, True, False]
        assert world.ask("POST", world.base, {"agent_name": "a"}).status == 503

        other = World(stage, dialect, prefix)
        assert comments([other.turn() for _ in range(4)]) == [True, False, True, False]


@pytest.mark.parametrize("dialect", SESSIONS)
def test_faults_of_a_rule_are_counted_in_each_turn(stage: Stage, dialect: str) -> None:
    world = World(stage, dialect, "")
    dropped = [world.turn("drop"), world.turn("hi"), world.turn("drop")]
    assert ends(dropped) == ["eof", "complete", "eof"]

    refused = world.turn("refuse")

    assert (refused.status, refused.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert world.turns() == 4, "the turn was made all the same"
    (note,) = world.exchange().faults
    assert note.id == "a: rule 2: faults/0"


def test_a_stream_that_was_dropped_is_whole_when_it_is_followed_again(stage: Stage) -> None:
    world = World(stage, "v1", "")
    dropped = world.turn("drop")
    seen = dropped.body.count(b"id: ")

    rest = world.follow(seen)

    assert rest.end == "complete" and b'"turn.done"' in rest.body
    assert rest.body.startswith(b"id: %d\n" % (seen + 1))


def test_nothing_is_put_between_when_no_fault_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    with staged() as stage:
        monkeypatch.setattr("mock_gateway.http.faulted.perform", None)
        assert stage.world("beta").turn().end == "complete"
        monkeypatch.undo()
        assert not stage.gateway.faults.is_set
        before = stage.world("beta").turn()
        board = stage.gateway.faults
        fault_id = board.put(parse_fault({"fault": "gzip", "request": 99}))
        beside = stage.world("beta").turn()
        board.remove(fault_id)
        after = stage.world("beta").turn()

    assert before.pieces == after.pieces, "the same writes"
    assert before.body == beside.body == after.body


def test_a_request_that_is_refused_at_once_is_not_counted(stage: Stage) -> None:
    world = World(stage, "beta", "/refused")
    fault_id = world.put({"fault": "empty-error", "on": "create_turn"})

    assert world.ask("POST", f"{world.session}/turns", headers={"Authorization": ""}).status == 401
    assert world.ask("POST", f"{world.session}/turns", {"input": 7}).status == 400

    assert stage.gateway.faults.get(fault_id).matched == 0
    assert world.turn().status == 500
