"""One event as data, in the language of lists of events.

Owns: reading it with the same tables and the same mistakes as a file. Must not know: where it goes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mock_gateway.core.script import Agent, ListedEvent
from mock_gateway.core.state import MAIN
from mock_gateway.scenario.errors import Mistake, ScenarioErrors
from mock_gateway.scenario.listing import make_events
from mock_gateway.scenario.records import Record
from mock_gateway.scenario.scopes import Place
from mock_gateway.scenario.source import Source, compose
from mock_gateway.scenario.vocabulary import EVENT
from mock_gateway.scenario.workshop import Workshop

NAME = "<event>"
"""What positions show."""


def read_event(event: Mapping[str, object], agent: Agent) -> ListedEvent:
    """An event for an agent. Raises `ScenarioErrors`."""
    try:
        text = json.dumps(event, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ScenarioErrors([Mistake(None, f"the event is no JSON: {error}")]) from error
    source = Source(text, NAME)
    mistakes: list[Mistake] = []
    read: Any = EVENT.read(compose(source), "event", mistakes)
    if mistakes:
        raise ScenarioErrors(mistakes)
    record: Record = read
    if "after" in record:
        message, hint = "an event that is pushed happens now; it has no `after`", "let time pass with the clock first"
        raise ScenarioErrors([record.mistake(message, hint, key="after")])
    return _compiled(record, agent, source)


def _compiled(record: Record, agent: Agent, source: Source) -> ListedEvent:
    shop = Workshop(
        seed=agent.seed,
        file=NAME,
        fragments={},
        sources={NAME: source},
        servers=tuple(server.name for server in agent.mcp),
        has_sandbox=agent.sandbox is not None,
        cut=agent.cut,
        pace=agent.pace,
    )
    inside = any(isinstance(body, Record) and body.get("thread", MAIN) != MAIN for body in record.values.values())
    state, params = frozenset(agent.state), frozenset(agent.params)
    place = Place({"params": agent.params}, state=state, params=params, in_sub_agent=inside)
    [event] = make_events([record], place, "push", shop)
    if shop.mistakes:
        raise ScenarioErrors(shop.mistakes)
    return event
