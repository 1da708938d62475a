"""Bugs in what single events are taken for: ends, results, pieces of calls, threads."""

from __future__ import annotations

import json

from contract_tests.mutants.client import Client, Following
from contract_tests.mutants.dialects import Reader
from contract_tests.mutants.fold import Bit, Fold, Json, Spoken
from contract_tests.mutants.sse import Message
from contract_tests.mutants.zoo import mutant


@mutant("done-is-lost", "LIFE-DONE")
class DoneIsLost(Fold):
    """A turn that ended well is told as one that still runs."""

    def told(self) -> Json:
        told = super().told()
        return told | {"status": "running"} if told["status"] == "done" else told


@mutant("output-told-twice", "LIFE-DELTA-FINAL")
class OutputToldTwice(Client):
    """The messages that turn.done repeats are added to those that came in pieces."""

    def take(self, following: Following, message: Message) -> bool:
        taken = super().take(following, message)
        event = self.parsed(message.data)
        if taken and event["type"] == "turn.done":
            state = event.get("state") or event
            output = state.get("output") or []
            for one in output if isinstance(output, list) else [output]:
                if one["type"] == "model.message":
                    following.fold.add(following.reader.delta("model.message", one["thread_id"], one))
        return taken


@mutant("strange-status-crashes", "LIFE-UNK-ENUM", fuzzable=False)
class StrangeStatusCrashes(Reader):
    """A status that is not known ends the program."""

    def done(self, kind: str, thread: str, event: Json) -> Bit:
        status = (event.get("state") or event)["status"]
        if status not in ("running", "done", "cancelled", "error"):
            raise RuntimeError(status)
        return super().done(kind, thread, event)


@mutant("results-in-order", "LIFE-ORDER", fuzzable=False)
class ResultsInOrder(Fold):
    """Results are given to the calls in the order of the calls, whichever call they name."""

    def on_result(self, bit: Bit) -> None:
        answered = {result["id"] for result in self.results}
        calls = [call.id for spoken in self.spoken.values() for _, call in sorted(spoken.calls.items())]
        waiting = [call for call in calls if call not in answered] or [bit.fields["id"]]
        super().on_result(Bit(bit.kind, bit.type, bit.thread, bit.key, {**bit.fields, "id": waiting[0]}))


@mutant("sandbox-crashes", "LIFE-SANDBOX", fuzzable=False)
class SandboxCrashes(Reader):
    """The event of a sandbox ends the program: it has no thread."""

    def read(self, event: Json) -> Bit:
        if event["type"] == "sandbox.created" and not event.get("thread_id"):
            raise RuntimeError("no thread")
        return super().read(event)


@mutant("servers-ask-always", "LIFE-MCPINIT", fuzzable=False)
class ServersAskAlways(Reader):
    """Servers that are connected are taken for servers that wait for authorisation."""

    def read(self, event: Json) -> Bit:
        if event["type"] != "mcp.initialize":
            return super().read(event)
        servers = event.get("content") or event.get("mcp_servers") or ()
        named = [(server.get("mcp_server_name") or server.get("name"), "") for server in servers]
        return Bit("auth", event["type"], fields={"servers": named})


@mutant("empty-piece-clears", "DELTA-USAGE")
class EmptyPieceClears(Fold):
    """A piece without text takes away the text that there was."""

    def on_delta(self, bit: Bit) -> None:
        super().on_delta(bit)
        if bit.type != "tool.response" and not any(bit.fields.get(name) for name in ("content", "tool_calls")):
            self.message_of(bit).text = ""


@mutant("arguments-in-ascii", "TOOL-SPLIT-MB")
class ArgumentsInAscii(Fold):
    """Characters beyond ASCII are lost from arguments."""

    def add_call(self, spoken: Spoken, chunk: Json) -> None:
        function = chunk.get("function") or {}
        plain = (function.get("arguments") or "").encode("ascii", "ignore").decode()
        super().add_call(spoken, {**chunk, "function": {**function, "arguments": plain}})


@mutant("arguments-parsed", "TOOL-BADJSON", fuzzable=False)
class ArgumentsParsed(Fold):
    """Arguments that are no JSON end the program."""

    def told(self) -> Json:
        for spoken in self.spoken.values():
            for call in spoken.calls.values():
                json.loads(call.arguments or "{}")
        return super().told()


@mutant("arguments-cut-off", "TOOL-BIG", fuzzable=False)
class ArgumentsCutOff(Fold):
    """Arguments end after 64 KiB."""

    def told(self) -> Json:
        for spoken in self.spoken.values():
            for call in spoken.calls.values():
                call.arguments = call.arguments[: 1 << 16]
        return super().told()


@mutant("strange-thread-lost", "THREAD-LATE", fuzzable=False)
class StrangeThreadLost(Reader):
    """Pieces of a thread are lost unless the client has seen how it was created."""

    def __init__(self) -> None:
        super().__init__()
        self.known = {"main"}

    def read(self, event: Json) -> Bit:
        if event["type"] == "thread.created":
            self.known.add(event["thread_id"])
        if (event.get("thread_id") or "main") not in self.known:
            return Bit("", event["type"])
        return super().read(event)
