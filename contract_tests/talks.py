"""A session of the gateway beside its model: everything that is asked is held against what the model says.

Owns: `Talk`. Must not know: who decides what is asked (`test_state_machine.py`), what is right (`model.py`), how
streams and logs are judged (`grammar.py`, `ledger.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from contract_tests.model import BOXED, Session, Turn, has_paper
from mock_gateway.conformance.server.beta.grammar import Judge, Past
from mock_gateway.conformance.server.beta.ledger import judge_log
from mock_gateway.conformance.server.beta.worlds import (
    Conversation,
    Pending,
    message,
    of_type,
    pending_in,
    text_of,
    turn_id,
)
from mock_gateway.conformance.server.client import Json, Speaker, Stream
from mock_gateway.conformance.server.violation import require, require_equal


def as_stream(shown: Json, log: Sequence[Json]) -> list[Json]:
    """The stream that a turn would have had if each message had come in one piece."""
    state = {name: value for name, value in shown["state"].items() if name != "error"}
    events = [{"type": "turn.created", "turn_id": shown["id"], "created_at": shown["created_at"]}]
    for event in log:
        calls = [{**call, "index": index} for index, call in enumerate(event.get("tool_calls") or ())]
        events.append({**event, "tool_calls": calls} if event["type"] == "model.message" and calls else dict(event))
    message = {"message": shown["state"]["error"]} if "error" in shown["state"] else {}
    events.append({"type": "turn.done", **state, **message})
    return [{**event, "sequence_id": number} for number, event in enumerate(events, 1)]


@dataclass(slots=True)
class Talk:
    """A session of the gateway beside its model. held: the stream of the turn that waits to be cancelled.

    pasts: what the judge knows at the end of each turn. ids, sandbox: what it knows of the whole session.
    pages: where a person allows or refuses a server.
    """

    real: Conversation
    model: Session
    held: Stream | None = None
    pasts: dict[str, Past] = field(default_factory=dict)
    ids: frozenset[str] = frozenset()
    sandbox: bool = False
    pages: dict[str, str] = field(default_factory=dict)

    @property
    def pending(self) -> tuple[Pending, ...]:
        """The calls that the latest turn named."""
        return self.model.latest.pending if self.model.latest else ()

    @property
    def ended(self) -> list[Turn]:
        """The turns that are over."""
        return [turn for turn in self.model.turns.values() if turn.status != "running"]

    # -- turns

    async def ask(self, body: Json) -> None:
        """Ask for a turn, which is begun or refused as the model says."""
        due = self.model.refusals(body)
        await (self._refused(body, due) if due else self._begun(body))

    async def _refused(self, body: Json, due: set[int]) -> None:
        before = await self._seen()
        answer = await self.real.post(body)
        require(answer.status in due, "NET-4", f"one of {sorted(due)} was due for {body}", answer.shown())
        require_equal(await self._seen(), before, "INP-8", f"the session after {body} was refused")
        self.check_turns(before[0])

    async def _seen(self) -> tuple[list[Json], Json | None, Json]:
        latest = self.model.latest
        shown = (await self.real.speaker.send("GET", self.real.path)).data("API-3")
        last = None if latest is None else await self.real.turn(latest.id)
        return await self.real.turns(order="asc"), last, dict(shown)

    async def _begun(self, body: Json) -> None:
        turn = self.model.begin(body)
        stream = await (self._queued(turn, body) if body.get("stream") is False else self._started(turn, body))
        self.model.add(turn)
        if turn.status == "running":
            assert stream is not None
            await stream.until(lambda events: "waiting." in text_of(events) and events[-1].get("finish_reason"))
            require_equal(
                (await self.real.state(turn.id)).get("status"), "running", "TRN-2", "the status of a held turn"
            )
            self.held = stream
            return
        await self.settle(turn, None if stream is None else await stream.rest())

    async def _started(self, turn: Turn, body: Json) -> Stream:
        stream = await self.real.start(body=body)
        turn.id = turn_id(await stream.count(1))
        return stream

    async def _queued(self, turn: Turn, body: Json) -> Stream | None:
        """Without a stream (TRN-9); then it is followed, if it still runs."""
        turn.id = (await self.real.post(body)).data("API-5")["id"]
        stream = await self.real.try_follow(turn.id)
        if stream.status == 200:
            return stream
        await stream.close()
        require(stream.status == 409 and turn.status != "running", "STR-6", f"following was answered {stream.status}")
        return None

    async def settle(self, turn: Turn, events: list[Json] | None) -> None:
        """A turn has ended: hold everything that is shown of it against the model. events: None when not streamed."""
        shown, log = await self.real.turn(turn.id), await self.real.log(turn.id)
        state = shown["state"]
        require_equal(state.get("status"), turn.status, "TRN-2", f"the status of a turn of {turn.story}")
        require_equal(shown.get("previous_turn_id"), turn.previous, "TRN-4", "previous_turn_id")
        require_equal(shown.get("input"), turn.given, "TRN-1", "the input as it was sent")
        if turn.status == "cancelled":
            require_equal(state.get("cancellation_reason"), "client-cancelled", "TRN-3", "the reason")
        turn.shown = shown
        if events is None:
            log = [{**event, "sequence_id": number} for number, event in enumerate(log, 2)]
            events = as_stream(shown, log)
        require_equal(events[-1].get("output"), state.get("output"), "EVT-2", "the output at the end")
        self._judge(turn, events, log)
        self._note_pauses(turn, events)

    def _judge(self, turn: Turn, events: Sequence[Json], log: Sequence[Json]) -> None:
        past = self.pasts.get(turn.previous or "", Past())
        judge = Judge(Past(past.threads, past.calls, self.ids, self.sandbox))
        for event in events:
            judge.feed(event)
        for violation in [*judge.finish(), *judge_log(events, log)]:
            raise violation
        self.pasts[turn.id] = past = judge.past()
        self.ids, self.sandbox = past.ids, past.sandbox
        papers = any(map(has_paper, of_type(turn.shown.get("input") or [], "user.message")))
        # An agent that asks for authorisation first has not looked at the files.
        boxed = papers and self.model.agent in BOXED and not turn.wanted
        require(self.sandbox or not boxed, "SBX-1", "a file was taken without a sandbox", list(events))

    def _note_pauses(self, turn: Turn, events: Sequence[Json]) -> None:
        turn.pending = tuple(pending_in(events))
        asks = sorted((call.thread_id == "main", call.type) for call in turn.pending)
        require_equal(asks, turn.asks, "TOO-2", "what the turn waits for")
        servers = [server for event in of_type(events, "mcp.auth_required") for server in event["servers"]]
        require_equal({server["mcp_server_name"] for server in servers}, set(turn.wanted), "MCP-1", "the servers")
        self.pages |= {server["mcp_server_name"]: server["auth_url"] for server in servers}

    async def hurry(self, cut: int, *, cancelled: bool) -> None:
        """Begin a turn that takes a while, leave it after so many events, perhaps cancel it, and come back."""
        body: Json = {"input": [message("slow")]}
        turn = self.model.begin(body)
        async with await self.real.start(body=body) as stream:
            events = list(await stream.count(cut))[:cut]
        turn.id = turn_id(events)
        self.model.add(turn)
        if cancelled:
            require_equal((await self.real.cancel(turn.id)).status, 200, "CAN-4", "the status of cancelling")
        again = await self.real.try_follow(turn.id, cut)
        if again.status == 200:
            events += await again.rest()
        await again.close()
        require(again.status in (200, 409), "STR-6", f"coming back was answered {again.status}")
        if cancelled:
            turn.status = (await self.real.state(turn.id))["status"]
            require(turn.status in ("done", "cancelled"), "TRN-2", f"a cancelled turn is {turn.status}")
        await self.settle(turn, events if again.status == 200 else None)

    # -- everything else

    async def cancel(self, turn: Turn | None, times: int) -> None:
        """Cancel a turn, or the session, several times."""
        running = self.model.running
        for _ in range(times):
            answer = await self.real.cancel(None if turn is None else turn.id)
            require_equal(answer.status, 200, "CAN-4", "the status of cancelling")
        if running is not None and turn in (None, running):
            assert self.held is not None
            running.status, stream, self.held = "cancelled", self.held, None
            await self.settle(running, await stream.rest())
        self.check_turns(await self.real.turns(order="asc"))

    async def drop(self, cuts: Sequence[int], *, by_header: bool) -> None:
        """Read the turn that is held in small drops, from its beginning as far as they go."""
        assert self.held is not None
        due, got = self.held.events, list[Json]()
        for cut in cuts:
            count = min(cut, len(due) - len(got))
            after = str(got[-1]["sequence_id"] if got else 0)
            query, headers = (None, {"last-event-id": after}) if by_header else (after, {})
            async with await self.real.follow(turn_id(due), query, headers) as stream:
                got += list(await stream.count(count))[:count]
            require_equal(got, due[: len(got)], "SEQ-2", "what was read in drops")

    async def follow_ended(self, turn: Turn, cursor: int | None) -> None:
        """STR-6."""
        async with await self.real.try_follow(turn.id, cursor) as stream:
            require_equal(stream.status, 409, "STR-6", f"the status of following a turn that is {turn.status}")

    async def choose(self, server: str, choice: str) -> None:
        """What a person does on the page of a server."""
        page = urlsplit(self.pages[server])
        person = Speaker(self.real.speaker.pool, "", key=None)
        form = {"content-type": "application/x-www-form-urlencoded"}
        path = f"{page.path}?{page.query}"
        answer = await person.send("POST", path, content=f"choice={choice}".encode(), headers=form)
        require(answer.status < 400, "MCP-1", "the page does not take a choice", answer.shown())
        (self.model.allowed.add if choice == "allow" else self.model.allowed.discard)(server)

    async def log_pages(self, turn: Turn, limit: int, order: str) -> None:
        """The log of a turn in pages (LOG-1, PAG-1), or a refusal while it runs."""
        if turn.status == "running":
            answer = await self.real.speaker.send("GET", f"{self.real.turn_path(turn.id)}/events")
            require_equal(answer.status, 409, "reading:running_turn_events", "the status for a running turn")
            return
        log = await self.real.log(turn.id, limit=limit, order=order)
        whole = await self.real.log(turn.id)
        require_equal(log if order == "asc" else log[::-1], whole, "PAG-1", f"the log in pages of {limit}")

    def check_turns(self, turns: Sequence[Json]) -> None:
        """The turns as they are listed, oldest first: all of them, chained as they have to be, the ended unchanged."""
        found = [(turn["id"], turn["previous_turn_id"], turn["state"]["status"]) for turn in turns]
        due = [(turn.id, turn.previous, turn.status) for turn in self.model.turns.values()]
        require_equal(found, due, "API-6", "the turns of the session")
        require([status for _, _, status in found].count("running") <= 1, "SES-5", "two turns run", found)
        for shown, turn in zip(turns, self.model.turns.values(), strict=True):
            require(turn.shown in ({}, shown), "TRN-2", "a turn that had ended has changed", [turn.shown, shown])
