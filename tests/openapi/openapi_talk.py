"""A conversation with any agent, in either contract: a message, then whatever its pauses ask for.

Owns: what differs between the contracts in talking (`WAYS`, a table). Must not know: any scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from openapi_reading import Json
from openapi_witness import Witness

MOST_TURNS = 6
ALLOW: Json = {"status": "allow"}
DENY: Json = {"status": "deny", "reason": "not today"}


@dataclass(frozen=True, slots=True)
class Way:
    """How one contract does it.

    follow: the operation that streams a turn. cursor: the request of it, for a cursor: query and body.
    state: the end of a turn, from its last event. pauses: the events that a turn waits for, from its state.
    servers: the field of `mcp.auth_required` that names the servers.
    """

    follow: str
    cursor: Callable[[int], tuple[dict[str, str] | None, Json | None]]
    state: Callable[[Json], Json]
    pauses: Callable[[Json], list[Json]]
    servers: str


def _beta_pauses(state: Json) -> list[Json]:
    return [item for item in state.get("output") or () if item["type"] != "model.message"]


def _v1_pauses(state: Json) -> list[Json]:
    actions: list[Json] = state.get("required_actions", [])
    return actions


def _v1_state(done: Json) -> Json:
    state: Json = done["state"]
    return state


WAYS: Mapping[str, Way] = {
    "beta": Way("stream_turn", lambda after: ({"after_sequence_id": str(after)}, None), dict, _beta_pauses, "servers"),
    "v1": Way(
        "subscribe_turn", lambda after: (None, {"after_sequence_number": after}), _v1_state, _v1_pauses, "mcp_servers"
    ),
}


class Conversation:
    """A session with an agent.

    approval: what is said to every call that needs it. turns: the ids of the turns so far.
    """

    def __init__(self, witness: Witness, session_id: str, approval: Json) -> None:
        self.witness = witness
        self.way = WAYS[str(witness.reading)]
        self.session = {"session_id": session_id}
        self.approval = approval
        self.turns: list[str] = []

    def say(self, text: str) -> None:
        """A message, and everything that follows from saying the same to every pause."""
        state = self.send([{"type": "user.message", "content": text}])
        for _ in range(MOST_TURNS):
            pauses = self.way.pauses(state) if state is not None else []
            if not pauses:
                return
            state = self.send([item for pause in pauses for item in self._answers(pause)])

    def send(self, items: list[Json]) -> Json | None:
        """A turn, followed to its end; its state, or None when it was refused."""
        heard = self.witness.ask("create_turn", self.session, {"input": items})
        if not isinstance(heard, list):
            return None
        self.turns.append(heard[0]["turn_id"])
        assert heard[-1]["type"] == "turn.done"
        return self.way.state(heard[-1])

    def follow(self, turn: Mapping[str, str], after: int = 0) -> object:
        """The stream of a turn."""
        query, body = self.way.cursor(after)
        return self.witness.ask(self.way.follow, turn, body, query=query)

    def _answers(self, pause: Json) -> list[Json]:
        if pause["type"] == "mcp.auth_required":
            for server in pause[self.way.servers]:
                address = urlsplit(server["auth_url"])
                page = self.witness.http.post(f"{address.path}?{address.query}", data={"choice": "allow"})
                assert page.status_code == 303
            return []
        return [self._answer(pause, ref["id"]) for ref in pause["tool_calls"]]

    def _answer(self, pause: Json, call: str) -> Json:
        where = {"thread_id": pause["thread_id"], "tool_call_id": call}
        if pause["type"] == "tool.approval_required":
            return {"type": "user.tool_approval", **where, "approval": self.approval}
        return {"type": "user.tool_response", **where, "content": "Yes, please."}
