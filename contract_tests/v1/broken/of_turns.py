"""Gateways that are wrong about turns: what they are, how they end, how they are cancelled (V1-TRN, V1-CAN)."""

from __future__ import annotations

from contract_tests.broken.edits import bent_request, replaced
from contract_tests.broken.layers import Asked, Json, Layer, Reply, refusal
from contract_tests.v1.broken.bending import ZOO, bent_pages, bent_state, broken, instead_of
from mock_gateway.http.app import App

LATER = "2030-01-01T00:00:00.000Z"


def _said(asked: Asked, text: str) -> bool:
    return any(item.get("content") == text for item in asked.items())


def _true_is_false(asked: Asked) -> None:
    if asked.json.get("stream") is True and b"accept" not in dict(asked.headers):
        asked.json = {**asked.json, "stream": False}


def _null_is_none(asked: Asked) -> None:
    if asked.operation == "create_turn" and asked.json.get("previous_turn_id", "") is None:
        asked.json = {**asked.json, "previous_turn_id": "none"}


def _none_is_auto(asked: Asked, text: str) -> None:
    if asked.json.get("previous_turn_id") == "none" and _said(asked, text):
        asked.json = {**asked.json, "previous_turn_id": "auto"}


def _no_actions(state: Json) -> None:
    if state.get("required_actions") == []:
        del state["required_actions"]


def _no_time(state: Json) -> None:
    if state["status"] == "cancelled":
        state.pop("completed_at", None)


def _other_time(state: Json) -> None:
    if state["status"] == "done":
        state["completed_at"] = LATER


def _wrong_sum(state: Json) -> None:
    if "metrics" in state:
        state["metrics"]["total_tokens"] += 1


def _other_reason(state: Json) -> None:
    if state.get("output"):
        state["output"]["finish_reason"] = "length"


def _output_of_a_pause(state: Json) -> None:
    if state.get("required_actions"):
        state["output"] = {"type": "model.message", "id": "m", "thread_id": "main", "created_at": LATER, "content": "x"}


def _output_of_a_cancellation(state: Json) -> None:
    if state["status"] == "cancelled":
        state["output"] = {"type": "model.message", "id": "m", "thread_id": "main", "created_at": LATER, "content": "x"}


def _turned_round(asked: Asked, body: Json) -> None:
    if len(body["data"]) == 2 and "limit" not in asked.query:
        body["data"].reverse()


ZOO += [
    instead_of(
        "V1-TRN-19",
        "a turn in somebody else's session is a 404",
        lambda asked: asked.operation == "create_turn" and asked.session.endswith("/contract-foreign"),
        refusal(404),
    ),
    bent_request("V1-TRN-1", "a turn whose stream is asked for is answered without", _true_is_false),
    bent_request("V1-TRN-3", "null for the previous turn is none", _null_is_none),
    bent_request("V1-TRN-6", "a new root is chained to the latest turn", lambda asked: _none_is_auto(asked, "count")),
    bent_request("V1-TRN-7", "a new root remembers", lambda asked: _none_is_auto(asked, "history")),
    bent_state("V1-TRN-9", "a done turn does not say that it requires nothing", _no_actions),
    bent_state("V1-TRN-10", "a cancelled turn does not say when it ended", _no_time),
    bent_state("V1-TRN-11", "a turn shows another end than turn.done", _other_time, shown_only=True),
    bent_state("V1-TRN-12", "the total of all tokens is wrong", _wrong_sum),
    bent_pages("V1-TRN-14", "turns are listed oldest first", "list_turns", _turned_round),
    instead_of(
        "V1-TRN-15",
        "a turn needs a body",
        lambda asked: asked.operation == "create_turn" and not asked.body,
        refusal(400),
    ),
    replaced("V1-TRN-16", "a timeout looks like a cancellation", b"server-execution-timeout", b"client-cancelled"),
    bent_state("V1-TRN-17", "the output is another message", _other_reason),
    bent_state("V1-TRN-18", "a turn that waits has an output", _output_of_a_pause),
    replaced("V1-CAN-1", "a cancellation has another reason", b"client-cancelled", b"abandoned"),
    instead_of(
        "V1-CAN-2",
        "cancelling needs a body",
        lambda asked: asked.operation == "cancel_session" and not asked.body,
        refusal(400),
    ),
    bent_state("V1-CAN-4", "a cancelled turn has an output", _output_of_a_cancellation),
]


@broken("V1-TRN-2", "a turn that nobody follows is stopped")
class StopsAlone(Layer):
    """Cancelled."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if asked.operation == "create_turn" and reply.status == 200 and _said(asked, "slow"):
            await self.ask(asked, "POST", f"{asked.session}/cancel")


@broken("V1-TRN-4", "a turn does not show its session")
class NoSession(Layer):
    """A field less."""

    def turn(self, _asked: Asked, turn: Json) -> None:
        turn.pop("session_id")


@broken("V1-TRN-5", "a turn shows its first message only")
class FirstOnly(Layer):
    """Not as it was sent."""

    def turn(self, _asked: Asked, turn: Json) -> None:
        if turn.get("input"):
            del turn["input"][1:]


@broken("V1-TRN-8", "a second turn is a conflict")
class Conflict(Layer):
    """409."""

    async def instead(self, asked: Asked) -> Reply | None:
        if asked.operation != "create_turn" or not _said(asked, "hello"):
            return None
        turns = (await self.ask(asked, "GET", f"{asked.session}/turns")).json.get("data", ())
        return refusal(409) if turns and turns[0]["state"]["status"] == "running" else None


@broken("V1-TRN-13", "a client that hangs up stops its turn")
class StopsAtHangUp(Layer):
    """Cancelled."""

    async def hung_up(self, asked: Asked) -> None:
        if asked.operation == "create_turn" and _said(asked, "long tool"):
            await self.ask(asked, "POST", f"{asked.session}/cancel")


@broken("V1-CAN-3", "a cancelled turn is left out of the chain")
class Unchained(Layer):
    """The next one is a root."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.cancelled: set[str] = set()

    async def request(self, asked: Asked) -> None:
        if asked.operation == "cancel_session":
            self.cancelled.add(asked.session)
        elif asked.session in self.cancelled and _said(asked, "hello") and "previous_turn_id" not in asked.json:
            asked.json = {**asked.json, "previous_turn_id": "none"}


@broken("V1-CAN-5", "a cancellation does not wait for a tool that runs")
class NoResult(Layer):
    """The result is missing before a cancelled end."""

    def event(self, asked: Asked, event: Json) -> list[Json]:
        held = asked.seen.pop("held", None)
        if event["type"] == "tool.response":
            asked.seen["held"] = event
            return [held] if held else []
        if held is None:
            return [event]
        if event["type"] == "turn.done" and event["state"]["status"] == "cancelled":
            return [{**event, "sequence_id": held["sequence_id"]}]
        return [held, event]
