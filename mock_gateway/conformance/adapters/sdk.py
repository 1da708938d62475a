"""The adapter of the published Python client, `truefoundry-gateway-sdk`, any release from 0.1.0 to 0.4.2.

Owns: how its synchronous client is driven, and what it gave. Stands alone: it runs in the client's own environment, as
`mock-gateway check client --command "that/python {adapters}/sdk.py"`, and imports the client and Python's library only.
What the client skips with a warning in its log is missing here too: that is what an application sees.
"""

from __future__ import annotations

import sys
from pathlib import Path

# This folder has modules called as some of Python's own are; a script's folder is searched first.
sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() != Path(__file__).resolve().parent]

import json  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from concurrent.futures import ThreadPoolExecutor  # noqa: E402
from importlib import import_module  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]

httpx: Any = import_module("httpx")
sdk: Any = import_module("truefoundry_gateway_sdk")
agents: Any = import_module("truefoundry_gateway_sdk.agents")
ApiError: Any = import_module("truefoundry_gateway_sdk.core.api_error").ApiError
VERSION = tuple(int(part) for part in sdk.__version__.split(".")[:3])

ALWAYS = "subscribe turn events turns sessions approval response auth cancel retry parallel live"
HAS_BACKGROUND = VERSION >= (0, 4, 2)
"""Older releases can ask for a stream only; `execute(stream=False)` of any release waits for the end of the turn."""
LIMIT = 10
"""Items a page, where nothing else is asked for: the client's own default."""


class Seen:
    """What the client has delivered of one turn, put together by its own `merge_event_delta`."""

    def __init__(self) -> None:
        self.told: Json = {"status": "running", "events": [], "tool_results": [], "actions": []}
        self.messages: dict[str, Any] = {}

    def take(self, event: Any, number: int | None = None) -> None:
        """One event. number: the sequence number, of releases that tell it."""
        kind = event.type
        self.told["events"].append(kind)
        if number is not None:
            self.told["last"] = number
        if kind == "model.message":
            self.messages[event.id] = event
        elif agents.is_event_delta(event):
            agents.merge_event_delta(self._base(event), event)
        elif kind == "turn.created":
            self.told["turn_id"] = event.turn_id
        elif kind == "turn.done":
            self.end(event.state)
        elif kind == "tool.response":
            result = {"id": event.tool_call_id, "content": event.content, "thread": event.thread_id}
            self.told["tool_results"].append(result)
        else:
            self.told["actions"] += actions(event)

    def _base(self, delta: Any) -> Any:
        """What a delta is merged into. In the middle of a turn it has to be made, as an application would."""
        if delta.id not in self.messages:
            made = {
                "id": delta.id,
                "thread_id": delta.thread_id,
                "created_at": getattr(delta, "created_at", None) or "",
            }
            self.messages[delta.id] = agents.ModelMessageEvent(**made)
        return self.messages[delta.id]

    def end(self, state: Any) -> None:
        """The state of the turn."""
        reason = getattr(state, "reason", None)
        self.told["status"] = state.status
        self.told["message"] = getattr(state, "message", None)
        self.told["reason"] = getattr(reason, "value", reason)

    def json(self) -> Json:
        """All of it."""
        said: dict[str, list[Any]] = {}
        calls: list[Json] = []
        for message in self.messages.values():
            said.setdefault(message.thread_id, []).append(message)
            calls += [
                {
                    "id": call.id,
                    "name": call.function.name,
                    "arguments": call.function.arguments,
                    "thread": message.thread_id,
                }
                for call in message.tool_calls or ()
                if call is not None  # the client leaves holes where indexes do
            ]
        main = said.get("main", [])
        threads = {thread: "".join(map(text_of, messages)) for thread, messages in said.items()}
        return {
            **self.told,
            "text": threads.get("main", ""),
            "threads": threads,
            "reasoning": "".join(message.reasoning_content or "" for message in main),
            "refusal": "".join(message.refusal or "" for message in main),
            "tool_calls": calls,
        }


def text_of(message: Any) -> str:
    """The text of a message, which may have parts."""
    if isinstance(message.content, list):
        return "".join(getattr(part, "text", "") for part in message.content)
    return message.content or ""


def actions(event: Any) -> list[Json]:
    """What an event asks the user for."""
    if event.type == "mcp.auth_required":
        return [{"kind": "auth", "server": server.name, "url": server.auth_url} for server in event.mcp_servers]
    kinds = {"tool.approval_required": "approval", "tool.response_required": "response"}
    if event.type not in kinds:
        return []
    return [{"kind": kinds[event.type], "id": call.id, "thread": event.thread_id} for call in event.tool_calls]


