"""httpx without a socket: what is sent arrives at once, and who leaves is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from mock_gateway.testing import MockGateway
from mock_gateway.testing.inprocess import ROOM
from tests.testing.testing_talk import GREETING, SLOW, begin, events_of, message, said

LARGE = """\
agent: desk
turns: [{ say: { words: 10000 } }]
"""


@pytest.fixture
def slow() -> Iterator[MockGateway]:
    """A gateway without a socket, whose time stands still."""
    with MockGateway(SLOW, port=None) as gateway:
        gateway.clock.set("virtual")
        yield gateway


def test_there_is_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_gateway.testing.served.bind", lambda *_: pytest.fail("nothing listens"))

    with MockGateway(GREETING, port=None) as gateway, gateway.client() as client:
        assert gateway.url == "http://127.0.0.1"
        assert said(client, "hello") == "Good day."


def test_an_event_arrives_before_the_next_one_happens(slow: MockGateway) -> None:
    with slow.client() as client, client.stream("POST", begin(client), json=message("later")) as stream:
        parts = stream.iter_text()
        early = next(parts)
        while "a minute" not in early and " minute" not in early:
            slow.clock.next()
            early += next(parts)
        assert "Now" not in early

        slow.clock.finish()

        assert "Now" in "".join(parts)


def test_the_same_from_an_event_loop(slow: MockGateway) -> None:
    async def talk() -> str:
        async with slow.async_client() as client:
            created = await client.post("/sessions", json={"agent_name": "desk"})
            turns = f"/sessions/{created.json()['data']['id']}/turns"
            async with client.stream("POST", turns, json=message("later")) as stream:
                parts = aiter(stream.aiter_text())
                assert "turn.created" in await anext(parts)
                slow.clock.advance(600)
                return "".join([part async for part in parts])

    events = events_of(asyncio.run(talk()))
    assert events[-1]["type"] == "turn.done"


def test_who_leaves_in_the_middle_is_noticed_and_the_turn_goes_on(slow: MockGateway) -> None:
    with slow.client() as client:
        turns = begin(client)
        with client.stream("POST", turns, json=message("later")) as stream:
            assert next(stream.iter_lines()) == "id: 1"
        slow.clock.finish()

        (begun,) = slow.journal.exchanges(operation="create_turn")
        assert begun.is_complete
        assert "turn.done" not in {frame.type for frame in slow.journal.frames(begun)}
        assert client.get(f"{turns}/{begun.turn_id}").json()["data"]["state"]["status"] == "done"


def test_a_reader_without_patience_is_told_so(slow: MockGateway) -> None:
    with (
        slow.client(timeout=httpx.Timeout(5, read=0.01)) as client,
        client.stream("POST", begin(client), json=message("hold")) as stream,
        pytest.raises(httpx.ReadTimeout, match=r"0\.01 seconds"),
    ):
        stream.read()


def test_a_reader_without_patience_is_told_so_in_a_loop_too(slow: MockGateway) -> None:
    async def talk() -> None:
        async with slow.async_client(timeout=httpx.Timeout(5, read=0.01)) as client:
            created = await client.post("/sessions", json={"agent_name": "desk"})
            turns = f"/sessions/{created.json()['data']['id']}/turns"
            async with client.stream("POST", turns, json=message("hold")) as stream:
                await stream.aread()

    with pytest.raises(httpx.ReadTimeout):
        asyncio.run(talk())


def test_a_gateway_that_ends_ends_its_streams(slow: MockGateway) -> None:
    with slow.client() as client, client.stream("POST", begin(client), json=message("hold")) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "id: 1"

        slow.stop()

        with pytest.raises(httpx.RemoteProtocolError, match="in the middle"):
            list(lines)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("reset", httpx.ReadError),
        ("drop", httpx.RemoteProtocolError),
        ("half-close", httpx.RemoteProtocolError),
        ("stall", httpx.ReadTimeout),
    ],
)
def test_a_fault_of_the_connection_is_seen_as_by_a_socket(fault: str, error: type[Exception]) -> None:
    with MockGateway(GREETING, port=None) as gateway, gateway.client(timeout=0.2) as client:
        gateway.faults.put(fault, at={"event": 3})
        got: list[str] = []

        with client.stream("POST", begin(client), json=message("hello")) as stream, pytest.raises(error):
            got.extend(stream.iter_lines())

        assert [line for line in got if line.startswith("id: ")] == ["id: 1", "id: 2"]
        (begun,) = gateway.journal.exchanges(operation="create_turn")
        assert [note.name for note in begun.faults] == [fault]


def test_a_connection_can_be_refused_and_an_answer_reset_before_it_begins() -> None:
    with MockGateway(GREETING, port=None) as gateway, gateway.client() as client:
        gateway.faults.put("refuse-connection")
        gateway.faults.put("reset-before-headers", on="create_session")

        for _ in range(2):
            with pytest.raises(httpx.ReadError):
                client.post("/sessions", json={"agent_name": "desk"})
        assert said(client, "hello") == "Good day."


def test_what_only_a_socket_can_do_is_left_alone_and_noted() -> None:
    with MockGateway(GREETING, port=None) as gateway, gateway.client() as client:
        gateway.faults.put("wrong-content-length", on="create_session")

        assert said(client, "hello") == "Good day."

        (made,) = gateway.journal.exchanges(operation="create_session")
        assert "cannot be done here" in made.faults[0].what


def test_a_slow_reader_holds_the_server_back_and_loses_nothing() -> None:
    with MockGateway(LARGE, port=None) as gateway, gateway.client() as client:
        with client.stream("POST", begin(client), json=message("go")) as stream:
            parts = stream.iter_text()
            text = next(parts)
            text += "".join(parts)

        numbers = [int(line[4:]) for line in text.splitlines() if line.startswith("id: ")]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(text) > ROOM
