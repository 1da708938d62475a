"""Small applications for the tests of the HTTP edge."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import load_text
from mock_gateway.settings import Settings
from tests.http.asgi import call

SCENARIO = """
# shows: <b>bold</b> & "quoted"
agent: desk
mcp: { vault: { auth: required } }
turns:
  - when: { message: vault }
    call: { tool: vault.open, returns: { inside: letters } }
    then: { say: "There are {{ result.inside }} in it." }
    on_refused: { say: Then it stays shut. }
sessions:
  - { id: "a/b c", title: "<Seeded>" }
"""


def make_app(text: str = SCENARIO, **settings: Any) -> App:
    """An application that plays a scenario on virtual time, without a loop of its own."""
    agent = load_text(dedent(text), name="app.yaml")
    return App(Gateway({agent.name: agent}, Settings(**{"speed": 0, **settings}), runtime=Runtime()))


def make_session(app: App, base: str = "") -> str:
    """A new session of the only agent; its id."""
    (name,) = app.gateway.agents
    made = call(app, "POST", f"{base}/sessions", json.dumps({"agent_name": name}))
    assert made.status == 201, made.text
    return str(json.loads(made.body)["data"]["id"])


def play(app: App, session: str, text: str | None, base: str = "") -> list[dict[str, Any]]:
    """The events of a turn. text: None resumes."""
    turn = {} if text is None else {"input": [{"type": "user.message", "content": text}]}
    reply = call(app, "POST", f"{base}/sessions/{session}/turns", json.dumps(turn))
    assert reply.status == 200, reply.text
    return [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: ")]
