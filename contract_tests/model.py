"""A small model of the contract: what a session answers, and what becomes of its turns, before it is asked.

A story is what one text makes the agent do: lanes that run side by side, each with things that it needs one after the
other, and an end that comes when no lane needs anything more. A turn plays its lanes as far as they get:

    story --begin--> every lane stops at its first need --asks--> the turn is done and waits
                     no lane needs anything             --------> the turn ends as the story does

Owns: sessions and turns as they have to be, and which statuses may refuse a request. It is pure: no request, no time.
Must not know: HTTP, ids (they are told to it), how a stream looks (`grammar.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mock_gateway.conformance.server.beta.worlds import Pending
from mock_gateway.conformance.server.client import Json

APPROVAL, RESPONSE = "tool.approval_required", "tool.response_required"
ANSWERS: Mapping[str, str] = {"user.tool_approval": APPROVAL, "user.tool_response": RESPONSE}
MAIL = "mail"
Need = tuple[str, ...]
"""Types of pause events for the calls of one message, or the name of one server."""


@dataclass(frozen=True, slots=True)
class Lane:
    """What one thread needs before it is ready. in_main: whether it is the main thread."""

    needs: tuple[Need, ...]
    in_main: bool = True


@dataclass(frozen=True, slots=True)
class Story:
    """What a text leads to. end: the status when no lane needs anything. slow: the end comes after a while."""

    lanes: tuple[Lane, ...] = ()
    end: str = "done"
    slow: bool = False


PLAIN = Story()
MACHINE: Mapping[str, Story] = {
    "plain": PLAIN,
    "hold": Story(end="running"),
    "slow": Story(slow=True),
    "fail": Story(end="error"),
    "run": PLAIN,
    "gate": Story((Lane(((APPROVAL,),)),)),
    "question": Story((Lane(((RESPONSE,),)),)),
    "both": Story((Lane(((APPROVAL, RESPONSE),)),)),
    "twice": Story((Lane(((RESPONSE,), (RESPONSE,))),)),
    "crew": Story((Lane(((APPROVAL,),), in_main=False), Lane(((RESPONSE,),), in_main=False))),
    "mail": Story((Lane(((MAIL,),)),)),
    "mail in a thread": Story((Lane(((MAIL,),), in_main=False),)),
    "mail and a gate": Story((Lane(((MAIL,),), in_main=False), Lane(((APPROVAL,),), in_main=False))),
    "question and hold": Story((Lane(((RESPONSE,),)),), end="running"),
    "gate and fail": Story((Lane(((APPROVAL,),)),), end="error"),
}
"""What `scenarios/machine.yaml` says."""

STORIES: Mapping[str, Mapping[str, Story]] = {
    "contract-machine": MACHINE,
    "contract-talk": {"hold": MACHINE["hold"], "fail": MACHINE["fail"], "plain": PLAIN, "two tools": PLAIN},
    "contract-gate": {"ask twice": MACHINE["twice"], "ask in threads": MACHINE["crew"], "approve": MACHINE["gate"]},
}
"""By agent and text."""
BOXED = frozenset(["contract-machine"])
"""The agents that have a sandbox."""


@dataclass(slots=True)
class Turn:
    """A turn as it has to be. at: how many needs of each lane are over. given: its input as it was sent.

    pending: the calls that it waits for. shown: how it was shown when it had ended; that never changes again.
    """

    previous: str | None
    given: object
    story: Story
    at: tuple[int, ...]
    status: str
    id: str = ""
    pending: tuple[Pending, ...] = ()
    shown: Json = field(default_factory=dict)

    @property
    def asks(self) -> list[tuple[bool, str]]:
        """The calls that it names: whether in the main thread, and the type of the pause event; sorted."""
        return sorted((lane.in_main, kind) for lane, need in self._stops() for kind in need if kind != MAIL)

    @property
    def wanted(self) -> frozenset[str]:
        """The servers that it asks for."""
        return frozenset(name for _, need in self._stops() for name in need if name == MAIL)

    @property
    def waits(self) -> bool:
        """Whether the next turn of its chain goes on with what this one began."""
        return self.status == "done" and any(self._stops())

    def _stops(self) -> Iterator[tuple[Lane, Need]]:
        return ((lane, lane.needs[at]) for lane, at in self.places() if at < len(lane.needs))

    def places(self) -> Iterator[tuple[Lane, int]]:
        """Each lane, and how many of its needs are over."""
        return zip(self.story.lanes, self.at, strict=True)


@dataclass(slots=True)
class Session:
    """A session as it has to be. allowed: servers that a person has allowed. answered: calls that are answered."""

    agent: str
    id: str
    turns: dict[str, Turn] = field(default_factory=dict)
    allowed: set[str] = field(default_factory=set)
    answered: list[Pending] = field(default_factory=list)

    @property
    def running(self) -> Turn | None:
        """The turn that runs (SES-5)."""
        return next((turn for turn in self.turns.values() if turn.status == "running"), None)

    @property
    def latest(self) -> Turn | None:
        """The latest turn."""
        return next(reversed(self.turns.values()), None)

    def before(self, body: Json) -> Turn | None:
        """The turn to which a request chains (TRN-4)."""
        named = body.get("previous_turn_id", "auto")
        return self.latest if named == "auto" else self.turns.get(named)

    # -- what is refused

    def refusals(self, body: Json) -> set[int]:
        """The statuses that a request for a turn may be refused with; empty when it has to be taken.

        A request that breaks several rules may be refused by any of them: the contract gives no order.
        """
        named = body.get("previous_turn_id", "auto")
        found = set() if named == "auto" or named in self.turns else {404}
        found |= {409} if self.running is not None else set()
        items = body.get("input") or []
        kinds = {item["type"] == "user.message" for item in items}
        if len(kinds) == 2:
            found.add(400)
        before = self.before(body)
        if not found - {409} and not self._fits(before, items):
            found.add(422)
        return found

    def _fits(self, before: Turn | None, items: Sequence[Json]) -> bool:
        """INP-3 to INP-7."""
        messages = [item for item in items if item["type"] == "user.message"]
        if before is not None and before.waits:
            return not messages and _answers(before.pending, items)
        papers = any(has_paper(item) for item in messages)
        return bool(messages) and len(messages) == len(items) and (self.agent in BOXED or not papers)

    # -- what becomes of it

    def begin(self, body: Json) -> Turn:
        """The turn that a request begins, which is not refused; it has no id yet. Nothing is remembered so far."""
        before, given = self.before(body), body.get("input")
        if before is not None and before.waits:
            story, so_far = before.story, [at + self._got(lane, at) for lane, at in before.places()]
        else:
            story = STORIES[self.agent].get(_text(given), PLAIN)
            so_far = [0] * len(story.lanes)
        at = tuple(self._reach(lane, place) for lane, place in zip(story.lanes, so_far, strict=True))
        waits = any(place < len(lane.needs) for lane, place in zip(story.lanes, at, strict=True))
        return Turn(before.id if before else None, given, story, at, "done" if waits else story.end)

    def _got(self, lane: Lane, at: int) -> bool:
        # Calls are answered by now, else the request was refused; a server is allowed or not.
        return at < len(lane.needs) and lane.needs[at] != (MAIL,)

    def _reach(self, lane: Lane, at: int) -> int:
        while at < len(lane.needs) and lane.needs[at] == (MAIL,) and MAIL in self.allowed:
            at += 1
        return at

    def add(self, turn: Turn) -> None:
        """Remember a turn that was begun and has its id; what it answers is answered."""
        before = self.turns.get(turn.previous or "")
        self.answered += before.pending if before is not None else ()
        self.turns[turn.id] = turn


def _answers(pending: Sequence[Pending], items: Sequence[Json]) -> bool:
    """INP-3: one answer for each call, in its thread, of its kind."""
    given = [Pending(item["thread_id"], item["tool_call_id"], ANSWERS[item["type"]]) for item in items]
    return len(given) == len(pending) and set(given) == set(pending)


def has_paper(item: Json) -> bool:
    """Whether a user message has a file that is no image (INP-7)."""
    parts = item["content"] if isinstance(item["content"], list) else []
    files = [part["file"]["file_data"] for part in parts if part["type"] == "file_upload"]
    return any(not uri.startswith("data:image/") for uri in files)


def _text(given: object) -> str:
    """The text of the messages, as the scenarios see it."""
    messages = [item["content"] for item in given or ()] if isinstance(given, list) else []
    parts = [[{"type": "text", "text": content}] if isinstance(content, str) else content for content in messages]
    return "\n".join(part["text"] for each in parts for part in each if part["type"] == "text")
