"""Putting a message together from its base and its deltas, as every client of the published contract does.

Owns: `Fold`, and comparing what was put together with what is stored. Must not know: streams, threads, order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mock_gateway.conformance.server.beta.shapes import mistakes
from mock_gateway.conformance.server.v1.shapes import FIRST_CHUNK, LATER_CHUNK, Mistakes, chunk_mistakes

Json = dict[str, Any]
JOINED = ("content", "refusal", "reasoning_content")
LATEST = ("finish_reason", "usage")


@dataclass(slots=True)
class Fold:
    """A message that is coming in. made: it as it is so far; calls: its tool calls, by index.

    baseless: no base came, so that it is not known when it was begun.
    """

    made: Json
    baseless: bool = False
    calls: dict[int, Json] = field(default_factory=dict)
    finished: bool = False

    @property
    def id(self) -> str:
        """Its id, which its base and all its deltas share."""
        return str(self.made["id"])

    @property
    def thread(self) -> str:
        """Its thread."""
        return str(self.made["thread_id"])

    def add(self, delta: Json) -> Mistakes:
        """Take in a delta whose fields are right; what is wrong with it all the same."""
        if self.finished:
            yield "V1-MSG-4", f"a delta of message {self.id} comes after its finish_reason"
        for name in JOINED:
            if isinstance(delta.get(name), str):
                self.made[name] = self.made.get(name, "") + delta[name]
                yield from _half_characters(delta[name])
        for name in LATEST:
            if delta.get(name) is not None:
                self.made[name] = delta[name]
        for chunk in delta.get("tool_calls") or ():
            yield from self._chunk(chunk)
        self.finished = self.finished or delta.get("finish_reason") is not None

    def _chunk(self, chunk: Json) -> Mistakes:
        index = chunk["index"]
        first = index not in self.calls
        yield from chunk_mistakes(chunk, first=first)
        if any(mistakes(chunk, FIRST_CHUNK if first else LATER_CHUNK)):
            return
        if first and index != len(self.calls):
            yield "V1-MSG-3", f"the call with index {index} comes after {len(self.calls)} others: indexes have a gap"
        call = self.calls.setdefault(index, {"function": {"arguments": ""}})
        function = dict(chunk["function"])
        arguments = function.pop("arguments", None) or ""
        yield from _half_characters(arguments)
        call["function"] |= {**function, "arguments": call["function"]["arguments"] + arguments}
        call |= {name: value for name, value in chunk.items() if name not in ("index", "function")}

    def whole(self) -> Json:
        """The message as it has to be stored."""
        if not self.calls:
            return dict(self.made)
        return {**self.made, "tool_calls": [call for _, call in sorted(self.calls.items())]}

    def flaws(self) -> Mistakes:
        """What is wrong with the whole message."""
        for call in self.calls.values():
            try:
                json.loads(call["function"]["arguments"])
            except ValueError as error:
                yield "V1-MSG-5", f"the arguments of {call.get('id')} are not JSON: {error}"

    def differences(self, stored: Json) -> Iterator[str]:
        """What a stored message has other than what came."""
        mine, theirs = _bare(self.whole()), _bare(stored)
        if self.baseless:
            mine["created_at"] = theirs.get("created_at")
        for name in sorted(mine.keys() | theirs.keys()):
            if mine.get(name) != theirs.get(name):
                yield f"{name}: the deltas give {mine.get(name)!r}, stored is {theirs.get(name)!r}"


def _bare(message: Json) -> Json:
    """Without what says nothing: absent, null and empty text are one, and clients add fields of their own."""
    kept = {name: value for name, value in message.items() if value not in (None, "", []) and name != "sequence_id"}
    # There and back, halves of a character are joined, as languages with 16-bit strings do it by themselves.
    return dict(json.loads(json.dumps(kept)))


def _half_characters(text: str) -> Mistakes:
    if any("\ud800" <= character <= "\udfff" for character in text):
        yield "V1-MSG-8", f"a piece holds half of a character: {text!r}"
    elif "\ufffd" in text:
        yield "V1-MSG-8", f"a piece holds what is left of a character that was cut: {text!r}"
