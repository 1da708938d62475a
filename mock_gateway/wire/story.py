"""The story that a stream tells: who said, called, asked, paused and ended what, in words that no dialect owns.

Owns: a line of a story, and what both tellers need. Each dialect has a teller of its own (`wire/<dialect>/story.py`);
two streams of one turn tell the same story, which is what makes them the same conversation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

Event = dict[str, Any]

_DENIED = re.compile(r"User denied tool call: (.*?)(?:\\*\"|$)")


class Line(NamedTuple):
    """One thing that happened. who: the agent's name, `main`, or empty for the turn itself."""

    who: str
    did: str
    what: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, self))


class Cast:
    """The threads and calls of a conversation by the names that a reader knows; kept over its turns."""

    def __init__(self) -> None:
        self.threads: dict[str, str] = {"main": "main"}
        self.calls: dict[str, str] = {}

    def enter(self, thread_id: str, name: str) -> str:
        """A sub-agent begins; a name that was there before gets a number."""
        taken = sum(known == name or known.startswith(f"{name}#") for known in self.threads.values())
        self.threads[thread_id] = name if not taken else f"{name}#{taken + 1}"
        return self.threads[thread_id]

    def who(self, thread_id: str | None) -> str:
        """The name of a thread."""
        return self.threads.get(thread_id or "", "")

    def names(self, refs: Iterable[Event]) -> str:
        """The names of calls."""
        return ", ".join(self.calls.get(ref["id"], "?") for ref in refs)


class Draft:
    """A message that is being delivered."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.text = ""
        self.calls: dict[int, Event] = {}

    def add(self, event: Event) -> None:
        """Take in a delta: both contracts spell content and tool calls alike."""
        self.text += event.get("content") or ""
        for chunk in event.get("tool_calls") or ():
            call = self.calls.setdefault(chunk["index"], {"id": "", "name": "", "arguments": ""})
            call["id"] = chunk.get("id") or call["id"]
            call["name"] = chunk["function"].get("name") or call["name"]
            call["arguments"] += chunk["function"].get("arguments") or ""

    def tell(self, cast: Cast) -> list[Line]:
        """What was said and called."""
        lines = [Line(self.who, "said", self.text)] if self.text else []
        for call in self.calls.values():
            cast.calls[call["id"]] = call["name"]
            lines.append(Line(self.who, "called", f"{call['name']} {call['arguments']}"))
        return lines


def result(cast: Cast, event: Event) -> Line:
    """A tool's result; a denial in whatever wrapping it came."""
    name, content = cast.calls.get(event["tool_call_id"], "?"), event["content"]
    denied = _DENIED.search(content)
    if denied is not None:
        return Line(cast.who(event["thread_id"]), "was told no", f"{name}: {denied[1]}")
    return Line(cast.who(event["thread_id"]), "got", f"{name}: {content}")


def read_frames(stream: bytes) -> list[Event]:
    """The events of a stream as the server writes it."""
    frames = stream.decode().split("\n\n")
    data = (line for frame in frames for line in frame.split("\n") if line.startswith("data: "))
    return [json.loads(line[6:]) for line in data]


def joined(lines: Sequence[Line]) -> str:
    """A story as text, a line each."""
    return "\n".join(map(str, lines))
