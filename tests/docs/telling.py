"""Events told in lines of a transcript: a message, a call, a result, a pause, an end.

Owns: what each kind of event looks like there. Must not know: how the events came about (`transcripts.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

Event = dict[str, Any]
SYSTEM = "truefoundry-system"


class Teller:
    """Tells the events of one client; threads and calls by their names."""

    def __init__(self) -> None:
        self._threads = {"main": "main"}
        self._calls: dict[str, str] = {}

    def tell(self, events: Iterable[Event]) -> Iterator[str]:
        """A line for each event but `turn.created`; messages are assembled."""
        for event in events:
            if event["type"] in _TOLD:
                yield from _TOLD[event["type"]](self, event)

    def tell_pieces(self, events: Iterable[Event]) -> Iterator[str]:
        """The same with the pieces of messages, in a line for each change of the thread."""
        for thread, run in groupby(events, key=lambda event: event["type"] == "model.message" and event["thread_id"]):
            if not thread:
                yield from self.tell(run)
                continue
            texts = [json.dumps(text, ensure_ascii=False) for event in run for text in _piece(event)]
            if texts:
                yield f"{self._threads.get(thread, thread)}: {' '.join(texts)}"

    def _place(self, event: Event) -> str:
        """The thread behind a line, unless it is the main one."""
        thread = event["thread_id"]
        return "" if thread == "main" else f" (in {self._threads.get(thread, thread)})"

    def message(self, event: Event) -> Iterator[str]:
        """A whole message with its calls."""
        thread, calls = self._threads[event["thread_id"]], event.get("tool_calls", ())
        reason, text = event["finish_reason"], event.get("content") or ""
        told = "" if reason == ("tool_calls" if calls else "stop") else f" ({reason})"
        if text or told or not calls:
            yield f"{thread}: {text}{told}".replace(":  (", ": (")
        for call in calls:
            yield f"{thread} calls {self._call(call)}"

    def _call(self, call: Event) -> str:
        function, info = call["function"], call["tool_info"]
        self._calls[call["id"]] = function["name"]
        server = info["mcp_server_name"]
        deferred = " (deferred)" if info.get("is_deferred") else ""
        name = function["name"] if server == SYSTEM else f"{server}.{function['name']}"
        return f"{name} {function['arguments']}{deferred}"

    def response(self, event: Event) -> Iterator[str]:
        """The result of a call."""
        yield f"tool.response {event['content']}".rstrip() + self._place(event)

    def pause(self, event: Event) -> Iterator[str]:
        """What waits for the client."""
        names = ", ".join(self._calls[call["id"]] for call in event["tool_calls"])
        yield f"{event['type']} {names}{self._place(event)}"

    def created(self, event: Event) -> Iterator[str]:
        """A sub-agent begins."""
        name = self._threads[event["thread_id"]] = event["agent_info"]["name"]
        yield f"thread.created {name}: {event['agent_info']['input']}".rstrip(": ")

    def ended(self, event: Event) -> Iterator[str]:
        """A sub-agent ends."""
        error = f" error: {event['message']}" if event["status"] == "error" else ""
        yield f"thread.done {self._threads[event['thread_id']]}{error}"

    def connected(self, event: Event) -> Iterator[str]:
        """Servers were initialised."""
        names = ", ".join(server["mcp_server_name"] for server in event["content"])
        yield f"mcp.initialize {names}{self._place(event)}"

    def locked(self, event: Event) -> Iterator[str]:
        """Servers wait for a person."""
        yield f"mcp.auth_required {', '.join(server['mcp_server_name'] for server in event['servers'])}"

    def sandboxed(self, event: Event) -> Iterator[str]:
        """The sandbox is there."""
        yield f"sandbox.created {event['sandbox_id']}"

    def done(self, event: Event) -> Iterator[str]:
        """The end of a turn."""
        why = event.get("cancellation_reason") or event.get("message")
        yield f"turn.done {event['status']}: {why}" if why else "turn.done"


_TOLD: dict[str, Callable[[Teller, Event], Iterator[str]]] = {
    "model.message": Teller.message,
    "tool.response": Teller.response,
    "tool.approval_required": Teller.pause,
    "tool.response_required": Teller.pause,
    "thread.created": Teller.created,
    "thread.done": Teller.ended,
    "mcp.initialize": Teller.connected,
    "mcp.auth_required": Teller.locked,
    "sandbox.created": Teller.sandboxed,
    "turn.done": Teller.done,
}


def _piece(event: Event) -> Iterator[str]:
    """The text that a delta adds, to the content or to the arguments of a call."""
    if "content" in event:
        yield event["content"]
    for call in event.get("tool_calls", ()):
        if "id" not in call:
            yield call["function"]["arguments"]


def assembled(events: Iterable[Event]) -> list[Event]:
    """The same with one event for each message; one that was never finished is `interrupted`."""
    whole: list[Event] = []
    begun: dict[str, Event] = {}
    for event in events:
        if event["type"] != "model.message":
            whole.append(event)
            continue
        thread = event["thread_id"]
        if thread not in begun:
            begun[thread] = {**event, "content": "", "tool_calls": [], "finish_reason": "interrupted"}
            whole.append(begun[thread])
        _add(begun[thread], event)
        if "finish_reason" in event:
            del begun[thread]
    return whole


def _add(message: Event, delta: Event) -> None:
    message["content"] += delta.get("content", "")
    for call in delta.get("tool_calls", ()):
        if "id" in call:
            message["tool_calls"].append({**call, "function": dict(call["function"])})
        else:
            message["tool_calls"][call["index"]]["function"]["arguments"] += call["function"]["arguments"]
    message["finish_reason"] = delta.get("finish_reason", message["finish_reason"])