def item_of(data: Json) -> Any:
    """An item of input as the client has it."""
    kinds = {
        "user.message": sdk.UserMessage,
        "user.tool_approval": sdk.UserToolApprovalEvent,
        "user.tool_response": sdk.UserToolResponseEvent,
    }
    return kinds[data["type"]](**{name: value for name, value in data.items() if name != "type"})


def answer_of(answer: Json) -> Any:
    """An answer of the protocol as an item of input."""
    place = {"thread_id": answer["thread"], "tool_call_id": answer["id"]}
    if answer["kind"] == "response":
        return sdk.UserToolResponseEvent(**place, content=answer["content"])
    reason = answer.get("reason")
    deny = sdk.ApprovalDeny(**({} if reason is None else {"reason": reason}))
    return sdk.UserToolApprovalEvent(**place, approval=sdk.ApprovalAllow() if answer["decision"] == "allow" else deny)


class Adapter:
    """The operations, by name."""

    def __init__(self, write: Callable[[Json], None]) -> None:
        self.write = write
        self.is_quiet = False
        self.client: Any = None
        self.sessions: dict[str, Any] = {}

    def hello(self) -> Json:
        """Who answers."""
        capabilities = ALWAYS.split() + (["background"] if HAS_BACKGROUND else [])
        told = {"name": "truefoundry-gateway-sdk", "version": sdk.__version__}
        return {**told, "dialects": ["v1"], "capabilities": capabilities}

    def open(self, base_url: str, api_key: str, options: Json | None = None, **_dialect: str) -> Json:
        """A new client. All else is the client's default."""
        self.reset()
        given = options or {}
        more = {"timeout": given["read_timeout_ms"] / 1000} if "read_timeout_ms" in given else {}
        if "max_retries" in given:
            more["max_retries"] = given["max_retries"]
        self.client = agents.AgentSessionClient(base_url=base_url, api_key=api_key, **more)
        return {}

    def reset(self) -> Json:
        """Forget the client."""
        self.client = None
        self.sessions.clear()
        return {}

    def create_session(self, agent: str) -> Json:
        """See the table of operations, as for all that follow."""
        session = self.client.create_session(agent_name=agent)
        self.sessions[session.id] = session
        return {"session_id": session.id}

    def get_session(self, session_id: str) -> Json:
        return {"session_id": self.client.get_session(session_id).id}

    def list_sessions(self, agent: str, limit: int = LIMIT) -> Json:
        return {"session_ids": [session.id for session in self.client.list_sessions(agent_name=agent, limit=limit)]}

    def list_turns(self, session_id: str, limit: int = LIMIT) -> Json:
        return {"turn_ids": [turn.id for turn in self._session(session_id).list_turns(limit=limit)]}

    def list_events(self, session_id: str, turn_id: str, limit: int = 25) -> Json:
        turn = self._session(session_id).get_turn(turn_id)
        seen = Seen()
        for event in turn.list_events(limit=limit):
            seen.take(event)
        seen.end(turn.state)
        return {**seen.json(), "turn_id": turn_id}

    def get_turn(self, session_id: str, turn_id: str) -> Json:
        return self._state(turn_id, self._session(session_id).get_turn(turn_id).state)

    def wait_turn(self, session_id: str, turn_id: str) -> Json:
        return self._state(turn_id, self._session(session_id).get_turn(turn_id).wait_for_completion())

    def cancel(self, session_id: str, **_turn: str) -> Json:
        self._session(session_id).cancel()
        return {}

    def start_turn(self, session_id: str, input: Any = None, previous_turn_id: Any = None) -> Json:
        # Only the generated client below has this; what is not given is left out.
        given = {} if input is None else {"input": [item_of(item) for item in input]}
        if previous_turn_id is not None:
            given["previous_turn_id"] = previous_turn_id
        turn = self.client._client.agents.sessions.create_turn(session_id, **given).data
        return {"turn_id": turn.id, "status": turn.state.status}

    def run_turn(self, session_id: str, input: Any = None, previous_turn_id: Any = None, **reading: Any) -> Json:
        return self._run(session_id, input and [item_of(item) for item in input], previous_turn_id, **reading)

    def run_turns(self, turns: list[Json]) -> Json:
        self.is_quiet = True
        try:
            with ThreadPoolExecutor(len(turns)) as pool:
                return {"turns": list(pool.map(lambda turn: self.run_turn(**turn), turns))}
        finally:
            self.is_quiet = False

    def answer(self, session_id: str, answers: list[Json], **reading: Any) -> Json:
        return self._run(session_id, [answer_of(one) for one in answers], None, **reading)

    def resume_mcp(self, session_id: str, **reading: Any) -> Json:
        return self._run(session_id, None, None, **reading)

    def subscribe(self, session_id: str, turn_id: str, after: Any = None, **reading: Any) -> Json:
        session = self._session(session_id)
        turn = session.get_turn(turn_id)
        cursor = {} if after is None else {"after_sequence_number": after}
        return {**self._read(session, turn.stream(**cursor), **reading), "turn_id": turn_id}

    # -- below the operations

    def _session(self, session_id: str) -> Any:
        if session_id not in self.sessions:
            self.sessions[session_id] = self.client.get_session(session_id)
        return self.sessions[session_id]

    def _run(self, session_id: str, items: Any, previous: Any, **reading: Any) -> Json:
        session = self._session(session_id)
        given = {} if previous is None else {"previous_turn_id": previous}
        if items is not None:
            given["input"] = items
        return self._read(session, session.prepare_turn(**given).execute(), **reading)

    def _read(self, session: Any, stream: Iterator[Any], stop_after: Any = None, cancel_after: Any = None) -> Json:
        """What was seen of a stream; when it fails, with the error."""
        seen, count = Seen(), 0
        try:
            while count != stop_after:
                if count and count == cancel_after:
                    session.cancel()
                data = next(stream, None)
                if count == cancel_after == 0:
                    session.cancel()  # only the first event asked for begins the turn
                if data is None:
                    break
                count += 1
                seen.take(data.event, data.sequence_number)
                if not self.is_quiet:
                    at = time.monotonic() * 1000
                    self.write({"event": count, "type": data.event.type, "seq": data.sequence_number, "at_ms": at})
        except Exception as error:  # whatever the client raises is what an application gets
            return {**seen.json(), "error": error_json(error)}
        finally:
            stream.close()  # type: ignore[attr-defined]  # a generator: leaving it lets go of the connection
        return seen.json()

    def _state(self, turn_id: str, state: Any) -> Json:
        seen = Seen()
        for event in [getattr(state, "output", None), *(getattr(state, "required_actions", None) or ())]:
            if event is not None:
                seen.take(event)
        seen.end(state)
        told = {**seen.json(), "turn_id": turn_id}
        del told["events"]
        return told


