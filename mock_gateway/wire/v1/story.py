"""The story of a stream of the published contract. See `wire/story.py`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from mock_gateway.core.state import json_compact
from mock_gateway.wire.story import Cast, Draft, Event, Line, result


def tell(events: Sequence[Event], cast: Cast) -> list[Line]:
    """The lines of one turn; `cast` goes on from turn to turn. Reasoning, refusals and usage are left out."""
    lines: list[Line] = []
    drafts: dict[str, Draft] = {}
    for event in events:
        if event["type"] == "model.message":
            drafts[event["id"]] = Draft(cast.who(event["thread_id"]))
        elif event["type"] == "model.message.delta":
            drafts[event["id"]].add(event)
            if event.get("finish_reason"):
                lines += drafts.pop(event["id"]).tell(cast)
        elif event["type"] in TELL:
            lines.append(TELL[event["type"]](cast, event))
    return lines


def _got(cast: Cast, event: Event) -> Line:
    """A failure is wrapped in parts here; the story has its text."""
    content = event["content"]
    if content.startswith('{"error":[{"type":"text"'):
        parts = json.loads(content)["error"]
        event = {**event, "content": json_compact({"error": "".join(part["text"] for part in parts)})}
    return result(cast, event)


def _ended(cast: Cast, event: Event) -> Line:
    state = event["state"]
    text = state["output"].get("content") or "" if state["status"] == "done" else state["error"]
    return Line(cast.who(event["thread_id"]), f"ended {state['status']}", text)


def _over(_cast: Cast, event: Event) -> Line:
    state = event["state"]
    return Line("", f"turn {state['status']}", state.get("reason") or state.get("message") or "")


def _asks(cast: Cast, event: Event, did: str) -> Line:
    return Line(cast.who(event["thread_id"]), did, cast.names(event["tool_calls"]))


TELL: Mapping[str, Callable[[Cast, Event], Line]] = {
    "tool.response": _got,
    "tool.approval_required": lambda cast, e: _asks(cast, e, "asks leave for"),
    "tool.response_required": lambda cast, e: _asks(cast, e, "asks for"),
    "mcp.auth_required": lambda _, e: Line("", "needs", ", ".join(server["name"] for server in e["mcp_servers"])),
    "sandbox.created": lambda _, e: Line("", "made sandbox", e["sandbox_id"]),
    "thread.created": lambda cast, e: Line(
        cast.enter(e["thread_id"], e["agent_info"]["name"]), "began", e["agent_info"]["input"]
    ),
    "thread.done": _ended,
    "turn.done": _over,
}
