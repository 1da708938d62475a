"""A gateway without a socket, and what its journal says of the requests that it is sent.

Owns: a small scenario with something of everything, and sending requests of both contracts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mock_gateway.http.app import App
from mock_gateway.journal import Exchange, TurnEntry
from tests.http.apps import make_app
from tests.http.asgi import Reply, call

SCENARIO = """
agent: shop
turns:
  - when: { message: order }
    say: Which order?
  - when: { message: pay }
    call: { tool: pay, approval: required, returns: paid }
    on_allow:
      - say: Paid.
    on_deny:
      - say: Not paid.
  - when: { message: research }
    call:
      sub_agent: reader
      input: read
      script:
        - say: I have read.
  - when: { message: "hello", visit: 2 }
    say: Hello again.
otherwise:
  - say: How can I help?
"""
BASES = {"beta": "/sessions", "v1": "/v1/agents/sessions"}


def shop(text: str = SCENARIO, **settings: Any) -> App:
    """An application that plays the scenario on virtual time."""
    return make_app(text, **settings)


def post(app: App, path: str, body: object = None, **headers: str) -> Reply:
    """Send JSON."""
    return call(app, "POST", path, json.dumps(body) if body is not None else b"", content_type=JSON, **headers)


JSON = "application/json"


def session(app: App, agent: str = "shop", base: str = "/sessions") -> str:
    """The path of a new session."""
    made = post(app, base, {"agent_name": agent})
    assert made.status == 201, made.text
    return f"{base}/{json.loads(made.body)['data']['id']}"


def say(app: App, path: str, text: str) -> Reply:
    """A turn with a message, as a stream."""
    return turn(app, path, [{"type": "user.message", "content": text}])


def turn(app: App, path: str, items: list[Mapping[str, object]]) -> Reply:
    """A turn with any input, as a stream."""
    return post(app, f"{path}/turns", {"input": items}, accept="text/event-stream")


def pending(app: App) -> list[Mapping[str, object]]:
    """Answers that allow everything that the last turn waits for."""
    world = next(iter(app.gateway.worlds.values()))
    last = list(world.sessions.values())[-1].turns[-1]
    calls = [one for thread in last.rest for one in thread.pending()]
    allow = {"type": "user.tool_approval", "approval": {"status": "allow"}}
    return [{**allow, "thread_id": one.thread_id, "tool_call_id": one.id} for one in calls]


def exchanges(app: App) -> list[Exchange]:
    """Every request in the journal."""
    return [entry for entry in app.gateway.journal.entries if isinstance(entry, Exchange)]


def turns(app: App) -> list[TurnEntry]:
    """Every turn in the journal."""
    return [entry for entry in app.gateway.journal.entries if isinstance(entry, TurnEntry)]
