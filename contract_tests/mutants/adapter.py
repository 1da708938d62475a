"""The small client as an adapter: JSON lines on stdin and stdout.

Owns: operations of the adapter protocol, by name. Must not know: which bug the client has.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from contract_tests.mutants.client import Client
from contract_tests.mutants.dialects import DIALECTS
from contract_tests.mutants.errors import Failure
from contract_tests.mutants.fold import Bit, Fold
from contract_tests.mutants.wire import Wire

Json = dict[str, Any]
CAPABILITIES = (
    "resume",
    "subscribe",
    "background",
    "turn",
    "events",
    "turns",
    "sessions",
    "approval",
    "response",
    "auth",
    "cancel",
    "retry",
    "parallel",
    "live",
)


class Parts:
    """What an adapter makes clients of."""

    client: type[Client] = Client
    wire: type[Wire] = Wire


class Adapter:
    """One adapter. name: of the bug; empty when there is none."""

    def __init__(self, name: str, parts: Parts) -> None:
        self.name = name
        self.parts = parts
        self.number = 0
        self.is_quiet = False
        self._client: Client | None = None

    def serve(self) -> None:
        """Answer until stdin ends."""
        for line in sys.stdin:
            request = json.loads(line)
            if request["op"] == "quit":
                return
            self.number = request["id"]
            self.write(self.reply(request["op"], request.get("args") or {}))

    def write(self, message: Json) -> None:
        """One line."""
        sys.stdout.write(json.dumps({"id": self.number, **message}) + "\n")
        sys.stdout.flush()

    def reply(self, op: str, args: Json) -> Json:
        """What comes of an operation."""
        act = getattr(self, f"op_{op}", None)
        if act is None:
            return {"ok": False, "error": {"kind": "unsupported", "message": op}}
        try:
            result = act(**args)
        except Failure as failure:
            seen = failure.__dict__.get("seen")
            known = {} if seen is None else {"result": self.told(seen)}
            return {"ok": False, "error": failure.told(), **known}
        return {"ok": True, "result": self.told(result) if isinstance(result, Fold) else result}

    def told(self, fold: Fold) -> Json:
        """An observation."""
        return fold.told()

    def tell(self, count: int, bit: Bit, number: int | None) -> None:
        """An event was delivered."""
        if not self.is_quiet:
            self.write({"event": count, "type": bit.type, "seq": number})

    @property
    def client(self) -> Client:
        """The client that was opened."""
        if self._client is None:
            raise Failure("client", "open comes first")
        return self._client

    # -- the operations

    def op_hello(self) -> Json:
        name = f"small client ({self.name})" if self.name else "small client"
        return {"name": name, "version": "1", "dialects": list(DIALECTS), "capabilities": list(CAPABILITIES)}

    def op_open(self, base_url: str, api_key: str, dialect: str, options: Json | None = None) -> Json:
        wire = self.parts.wire(base_url, api_key, options or {})
        self._client = self.parts.client(wire, DIALECTS[dialect](), self.tell)
        return {}

    def op_reset(self) -> Json:
        self._client = None
        return {}

    def op_create_session(self, agent: str) -> Json:
        return {"session_id": self.client.create_session(agent)}

    def op_get_session(self, session_id: str) -> Json:
        return {"session_id": self.client.get_session(session_id)}

    def op_list_sessions(self, agent: str, limit: int | None = None) -> Json:
        return {"session_ids": self.client.list_sessions(agent, limit)}

    def op_list_turns(self, session_id: str, limit: int | None = None) -> Json:
        return {"turn_ids": self.client.list_turns(session_id, limit)}

    def op_run_turn(
        self, session_id: str, input: list[Json] | None = None, previous_turn_id: str | None = None, **reading: Any
    ) -> Fold:
        return self.client.run(session_id, input, previous_turn_id, **reading)

    def op_run_turns(self, turns: list[Json]) -> Json:
        self.is_quiet = True
        try:
            with ThreadPoolExecutor(len(turns)) as pool:
                return {"turns": [self.told(fold) for fold in pool.map(lambda turn: self.op_run_turn(**turn), turns)]}
        finally:
            self.is_quiet = False

    def op_start_turn(
        self, session_id: str, input: list[Json] | None = None, previous_turn_id: str | None = None
    ) -> Json:
        turn, status = self.client.start(session_id, input, previous_turn_id)
        return {"turn_id": turn, "status": status}

    def op_answer(self, session_id: str, answers: list[Json], **reading: Any) -> Fold:
        return self.client.run(session_id, [self.item(one) for one in answers], **reading)

    def item(self, answer: Json) -> Json:
        """An answer as input of a turn."""
        place = {"thread_id": answer["thread"], "tool_call_id": answer["id"]}
        if answer["kind"] == "response":
            return {"type": "user.tool_response", **place, "content": answer["content"]}
        approval = {"status": answer["decision"]}
        if answer.get("reason"):
            approval["reason"] = answer["reason"]
        return {"type": "user.tool_approval", **place, "approval": approval}

    def op_resume_mcp(self, session_id: str, **reading: Any) -> Fold:
        return self.client.run(session_id, None, **reading)

    def op_subscribe(self, session_id: str, turn_id: str, after: int | None = None, **reading: Any) -> Fold:
        return self.client.follow(session_id, turn_id, after, **reading)

    def op_get_turn(self, session_id: str, turn_id: str) -> Json:
        return self.of_state(self.client.state(session_id, turn_id))

    def op_wait_turn(self, session_id: str, turn_id: str) -> Json:
        return self.of_state(self.client.wait(session_id, turn_id))

    def of_state(self, fold: Fold) -> Json:
        """A state has messages, but no events."""
        told = self.told(fold)
        del told["events"]
        return told

    def op_list_events(self, session_id: str, turn_id: str, limit: int | None = None) -> Json:
        told = self.told(self.client.list_events(session_id, turn_id, limit))
        return {**told, "status": self.client.state(session_id, turn_id).status}

    def op_cancel(self, session_id: str, turn_id: str | None = None) -> Json:
        self.client.cancel(session_id, turn_id)
        return {}
