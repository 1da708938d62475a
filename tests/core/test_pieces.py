"""Cutting texts, making ids, the lifecycle tables."""

from __future__ import annotations

import json
import uuid
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_gateway.core import lifecycle
from mock_gateway.core.errors import LifecycleError
from mock_gateway.core.ids import digest, uuid4, uuid7
from mock_gateway.core.lifecycle import CALL, SESSION, THREAD, TURN, Happening, ThreadState, TurnState, move
from mock_gateway.core.pieces import Cut, cut_given, cut_text, message_pieces

CUTS = [
    Cut("tokens"),
    Cut("words"),
    Cut("characters"),
    Cut("whole"),
    Cut("sizes", 5, 5),
    Cut("sizes", 1, 7),
]


@given(st.text(), st.sampled_from(CUTS), st.integers())
def test_the_pieces_joined_are_the_text_and_none_is_empty(text, cut, seed):
    pieces = cut_text(text, cut, Random(seed))
    assert "".join(pieces) == text
    assert all(pieces)


def test_words_and_sizes_are_what_they_say():
    assert cut_text("one two  three", Cut("words"), Random(0)) == ["one ", "two ", " three"]
    assert cut_text("abcdefg", Cut("sizes", 3, 3), Random(0)) == ["abc", "def", "g"]


def test_a_message_is_text_then_calls_then_the_finish():
    pieces = message_pieces(reasoning=["r"], texts=["a", 'b"'], refusal=["n"], arguments=[["{", "}"], ["{}"]])
    assert [piece.kind.name for piece in pieces] == [
        "REASONING",
        "TEXT",
        "TEXT",
        "REFUSAL",
        "CALL",
        "ARGUMENTS",
        "ARGUMENTS",
        "CALL",
        "ARGUMENTS",
        "FINISH",
    ]
    assert json.loads(pieces[2].encoded) == 'b"'
    assert pieces[-2].call == 1


@given(st.floats(0, 4e9), st.text())
def test_a_turn_id_is_a_uuid_of_version_7_with_its_time(at, salt):
    found = uuid.UUID(uuid7(at, salt))
    assert (found.version, found.variant) == (7, uuid.RFC_4122)
    assert found.int >> 80 == int(at * 1000)


def test_ids_depend_on_all_their_parts_and_nothing_else():
    assert uuid4(1, "thread", 2) == uuid4(1, "thread", 2) != uuid4(1, "thread", 3)
    assert uuid.UUID(uuid4(1)).version == 4
    assert digest(8, 1, 23) != digest(8, 12, 3)


@pytest.mark.parametrize("table", [SESSION, TURN, THREAD, CALL], ids=["session", "turn", "thread", "call"])
def test_every_state_has_a_row(table):
    states = type(next(iter(table)))
    assert set(table) == set(states)
    assert all(target in table for row in table.values() for target in row.values())


@pytest.mark.parametrize("state", [TurnState.DONE, TurnState.CANCELLED, TurnState.ERROR])
@pytest.mark.parametrize("happening", list(Happening))
def test_a_finished_turn_never_changes_again(state, happening):
    with pytest.raises(LifecycleError, match="it is final"):
        move(TURN, state, happening)


def test_a_missing_cell_names_what_was_allowed():
    with pytest.raises(LifecycleError, match=r"speak does not apply to held; allowed: cancel, fail"):
        move(THREAD, ThreadState.HELD, Happening.SPEAK)


def test_every_thread_state_can_be_cancelled_but_the_last():
    assert [state for state, row in THREAD.items() if Happening.CANCEL not in row] == [ThreadState.ENDED]
    assert lifecycle.C.CLOSED in CALL


def test_a_clients_text_of_megabytes_is_cut_into_a_bounded_number_of_pieces():
    text = "word " * 200_000
    pieces = cut_given(text, Cut("tokens"), Random(0))
    assert len(pieces) <= 20_000
    assert "".join(pieces) == text
