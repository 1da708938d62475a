"""The two contracts, as far as the client has to tell them apart: paths, names of fields, shapes of events.

Owns: where things are and how they are called. Must not know: how a turn is put together (`fold.py`), HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from contract_tests.mutants.fold import Bit

Json = dict[str, Any]


class Reader:
    """Turns the events of one turn into bits. Messages of the documented contract have no id: they are counted."""

    def __init__(self) -> None:
        self._messages: dict[str, int] = {}

    def read(self, event: Json) -> Bit:
        """One event; one of an unknown type is of no interest."""
        kind = str(event.get("type", ""))
        read = self.kinds().get(kind)
        thread = event.get("thread_id") or "main"
        return Bit("", kind, thread) if read is None else read(kind, thread, event)

    def kinds(self) -> Mapping[str, Callable[[str, str, Json], Bit]]:
        """What is known, by type."""
        return {
            "turn.created": self.created,
            "model.message": self.delta,
            "model.message.delta": self.delta,
            "tool.response": self.result,
            "tool.approval_required": self.pause,
            "tool.response_required": self.pause,
            "mcp.auth_required": self.auth,
            "turn.done": self.done,
        }

    def created(self, kind: str, thread: str, event: Json) -> Bit:
        """The turn began."""
        return Bit("created", kind, thread, fields={"turn_id": event["turn_id"]})

    def delta(self, kind: str, thread: str, event: Json) -> Bit:
        """A piece of a message, or a whole one."""
        fields = {**said(event), "tool_calls": event.get("tool_calls")}
        return Bit("delta", kind, thread, self.key(thread, event), fields)

    def key(self, thread: str, event: Json) -> str:
        """Which message it is."""
        if "id" in event:
            return str(event["id"])
        number = self._messages.setdefault(thread, 0)
        if event.get("finish_reason") is not None:
            self._messages[thread] += 1
        return f"{thread}#{number}"

    def result(self, kind: str, thread: str, event: Json) -> Bit:
        """The result of a tool."""
        return Bit("result", kind, thread, fields={"id": event["tool_call_id"], "content": event["content"]})

    def pause(self, kind: str, thread: str, event: Json) -> Bit:
        """Calls wait for the user."""
        waits_for = "approval" if kind == "tool.approval_required" else "response"
        fields = {"waits_for": waits_for, "ids": [call["id"] for call in event["tool_calls"]]}
        return Bit("pause", kind, thread, fields=fields)

    def auth(self, kind: str, thread: str, event: Json) -> Bit:
        """Servers wait for authorisation."""
        servers = event.get("servers") or event.get("mcp_servers") or ()
        named = [(server.get("mcp_server_name") or server.get("name"), server["auth_url"]) for server in servers]
        return Bit("auth", kind, thread, fields={"servers": named})

    def done(self, kind: str, thread: str, event: Json) -> Bit:
        """The turn is over."""
        return Bit("done", kind, thread, fields=end_of(event.get("state") or event))


def said(event: Json) -> Json:
    """Text, thoughts and refusal of a message or a piece of one."""
    content, refusal = event.get("content"), event.get("refusal")
    if isinstance(content, list):
        refusal = "".join(part.get("refusal") or "" for part in content) or refusal
        content = "".join(part.get("text") or "" for part in content)
    return {"content": content, "refusal": refusal, "reasoning": event.get("reasoning_content")}


def end_of(state: Json) -> Json:
    """How a turn ended."""
    return {
        "status": state["status"],
        "message": state.get("message") or state.get("error"),
        "reason": state.get("reason") or state.get("cancellation_reason"),
    }


class Beta:
    """The documented contract."""

    name = "beta"
    base = "/sessions"
    cursor = "after_sequence_id"
    page_limit = 1000

    def session(self, session: str) -> str:
        """The path of a session."""
        return f"{self.base}/{self.segment(session)}"

    def turn(self, session: str, turn: str) -> str:
        """The path of a turn."""
        return f"{self.session(session)}/turns/{self.segment(turn)}"

    def segment(self, text: str) -> str:
        """An id as part of a path."""
        return quote(text, safe="")

    def follow(self, session: str, turn: str, after: int | None) -> tuple[str, str, Json | None, Json]:
        """Method, path, body and query of following a turn."""
        query = {} if after is None else {self.cursor: after}
        return "GET", f"{self.turn(session, turn)}/stream", None, query

    def cancel(self, session: str, turn: str | None) -> str:
        """The path of cancelling."""
        return f"{self.session(session) if turn is None else self.turn(session, turn)}/cancel"

    def number(self, event: Json, id: str) -> int | None:
        """The sequence number of an event."""
        found = event.get("sequence_id")
        return found if isinstance(found, int) else None

    def output(self, state: Json) -> list[Json]:
        """The messages in the state of a turn."""
        return list(state.get("output") or ())


class V1(Beta):
    """The published contract."""

    name = "v1"
    base = "/v1/agents/sessions"
    cursor = "after_sequence_number"
    page_limit = 100

    def follow(self, session: str, turn: str, after: int | None) -> tuple[str, str, Json | None, Json]:
        body = {} if after is None else {self.cursor: after}
        return "POST", f"{self.turn(session, turn)}/subscribe", body, {}

    def cancel(self, session: str, turn: str | None) -> str:
        return f"{self.session(session)}/cancel"

    def number(self, event: Json, id: str) -> int | None:
        return int(id) if id.isascii() and id.isdigit() else None

    def output(self, state: Json) -> list[Json]:
        message = state.get("output")
        return [*([message] if message else []), *(state.get("required_actions") or ())]


DIALECTS: Mapping[str, type[Beta]] = {"beta": Beta, "v1": V1}
