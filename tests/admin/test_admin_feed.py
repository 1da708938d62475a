"""The live feed: everything as it happens, with ids to come back by, and nobody waits for a slow reader."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

import pytest

from mock_gateway.admin import feed as feeds
from mock_gateway.admin.feed import Feed
from mock_gateway.http.app import App
from mock_gateway.testing.process import running_server
from tests.admin.control_desk import SCENARIO, ControlDesk
from tests.http.apps import make_app


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the feed. id: None for one that has none."""

    id: int | None
    kind: str
    data: dict[str, Any]


def told(frames: bytes) -> list[Told]:
    """The events in some frames; comments are none."""
    found = []
    for frame in frames.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.splitlines() if line and line[0] != ":")
        if fields:
            number = fields.get("id")
            found.append(Told(None if number is None else int(number), fields["event"], json.loads(fields["data"])))
    return found


async def next_told(reader: AsyncIterator[bytes]) -> list[Told]:
    """The events that come next; heartbeats are passed over."""
    async with asyncio.timeout(20):
        while not (found := told(await anext(reader))):
            pass
    return found


def listening(test: Callable[[Feed, App], Awaitable[None]], **settings: Any) -> None:
    """Run a test with the feed of an application."""
    app = make_app(SCENARIO, **settings)
    asyncio.run(test(Feed(app.gateway), app))  # type: ignore[arg-type]  # a coroutine


def request(app: App, path: str = "/sessions/none") -> None:
    """Something that happens: a request and its answer."""
    journal = app.gateway.journal
    exchange = journal.begin("GET", path.encode(), b"", [])
    exchange.world = app.gateway.nearest_world(path)
    for tell in journal.starters:
        tell(exchange)
    exchange.status = 404
    journal.close(exchange)


def test_a_request_is_told_when_it_begins_and_when_it_ends() -> None:
    async def test(feed: Feed, app: App) -> None:
        reader = feed.follow(None, None)
        assert await anext(reader) == b": the last event is 0\n\n"

        request(app)

        began, ended = await next_told(reader)
        assert [(one.id, one.kind) for one in (began, ended)] == [(1, "request.began"), (2, "request.ended")]
        assert (began.data["method"], began.data["path"]) == ("GET", "/sessions/none")
        assert (ended.data["status"], ended.data["world"]) == (404, "")
        assert app.gateway.journal.find(ended.data["entry_id"]) is not None

    listening(test)


def test_the_journal_is_the_beginning_of_the_first_feed() -> None:
    async def test(feed: Feed, app: App) -> None:
        request(app)
        request(app)

        reader = feed.follow(None, 0)
        await anext(reader)

        assert [one.kind for one in await next_told(reader)] == ["request.ended", "request.ended"]

    listening(test)


def test_a_reader_that_comes_back_gets_what_it_missed_and_nothing_twice() -> None:
    async def test(feed: Feed, app: App) -> None:
        first = feed.follow(None, None)
        await anext(first)
        request(app)
        last = (await next_told(first))[-1].id
        await first.aclose()
        request(app)

        again = feed.follow(None, last)
        await anext(again)
        missed = await next_told(again)
        request(app)

        assert [one.id for one in missed + await next_told(again)] == [3, 4, 5, 6]

    listening(test)


def test_a_new_reader_hears_only_what_is_new() -> None:
    async def test(feed: Feed, app: App) -> None:
        await anext(feed.follow(None, None))
        request(app)

        reader = feed.follow(None, None)
        opening = await anext(reader)
        request(app)

        assert opening == b": the last event is 2\n\n"
        assert [one.id for one in await next_told(reader)] == [3, 4]

    listening(test)


def test_an_id_of_another_server_gets_everything() -> None:
    async def test(feed: Feed, app: App) -> None:
        request(app)

        reader = feed.follow(None, 900)
        await anext(reader)

        assert [one.id for one in await next_told(reader)] == [1]

    listening(test)


def test_a_slow_reader_loses_the_oldest_and_is_told_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "ROOM", 4)

    async def test(feed: Feed, app: App) -> None:
        slow = feed.follow(None, None)
        await anext(slow)
        for _ in range(5):
            request(app)

        lost, *rest = await next_told(slow)

        assert (lost.id, lost.kind, lost.data) == (None, "lost", {"lost": 6})
        assert [one.id for one in rest] == [7, 8, 9, 10]

    listening(test)


def test_what_is_kept_no_more_is_counted_as_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "KEPT", 4)

    async def test(feed: Feed, app: App) -> None:
        await anext(feed.follow(None, None))
        for _ in range(5):
            request(app)

        reader = feed.follow(None, 1)
        await anext(reader)
        lost, *rest = await next_told(reader)

        assert lost.data == {"lost": 5}
        assert [one.id for one in rest] == [7, 8, 9, 10]

    listening(test)


