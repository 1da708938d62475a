"""Sessions and turns in the words of the published contract, on top of those of the documented one.

Owns: `Town` (a world), `Talk` (one session), `Heard` (one turn that was read to its end). Must not know: which order of
events is right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_gateway.conformance.server.beta.worlds import Conversation, Told, message, of_type, turn_id, walk
from mock_gateway.conformance.server.client import Answer, Json, Speaker, Stream, segment
from mock_gateway.conformance.server.violation import require

SESSIONS = "/v1/agents/sessions"
DRAFTS = "/v1/agents/draft-sessions"
OWNED = "/v1/x/agents/owned-sessions"
SEARCH = "/v1/x/agents/search-sessions"
BASE, DELTA = "model.message", "model.message.delta"


def said_in(events: Sequence[Json], thread: str = "main") -> str:
    """All text that was said in a thread."""
    pieces = (event for event in events if event["type"] == DELTA and event.get("thread_id") == thread)
    return "".join(piece["content"] for piece in pieces if isinstance(piece.get("content"), str))


def file_of(name: str, uri: str) -> Json:
    """A file part of a message."""
    return {"type": "file", "name": name, "data": uri}


class Heard(Told):
    """A turn whose stream was read to the end."""

    @property
    def talk(self) -> Talk:
        """The session."""
        assert isinstance(self.conversation, Talk)
        return self.conversation

    @property
    def text(self) -> str:
        """What was said in the main thread."""
        return said_in(self.events)

    @property
    def end(self) -> Json:
        """The state in the last event. Raises `Violation`."""
        state = self.done.get("state")
        require(isinstance(state, dict), "V1-EVT-3", "turn.done has no state", self.done)
        return dict(state or {})

    @property
    def status(self) -> object:
        """How the turn ended."""
        return self.end.get("status")

    @property
    def numbers(self) -> list[str]:
        """The ids of the frames, as they were sent."""
        return [frame.id for frame in self.stream.frames]


class Talk(Conversation):
    """One session."""

    def __init__(self, speaker: Speaker, session_id: str) -> None:
        super().__init__(speaker, session_id)
        self.path = f"{SESSIONS}/{segment(session_id)}"

    async def run(self, *items: Json, previous: str | None = None, body: Json | None = None) -> Heard:
        """Begin a turn and read it to the end."""
        stream = await self.start(*items, previous=previous, body=body)
        await stream.rest()
        return Heard(self, stream)

    async def say(self, text: str, *, previous: str | None = None) -> Heard:
        """Say something and hear everything."""
        return await self.run(message(text), previous=previous)

    async def hold(self, text: str = "hold", said: str = "waiting.") -> Stream:
        """Begin a turn that never ends by itself, and read all that comes before it waits."""
        stream = await self.start(message(text))
        # Another agent that stands in holds too, with words of its own.
        said = said if self.speaker.voice is None else ""
        await stream.until(lambda events: said in said_in(events) and events and events[-1].get("finish_reason"))
        return stream

    async def try_follow(self, turn_id: str, after: object = None, headers: Mapping[str, str] | None = None) -> Stream:
        """Subscribe, whatever the answer is. after: the cursor; None sends none."""
        body = {} if after is None else {"after_sequence_number": after}
        path = f"{self.turn_path(turn_id)}/subscribe"
        return await self.speaker.open("POST", path, json=body, headers=headers)

    async def cancel(self, _turn_id: str | None = None) -> Answer:
        """Cancel the session's turn; there is no other way here."""
        return await self.speaker.send("POST", f"{self.path}/cancel", json={})

    async def get(self, path: str = "", **query: Any) -> Answer:
        """Read something below the session's path."""
        return await self.speaker.send("GET", self.path + path, query=query)

    async def diary(self, **query: Any) -> list[Json]:
        """All events of the session, by following the pages."""
        return await walk(self.speaker, f"{self.path}/events", "V1-SEV-1", query)

    async def held(self) -> tuple[Stream, Heard]:
        """Begin a turn that waits, cancel it, and read it to its end."""
        stream = await self.hold()
        await self.stop(stream)
        return stream, Heard(self, stream)


class Town:
    """A world: a prefix of its own."""

    def __init__(self, speaker: Speaker) -> None:
        self.speaker = speaker

    async def create(self, agent: str) -> Json:
        """A new session, as it was shown."""
        answer = await self.speaker.send("POST", SESSIONS, json={"agent_name": agent})
        session = answer.data("V1-SES-1")
        good = isinstance(session, dict) and isinstance(session.get("id"), str)
        require(good, "V1-SES-1", "that is no session with an id", answer.shown())
        return dict(session)

    async def talk(self, agent: str = "contract-talk") -> Talk:
        """A conversation in a new session."""
        return Talk(self.speaker, (await self.create(agent))["id"])

    async def draft(self, **fields: Any) -> Json:
        """A new draft, as it was shown."""
        body = {"agent_spec": {"model": {"name": "contract-talk"}}, **fields}
        answer = await self.speaker.send("POST", DRAFTS, json=body)
        draft = answer.data("V1-DRA-1")
        good = isinstance(draft, dict) and isinstance(draft.get("id"), str)
        require(good, "V1-DRA-1", "that is no draft with an id", answer.shown())
        return dict(draft)

    async def listed(self, path: str, **query: Any) -> list[Json]:
        """All items of a list of sessions, by following the pages."""
        return await walk(self.speaker, path, "V1-SES-5", query)


__all__ = ["Heard", "Talk", "Town", "file_of", "of_type", "said_in", "turn_id"]
