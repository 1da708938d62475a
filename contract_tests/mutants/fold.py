"""Putting a turn together from its events.

Owns: text, thoughts, calls, what waits, how it ended. Must not know: how an event looks in a dialect (`dialects.py`
makes `Bit`s of it), how it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Bit:
    """One event in words that no dialect owns.

    kind: `created`, `begin`, `delta`, `message`, `result`, `pause`, `auth`, `done`, or empty for what is of no
    interest. key: tells one message from another. fields: of the kind.
    """

    kind: str
    type: str
    thread: str = "main"
    key: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """A tool call in the making."""

    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class Spoken:
    """A message in the making. calls: by index."""

    thread: str
    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    calls: dict[int, Call] = field(default_factory=dict)


class Fold:
    """What was understood of one turn so far.

    events: types in the order in which they were delivered. last: the number of the last of them.
    """

    def __init__(self) -> None:
        self.turn_id = ""
        self.status = "running"
        self.message: str | None = None
        self.reason: str | None = None
        self.events: list[str] = []
        self.last: int | None = None
        self.spoken: dict[str, Spoken] = {}
        self.results: list[Json] = []
        self.actions: list[Json] = []

    @property
    def ended(self) -> bool:
        """Whether the turn is over."""
        return self.status != "running"

    def add(self, bit: Bit) -> None:
        """One more event."""
        if bit.kind:
            getattr(self, f"on_{bit.kind}")(bit)

    def on_created(self, bit: Bit) -> None:
        """The turn began."""
        self.turn_id = bit.fields["turn_id"]

    def on_begin(self, bit: Bit) -> None:
        """A message began, of which nothing is known yet."""
        self.message_of(bit)

    def on_delta(self, bit: Bit) -> None:
        """A piece of a message."""
        spoken = self.message_of(bit)
        spoken.text += self.piece(bit.fields.get("content"))
        spoken.reasoning += self.piece(bit.fields.get("reasoning"))
        spoken.refusal += self.piece(bit.fields.get("refusal"))
        for chunk in bit.fields.get("tool_calls") or ():
            self.add_call(spoken, chunk)

    def on_message(self, bit: Bit) -> None:
        """A whole message, of a stored log."""
        self.on_delta(bit)

    def message_of(self, bit: Bit) -> Spoken:
        """The message that a piece belongs to."""
        return self.spoken.setdefault(bit.key, Spoken(bit.thread))

    def piece(self, text: str | None) -> str:
        """A piece of text; there may be none."""
        return text or ""

    def add_call(self, spoken: Spoken, chunk: Json) -> None:
        """A piece of a call."""
        call = spoken.calls.setdefault(chunk.get("index", len(spoken.calls)), Call())
        function = chunk.get("function") or {}
        call.id = chunk.get("id") or call.id
        call.name = function.get("name") or call.name
        call.arguments += function.get("arguments") or ""

    def on_result(self, bit: Bit) -> None:
        """A tool on the server has answered."""
        self.results.append({"id": bit.fields["id"], "content": bit.fields["content"], "thread": bit.thread})

    def on_pause(self, bit: Bit) -> None:
        """Calls wait for the user."""
        for call in bit.fields["ids"]:
            self.actions.append({"kind": bit.fields["waits_for"], "id": call, "thread": bit.thread})

    def on_auth(self, bit: Bit) -> None:
        """Servers wait for authorisation."""
        for server, url in bit.fields["servers"]:
            self.actions.append({"kind": "auth", "server": server, "url": url})

    def on_done(self, bit: Bit) -> None:
        """The turn is over."""
        self.status = bit.fields["status"]
        self.message = bit.fields.get("message")
        self.reason = bit.fields.get("reason")

    def told(self) -> Json:
        """All of it, as an observation of the adapter protocol."""
        threads: dict[str, str] = {}
        for spoken in self.spoken.values():
            threads[spoken.thread] = threads.get(spoken.thread, "") + spoken.text
        calls = [
            {"id": call.id, "name": call.name, "arguments": call.arguments, "thread": spoken.thread}
            for spoken in self.spoken.values()
            for _, call in sorted(spoken.calls.items())
        ]
        main = [spoken for spoken in self.spoken.values() if spoken.thread == "main"]
        return {
            "turn_id": self.turn_id,
            "status": self.status,
            "message": self.message,
            "reason": self.reason,
            "text": threads.get("main", ""),
            "reasoning": "".join(spoken.reasoning for spoken in main),
            "refusal": "".join(spoken.refusal for spoken in main),
            "threads": threads,
            "tool_calls": calls,
            "tool_results": self.results,
            "actions": self.actions,
            "events": self.events,
            "last": self.last,
        }
