"""Conversations that many checks look at: each is held once at a place, and judged by all rules at once.

Owns: which conversations, what they have to bring. Must not know: single rules.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from mock_gateway.conformance.server.beta.worlds import message, reply_to
from mock_gateway.conformance.server.client import Json
from mock_gateway.conformance.server.v1.grammar import judge_turns
from mock_gateway.conformance.server.v1.ledger import judge_list
from mock_gateway.conformance.server.v1.place import Place
from mock_gateway.conformance.server.v1.worlds import Heard, Talk, of_type
from mock_gateway.conformance.server.violation import Violation, require

SCENES: Mapping[str, Sequence[str]] = {
    "contract-talk": ("hello", "tool", "two tools", "deferred tool", "fail", "many", "history"),
    "contract-crew": ("parallel", "nested", "failing", "silent"),
    "contract-gate": ("approve", "ask", "approve and ask", "ask in threads", "ask twice"),
    "contract-auth": ("go", "plain"),
    "contract-box": ("run", "run"),
    "contract-mind": ("think", "refuse", "fetch"),
}
"""What is said to whom, in one session each."""


async def scene(place: Place, agent: str) -> list[Heard]:
    """One of the conversations; whatever the agent asks on the way is answered."""
    return await place.once(("scene", agent), lambda: _hold(place, agent))


async def _hold(place: Place, agent: str) -> list[Heard]:
    talk = await place.talk(agent)
    heard: list[Heard] = []
    for text in SCENES[agent]:
        heard.append(await talk.say(text))
        heard += await settle(talk, heard[-1])
    return heard


async def settle(talk: Talk, heard: Heard) -> list[Heard]:
    """Answer what is pending, and resume after authorisations, until the agent asks nothing more."""
    more: list[Heard] = []
    while heard.pending or of_type(heard.events, "mcp.auth_required"):
        require(len(more) < 10, "V1-TRN-18", "the agent asks for ever", heard.events)
        heard = await talk.run(*[reply_to(call) for call in heard.pending])
        more.append(heard)
    return more


def numbered(heard: Heard) -> list[tuple[int, Json]]:
    """The events with the numbers of their frames. Raises `Violation` where a number is none."""
    found = []
    for frame, event in zip(heard.stream.frames, heard.events, strict=True):
        good = frame.own_id and frame.id.isascii() and frame.id.isdigit()
        require(good, "V1-STR-1", f"the id of a frame is {frame.id!r}; a whole number was due", frame.data[:500])
        found.append((int(frame.id), event))
    return found


async def streams(place: Place) -> list[Violation]:
    """Everything that is wrong with the streams of all conversations."""

    async def look() -> list[Violation]:
        told = await asyncio.gather(*(scene(place, agent) for agent in SCENES))
        return [violation for heard in told for violation in judge_turns(map(numbered, heard))]

    return await place.once("streams", look)


async def logs(place: Place) -> list[Violation]:
    """Everything that is wrong with the events that are listed for each turn of all conversations."""

    async def look() -> list[Violation]:
        told = await asyncio.gather(*(scene(place, agent) for agent in SCENES))
        every = [heard for turns in told for heard in turns]
        listed = await asyncio.gather(*(heard.log() for heard in every))
        return [
            found
            for heard, log in zip(every, listed, strict=True)
            for found in judge_list(heard.events, log, "V1-LOG-1")
        ]

    return await place.once("logs", look)


async def all_events(place: Place) -> list[Json]:
    """The events of all conversations."""
    told = await asyncio.gather(*(scene(place, agent) for agent in SCENES))
    return [event for heard in told for one in heard for event in one.events]


def acquit(rule: str, violations: Iterable[Violation]) -> None:
    """Raises the first violation of the rule; those of others are for other checks."""
    for violation in violations:
        if violation.rule == rule:
            raise violation


async def judged(place: Place, rule: str, *needs: str) -> list[Json]:
    """Judge all conversations by one rule. needs: event types without which that would prove nothing.

    Raises `Violation`.
    """
    events = await all_events(place)
    types = {event["type"] for event in events}
    for kind in needs:
        require(kind in types, rule, f"the conversations have to bring a {kind}", sorted(types))
    acquit(rule, await streams(place))
    acquit(rule, await logs(place))
    return events


async def cut_off(place: Place, rule: str) -> tuple[Talk, list[Json]]:
    """A turn that was cancelled in the middle of its only message. Raises `Violation`: the message was not aborted."""
    for _ in range(3):
        talk = await place.talk()
        async with await talk.start(message("hold in a message")) as stream:
            await stream.count(4)
            was_whole = any(event.get("finish_reason") for event in stream.events)
            events = await talk.stop(stream)
        # Where the machine was so slow that the message was faster than the cancellation, nothing was seen.
        if not was_whole and not any(event.get("finish_reason") for event in events):
            return talk, events
    raise Violation(rule, "a message is not aborted when its turn is cancelled", events)
