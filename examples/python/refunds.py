"""A small client, as it could be in your program: it asks for a refund, and allows or denies what the agent wants.

It reads the gateway's address and key from the environment, so nothing in it knows that there is a mock:

    mock-gateway exec --scenarios examples/scenarios -- python examples/python/refunds.py
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import httpx

Event = dict[str, Any]
Decide = Callable[[str], bool]


class Refunds:
    """Talks to the agent `billing`. decide: whether a call of a tool, by its name, may be made."""

    def __init__(self, client: httpx.Client, decide: Decide) -> None:
        self._client = client
        self._decide = decide

    def ask(self, text: str) -> str:
        """Everything that the agent said, with all approvals answered."""
        created = self._client.post("/sessions", json={"agent_name": "billing"})
        created.raise_for_status()
        turns = f"/sessions/{created.json()['data']['id']}/turns"
        said, answers = self._turn(turns, [{"type": "user.message", "content": text}])
        while answers:
            more, answers = self._turn(turns, answers)
            said += more
        return said

    def _turn(self, turns: str, given: list[Event]) -> tuple[str, list[Event]]:
        """One turn: what was said in it, and the answers to what it asks for."""
        with self._client.stream("POST", turns, json={"input": given}) as response:
            response.raise_for_status()
            *_, done = events(response.iter_lines())
        said, answers, names = "", list[Event](), dict[str, str]()
        for part in done["output"]:
            if part["type"] == "model.message":
                said += part.get("content") or ""
                names |= {call["id"]: call["function"]["name"] for call in part.get("tool_calls") or []}
            elif part["type"] == "tool.approval_required":
                answers += [self._answer(part["thread_id"], call["id"], names) for call in part["tool_calls"]]
        return said, answers

    def _answer(self, thread: str, call: str, names: dict[str, str]) -> Event:
        allowed = self._decide(names[call])
        approval = {"status": "allow"} if allowed else {"status": "deny", "reason": "Nobody allowed it."}
        return {"type": "user.tool_approval", "thread_id": thread, "tool_call_id": call, "approval": approval}


def events(lines: Iterator[str]) -> Iterator[Event]:
    """The events of a stream."""
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


if __name__ == "__main__":
    headers = {"Authorization": f"Bearer {os.environ['TFY_API_KEY']}"}
    with httpx.Client(base_url=os.environ["GATEWAY_BASE_URL"], headers=headers) as http:
        print(Refunds(http, decide=lambda name: name == "process_refund").ask("Please refund INV-2031."))
