"""Talking to a gateway from a test of the testing package: scenarios, sessions, turns.

Owns: three small scenarios, a client's three requests. Must not know: how the gateway is served.
"""

from __future__ import annotations

import json
from typing import Any

import httpx

REFUND = """\
agent: desk
turns:
  - when: { message: refund }
    say: Let me look that up.
    call: { tool: billing.refund, approval: required, returns: { id: RF-1 } }
    on_allow: { say: "Done: {{ result.id }}." }
mcp: { billing: {} }
"""
GREETING = """\
agent: desk
turns:
  - when: { message: hello }
    say: Good day.
"""
SLOW = """\
agent: desk
limits: { timeout: 10m }
turns:
  - when: { message: hold }
    say: I hold.
    then: { wait: cancel }
  - when: { message: later }
    say: In a minute.
    then: { wait: 60s, say: Now. }
"""
KEY = {"Authorization": "Bearer any-key"}


def client_of(url: str) -> httpx.Client:
    """A client by the socket."""
    return httpx.Client(base_url=url, headers=KEY)


def begin(client: httpx.Client, agent: str = "desk") -> str:
    """The path of the turns of a new session."""
    created = client.post("/sessions", json={"agent_name": agent})
    assert created.status_code == 201, created.text
    return f"/sessions/{created.json()['data']['id']}/turns"


def message(text: str) -> dict[str, Any]:
    """The body of a turn."""
    return {"input": [{"type": "user.message", "content": text}]}


def events_of(text: str) -> list[dict[str, Any]]:
    """The events of a stream."""
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


def said(client: httpx.Client, text: str, agent: str = "desk") -> str:
    """Everything that the agent says to a message in a new session."""
    answer = client.post(begin(client, agent), json=message(text))
    assert answer.status_code == 200, answer.text
    return "".join(event.get("content") or "" for event in events_of(answer.text) if event["type"] == "model.message")
