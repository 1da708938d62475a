"""Talking to an agent as a client program does, and looking at what came.

`Talk` is one session; each of its turns gives a `Heard`. `Talk.allow`, `deny`, `answer` and `resume` go on after a
pause with what every pending call needs.
Must not know: scenarios, servers.
"""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import groupby
from typing import Protocol, TypeVar

from mock_gateway.client import (
    ApprovalAllow,
    ApprovalDeny,
    Event,
    FileUpload,
    FileUploadContentPart,
    McpAuthRequired,
    ModelMessage,
    ModelMessageBuilder,
    ModelMessageDelta,
    TextContentPart,
    ThreadCreated,
    ToolApprovalRequired,
    ToolCall,
    ToolCallInfo,
    ToolResponse,
    ToolResponseRequired,
    TrueFoundryGateway,
    TurnCreated,
    TurnDone,
    TurnInput,
    TurnInputItem,
    TurnStreamEvent,
    UserMessage,
    UserToolApproval,
    UserToolResponse,
)

Of = TypeVar("Of", bound=Event)


class Heard:
    """The events of one turn.

    calls: every tool call of the session so far, by id; a result can answer one of an earlier turn.
    """

    def __init__(self, events: Iterable[TurnStreamEvent], calls: dict[str, ToolCall]) -> None:
        self.events = list(events)
        self._calls = calls
        self.messages = list(self._assemble())

    def _assemble(self) -> Iterable[ModelMessage]:
        builders: defaultdict[str, ModelMessageBuilder] = defaultdict(ModelMessageBuilder)
        for event in self.all(ModelMessageDelta):
            builders[event.thread_id].add(event)
            if event.finish_reason is not None:
                message = builders[event.thread_id].build_and_reset()
                self._calls.update((call.id, call) for call in message.tool_calls)
                yield message

    def all(self, kind: type[Of]) -> list[Of]:
        """The events of a kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def kinds(self) -> list[str]:
        """The types of the events; deltas that follow each other in one thread count once."""
        marks = ((event.type, getattr(event, "thread_id", None)) for event in self.events)
        return [kind for (kind, _), _ in groupby(marks)]

    @property
    def turn_id(self) -> str:
        """The turn."""
        [created] = self.all(TurnCreated)
        return created.turn_id

    @property
    def done(self) -> TurnDone:
        """How it ended."""
        [done] = self.all(TurnDone)
        return done

    @property
    def said(self) -> list[str]:
        """What the main agent said, message by message, without those that only call."""
        return self.said_in("main")

    @cached_property
    def agents(self) -> dict[str, str]:
        """Thread ids by the names of the sub-agents that were started in this turn."""
        return {event.agent_info.name: event.thread_id for event in self.all(ThreadCreated)}

    def said_in(self, thread_id: str) -> list[str]:
        """The same for any thread."""
        return [message.content for message in self.messages if message.thread_id == thread_id and message.content]

    @property
    def pieces(self) -> list[list[str]]:
        """The texts as they were cut, message by message; for turns that have one thread."""
        cut: list[list[str]] = [[]]
        for event in self.all(ModelMessageDelta):
            cut[-1] += [event.content] if event.content else []
            cut += [[]] if event.finish_reason is not None else []
        return cut[:-1]

    @property
    def called(self) -> list[tuple[str, object]]:
        """The tools called in this turn with their arguments."""
        calls = [call for message in self.messages for call in message.tool_calls]
        return [(call.function.name, json.loads(call.function.arguments)) for call in calls]

    @property
    def origins(self) -> dict[str, ToolCallInfo]:
        """Where each tool called in this turn lives."""
        calls = [call for message in self.messages for call in message.tool_calls]
        return {call.function.name: call.tool_info for call in calls if call.tool_info is not None}

    @property
    def results(self) -> dict[str, str]:
        """What came back in this turn, by the tool's name."""
        return {self._calls[event.tool_call_id].function.name: event.content for event in self.all(ToolResponse)}

    @property
    def waiting(self) -> list[tuple[ToolApprovalRequired | ToolResponseRequired, ToolCall]]:
        """Every call that waits for the user, with the event that said so."""
        pauses = [event for event in self.events if isinstance(event, ToolApprovalRequired | ToolResponseRequired)]
        return [(event, self._calls[ref.id]) for event in pauses for ref in event.tool_calls]

    @property
    def pending(self) -> list[str]:
        """The names of the calls that wait for the user."""
        return [call.function.name for _, call in self.waiting]

    @property
    def locked(self) -> list[str]:
        """The servers that a person has to authorise."""
        return [server.mcp_server_name for event in self.all(McpAuthRequired) for server in event.servers]


