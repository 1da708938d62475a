"""What most checks begin with: a conversation that is held to its end, and a look for one rule in it.

Must not know: single rules.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from mock_gateway.conformance.server.beta.grammar import judge_turns
from mock_gateway.conformance.server.beta.worlds import Conversation, Told, of_type, reply_to
from mock_gateway.conformance.server.client import Json, Stream
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import Violation, require, require_equal


async def converse(target: Target, agent: str, *texts: str) -> list[Told]:
    """Say these texts one after the other in a new session; whatever the agent asks on the way is answered."""
    session = await target.session(agent)
    told: list[Told] = []
    for text in texts:
        told.append(await session.say(text))
        told += await settle(session, told[-1])
    return told


async def settle(session: Conversation, told: Told) -> list[Told]:
    """Answer what is pending, and resume after authorisations, until the agent asks nothing more."""
    more: list[Told] = []
    while told.pending or of_type(told.events, "mcp.auth_required"):
        require(len(more) < 10, "STR-3", "the agent asks for ever", told.events)
        told = await session.run(*[reply_to(call) for call in told.pending])
        more.append(told)
    return more


def acquit(rule: str, violations: Iterable[Violation]) -> None:
    """Raises the first violation of the rule; those of others are for other checks."""
    for violation in violations:
        if violation.rule == rule:
            raise violation


def all_events(told: Sequence[Told]) -> list[Json]:
    """The events of several turns, one after the other."""
    return [event for one in told for event in one.events]


async def judged(target: Target, rule: str, agent: str, texts: Sequence[str], *needs: str) -> list[Told]:
    """Hold a conversation and judge its streams by one rule. needs: event types without which it would prove nothing.

    Raises `Violation`.
    """
    told = await converse(target, agent, *texts)
    types = {event["type"] for event in all_events(told)}
    for kind in needs:
        require(kind in types, rule, f"{agent} has to bring a {kind} on {list(texts)}", sorted(types))
    acquit(rule, judge_turns(one.events for one in told))
    return told


async def expect(stream: Stream, expected: Sequence[Json], rule: str, what: str) -> None:
    """Read as many events as are expected and compare each as it comes. Raises `Violation`."""
    for index, event in enumerate(expected):
        while len(stream.events) <= index:
            try:
                went_on = await stream.more()
            except TimeoutError:
                went_on = False
            require(went_on or len(stream.events) > index, rule, f"{what}: an event is missing", event)
        require_equal(stream.events[index], event, rule, what)


async def open_all(session: Conversation, turn_id: str, cursors: Iterable[int]) -> list[Stream]:
    """Several streams of one turn at the same time."""
    return list(await asyncio.gather(*(session.follow(turn_id, cursor) for cursor in cursors)))
