"""Sessions and turns in the words of the contract, on top of `client.py`.

Owns: `World` (a prefix of its own, NET-1), `Conversation` (one session), `Told` (one turn that was read to its end),
and the forms of input. Must not know: which order of events is right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_gateway.conformance.server.client import SSE, Answer, Json, Speaker, Stream, segment
from mock_gateway.conformance.server.violation import Violation, require

PAUSES = ("tool.approval_required", "tool.response_required", "mcp.auth_required")
ENDED = ("done", "cancelled", "error")


@dataclass(frozen=True, slots=True)
class Pending:
    """A call that waits for the user. type: of the event that said so."""

    thread_id: str
    call_id: str
    type: str


def message(content: object) -> Json:
    """A user message."""
    return {"type": "user.message", "content": content}


def text_part(text: str) -> Json:
    """A text part of a message."""
    return {"type": "text", "text": text}


def file_part(name: str, uri: str) -> Json:
    """A file part of a message. uri: a data URI."""
    return {"type": "file_upload", "file": {"filename": name, "file_data": uri}}


def allow(call: Pending) -> Json:
    """Permission for a pending call."""
    return _approval(call, {"status": "allow"})


def deny(call: Pending, reason: str | None = None) -> Json:
    """Refusal of a pending call."""
    return _approval(call, {"status": "deny"} if reason is None else {"status": "deny", "reason": reason})


def _approval(call: Pending, approval: Json) -> Json:
    ids = {"thread_id": call.thread_id, "tool_call_id": call.call_id}
    return {"type": "user.tool_approval", **ids, "approval": approval}


def respond(call: Pending, content: str) -> Json:
    """The result of a pending client-side call."""
    return {
        "type": "user.tool_response",
        "thread_id": call.thread_id,
        "tool_call_id": call.call_id,
        "content": content,
    }


def reply_to(call: Pending, content: str = "green") -> Json:
    """What lets a pending call go on."""
    return allow(call) if call.type == "tool.approval_required" else respond(call, content)


def pending_in(events: Sequence[Json]) -> list[Pending]:
    """The calls that the pause events name. Raises `Violation` (EVT-6, EVT-7) when they cannot be read."""
    found: list[Pending] = []
    for event in events:
        kind = event["type"]
        if kind in ("tool.approval_required", "tool.response_required"):
            rule = "EVT-6" if kind == "tool.approval_required" else "EVT-7"
            thread = str(event.get("thread_id", "main"))
            found += [Pending(thread, ref, kind) for ref in _refs(event, rule)]
    return found


def _refs(event: Json, rule: str) -> list[str]:
    calls = event.get("tool_calls")
    good = isinstance(calls, list) and all(isinstance(ref, dict) and isinstance(ref.get("id"), str) for ref in calls)
    require(good, rule, "tool_calls has to be a list of {id}", event)
    return [ref["id"] for ref in calls or ()]


def of_type(events: Sequence[Json], *types: str) -> list[Json]:
    """The events of these types."""
    return [event for event in events if event["type"] in types]


def text_of(events: Sequence[Json], thread: str = "main") -> str:
    """All text that was said in a thread."""
    pieces = [event for event in of_type(events, "model.message") if event.get("thread_id") == thread]
    return "".join(event["content"] for event in pieces if isinstance(event.get("content"), str))


@dataclass(frozen=True, slots=True)
class Told:
    """A turn whose stream was read to the end."""

    conversation: Conversation
    stream: Stream

    @property
    def events(self) -> list[Json]:
        """Everything that came."""
        return self.stream.events

    @property
    def id(self) -> str:
        """The turn's id. Raises `Violation` (STR-2, EVT-1)."""
        return turn_id(self.events)

    @property
    def done(self) -> Json:
        """The last event. Raises `Violation` (STR-2)."""
        good = self.events and self.events[-1]["type"] == "turn.done"
        require(good, "STR-2", "the stream did not end with turn.done", self.events[-3:])
        return self.events[-1]

    @property
    def pending(self) -> list[Pending]:
        """The calls that wait for the user now."""
        return pending_in(self.events)

    @property
    def text(self) -> str:
        """What was said in the main thread."""
        return text_of(self.events)

    async def state(self) -> Json:
        """The state that API-7 shows."""
        return await self.conversation.state(self.id)

    async def log(self) -> list[Json]:
        """The stored events."""
        return await self.conversation.log(self.id)


def turn_id(events: Sequence[Json]) -> str:
    """The turn's id, from its first event. Raises `Violation` (STR-2, EVT-1)."""
    good = events and events[0]["type"] == "turn.created"
    require(good, "STR-2", "the stream did not begin with turn.created", list(events[:3]))
    found = events[0].get("turn_id")
    require(isinstance(found, str), "EVT-1", "turn.created has no turn_id", events[0])
    return str(found)