def test_a_reader_of_one_world_hears_of_no_other() -> None:
    async def test(feed: Feed, app: App) -> None:
        for world in ("", "/one", "/two"):
            app.gateway.world(world)
        one, everything = feed.follow("/one", None), feed.follow(None, None)
        await anext(one)
        await anext(everything)

        for path in ("/sessions/x", "/one/sessions/x", "/two/sessions/x"):
            request(app, path)

        assert {event.data["world"] for event in await next_told(one)} == {"/one"}
        assert {event.data["world"] for event in await next_told(everything)} == {"", "/one", "/two"}

    listening(test)


def test_silence_is_filled_with_comments() -> None:
    async def test(feed: Feed, _app: App) -> None:
        reader = feed.follow(None, None)

        assert [await anext(reader) for _ in range(3)][1:] == [b": hb\n\n"] * 2

    listening(test, heartbeat=0.01)


def test_a_reader_that_has_gone_is_forgotten_and_without_readers_nothing_is_noted() -> None:
    async def test(feed: Feed, app: App) -> None:
        feed.publish("control", "", {})
        reader = feed.follow(None, None)
        assert await anext(reader) == b": the last event is 0\n\n"

        await reader.aclose()

        assert not feed._listeners
        request(app)

    listening(test)


def test_what_is_done_here_is_told_and_what_is_only_asked_is_not() -> None:
    desk = ControlDesk()
    desk.get("get_version")
    feed: Feed = desk.app._admin.feed

    async def test() -> None:
        reader = feed.follow(None, None)
        await anext(reader)
        await asyncio.to_thread(act)
        changes = [(one.data["operation"], one.data.get("id")) for one in await next_told(reader)]
        assert changes == [("put_fault", "fault-1"), ("remove_fault", None)]

    def act() -> None:
        desk.get("list_faults")
        fault = desk.get("put_fault", {"fault": "status", "status": 500})["id"]
        desk.get("verify", {"expect": [{"never": "x"}]})
        desk.error("remove_fault", fault_id="none")
        desk.get("remove_fault", fault_id=fault)

    asyncio.run(test())


def test_scenarios_that_are_read_again_are_told_of_in_every_world() -> None:
    async def test(feed: Feed, app: App) -> None:
        reader = feed.follow("/one", None)
        await anext(reader)

        app.gateway.on_agents(["desk"], ["old"])

        (event,) = await next_told(reader)
        assert (event.kind, event.data["changed"], event.data["removed"]) == ("scenarios.reloaded", ["desk"], ["old"])

    listening(test)


# -- over a socket -----------------------------------------------------------------------------------------------------


def read_until(stream: HTTPResponse, kind: str) -> list[Told]:
    """Events up to the first of a kind."""
    text = b""
    while True:
        line = stream.readline()
        assert line, text
        text += line
        if line == b"\n" and any(one.kind == kind for one in told(text)):
            return told(text)


def open_feed(url: str, **headers: str) -> HTTPResponse:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    stream: HTTPResponse = urllib.request.urlopen(
        urllib.request.Request(f"{url}/__admin/events", headers=given), None, 20
    )
    return stream


def post(url: str, body: object) -> bytes:
    headers = {"authorization": "Bearer k", "content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as answer:
        found: bytes = answer.read()
    return found


def test_a_client_is_followed_over_a_socket_and_the_server_ends_with_the_feed_open(tmp_path) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(SCENARIO)
    with running_server("--speed", "0", "--scenarios", str(file)) as url:
        with open_feed(url) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert stream.readline().startswith(b": the last event is")
            session = json.loads(post(f"{url}/sessions", {"agent_name": "desk"}))["data"]["id"]
            events = post(f"{url}/sessions/{session}/turns", {"input": [{"type": "user.message", "content": "hi"}]})
            seen = read_until(stream, "turn.ended") + read_until(stream, "request.ended")
        with open_feed(url, Last_Event_ID=str(seen[0].id)) as stream:
            again = read_until(stream, "turn.ended")
        with open_feed(url) as stream:
            file.write_text(SCENARIO.replace("Good morning.", "Good evening."))
            assert read_until(stream, "scenarios.reloaded")[-1].data["changed"] == ["desk"]
        with open_feed(f"{url}/other"):
            pass
        left_open = open_feed(url)

    assert b"turn.done" in events
    kinds = [one.kind for one in seen]
    assert kinds == ["request.began", "request.ended", "request.began", "turn.ended", "request.ended"]
    assert seen[3].data["session_id"] == session
    assert [one.id for one in again] == [one.id for one in seen[1:4]]
    left_open.close()
