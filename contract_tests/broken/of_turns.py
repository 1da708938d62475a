"""Gateways that are wrong about turns: what they are, how they end, how they are cancelled (TRN, CAN, readings)."""

from __future__ import annotations

import asyncio
import re

from contract_tests.broken.edits import ZOO, bent_request, broken, replaced
from contract_tests.broken.layers import Asked, Json, Layer, Reply, refusal
from mock_gateway.http.app import App

_LATER = 1.6
"""Seconds; longer than any message of the scenarios takes."""


def _no_chain(asked: Asked) -> None:
    if asked.operation == "create_turn" and "previous_turn_id" in asked.json:
        asked.json = {name: value for name, value in asked.json.items() if name != "previous_turn_id"}


def _no_order(asked: Asked) -> None:
    if asked.operation == "list_turns":
        asked.query.pop("order", None)


ZOO += [
    bent_request("TRN-4", "a turn is always chained to the latest", _no_chain),
    bent_request("TRN-6", "turns are always listed newest first", _no_order),
    replaced("TRN-7", "a timeout looks like a cancellation", b"server-execution-timeout", b"client-cancelled"),
    replaced("CAN-1", "a cancellation looks like a timeout", b"client-cancelled", b"server-execution-timeout"),
    replaced("CAN-1 TRN-3 EVT-2", "a cancellation has a reason that nobody knows", b"client-cancelled", b"stopped"),
]


@broken("TRN-1", "a turn does not show its input")
class NoInput(Layer):
    """A field less."""

    def turn(self, _asked: Asked, turn: Json) -> None:
        turn.pop("input")


@broken("TRN-1", "a turn shows its text only")
class TextOnly(Layer):
    """Not as it was sent."""

    def turn(self, _asked: Asked, turn: Json) -> None:
        for item in turn["input"] or ():
            if isinstance(item.get("content"), list):
                item["content"] = item["content"][0].get("text", "")


@broken("TRN-1", "ids of turns are random UUIDs")
class RandomIds(Layer):
    """Version 4."""

    async def request(self, asked: Asked) -> None:
        there = r"([0-9a-f]{8}-[0-9a-f]{4}-)4([0-9a-f]{3}-)"
        asked.path = re.sub(rf"/turns/{there}", r"/turns/\g<1>7\2", asked.path)
        previous = asked.json.get("previous_turn_id")
        if isinstance(previous, str):
            asked.json = {**asked.json, "previous_turn_id": re.sub(there, r"\g<1>7\2", previous)}

    def raw(self, body: bytes) -> bytes:
        return re.sub(rb"([0-9a-f]{8}-[0-9a-f]{4}-)7([0-9a-f]{3}-)", rb"\g<1>4\2", body)


@broken("TRN-2", "a turn that has ended runs again")
class Revived(Layer):
    """The fourth look at it says so."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.looks: dict[str, int] = {}

    def turn(self, asked: Asked, turn: Json) -> None:
        if asked.operation == "get_turn":
            self.looks[asked.turn] = self.looks.get(asked.turn, 0) + 1
            if self.looks[asked.turn] == 4:
                turn["state"] = {"status": "running"}


@broken("TRN-3", "a pause is not part of the output")
class NoPauses(Layer):
    """Messages only."""

    def turn(self, _asked: Asked, turn: Json) -> None:
        if "output" in turn["state"]:
            output = turn["state"]["output"]
            turn["state"]["output"] = [item for item in output if item["type"] == "model.message"]


@broken("TRN-5", "a turn that did not end well is left out of the chain")
class OnlyDone(Layer):
    """Chained to the latest turn that is done."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.done: dict[str, str] = {}
        self.bad: set[str] = set()

    async def request(self, asked: Asked) -> None:
        if asked.operation == "create_turn" and asked.session in self.bad and asked.session in self.done:
            asked.json = {**asked.json, "previous_turn_id": self.done[asked.session]}

    def event(self, asked: Asked, event: Json) -> list[Json]:
        if event["type"] == "turn.created":
            asked.seen["turn"] = event["turn_id"]
        elif event["type"] == "turn.done" and asked.operation == "create_turn":
            if event["status"] == "done":
                self.done[asked.session] = asked.seen["turn"]
                self.bad.discard(asked.session)
            else:
                self.bad.add(asked.session)
        return [event]


@broken("TRN-8", "a client that hangs up stops its turn")
class StopsAtHangUp(Layer):
    """Cancelled."""

    async def hung_up(self, asked: Asked) -> None:
        if asked.operation == "create_turn":
            for turn in (await self.ask(asked, "GET", f"{asked.session}/turns")).json["data"][:1]:
                await self.ask(asked, "POST", f"{asked.session}/turns/{turn['id']}/cancel")


@broken("TRN-9", "a turn that nobody follows is stopped")
class StopsAlone(Layer):
    """Cancelled."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if asked.operation == "create_turn" and reply.status == 200:
            await self.ask(asked, "POST", f"{asked.session}/turns/{reply.json['data']['id']}/cancel")


@broken("CAN-2", "a cancellation waits for the end of the message")
class LateCancel(Layer):
    """Forwarded later."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.tasks: set[asyncio.Task[Reply]] = set()

    async def instead(self, asked: Asked) -> Reply | None:
        if not asked.operation.startswith("cancel_"):
            return None
        if (await self.ask(asked, "GET", asked.path.removesuffix("/cancel"))).status != 200:
            return None
        loop = asyncio.get_running_loop()
        loop.call_later(_LATER, lambda: self.tasks.add(loop.create_task(self.ask(asked, "POST", asked.path))))
        return Reply(200, b"{}", [(b"content-type", b"application/json")])


@broken("CAN-2", "a cancellation does not wait for a tool that runs")
class NoResult(Layer):
    """The response is missing before a cancelled end."""

    def event(self, asked: Asked, event: Json) -> list[Json]:
        held = asked.seen.pop("held", None)
        if event["type"] == "tool.response":
            asked.seen["held"] = event
            return [held] if held else []
        if held is None:
            return [event]
        if event["type"] == "turn.done" and event["status"] == "cancelled":
            return [{**event, "sequence_id": held["sequence_id"]}]
        return [held, event]


# Remembering what was cancelled (TRN-5) needs a turn after it.
@broken("CAN-3", "after a cancelled turn there is no other", {"TRN-5": "API-5"})
class OverAndOut(Layer):
    """409."""

    over_for: set[str]

    async def instead(self, asked: Asked) -> Reply | None:
        self.over_for = getattr(self, "over_for", set())
        return refusal(409) if asked.operation == "create_turn" and asked.session in self.over_for else None

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if asked.operation == "cancel_turn" and reply.status == 200:
            self.over_for.add(asked.session)


@broken("CAN-4", "cancelling a finished turn is a conflict")
class CancelFinished(Layer):
    """409."""

    async def instead(self, asked: Asked) -> Reply | None:
        if asked.operation != "cancel_turn":
            return None
        shown = (await self.ask(asked, "GET", asked.turn)).json
        ended = "data" in shown and shown["data"]["state"]["status"] != "running"
        return refusal(409) if ended else None


@broken("reading:cancel", "a cancelled session is gone")
class Gone(Layer):
    """410."""

    gone: set[str]

    async def instead(self, asked: Asked) -> Reply | None:
        self.gone = getattr(self, "gone", set())
        return refusal(410) if asked.operation == "create_turn" and asked.session in self.gone else None

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if asked.operation == "cancel_session" and reply.status == 200:
            self.gone.add(asked.session)
