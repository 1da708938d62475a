"""Page tokens: what went out comes back, and nothing else does (PAG-2)."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.wire import tokens

POSITIONS = st.lists(st.integers(0, 2**53) | st.floats(0, 1e12), max_size=3)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/."
GOOD = tokens.encode("sessions", [1767225600.123, 41])


def refused(listing: str, token: str) -> Refusal:
    """The refusal of a token."""
    with pytest.raises(Refusal) as raised:
        tokens.decode(listing, token)
    return raised.value


@given(st.text(), POSITIONS)
def test_a_token_brings_its_position_back(listing: str, position: list[float]) -> None:
    assert tokens.decode(listing, tokens.encode(listing, position)) == position


def test_no_token_is_the_first_page() -> None:
    assert tokens.decode("sessions", None) is None


@given(st.integers(0, len(GOOD) - 1), st.sampled_from(LETTERS))
def test_a_changed_letter_is_refused(place: int, letter: str) -> None:
    changed = GOOD[:place] + letter + GOOD[place + 1 :]

    if changed != GOOD:
        assert refused("sessions", changed).reason is Reason.BAD_PAGE_TOKEN


@given(st.integers(0, len(GOOD) - 1))
def test_a_cut_token_is_refused(length: int) -> None:
    refused("sessions", GOOD[:length])


@given(st.integers(0, len(GOOD)), st.text(LETTERS, min_size=1))
def test_a_token_with_more_in_it_is_refused(place: int, more: str) -> None:
    refused("sessions", GOOD[:place] + more + GOOD[place:])


@given(st.text())
@example("é")
@example("\ud800")
@example("AAAA")
@example("=")
@example(" " + GOOD)
@example(GOOD + "\n")
@example(GOOD + "=")
def test_any_other_text_is_refused_in_one_line(text: str) -> None:
    refusal = refused("sessions", text)

    assert (refusal.reason, refusal.param) == (Reason.BAD_PAGE_TOKEN, "page_token")
    assert "\n" not in refusal.message and len(refusal.message) < 400
    assert refusal.message.encode()


@given(st.text().filter(lambda listing: listing != "sessions"))
def test_a_token_of_another_list_is_refused(listing: str) -> None:
    refused(listing, GOOD)
