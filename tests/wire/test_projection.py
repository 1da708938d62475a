"""A view of a turn: dense numbers, and the same events wherever a reader begins (SEQ-1, SEQ-2)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_gateway.wire.projection import MOST_FRAMES, Projection, view_of
from tests.stories import BETA, Story, story

EVERYTHING = """
agent: a
mcp: { s: {}, gate: { auth: required } }
turns:
  - when: { message: agents }
    call:
      - { sub_agent: one, input: x, script: { say: I am one of them. } }
      - { tool: s.look, returns: { found: 3 }, takes: 2s }
    then: { say: { words: 200, reasoning: "Let me think, Größe 👋" } }
  - when: { message: refund }
    say: Let me look.
    call: { tool: s.refund, approval: required, returns: ok }
  - when: { message: gate }
    call: { tool: gate.open, returns: ok }
  - when: { message: hold }
    say: I hold.
    then: { wait: cancel }
  - when: { message: fail }
    say: Half of
    then: { fail: it broke }
"""
TEXTS = ["agents", "refund", "gate", "hold", "fail", "anything else"]


def ended(text: str) -> Story:
    """A story whose turn has ended, or holds."""
    played = story(EVERYTHING)
    played.say(text)
    return played


def suffix(view: Projection, cursor: int) -> tuple[list[int], bytes]:
    """Sequence ids and bytes of all frames after a cursor."""
    numbers: list[int] = []
    body = b""
    while True:
        part, cursor = view.take(cursor)
        if not part:
            return numbers, body
        frames = part.decode().split("\n\n")[:-1]
        numbers += [json.loads(frame.partition("data: ")[2])["sequence_id"] for frame in frames]
        assert len(frames) <= MOST_FRAMES
        assert cursor == numbers[-1], "the cursor is the last number that was taken"
        body += part


@pytest.mark.parametrize("text", TEXTS)
def test_every_suffix_is_the_end_of_the_whole(text: str) -> None:
    view = view_of(ended(text).turn, BETA)
    numbers, whole = suffix(view, 0)

    assert numbers == list(range(1, view.last + 1))
    for cursor in range(view.last + 1):
        rest, body = suffix(view, cursor)
        assert rest == numbers[cursor:]
        assert whole.endswith(body)


@pytest.mark.parametrize("text", TEXTS)
def test_a_view_that_was_taken_while_it_grew_is_the_same(text: str) -> None:
    played = story(EVERYTHING, skipping=False)
    view = view_of(played.say(text), BETA)
    numbers, body = suffix(view, 0)
    for step in range(1, 40):
        played.pass_time(step * 0.25)
        more, part = suffix(view, view.last if not numbers else numbers[-1])
        numbers += more
        body += part
    if played.turn.is_running:
        played.cancel()
        played.pass_time(60)
        more, part = suffix(view, numbers[-1])
        numbers += more
        body += part

    assert (numbers, body) == suffix(Projection(played.turn, BETA), 0)
    assert view.is_over(view.last)


@settings(deadline=None)
@given(st.sampled_from(TEXTS), st.lists(st.integers(0, 300)))
def test_readers_at_any_place_see_one_turn(text: str, cursors: list[int]) -> None:
    view = view_of(ended(text).turn, BETA)
    numbers, whole = suffix(view, 0)

    for cursor in cursors:
        rest, body = suffix(view, cursor)
        assert rest == numbers[cursor:]
        assert body == b"" or whole.endswith(body)


def test_a_cursor_beyond_the_end_waits() -> None:
    view = view_of(ended("hold").turn, BETA)
    assert view.has_more(0)

    assert view.take(view.last + 5) == (b"", view.last + 5)
    assert not view.is_over(view.last)


def test_a_turn_has_one_view_for_each_dialect() -> None:
    turn = ended("agents").turn

    assert view_of(turn, BETA) is view_of(turn, BETA)


def test_stored_events_keep_their_numbers() -> None:
    played = ended("agents")
    streamed: dict[int, dict[str, Any]] = {event["sequence_id"]: event for event in played.events()}
    view = view_of(played.turn, BETA)

    for number, fact in view.numbered():
        assert number in streamed, fact
    assert [number for number, _ in view.numbered()][-1] == view.last
