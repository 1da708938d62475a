"""The documents are true: whatever a server of the gallery answers, in either contract, fits them, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from openapi_reading import READINGS, Json
from openapi_talk import ALLOW, DENY, Conversation
from openapi_witness import Witness

from mock_gateway.testing.process import running_server

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "scenarios").glob("*.yaml"))
ARGUMENTS = ("--scenarios", "scenarios", "--no-watch", "--speed")
HELD = "held-turn"
"""The agent whose turn ends only when it is cancelled."""

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """A client of a server on virtual time."""
    with running_server(*ARGUMENTS, "0", cwd=ROOT) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module", params=READINGS.values(), ids=list(READINGS))
def witness(request: pytest.FixtureRequest, http: httpx.Client) -> Witness:
    """All that is seen of one contract."""
    return Witness(request.param, http)


def _message(path: Path) -> str:
    found = re.search("^# try: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{path.name} has no message to try"
    return found[1]


def _begin(witness: Witness, agent: str, approval: Json) -> Conversation:
    session = witness.ask("create_session", body={"agent_name": agent})
    for _ in range(3):
        if "data" in session:
            break
        session = witness.ask("create_session", body={"agent_name": agent})
    return Conversation(witness, session["data"]["id"], approval)


def _read_back(talk: Conversation) -> None:
    """Everything that can be asked about a session and its turns."""
    witness = talk.witness
    witness.ask("get_session", talk.session)
    _page_by_page(witness, "list_turns", talk.session)
    for turn_id in talk.turns:
        turn = {**talk.session, "turn_id": turn_id}
        witness.ask("get_turn", turn)
        _page_by_page(witness, "list_turn_events", turn, order="desc")
        talk.follow(turn, after=2)
    if "list_session_events" in witness.reading.operations:
        _page_by_page(witness, "list_session_events", talk.session)
    witness.ask("cancel_session", talk.session)


def _page_by_page(witness: Witness, name: str, places: Json | None = None, **query: str) -> list[Json]:
    items: list[Json] = []
    page = witness.ask(name, places, query={"limit": "3", **query})
    while "data" in page:
        items += page["data"]
        token = page["pagination"].get("next_page_token")
        if not token:
            break
        page = witness.ask(name, places, query={"limit": "3", **query, "page_token": token})
    return items


def _play(witness: Witness, path: Path) -> None:
    """All that comes of an agent's message and of one that it does not expect, saying yes to every pause, then no."""
    witness.prefix = f"/truth-{witness.reading}-{path.stem}"
    for approval in (ALLOW, DENY):
        talk = _begin(witness, path.stem, approval)
        if path.stem == HELD:
            _hold(talk, _message(path))
        else:
            talk.say(_message(path))
            talk.say("Something that no rule expects.")
            talk.say(_message(path))
        _read_back(talk)


@each_file
def test_what_an_agent_of_the_gallery_plays_is_documented(witness: Witness, path: Path) -> None:
    _play(witness, path)


def _hold(talk: Conversation, text: str) -> None:
    """A turn that has to be cancelled."""
    body = {"input": [{"type": "user.message", "content": text}], "stream": False}
    turn = talk.witness.ask("create_turn", talk.session, body)["data"]
    talk.turns.append(turn["id"])
    place = {**talk.session, "turn_id": turn["id"]}
    talk.witness.ask("get_turn", place)
    talk.witness.ask("list_turn_events", place)
    talk.witness.ask("cancel_session", talk.session)
    talk.follow(place)


SEEN = {
    "beta": ("TurnStreamEvent", "TurnEvent", "TurnOutputEvent", "TurnState", "Approval"),
    "v1": ("TurnStreamingEvent", "SessionEvent", "RequiredAction", "TurnState", "ThreadState", "ToolInfo", "Approval"),
}
PLAYED = ("approval", "question", "mcp-auth", "sandbox", "failing-agent", "parallel-agents", "turn-error", "timeout")


def test_the_gallery_shows_every_event_and_every_state(witness: Witness) -> None:
    seen = Witness(witness.reading, witness.http)
    for agent in PLAYED:
        _play(seen, ROOT / "scenarios" / f"{agent}.yaml")
    wanted = frozenset[str]().union(*(witness.reading.mapping(union) for union in SEEN[str(witness.reading)]))

    assert wanted - {tag for _, tag in seen.tags} - {"running"} == set()


@each_file
def test_the_past_that_an_agent_begins_with_is_documented(witness: Witness, path: Path) -> None:
    witness.prefix = f"/truth-past-{witness.reading}-{path.stem}"
    for session in _page_by_page(witness, "list_sessions", agent_name=path.stem):
        talk = Conversation(witness, session["id"], ALLOW)
        listed = _page_by_page(witness, "list_turns", talk.session)
        witness.ask("cancel_session", talk.session)
        for turn in listed:
            talk.follow({**talk.session, "turn_id": turn["id"]})
        talk.turns = [turn["id"] for turn in listed]
        _read_back(talk)
