"""The adapter of the reference client: `python -m mock_gateway.conformance.adapters.reference`.

Owns: how `mock_gateway.client` is driven, and how what it gave is told. All folding is the client's own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mock_gateway import client as beta
from mock_gateway.client.builder import MessagePieces
from mock_gateway.conformance.adapters.protocol import OPS

Json = dict[str, Any]
CAPABILITIES = [
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
]
Tell = Callable[[int, beta.TurnStreamEvent], None]


class Seen:
    """What the client has delivered of one turn."""

    def __init__(self) -> None:
        self.told: Json = {"status": "running", "events": [], "tool_results": [], "actions": []}
        self._open: dict[str, MessagePieces] = {}
        self._threads: dict[str, list[str]] = {}
        self._calls: list[Json] = []

    def take(self, event: beta.TurnStreamEvent) -> None:
        """Add an event."""
        self.told["events"].append(event.type)
        self.told["last"] = event.sequence_id
        if isinstance(event, beta.ModelMessageDelta):
            self._open.setdefault(event.thread_id, MessagePieces()).fold(event)
            if event.finish_reason is not None:
                self._close(event.thread_id)
        else:
            self._other(event)

    def _other(self, event: Any) -> None:
        match event:
            case beta.TurnCreated():
                self.told["turn_id"] = event.turn_id
            case beta.TurnDone():
                self.told |= {"status": event.status, "message": event.message, "reason": event.cancellation_reason}
            case beta.ToolResponse():
                result = {"id": event.tool_call_id, "content": event.content, "thread": event.thread_id}
                self.told["tool_results"].append(result)
            case beta.ToolApprovalRequired() | beta.ToolResponseRequired():
                kind = "approval" if isinstance(event, beta.ToolApprovalRequired) else "response"
                self.told["actions"] += [
                    {"kind": kind, "id": ref.id, "thread": event.thread_id} for ref in event.tool_calls
                ]
            case beta.McpAuthRequired():
                self.told["actions"] += [
                    {"kind": "auth", "server": server.mcp_server_name, "url": server.auth_url}
                    for server in event.servers
                ]
            case beta.ModelMessage():
                self._message(event.thread_id, event.content, event.tool_calls)

    def _close(self, thread: str) -> None:
        pieces = self._open.pop(thread)
        self._message(thread, pieces.content, list(pieces.calls().values()))

    def _message(self, thread: str, content: str | None, calls: list[beta.ToolCall]) -> None:
        self._threads.setdefault(thread, []).append(content or "")
        self._calls += [
            {"id": call.id, "name": call.function.name, "arguments": call.function.arguments, "thread": thread}
            for call in calls
        ]

    def json(self) -> Json:
        """All of it; what was not finished is folded as far as it came."""
        for thread in list(self._open):
            self._close(thread)
        threads = {thread: "".join(texts) for thread, texts in self._threads.items()}
        return {**self.told, "text": threads.get("main", ""), "threads": threads, "tool_calls": self._calls}


class Adapter:
    """The operations of the protocol, by name. tell: is told of each event as it is delivered, with its number."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self._client: beta.TrueFoundryGateway | None = None
        self._sessions: dict[str, beta.Session] = {}

    def hello(self) -> Json:
        """See `protocol.OPS`, as for every method here."""
        return {"name": "mock_gateway.client", "version": "0.1.0", "dialects": ["beta"], "capabilities": CAPABILITIES}

    def open(self, base_url: str, api_key: str, dialect: str, options: Mapping[str, Any] | None = None) -> Json:
        assert dialect == "beta", dialect
        self.reset()
        given = options or {}
        pacing = beta.Pacing(
            retries=given.get("max_retries", 5), backoff=beta.Backoff(first=0.02, growth=2.0, longest=1.0)
        )
        patience = given.get("read_timeout_ms", 10_000) / 1000
        self._client = beta.TrueFoundryGateway(
            base_url, api_key, timeout=patience, stream_timeout=patience, pacing=pacing
        )
        return {}

    def reset(self) -> Json:
        self._sessions.clear()
        if self._client is not None:
            self._client.close()
            self._client = None
        return {}

    def create_session(self, agent: str) -> Json:
        session = self._agents.create_session(agent_name=agent)
        self._sessions[session.id] = session
        return {"session_id": session.id}

    def get_session(self, session_id: str) -> Json:
        return {"session_id": self._agents.get_session(session_id).id}

    def list_sessions(self, agent: str, limit: int = 100) -> Json:
        return {"session_ids": [one.id for one in self._agents.list_sessions(agent, limit=limit)]}

    def list_turns(self, session_id: str, limit: int = 100) -> Json:
        return {"turn_ids": [turn.id for turn in self._session(session_id).list_turns(limit=limit)]}

    def start_turn(self, session_id: str, input: Any = None, previous_turn_id: str = "auto") -> Json:
        turn = self._session(session_id).create_turn(input, previous_turn_id, stream=False)
        return {"turn_id": turn.id, "status": "running"}

    def get_turn(self, session_id: str, turn_id: str) -> Json:
        return self._state(turn_id, self._session(session_id).get_turn(turn_id).state())

    def wait_turn(self, session_id: str, turn_id: str) -> Json:
        return self._state(turn_id, self._session(session_id).get_turn(turn_id).wait())

    def cancel(self, session_id: str, turn_id: str | None = None) -> Json:
        session = self._session(session_id)
        (session if turn_id is None else session.get_turn(turn_id)).cancel()
        return {}

    def list_events(self, session_id: str, turn_id: str, limit: int = 100) -> Json:
        seen = Seen()
        turn = self._session(session_id).get_turn(turn_id)
        for event in turn.events(limit=limit):
            seen.take(event)  # type: ignore[arg-type]  # stored messages are told too
        return seen.json() | {"status": turn.state().status, "turn_id": turn_id}

    def run_turn(self, session_id: str, input: Any = None, previous_turn_id: str = "auto", **reading: Any) -> Json:
        session = self._session(session_id)
        return self._read(session, lambda: session.create_turn(input, previous_turn_id), **reading)

    def run_turns(self, turns: list[Json]) -> Json:
        tell, self.tell = self.tell, lambda _count, _event: None
        try:
            with ThreadPoolExecutor(len(turns)) as pool:
                return {"turns": list(pool.map(lambda args: self.run_turn(**args), turns))}
        finally:
            self.tell = tell

    def answer(self, session_id: str, answers: list[Json], **reading: Any) -> Json:
        return self.run_turn(session_id, [_item(one) for one in answers], **reading)

    def resume_mcp(self, session_id: str, **reading: Any) -> Json:
        return self.run_turn(session_id, None, **reading)

    def subscribe(self, session_id: str, turn_id: str, after: int | None = None, **reading: Any) -> Json:
        session = self._session(session_id)
        return self._read(session, lambda: session.get_turn(turn_id).stream(after), **reading)

    def _read(
        self,
        session: beta.Session,
        begin: Callable[[], beta.TurnStream],
        stop_after: int | None = None,
        cancel_after: int | None = None,
    ) -> Json:
        """What was seen of a stream; when it fails, with the error."""
        seen = Seen()
        count = 0
        try:
            with begin() as stream:
                while count != stop_after:
                    if count == cancel_after:
                        session.cancel()
                    event = next(stream, None)
                    if event is None:
                        break
                    count += 1
                    seen.take(event)
                    self.tell(count, event)
        except beta.GatewayError as error:
            return {**seen.json(), "error": error_json(error)}
        return seen.json()

    def _state(self, turn_id: str, state: beta.TurnState) -> Json:
        seen = Seen()
        for event in getattr(state, "output", ()):
            seen.take(event)
        told = seen.json() | {"turn_id": turn_id, "status": state.status}
        del told["events"]
        told["message"] = getattr(state, "error", None)
        told["reason"] = getattr(state, "cancellation_reason", None)
        return told

    @property
    def _agents(self) -> beta.Agents:
        if self._client is None:
            raise ValueError("open comes first")
        return self._client.agents

    def _session(self, session_id: str) -> beta.Session:
        if session_id not in self._sessions:
            self._sessions[session_id] = self._agents.get_session(session_id)
        return self._sessions[session_id]


