"""Putting a message together from its deltas (MSG-1).

Owns: `Fold`, and comparing what was put together with what is stored. Must not know: streams, threads, order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mock_gateway.conformance.server.beta.shapes import chunk_mistakes

Json = dict[str, Any]


@dataclass(slots=True)
class Call:
    """One tool call of a message. info: its `tool_info`, as far as it came."""

    id: str
    name: str
    arguments: str = ""
    info: Json = field(default_factory=dict)


@dataclass(slots=True)
class Fold:
    """A message that is coming in. last: sequence id of its latest delta; content: None when it never had any."""

    thread_id: str
    content: str | None = None
    calls: dict[int, Call] = field(default_factory=dict)
    finish_reason: str | None = None
    last: int = 0

    def add(self, delta: Json) -> Iterator[tuple[str, str]]:
        """Take in a delta whose fields are right; what is wrong with it all the same: (rule, message)."""
        self.last = delta.get("sequence_id", 0)
        if delta.get("content") is not None:
            self.content = (self.content or "") + delta["content"]
            yield from _half_characters(delta["content"])
        for chunk in delta.get("tool_calls") or ():
            yield from self._add_chunk(chunk)
        self.finish_reason = delta.get("finish_reason")

    def _add_chunk(self, chunk: Json) -> Iterator[tuple[str, str]]:
        index = chunk["index"]
        known = self.calls.get(index)
        wrong = [("EVT-3", f"tool_calls: {mistake}") for mistake in chunk_mistakes(chunk, first=known is None)]
        yield from wrong
        arguments = chunk["function"].get("arguments") or ""
        if known is None:
            name = chunk["function"].get("name") or ""
            known = self.calls[index] = Call(chunk.get("id") or "", name, "", chunk.get("tool_info") or {})
        if isinstance(arguments, str):
            known.arguments += arguments
            yield from _half_characters(arguments)

    def flaws(self) -> Iterator[tuple[str, str]]:
        """What is wrong with the whole message: (rule, message)."""
        for call in self.calls.values():
            try:
                json.loads(_whole(call.arguments))
            except ValueError as error:
                yield "MSG-3", f"the arguments of {call.id} are not JSON: {error}"

    def differences(self, stored: Json) -> Iterator[tuple[str, str]]:
        """What a stored message has other than what the deltas gave: (rule, message)."""
        yield from _compare("content", self.content or "", stored.get("content") or "")
        yield from _compare("finish_reason", self.finish_reason, stored.get("finish_reason"))
        calls = stored.get("tool_calls") or []
        mine = [call for _, call in sorted(self.calls.items())]
        if [call.id for call in mine] != [call.get("id") for call in calls]:
            yield "MSG-1", f"the calls are {[call.id for call in mine]}, stored {[call.get('id') for call in calls]}"
            return
        for call, other in zip(mine, calls, strict=True):
            function = other.get("function") or {}
            yield from _compare(f"the name of {call.id}", call.name, function.get("name"))
            yield from _compare(f"the arguments of {call.id}", call.arguments, function.get("arguments"))


def _compare(what: str, folded: str | None, stored: Any) -> Iterator[tuple[str, str]]:
    if folded is not None and isinstance(stored, str) and _whole(folded) != _whole(stored):
        split = "\ufffd" in folded and "\ufffd" not in stored
        # A replacement character that nobody wrote is what is left of one that was cut in two.
        yield "MSG-3" if split else "MSG-1", f"{what}: the deltas give {folded!r}, stored is {stored!r}"
    elif type(folded) is not type(stored):
        yield "MSG-1", f"{what}: the deltas give {folded!r}, stored is {stored!r}"


def _whole(text: str) -> str:
    """Halves of a surrogate pair joined, as languages with 16-bit strings do it by themselves."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _half_characters(text: str) -> Iterator[tuple[str, str]]:
    if any("\ud800" <= character <= "\udfff" for character in text):
        yield "MSG-3", f"a chunk holds half of a character: {text!r}"
