"""Explicit lists of events: the escape from scripting.

Owns: listed events of the core from what was read. Must not know: whether a list keeps the contract (`lint_events.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from mock_gateway.core.ids import digest
from mock_gateway.core.script import ListedEvent, ToolCall
from mock_gateway.scenario.calls import make_tool_call
from mock_gateway.scenario.records import Record
from mock_gateway.scenario.scopes import Place
from mock_gateway.scenario.speech import make_say
from mock_gateway.scenario.workshop import Workshop

KINDS = ("message", "tool_response", "thread_created", "thread_done", "mcp_initialize", "sandbox_created")


def make_events(items: Sequence[Record], place: Place, path: str, shop: Workshop) -> tuple[ListedEvent, ...]:
    """A list of events."""
    return tuple(_event(item, place, f"{path}/events/{index}", shop) for index, item in enumerate(items))


def _event(item: Record, place: Place, path: str, shop: Workshop) -> ListedEvent:
    kind = next(kind for kind in KINDS if kind in item)
    body: Record = item[kind]
    content = body.get("content", body.get("input", body.get("output", "")))
    return ListedEvent(
        kind=kind,
        thread=body.get("thread", "main"),
        parent=body.get("parent", "main"),
        call="" if kind == "message" else body.get("call", ""),
        calls=tuple(_labelled(call, place, shop) for call in body["call"])
        if kind == "message" and "call" in body
        else (),
        say=make_say(body["say"], place, path, shop) if "say" in body else None,
        name=_sandbox_id(body, path, shop) if kind == "sandbox_created" else body.get("name", ""),
        content=shop.value(content, place),
        error=shop.text(body["error"], place) if "error" in body else None,
        servers=body.get("servers", ()),
        after=item.get("after", 0.0),
        position=item.node.position,
    )


def _labelled(record: Record, place: Place, shop: Workshop) -> tuple[str, ToolCall]:
    return record["id"], make_tool_call(record, place, shop)


def _sandbox_id(body: Record, path: str, shop: Workshop) -> str:
    return str(body.get("id") or f"sandbox-{digest(4, shop.seed, shop.file, path).hex()}")