class Conversation:
    """One session."""

    def __init__(self, speaker: Speaker, session_id: str) -> None:
        self.speaker = speaker
        self.id = session_id
        self.path = f"/sessions/{segment(session_id)}"

    def turn_path(self, turn_id: str) -> str:
        """The path of a turn."""
        return f"{self.path}/turns/{segment(turn_id)}"

    # -- turns

    async def post(self, body: object) -> Answer:
        """Ask for a turn and read the whole answer, whatever it is."""
        return await self.speaker.send("POST", f"{self.path}/turns", json=body)

    async def start(self, *items: Json, previous: str | None = None, body: Json | None = None) -> Stream:
        """Begin a turn and leave its stream open. body: instead of everything else. Raises `Violation` (API-5)."""
        if body is None:
            body = {"input": list(items)} if items else {}
            body |= {} if previous is None else {"previous_turn_id": previous}
        stream = await self.speaker.open("POST", f"{self.path}/turns", json=body)
        if stream.status != 200 or not stream.headers.get("content-type", "").startswith(SSE):
            answer = await self.speaker.refused(stream)
            raise Violation("API-5", "create_turn was not answered with a stream", [body, answer.shown()])
        return stream

    async def run(self, *items: Json, previous: str | None = None, body: Json | None = None) -> Told:
        """Begin a turn and read it to the end."""
        stream = await self.start(*items, previous=previous, body=body)
        await stream.rest()
        return Told(self, stream)

    async def say(self, text: str, *, previous: str | None = None) -> Told:
        """Say something and hear everything."""
        return await self.run(message(text), previous=previous)

    async def hold(self, text: str = "hold", said: str = "waiting.") -> Stream:
        """Begin a turn that never ends by itself, and read all that comes before it waits."""
        stream = await self.start(message(text))
        # Another agent that stands in holds too, with words of its own.
        said = said if self.speaker.voice is None else ""
        await stream.until(lambda events: said in text_of(events) and events and events[-1].get("finish_reason"))
        return stream

    async def queue(self, *items: Json) -> Json:
        """Begin a turn without a stream (TRN-9); the turn as it was shown."""
        answer = await self.post({"input": list(items), "stream": False})
        turn = answer.data("API-5")
        require(isinstance(turn, dict) and isinstance(turn.get("id"), str), "API-5", "that is no turn", answer.shown())
        return dict(turn)

    async def follow(self, turn_id: str, after: object = None, headers: Mapping[str, str] | None = None) -> Stream:
        """Open the stream of a turn. after: the cursor; None sends none. Raises `Violation` (API-8)."""
        stream = await self.try_follow(turn_id, after, headers)
        if stream.status >= 300 or not stream.headers.get("content-type", "").startswith(SSE):
            answer = await self.speaker.refused(stream)
            raise Violation("API-8", "stream_turn was not answered with a stream", answer.shown())
        return stream

    async def try_follow(self, turn_id: str, after: object = None, headers: Mapping[str, str] | None = None) -> Stream:
        """Open the stream of a turn, whatever the answer is."""
        query = {} if after is None else {"after_sequence_id": after}
        return await self.speaker.open("GET", f"{self.turn_path(turn_id)}/stream", query=query, headers=headers)

    async def outcome(self, turn_id: str) -> Json:
        """Wait until a turn has ended, and give its state. It is followed as long as it runs, never polled."""
        stream = await self.try_follow(turn_id)
        if stream.status < 300:
            await stream.end(self.speaker.patience)
        await stream.close()
        return await self.state(turn_id)

    async def turn(self, turn_id: str) -> Json:
        """API-7."""
        answer = await self.speaker.send("GET", self.turn_path(turn_id))
        turn = answer.data("API-7")
        good = isinstance(turn, dict) and isinstance(turn.get("state"), dict)
        require(good, "API-7", "that is no turn with a state", answer.shown())
        return dict(turn)

    async def state(self, turn_id: str) -> Json:
        """The state of a turn."""
        return dict((await self.turn(turn_id))["state"])

    async def turns(self, **query: Any) -> list[Json]:
        """All turns, by following the pages (API-6)."""
        return await walk(self.speaker, f"{self.path}/turns", "API-6", query)

    async def log(self, turn_id: str, **query: Any) -> list[Json]:
        """All stored events of a turn, by following the pages (API-9)."""
        return await walk(self.speaker, f"{self.turn_path(turn_id)}/events", "API-9", query)

    async def cancel(self, turn_id: str | None = None) -> Answer:
        """Cancel the session's turn, or one by its id."""
        path = self.path if turn_id is None else self.turn_path(turn_id)
        return await self.speaker.send("POST", f"{path}/cancel")

    async def stop(self, stream: Stream) -> list[Json]:
        """Cancel the turn of an open stream and read it to the end."""
        await self.cancel(turn_id(stream.events))
        return await stream.rest()


async def pages(speaker: Speaker, path: str, rule: str, query: Mapping[str, Any]) -> list[Json]:
    """The bodies of all pages of a list."""
    found: list[Json] = []
    token: object = None
    while True:
        asked = {**query} if token is None else {**query, "page_token": token}
        answer = await speaker.send("GET", path, query=asked)
        items = answer.data(rule)
        require(isinstance(items, list), rule, "data is no list", answer.shown())
        body = dict(answer.json)
        found.append(body)
        pagination = body.get("pagination")
        token = pagination.get("next_page_token") if isinstance(pagination, dict) else None
        if not token:
            return found
        require(len(found) < 500, "PAG-1", "the pages do not come to an end", asked)


async def walk(speaker: Speaker, path: str, rule: str, query: Mapping[str, Any]) -> list[Json]:
    """All items of a list, by following its pages."""
    return [item for page in await pages(speaker, path, rule, query) for item in page["data"]]


class World:
    """A prefix of its own."""

    def __init__(self, speaker: Speaker) -> None:
        self.speaker = speaker

    async def create(self, agent: str, **fields: Any) -> Json:
        """A new session, as it was shown (API-1)."""
        answer = await self.speaker.send("POST", "/sessions", json={"agent_name": agent, **fields})
        session = answer.data("API-1")
        good = isinstance(session, dict) and isinstance(session.get("id"), str)
        require(good, "API-1", "that is no session with an id", answer.shown())
        return dict(session)

    async def session(self, agent: str = "contract-talk", **fields: Any) -> Conversation:
        """A conversation in a new session."""
        return Conversation(self.speaker, (await self.create(agent, **fields))["id"])

    async def sessions(self, agent: str, **query: Any) -> list[Json]:
        """All sessions of an agent, by following the pages (API-2)."""
        return await walk(self.speaker, "/sessions", "API-2", {"agent_name": agent, **query})