def error_json(error: Exception) -> Json:
    """What the client raised, in words of the protocol."""
    if isinstance(error, ApiError) and error.status_code is not None:
        told: Json = {"kind": "http", "status": error.status_code, "message": message_of(error.body)}
        after = {name.lower(): value for name, value in (error.headers or {}).items()}.get("retry-after", "")
        return {**told, **({"retry_after_s": float(after)} if after.isdigit() else {})}
    kind = "client"
    if isinstance(error, httpx.TimeoutException):
        kind = "timeout"
    elif type(error).__name__ == "SSEError" or isinstance(error, (ApiError, httpx.DecodingError, ValueError)):
        kind = "protocol"
    elif isinstance(error, httpx.TransportError):
        kind = "transport"
    return {"kind": kind, "message": f"{type(error).__name__}: {error}"}


def message_of(body: Any) -> str:
    """What a refusal says: a model, an object, or a text."""
    error = body.get("error") if isinstance(body, dict) else getattr(body, "error", None)
    found = error.get("message") if isinstance(error, dict) else getattr(error, "message", None)
    return str(body) if found is None else str(found)


def main() -> None:
    """Answer requests until stdin ends."""
    number, lock = 0, threading.Lock()

    def write(message: Json) -> None:
        with lock:
            sys.stdout.write(json.dumps({"id": number, **message}) + "\n")
            sys.stdout.flush()

    adapter = Adapter(write)
    for line in sys.stdin:
        request = json.loads(line)
        number, op = request["id"], request["op"]
        if op == "quit":
            return
        act = None if op.startswith("_") else getattr(adapter, op, None)
        if not callable(act) or op == "write" or (op == "start_turn" and not HAS_BACKGROUND):
            write({"ok": False, "error": {"kind": "unsupported", "message": f"there is no {op}"}})
            continue
        try:
            result = act(**request.get("args") or {})
        except Exception as error:  # as above
            write({"ok": False, "error": error_json(error)})
        else:
            error_told = result.pop("error", None)
            write({"ok": error_told is None, "result": result, "error": error_told})


if __name__ == "__main__":
    main()