class Talk:
    """One session with an agent. heard: its turns so far, those read to the end."""

    def __init__(self, gateway: TrueFoundryGateway, agent: str, *, session_id: str | None = None) -> None:
        self.gateway = gateway
        agents = gateway.agents
        self.session = agents.get_session(session_id) if session_id else agents.create_session(agent_name=agent)
        self.heard: list[Heard] = []
        self._calls: dict[str, ToolCall] = {}

    def say(self, text: str, *files: FileUploadContentPart) -> Heard:
        """Send a message and read the whole turn."""
        return self.send([message(text, *files)])

    def send(self, items: TurnInput | None) -> Heard:
        """Send any input and read the whole turn."""
        return self.listen(self.session.create_turn(input=items))

    def listen(self, events: Iterable[TurnStreamEvent]) -> Heard:
        """Read the rest of a turn that the caller began to read, or read elsewhere."""
        heard = Heard(events, self._calls)
        self.heard.append(heard)
        return heard

    def allow(self) -> Heard:
        """Allow everything that waits; take the first option of every question."""
        return self.send(answers(self.heard[-1]))

    def deny(self, reason: str | None = None) -> Heard:
        """Deny everything that waits."""
        return self.send(answers(self.heard[-1], approval=ApprovalDeny(reason=reason)))

    def answer(self, text: str) -> Heard:
        """Answer every question, and allow what waits for that."""
        return self.send(answers(self.heard[-1], text=text))

    def resume(self) -> Heard:
        """Go on without input."""
        return self.send(None)


class Begin(Protocol):
    """Begins a session: what the fixture `talk` is."""

    def __call__(self, agent: str, *, speed: float = 0, session_id: str | None = None) -> Talk:
        """agent: its name. speed: 0 plays at once, 1 as written. session_id: of a session that exists already."""


def message(text: str, *files: FileUploadContentPart) -> UserMessage:
    """A message: plain text, or parts when there are files."""
    return UserMessage(content=[TextContentPart(text=text), *files] if files else text)


def upload(name: str, mime: str, payload: bytes) -> FileUploadContentPart:
    """A file among the parts of a message."""
    uri = f"data:{mime};base64,{base64.b64encode(payload).decode()}"
    return FileUploadContentPart(file=FileUpload(filename=name, file_data=uri))


def answers(
    heard: Heard, *, approval: ApprovalAllow | ApprovalDeny | None = None, text: str | None = None
) -> Sequence[TurnInputItem]:
    """One item for each call that waits. text: None takes the first option of the question."""
    items: list[TurnInputItem] = []
    for event, call in heard.waiting:
        if isinstance(event, ToolApprovalRequired):
            decision = approval or ApprovalAllow()
            items.append(UserToolApproval(thread_id=event.thread_id, tool_call_id=call.id, approval=decision))
        else:
            content = first_option(call) if text is None else text
            items.append(UserToolResponse(thread_id=event.thread_id, tool_call_id=call.id, content=content))
    return items


def first_option(call: ToolCall) -> str:
    """What somebody answers who takes the first option; a few words when there is none."""
    options = json.loads(call.function.arguments).get("options", [])
    return str(options[0]) if options else "With love, as always."
