"""Every scenario of the gallery, its streams cut at every event and resumed, tells the same story in both contracts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mock_gateway.scenario import Library, gallery_path
from mock_gateway.wire.dialects import Voice, voices
from mock_gateway.wire.story import joined
from tests.faults.cut_and_resume import Cut, places
from tests.faults.ways import Inside, cut_over_a_socket

GALLERY = Library.load([str(gallery_path())]).agents


@pytest.fixture
def inside(name: str) -> Iterator[Inside]:
    """A gateway that plays the scenario of the test."""
    way = Inside(GALLERY[name])
    yield way
    way.close()


def told(cut: Cut) -> str:
    return joined(cut.story())


@pytest.mark.parametrize("name", sorted(GALLERY))
def test_a_story_that_was_cut_anywhere_is_the_same(name: str, inside: Inside) -> None:
    agent, stories, worlds = GALLERY[name], [], iter(range(10_000))
    for voice in voices():
        whole = Cut(inside, agent, voice, f"/w{next(worlds)}", 0).talk()
        stories.append(told(whole))
        for at in sorted({place for stream in whole.streams for place in places(stream)}):
            cut = Cut(inside, agent, voice, f"/w{next(worlds)}", at).talk()
            assert cut.resumed, "nothing was cut"
            assert told(cut) == told(whole)
            assert cut.streams == whole.streams
    assert stories[0] == stories[1]


@pytest.mark.parametrize("fault", ["reset", "drop", "half-close"])
@pytest.mark.parametrize("voice", voices(), ids=lambda voice: voice.dialect.name)
@pytest.mark.parametrize("name", ["approval", "parallel-agents"])
def test_a_story_over_a_socket_that_breaks_is_the_same(name: str, voice: Voice, fault: str) -> None:
    whole, cut = cut_over_a_socket(GALLERY[name], voice, 4, fault)

    assert cut.resumed
    assert told(cut) == told(whole)
    assert cut.streams == whole.streams
