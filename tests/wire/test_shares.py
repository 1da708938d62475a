"""How much of a turn leaves at once: whatever the share, the same bytes, and never much more than was asked for."""

from __future__ import annotations

import pytest

from mock_gateway.wire.projection import MOST_FRAMES, view_of
from tests.stories import BETA, story

MANY_SMALL = "agent: a\nturns:\n  - say: { words: 400, cut: { size: 3 } }\n"


def parts(most: int) -> list[bytes]:
    """What is taken of a turn, one after another."""
    played = story(MANY_SMALL)
    view, cursor, taken = view_of(played.say(), BETA), 0, []
    while True:
        body, cursor = view.take(cursor, most)
        if not body:
            return taken
        taken.append(body)


@pytest.mark.parametrize("most", [1, 2, MOST_FRAMES, 4 * MOST_FRAMES])
def test_larger_shares_are_the_same_bytes_in_fewer_parts(most):
    ones, more = parts(most), parts(10 * most)
    assert b"".join(more) == b"".join(ones)
    assert len(more) < len(ones)


@pytest.mark.parametrize("most", [1, MOST_FRAMES, 4 * MOST_FRAMES])
def test_a_part_has_no_more_frames_than_were_asked_for(most):
    counts = [part.count(b"\n\n") for part in parts(most)]
    assert max(counts) == most
