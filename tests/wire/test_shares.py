"""How much of a turn leaves at once: whatever the share, the same bytes, and never much more than was asked for."""

from __future__ import annotations

import pytest

from mock_gateway.wire.projection import MOST_FRAMES, view_of
from tests.stories import BETA, story

MANY_SMALL = "agent: a\nturns:\n  - say: { words: 400, cut: { size: 3 } }\n"


def parts(shares: int) -> list[bytes]:
    """What is taken of a turn, one after another."""
    played = story(MANY_SMALL)
    view, cursor, taken = view_of(played.say(), BETA), 0, []
    while True:
        body, cursor = view.take(cursor, shares)
        if not body:
            return taken
        taken.append(body)


@pytest.mark.parametrize("shares", [2, 4, 1000])
def test_larger_shares_are_the_same_bytes_in_fewer_parts(shares):
    ones, more = parts(1), parts(shares)
    assert b"".join(more) == b"".join(ones)
    assert len(more) < len(ones)


@pytest.mark.parametrize("shares", [1, 4])
def test_a_part_has_no_more_frames_than_its_shares(shares):
    counts = [part.count(b"\n\n") for part in parts(shares)]
    assert max(counts) == MOST_FRAMES * shares
