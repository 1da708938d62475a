"""Bugs in putting a turn together from its events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from contract_tests.mutants.dialects import Reader
from contract_tests.mutants.fold import Bit, Call, Fold, Json, Spoken
from contract_tests.mutants.zoo import mutant


@mutant("text-stripped", "DELTA-WS")
class TextStripped(Fold):
    """Blanks at the edges of pieces are cut off."""

    def piece(self, text: str | None) -> str:
        return (text or "").strip()


@mutant("null-is-text", "DELTA-EMPTY")
class NullIsText(Fold):
    """A piece without text is taken for the word None."""

    def piece(self, text: str | None) -> str:
        return str(text)


@mutant("same-piece-once", "DELTA-TWICE")
class SamePieceOnce(Fold):
    """A piece that is like the one before it is taken for a repetition."""

    before: str | None = None

    def piece(self, text: str | None) -> str:
        if text and text == self.before:
            return ""
        self.before = text or self.before
        return text or ""


@mutant("text-replaced", "DELTA-LONG")
class TextReplaced(Fold):
    """Each piece of text takes the place of those before it."""

    def on_delta(self, bit: Bit) -> None:
        spoken = self.message_of(bit)
        if bit.fields.get("content"):
            spoken.text = ""
        super().on_delta(bit)


@mutant("reasoning-is-text", "DELTA-REASON", dialects=("v1",))
class ReasoningIsText(Fold):
    """Thoughts are shown as text."""

    def on_delta(self, bit: Bit) -> None:
        super().on_delta(bit)
        self.message_of(bit).text += bit.fields.get("reasoning") or ""


@mutant("refusal-lost", "DELTA-REFUSAL", dialects=("v1",))
class RefusalLost(Fold):
    """What the model refuses is not told."""

    def told(self) -> Json:
        return {**super().told(), "refusal": ""}


@mutant("one-thread", "THREAD-MIX")
class OneThread(Reader):
    """Every message is taken for one of the main thread."""

    def read(self, event: Json) -> Bit:
        bit = super().read(event)
        bit.thread = "main"
        return bit


@mutant("last-message-only", "LIFE-TWO-MESSAGES")
class LastMessageOnly(Fold):
    """A new message in a thread takes the place of the one before."""

    def message_of(self, bit: Bit) -> Spoken:
        if bit.key not in self.spoken:
            for key in [key for key, spoken in self.spoken.items() if spoken.thread == bit.thread]:
                self.spoken[key].text = ""
        return super().message_of(bit)


@mutant("arguments-replaced", "TOOL-SPLIT")
class ArgumentsReplaced(Fold):
    """Each piece of arguments takes the place of those before it."""

    def add_call(self, spoken: Spoken, chunk: Json) -> None:
        call = spoken.calls.get(chunk.get("index", 0))
        if call is not None and (chunk.get("function") or {}).get("arguments"):
            call.arguments = ""
        super().add_call(spoken, chunk)


@mutant("arguments-stripped", "TOOL-SPLIT-WS")
class ArgumentsStripped(Fold):
    """Blanks at the edges of pieces of arguments are cut off."""

    def add_call(self, spoken: Spoken, chunk: Json) -> None:
        function = chunk.get("function") or {}
        cut = {**function, "arguments": (function.get("arguments") or "").strip()}
        super().add_call(spoken, {**chunk, "function": cut})


@mutant("index-ignored", "TOOL-PAR")
class IndexIgnored(Fold):
    """Pieces of arguments go to the call that was begun last."""

    def add_call(self, spoken: Spoken, chunk: Json) -> None:
        index = chunk.get("index", 0) if chunk.get("id") else max(spoken.calls, default=0)
        super().add_call(spoken, {**chunk, "index": index})


@mutant("one-call", "TOOL-TWO")
class OneCall(Fold):
    """Of the calls of a message only the first is seen."""

    def told(self) -> Json:
        for spoken in self.spoken.values():
            spoken.calls = {index: call for index, call in spoken.calls.items() if index == min(spoken.calls)}
        return super().told()


@mutant("id-replaced", "TOOL-IDLATE")
class IdReplaced(Fold):
    """A piece of a call without an id takes the id away."""

    def add_call(self, spoken: Spoken, chunk: Json) -> None:
        super().add_call(spoken, chunk)
        spoken.calls[chunk.get("index", 0)].id = chunk.get("id") or ""


@mutant("arguments-needed", "TOOL-EMPTY")
class ArgumentsNeeded(Fold):
    """A call without arguments is left out."""

    def told(self) -> Json:
        for spoken in self.spoken.values():
            spoken.calls = {
                index: call for index, call in spoken.calls.items() if call.arguments.strip() not in ("", "{}")
            }
        return super().told()


@mutant("arguments-reformatted", "TOOL-SPLIT-ESC")
class ArgumentsReformatted(Fold):
    """Backslashes in arguments are undone before they are joined."""

    def add_call(self, spoken: Spoken, chunk: Json) -> None:
        function = chunk.get("function") or {}
        undone = {**function, "arguments": (function.get("arguments") or "").replace('\\"', '"')}
        super().add_call(spoken, {**chunk, "function": undone})


@mutant("call-as-list", "TOOL-IDX")
class CallAsList(Fold):
    """Calls are numbered by how many there are, not by their index."""

    def add_call(self, spoken: Spoken, chunk: Json) -> None:
        function = chunk.get("function") or {}
        if chunk.get("index", 0) >= len(spoken.calls) and chunk.get("index", 0) > 0 and not function.get("name"):
            return
        if chunk.get("index", 0) > len(spoken.calls):
            chunk = {**chunk, "index": 0}
        super().add_call(spoken, chunk)


@mutant("results-last", "TOOL-RESULTS")
class ResultsLast(Fold):
    """Of several results of tools only the last is kept."""

    def on_result(self, bit: Bit) -> None:
        self.results.clear()
        super().on_result(bit)


@mutant("one-pause", "ACT-APPR-N")
class OnePause(Fold):
    """Of several calls that wait in one event only the first is told."""

    def on_pause(self, bit: Bit) -> None:
        super().on_pause(Bit(bit.kind, bit.type, bit.thread, bit.key, {**bit.fields, "ids": bit.fields["ids"][:1]}))


@mutant("last-pause", "ACT-APPR-2EV")
class LastPause(Fold):
    """Of several events that ask for something only the last is told."""

    def on_pause(self, bit: Bit) -> None:
        self.actions.clear()
        super().on_pause(bit)


@mutant("pause-in-main", "ACT-APPR-THREAD")
class PauseInMain(Fold):
    """Whatever waits is told as waiting in the main thread."""

    def on_pause(self, bit: Bit) -> None:
        super().on_pause(Bit(bit.kind, bit.type, "main", bit.key, bit.fields))


@mutant("one-server", "ACT-MCP-N")
class OneServer(Fold):
    """Of several servers that wait for authorisation only the first is told."""

    def on_auth(self, bit: Bit) -> None:
        super().on_auth(Bit(bit.kind, bit.type, bit.thread, bit.key, {"servers": bit.fields["servers"][:1]}))


@mutant("error-is-done", "LIFE-ERR")
class ErrorIsDone(Fold):
    """A turn that failed is told as done, its message as text."""

    def on_done(self, bit: Bit) -> None:
        super().on_done(bit)
        if self.status == "error":
            self.status = "done"
            self.message_of(Bit("begin", "", key="error")).text = self.message or ""


@mutant("cancelled-is-done", "LIFE-CANCELLED")
class CancelledIsDone(Fold):
    """A turn that was cancelled is told as done."""

    def on_done(self, bit: Bit) -> None:
        super().on_done(bit)
        self.status = "error" if self.status == "error" else "done"


@mutant("null-fails", "LIFE-NULL", fuzzable=False)
class NullFails(Reader):
    """A field that is null instead of absent is an error."""

    def delta(self, kind: str, thread: str, event: Json) -> Bit:
        if any(value is None for value in event.values()):
            raise RuntimeError("null")
        return super().delta(kind, thread, event)


@mutant("unknown-event-fails", "LIFE-UNK-EVENT")
class UnknownEventFails(Reader):
    """An event of an unknown type is an error."""

    known = ("mcp.initialize", "sandbox.created", "thread.created", "thread.done")

    def read(self, event: Json) -> Bit:
        if event["type"] not in self.kinds() and event["type"] not in self.known:
            raise RuntimeError(event["type"])
        return super().read(event)


@mutant("unknown-field-is-error", "LIFE-UNK-FIELD")
class UnknownFieldIsError(Reader):
    """A field that is not known is an error."""

    known = frozenset(
        [
            *("type", "id", "sequence_id", "thread_id", "turn_id", "previous_turn_id", "created_at", "created_by"),
            *("input", "state", "status", "output", "message", "cancellation_reason", "error", "sandbox_id"),
            *("content", "refusal", "reasoning_content", "tool_calls", "finish_reason", "usage", "tool_call_id"),
            *("servers", "mcp_servers", "parent", "title", "name", "agent_info", "agent_name", "agent_input"),
        ]
    )

    def read(self, event: Json) -> Bit:
        strange = set(event) - self.known
        if strange:
            raise RuntimeError(f"{sorted(strange)}")
        return super().read(event)


@mutant("empty-turn-fails", "LIFE-EMPTY-TURN")
class EmptyTurnFails(Fold):
    """A turn in which nothing was said is told as failed."""

    def told(self) -> Json:
        told = super().told()
        return told | {"status": "error"} if told["status"] == "done" and not told["events"][1:-1] else told


@mutant("surrogates-dropped", "DELTA-UNICODE")
class SurrogatesDropped(Fold):
    """Characters beyond the basic plane are dropped."""

    def piece(self, text: str | None) -> str:
        return "".join(character for character in text or "" if ord(character) < 0x10000)


@mutant("finish-needs-text", "DELTA-FINISH")
class FinishNeedsText(Reader):
    """A piece that ends a message and has text too loses its text."""

    def delta(self, kind: str, thread: str, event: Json) -> Bit:
        bit = super().delta(kind, thread, event)
        fields: dict[str, Any] = dict(bit.fields)
        if event.get("finish_reason") is not None:
            fields["content"] = None
        return Bit(bit.kind, bit.type, bit.thread, bit.key, fields)


@mutant("nested-thread-lost", "THREAD-NEST")
class NestedThreadLost(Reader):
    """The events of a sub-agent's sub-agent are lost."""

    def __init__(self) -> None:
        super().__init__()
        self.inner: set[str] = set()

    def read(self, event: Json) -> Bit:
        parent = (event.get("parent") or {}).get("thread_id", "main")
        if event["type"] == "thread.created" and parent != "main":
            self.inner.add(event["thread_id"])
        return Bit("", event["type"]) if event.get("thread_id") in self.inner else super().read(event)


@mutant("call-of-other-message", "TOOL-TWO-MESSAGES")
class CallOfOtherMessage(Fold):
    """Calls are told apart by their index alone: those of a second message go on where the first one's ended."""

    shared: dict[int, Call]

    def message_of(self, bit: Bit) -> Spoken:
        spoken = super().message_of(bit)
        if not hasattr(self, "shared"):
            self.shared = spoken.calls
        elif bit.thread == "main":
            spoken.calls = self.shared
        return spoken


@mutant("times-parsed", "TIME-SKEW", fuzzable=False)
class TimesParsed(Reader):
    """Times must be written as they always are."""

    def created(self, kind: str, thread: str, event: Json) -> Bit:
        datetime.strptime(event["created_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        return super().created(kind, thread, event)
