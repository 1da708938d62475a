"""Every agent of the gallery, recorded and played again: the same story, the same bytes but for ids and times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from mock_gateway.cli.compare import suggested
from mock_gateway.core.script import Agent
from mock_gateway.scenario import Library, gallery_path, load_text
from mock_gateway.scenario.errors import Mistake
from tests.recording.gallery_conversations import SAID, SPEED, STOPPED, Move
from tests.recording.recording_desk import DIALECTS, KEY, Beta, Talker, alike, mock, recording, served

GALLERY = Library.load([str(gallery_path())]).agents
SHOULD = [(dialect, name) for name in sorted(GALLERY) for dialect in DIALECTS]


def conversation(name: str) -> list[list[Move]]:
    """The sessions of an agent."""
    known = STOPPED.get(name) or SAID.get(name)
    return known or [[("say", suggested(GALLERY[name])), ("yes",)]]


@contextmanager
def client(url: str) -> Iterator[httpx.Client]:
    """A client with a key."""
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=url, headers=headers, timeout=20, trust_env=False) as http:
        yield http


def talk(url: str, dialect: type[Beta], name: str) -> list[Any]:
    """Everything that came in a conversation."""
    got: list[Any] = []
    with client(url) as http:
        for session in conversation(name):
            talker = Talker(http, dialect, name)
            for method, *arguments in session:
                getattr(talker, method)(*arguments)
            got += talker.got
    return alike(got)


@pytest.fixture(scope="module")
def upstreams() -> Iterator[Mapping[str, str]]:
    """The gallery where everything happens at once, and where time passes."""
    with served(mock(GALLERY)) as at_once, served(mock(GALLERY, speed=SPEED)) as in_time:
        yield {"at once": at_once, "in time": in_time}


@pytest.fixture(scope="module")
def replay() -> Iterator[Callable[[Agent], str]]:
    """Serves one agent after the other, in place of the one before it; gives its URL."""
    agents: dict[str, Agent] = {}
    app = mock(agents)
    with served(app) as url:

        def play(agent: Agent) -> str:
            app.gateway.agents = {agent.name: agent}
            return f"{url}/{agent.name}-{len(app.gateway.worlds)}"

        yield play


@pytest.mark.parametrize(("dialect", "name"), SHOULD)
def test_a_recording_plays_as_it_was_recorded(
    dialect: str, name: str, upstreams: Mapping[str, str], replay: Callable[[Agent], str]
) -> None:
    upstream = upstreams["in time" if name in STOPPED else "at once"]
    with recording(f"{upstream}/{dialect}-{name}") as (url, recorder):
        came = talk(url, DIALECTS[dialect], name)
    text = recorder.texts()[name]
    warnings: list[Mistake] = []

    agent = load_text(text, name=f"{name}.yaml", warnings=warnings)

    assert not warnings, "\n".join(map(str, warnings))
    assert KEY not in text
    assert talk(replay(agent), DIALECTS[dialect], name) == came, text


def test_every_conversation_is_with_an_agent_of_the_gallery() -> None:
    assert SAID.keys() | STOPPED.keys() <= GALLERY.keys()
