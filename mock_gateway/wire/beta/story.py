"""The story of a stream of the documented contract. See `wire/story.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mock_gateway.wire.story import Cast, Draft, Event, Line, result


def tell(events: Sequence[Event], cast: Cast) -> list[Line]:
    """The lines of one turn; `cast` goes on from turn to turn."""
    lines: list[Line] = []
    drafts: dict[str, Draft] = {}
    for event in events:
        if event["type"] == "model.message":
            thread = event["thread_id"]
            draft = drafts.setdefault(thread, Draft(cast.who(thread)))
            draft.add(event)
            if event.get("finish_reason"):
                lines += drafts.pop(thread).tell(cast)
        elif event["type"] in TELL:
            lines.append(TELL[event["type"]](cast, event))
    return lines


def _ended(cast: Cast, event: Event) -> Line:
    text = event["output"].get("content", "") if event["status"] == "done" else event["message"]
    return Line(cast.who(event["thread_id"]), f"ended {event['status']}", text)


def _over(_cast: Cast, event: Event) -> Line:
    return Line("", f"turn {event['status']}", event.get("cancellation_reason") or event.get("message") or "")


def _asks(cast: Cast, event: Event, did: str) -> Line:
    return Line(cast.who(event["thread_id"]), did, cast.names(event["tool_calls"]))


TELL: Mapping[str, Callable[[Cast, Event], Line]] = {
    "tool.response": result,
    "tool.approval_required": lambda cast, e: _asks(cast, e, "asks leave for"),
    "tool.response_required": lambda cast, e: _asks(cast, e, "asks for"),
    "mcp.auth_required": lambda _, e: Line("", "needs", ", ".join(s["mcp_server_name"] for s in e["servers"])),
    "sandbox.created": lambda _, e: Line("", "made sandbox", e["sandbox_id"]),
    "thread.created": lambda cast, e: Line(
        cast.enter(e["thread_id"], e["agent_info"]["name"]), "began", e["agent_info"]["input"]
    ),
    "thread.done": _ended,
    "turn.done": _over,
}