def _item(answer: Json) -> beta.TurnInputItem:
    place = {"thread_id": answer["thread"], "tool_call_id": answer["id"]}
    if answer["kind"] == "response":
        return beta.UserToolResponse(**place, content=answer["content"])
    if answer["decision"] == "allow":
        return beta.UserToolApproval(**place, approval=beta.ApprovalAllow())
    return beta.UserToolApproval(**place, approval=beta.ApprovalDeny(reason=answer.get("reason")))


def error_json(error: Exception) -> Json:
    """An error of the client as the protocol has it."""
    told: Json = {"kind": "client", "message": str(error)}
    if isinstance(error, beta.ApiError):
        told |= {"kind": "http", "status": error.status, "message": error.message, "code": error.code}
        told["retry_after_s"] = error.retry_after
    elif isinstance(error, beta.ProtocolError):
        told["kind"] = "protocol"
    elif isinstance(error, beta.TransportError):
        told["kind"] = "timeout" if "Timeout" in str(error) else "transport"
    return told


def main() -> None:
    """Answer requests until stdin ends."""
    number = 0

    def write(message: Json) -> None:
        sys.stdout.write(json.dumps({"id": number, **message}) + "\n")
        sys.stdout.flush()

    def tell(count: int, event: beta.TurnStreamEvent) -> None:
        at = time.monotonic() * 1000
        write({"event": count, "type": event.type, "seq": event.sequence_id, "at_ms": at})

    adapter = Adapter(tell)
    for line in sys.stdin:
        request = json.loads(line)
        number, op = request["id"], request["op"]
        if op == "quit":
            return
        if op not in OPS:
            write({"ok": False, "error": {"kind": "unsupported", "message": f"there is no operation {op}"}})
            continue
        try:
            result = getattr(adapter, op)(**request["args"])
        except (beta.GatewayError, ValueError) as error:
            write({"ok": False, "error": error_json(error)})
        else:
            write({"ok": "error" not in result, "result": result, "error": result.pop("error", None)})


if __name__ == "__main__":
    main()
