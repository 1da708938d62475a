"""All agents of the gallery at once: the rules of every stream, and the same bytes from the same seed.

Bytes are compared as they came: without the client, of two servers in processes that hash differently.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest
from gallery_files import ROOT, GalleryFile, gallery_files
from gallery_talk import Begin, Talk, first_option

from mock_gateway.client import Event, ModelMessageDelta, ToolCall, TurnCreated, TurnDone, TurnDoneState
from mock_gateway.testing.process import running_server

FILES = [file for file in gallery_files() if file.name != "held-turn"]
MOST_TURNS = 6

Json = dict[str, Any]
# The host is part of the pages on which a server is authorised.
SETTINGS: Json = {
    "headers": {"Authorization": "Bearer any-key", "Host": "gateway.example.test"},
    "follow_redirects": True,
    "trust_env": False,
}

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


# -- going on after a pause --------------------------------------------------------------------------------------------


def next_input(client: httpx.Client, output: list[Json]) -> list[Json] | None:
    """What a client sends that says yes to everything; None when nothing waits."""
    calls = {call["id"]: call for item in output for call in item.get("tool_calls", ()) if "function" in call}
    pauses = [item for item in output if item["type"] in YES]
    return [answer for pause in pauses for answer in YES[pause["type"]](client, pause, calls)] if pauses else None


def _allowed(_client: httpx.Client, pause: Json, _calls: Mapping[str, Json]) -> Iterator[Json]:
    for ref in pause["tool_calls"]:
        where = {"thread_id": pause["thread_id"], "tool_call_id": ref["id"]}
        yield {"type": "user.tool_approval", **where, "approval": {"status": "allow"}}


def _answered(_client: httpx.Client, pause: Json, calls: Mapping[str, Json]) -> Iterator[Json]:
    for ref in pause["tool_calls"]:
        where = {"thread_id": pause["thread_id"], "tool_call_id": ref["id"]}
        content = first_option(ToolCall.model_validate(calls[ref["id"]]))
        yield {"type": "user.tool_response", **where, "content": content}


def _authorised(client: httpx.Client, pause: Json, _calls: Mapping[str, Json]) -> Iterator[Json]:
    for server in pause["servers"]:
        url = httpx.URL(server["auth_url"])
        client.post(url.raw_path.decode() if client.base_url.host else url, data={"choice": "allow"}).raise_for_status()
    yield from ()


YES: Mapping[str, Callable[[httpx.Client, Json, Mapping[str, Json]], Iterator[Json]]] = {
    "tool.approval_required": _allowed,
    "tool.response_required": _answered,
    "mcp.auth_required": _authorised,
}


# -- the same seed, the same bytes -------------------------------------------------------------------------------------


def bodies(client: httpx.Client, file: GalleryFile) -> Iterator[bytes]:
    """Every body of a conversation: the message to try, all that follows from yes, then everything read back."""
    # In a world of its own, so that one file does not change the ids of the next.
    sessions = f"/{file.name}/sessions"
    created = _body(client, "POST", sessions, {"agent_name": file.name, "title": file.shows})
    yield created
    turns = f"{sessions}/{json.loads(created)['data']['id']}/turns"
    items: list[Json] | None = [{"type": "user.message", "content": file.message}]
    for _ in range(MOST_TURNS):
        stream = _body(client, "POST", turns, {"input": items})
        yield stream
        first, *_, last = [json.loads(line[6:]) for line in stream.decode().split("\n") if line.startswith("data: ")]
        yield _body(client, "GET", f"{turns}/{first['turn_id']}/events")
        items = next_input(client, last.get("output", []))
        if items is None:
            break
    yield _body(client, "GET", f"{turns}?order=asc")
    yield _body(client, "GET", f"{sessions}?agent_name={file.name}")


def _body(client: httpx.Client, method: str, path: str, body: object = None) -> bytes:
    response = client.request(method, path, json=body)
    assert response.is_success, (path, response.text)
    return response.content


@pytest.fixture(scope="module")
def clients() -> Iterator[list[httpx.Client]]:
    """Clients of two servers with one seed, and of one with another."""
    arguments = ("--scenarios", "scenarios", "--speed", "0", "--no-watch", "--seed")
    with (
        running_server(*arguments, "7", cwd=ROOT, env={"PYTHONHASHSEED": "1"}) as one,
        running_server(*arguments, "7", cwd=ROOT, env={"PYTHONHASHSEED": "2"}) as same,
        running_server(*arguments, "8", cwd=ROOT) as other,
        httpx.Client(base_url=one, **SETTINGS) as first,
        httpx.Client(base_url=same, **SETTINGS) as second,
        httpx.Client(base_url=other, **SETTINGS) as third,
    ):
        yield [first, second, third]


@each_file
def test_the_same_seed_gives_the_same_bytes(clients: list[httpx.Client], file: GalleryFile) -> None:
    one, same, _ = clients

    assert list(bodies(one, file)) == list(bodies(same, file))


def test_another_seed_gives_other_bytes(clients: list[httpx.Client]) -> None:
    one, _, other = clients

    pairs = {file.name: (list(bodies(one, file)), list(bodies(other, file))) for file in FILES[:3]}

    assert [name for name, (ours, theirs) in pairs.items() if ours == theirs] == []


# -- the rules of every stream -----------------------------------------------------------------------------------------


def turns_of(talking: Talk, file: GalleryFile, client: httpx.Client) -> None:
    """Say what is to be tried and yes to all that follows."""
    items: list[Json] | None = [{"type": "user.message", "content": file.message}]
    while items is not None and len(talking.heard) < MOST_TURNS:
        heard = talking.send(items)
        items = next_input(client, [item.model_dump(mode="json") for item in heard.done.output])


@each_file
def test_every_turn_of_the_gallery_keeps_the_rules_of_a_stream(talk: Begin, file: GalleryFile) -> None:
    talking = talk(file.name)
    with httpx.Client(follow_redirects=True, trust_env=False) as client:
        turns_of(talking, file, client)

    for heard in talking.heard:
        assert [event.sequence_id for event in heard.events] == list(range(1, len(heard.events) + 1))
        assert isinstance(heard.events[0], TurnCreated)
        assert isinstance(heard.events[-1], TurnDone)
        turn = talking.session.get_turn(heard.turn_id)
        assert comparable(turn.events()) == comparable([*unstreamed(heard.events), *heard.messages])
        if isinstance(state := turn.state(), TurnDoneState):
            assert state.output == heard.done.output
    assert talking.heard[-1].pending == []


def unstreamed(events: list[Any]) -> list[Event]:
    """The events that are stored as they are streamed."""
    return [event for event in events if not isinstance(event, TurnCreated | TurnDone | ModelMessageDelta)]


def comparable(events: Any) -> list[Json]:
    """Events in order, without what is empty: an assembled message may say so by leaving it out."""
    found = [event.model_dump(mode="json", exclude_none=True) for event in events]
    return sorted(
        ({key: item for key, item in one.items() if item} for one in found), key=lambda one: one["sequence_id"]
    )
