"""Laws that hold for every stream, log and list, wherever they are cut, and for two servers with the same seed.

the stream after k           the suffix of the whole, for every k
readers                      each sees the whole, whenever it comes
deltas put together          the stored log, and the output
pages of any size            the whole list, once, also while it grows
the same seed and requests   the same bytes
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

import httpx
import pytest
import yaml

from contract_tests.runs import Address
from mock_gateway.conformance.server import SCENARIOS
from mock_gateway.conformance.server.beta.checks.scenes import converse
from mock_gateway.conformance.server.beta.grammar import judge_turns
from mock_gateway.conformance.server.beta.ledger import judge_log
from mock_gateway.conformance.server.beta.worlds import (
    PAUSES,
    Conversation,
    message,
    of_type,
    pending_in,
    reply_to,
    text_of,
    turn_id,
    walk,
)
from mock_gateway.conformance.server.client import Json, Speaker, Stream
from mock_gateway.conformance.server.target import Target
from mock_gateway.testing.process import running_server

Bodies = list[tuple[str, int, bytes]]
"""What was asked, the status, the body."""


# -- streams -------------------------------------------------------------------------------------------------------


async def _held(target: Target) -> tuple[Conversation, Stream]:
    """A turn with messages, tools and threads side by side that is held, and its stream read as far as it goes."""
    session = await target.session("contract-machine")
    stream = await session.start(message("everything"))
    await stream.until(lambda events: "waiting." in text_of(events) and events[-1].get("finish_reason"))
    kinds = {event["type"] for event in stream.events}
    assert {"thread.created", "thread.done", "tool.response", "model.message"} <= kinds
    assert len(stream.events) > 40
    return session, stream


def after(events: Sequence[Json], cursor: int) -> list[Json]:
    """The suffix that is due after a cursor."""
    return [event for event in events if event["sequence_id"] > cursor]


async def _every_cursor(target: Target) -> None:
    session, stream = await _held(target)
    id, cursors = turn_id(stream.events), range(len(stream.events) + 1)
    by_query = [await session.follow(id, k) for k in cursors]
    by_header = [await session.follow(id, None, {"last-event-id": str(k)}) for k in cursors]
    # The query goes first, whatever the header says.
    by_both = [await session.follow(id, k, {"last-event-id": str(len(cursors) - 1 - k)}) for k in cursors]

    whole = await session.stop(stream)

    for readers in (by_query, by_header, by_both):
        for k, reader in zip(cursors, readers, strict=True):
            assert await reader.rest() == after(whole, k), f"the stream after {k}"


def test_the_stream_after_any_event_is_the_rest_of_the_whole(address: Address) -> None:
    address.run(_every_cursor)


async def _in_passing(target: Target) -> None:
    session = await target.session("contract-machine")
    stream = await session.start(message("everything slowly"))
    late: list[tuple[int, Stream]] = []
    # Each event that comes brings another reader, from the beginning or from there; every third one leaves early.
    while await stream.more() and stream.events[-1]["type"] != "turn.done":
        seen = stream.events[-1]["sequence_id"]
        for cursor in (0, seen):
            reader = await session.try_follow(turn_id(stream.events), cursor)
            if reader.status != 200:
                assert reader.status == 409
                await reader.close()
            elif len(late) % 3 == 2 and cursor == 0:
                assert await reader.count(1) and reader.events[0] == stream.events[0]
                await reader.close()
            else:
                late.append((cursor, reader))
    whole = await stream.rest()

    assert len(late) > 4
    for cursor, reader in late:
        assert await reader.rest() == after(whole, cursor), f"a reader that came late, after {cursor}"
    assert not judge_turns([whole])


def test_readers_who_join_late_or_leave_see_the_same(address: Address) -> None:
    address.run(_in_passing)


# -- logs ----------------------------------------------------------------------------------------------------------

CONVERSATIONS = (
    ("contract-talk", ("hello", "tool", "two tools", "deferred tool", "many", "fail", "history")),
    ("contract-crew", ("parallel", "nested", "failing", "silent")),
    ("contract-gate", ("approve", "ask", "approve and ask", "ask in threads", "ask twice")),
    ("contract-auth", ("go", "in a thread")),
    ("contract-box", ("run", "hello", "run")),
    ("contract-machine", ("both", "crew", "everything slowly")),
)


async def _folded(target: Target, agent: str, texts: Sequence[str]) -> None:
    told = await converse(target, agent, *texts)

    assert not judge_turns(one.events for one in told)
    for one in told:
        log, state = await one.log(), await one.state()
        assert not list(judge_log(one.events, log))
        assert one.done.get("output") == state.get("output")
        if state["status"] == "done":
            assert state["output"] == of_type(log, "model.message", *PAUSES)


@pytest.mark.parametrize(("agent", "texts"), CONVERSATIONS)
def test_deltas_put_together_are_the_log_and_the_output(agent: str, texts: Sequence[str], address: Address) -> None:
    address.run(lambda target: _folded(target, agent, texts))


async def _log_pages(target: Target) -> None:
    session, stream = await _held(target)
    id = turn_id(await session.stop(stream))
    whole = await session.log(id)

    assert len(whole) > 10
    for limit in (*range(1, len(whole) + 2), 1000):
        assert await session.log(id, limit=limit) == whole
        assert await session.log(id, limit=limit, order="desc") == whole[::-1]


def test_the_pages_of_a_log_are_the_whole_at_any_limit(address: Address) -> None:
    address.run(_log_pages)


# -- lists that grow -----------------------------------------------------------------------------------------------


async def _walk_and_grow(speaker: Speaker, path: str, query: Json, make: Callable[[], Awaitable[str]]) -> list[str]:
    """The ids that a walk meets, when something is made after each of its first pages."""
    met: list[str] = []
    for made in range(60):
        answer = await speaker.send("GET", path, query=query)
        met += [item["id"] for item in answer.data("PAG-1")]
        token = answer.json["pagination"].get("next_page_token")
        if not token:
            return met
        query = {**query, "page_token": token}
        if made < 5:
            await make()
    raise AssertionError("the pages do not come to an end")


async def _grow(speaker: Speaker, path: str, query: Json, make: Callable[[], Awaitable[str]]) -> None:
    """Walk at every limit: whole while nothing happens, and with everything that was there while it grows."""
    ids = [await make() for _ in range(6)]
    oldest_first = query.get("order") == "asc"
    for limit in (1, 2, 3, 4, 5, 6, 7, 1000):
        limited = {**query, "limit": limit}
        there = [item["id"] for item in await walk(speaker, path, "PAG-1", limited)]
        assert there == (ids if oldest_first else ids[::-1])

        met = await _walk_and_grow(speaker, path, limited, make)

        every = [item["id"] for item in await walk(speaker, path, "PAG-1", query)]
        assert met == (every if oldest_first else there), f"{path} in pages of {limit}"
        ids = every if oldest_first else every[::-1]


async def _growing_sessions(target: Target) -> None:
    world = target.world()

    async def make() -> str:
        return str((await world.create("contract-pages"))["id"])

    await _grow(world.speaker, "/sessions", {"agent_name": "contract-pages"}, make)


async def _growing_turns(target: Target, order: str) -> None:
    session = await target.session("contract-pages")

    async def make() -> str:
        return (await session.say("one more")).id

    await _grow(session.speaker, f"{session.path}/turns", {"order": order}, make)


def test_pages_of_sessions_meet_each_once_while_more_are_made(address: Address) -> None:
    address.run(_growing_sessions)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_of_turns_meet_each_once_while_more_are_made(order: str, address: Address) -> None:
    address.run(lambda target: _growing_turns(target, order))


# -- the same again ------------------------------------------------------------------------------------------------


def scripts() -> Iterator[tuple[str, list[str]]]:
    """Each agent of the scenarios, and every text that its file knows, and one that it does not."""
    for file in sorted(SCENARIOS.glob("*.yaml")):
        known = yaml.safe_load(file.read_text("utf-8"))
        rules = [rule.get("when", {}).get("message", {}).get("equals") for rule in known.get("turns", ())]
        yield known["agent"], [*filter(None, rules), "something else"]


@dataclass(slots=True)
class Told:
    """Everything that a server answered to a conversation with all agents. bodies: with what was asked."""

    client: httpx.Client
    bodies: Bodies = field(default_factory=list)

    def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """One request and its whole answer."""
        return self._note(self.client.request(method, path, json=body))

    def _note(self, answer: httpx.Response) -> httpx.Response:
        self.bodies.append((f"{answer.request.method} {answer.request.url.path}", answer.status_code, answer.content))
        return answer

    def turn(self, path: str, items: list[Json]) -> list[Json]:
        """A turn, cancelled if it has not ended by itself; its events."""
        with self.client.stream("POST", f"{path}/turns", json={"input": items}) as answer:
            self.ask("POST", f"{path}/cancel")
            answer.read()
        self._note(answer)
        lines = answer.text.splitlines() if answer.status_code == 200 else []
        events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
        if events:
            self.ask("GET", f"{path}/turns/{turn_id(events)}/events?limit=3")
        return events

    def converse(self, agent: str, texts: Sequence[str]) -> None:
        """Say everything in one session, answer what is asked, and look at it all."""
        for text in texts:
            made = self.ask("POST", "/sessions", {"agent_name": agent, "title": text})
            if made.status_code != 201:
                continue
            path = f"/sessions/{made.json()['data']['id']}"
            events = self.turn(path, [message(text)])
            for _ in range(4):
                # Some agents ask for authorisation for ever, because no person opens the page.
                if asked := of_type(events, *PAUSES):
                    events = self.turn(path, [reply_to(call) for call in pending_in(asked)])
            for below in ("", "/turns", "/turns?order=asc&limit=1"):
                self.ask("GET", path + below)
        self.ask("GET", f"/sessions?agent_name={agent}&limit=2")


def all_told(seed: int) -> Bodies:
    """What a server of its own with this seed answers, on virtual time, under a name that is always the same."""
    with (
        running_server("--scenarios", str(SCENARIOS), "--speed", "0", "--seed", str(seed)) as url,
        httpx.Client(base_url=url, headers={"host": "gateway.test", "authorization": "Bearer key"}) as client,
    ):
        told = Told(client)
        for agent, texts in scripts():
            told.converse(agent, texts)
        return told.bodies


@pytest.fixture(scope="module")
def first() -> Bodies:
    """What the first server answers, whose seed is 7."""
    return all_told(7)


@pytest.mark.own_gateway
def test_the_same_seed_and_requests_give_the_same_bytes(first: Bodies) -> None:
    second = all_told(7)

    assert len(first) > 300
    for one, another in zip(first, second, strict=True):
        assert one == another
    streams = [body for _, _, body in first if b"turn.created" in body and b"turn.done" in body]
    assert len(streams) > 50
    for word in (b"client-cancelled", b"approval_required", b"auth_required", b"thread.done", b"sandbox.created"):
        assert any(word in body for body in streams), word


@pytest.mark.own_gateway
def test_another_seed_gives_other_bytes(first: Bodies) -> None:
    other = all_told(8)

    assert [(asked.split("/")[1], status) for asked, status, _ in first] == [
        (asked.split("/")[1], status) for asked, status, _ in other
    ]
    streams = {body for _, _, body in first if b"turn.created" in body}
    assert streams
    assert not streams & {body for _, _, body in other}
