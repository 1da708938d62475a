"""The event classes: every type, tolerance, and what is refused (EVT-1 to EVT-13)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_gateway.client import (
    Event,
    McpAuthRequired,
    McpInitialized,
    ModelMessage,
    ModelMessageDelta,
    ProtocolError,
    SandboxCreated,
    ThreadCreated,
    ThreadDone,
    ToolApprovalRequired,
    ToolResponse,
    ToolResponseRequired,
    TurnCreated,
    TurnDone,
    UnknownEvent,
)
from mock_gateway.client.events import read_stored, read_streamed

PARENT = {"thread_id": "main", "tool_call_id": "c1"}
AUTH = {"mcp_server_name": "m", "auth_url": "http://a.test", "thread_ids": ["main"]}

ALIKE: list[tuple[type[Event], dict[str, Any]]] = [
    (ToolResponse, {"type": "tool.response", "thread_id": "main", "tool_call_id": "c1", "content": "x"}),
    (ToolApprovalRequired, {"type": "tool.approval_required", "thread_id": "main", "tool_calls": [{"id": "c1"}]}),
    (ToolResponseRequired, {"type": "tool.response_required", "thread_id": "main", "tool_calls": [{"id": "c1"}]}),
    (
        ThreadCreated,
        {"type": "thread.created", "thread_id": "h1", "parent": PARENT, "agent_info": {"name": "a", "input": "b"}},
    ),
    (ThreadDone, {"type": "thread.done", "thread_id": "h1", "status": "done", "output": {"a": 1}, "parent": PARENT}),
    (
        McpInitialized,
        {"type": "mcp.initialize", "thread_id": "main", "content": [{"mcp_server_name": "m", "session_id": "x"}]},
    ),
    (McpAuthRequired, {"type": "mcp.auth_required", "servers": [AUTH]}),
    (SandboxCreated, {"type": "sandbox.created", "sandbox_id": "b1"}),
    (UnknownEvent, {"type": "weather.changed", "degrees": 3, "nested": {"a": [1]}}),
]
STREAMED: list[tuple[type[Event], dict[str, Any]]] = [
    *ALIKE,
    (TurnCreated, {"type": "turn.created", "turn_id": "t1", "created_at": "2026-01-02T03:04:05.000Z"}),
    (TurnDone, {"type": "turn.done", "status": "cancelled", "cancellation_reason": "client-cancelled"}),
    (ModelMessageDelta, {"type": "model.message", "thread_id": "main", "content": "x"}),
]
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
MESSAGE = {"type": "model.message", "thread_id": "main", "tool_calls": [CALL], "finish_reason": "tool_calls"}
STORED: list[tuple[type[Event], dict[str, Any]]] = [*ALIKE, (ModelMessage, MESSAGE)]


def streamed(event: dict[str, Any]) -> Event:
    return read_streamed(json.dumps(event), "")


def is_part(part: Any, whole: Any) -> bool:
    """Whether all that `part` has is in `whole`; `whole` may have more fields."""
    if isinstance(part, dict):
        return all(key in whole and is_part(value, whole[key]) for key, value in part.items())
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(is_part, part, whole))
    return bool(part == whole)


@pytest.mark.parametrize(("kind", "fields"), STREAMED, ids=[f["type"] for _, f in STREAMED])
def test_every_streamed_event_has_its_class_and_keeps_all_fields(kind: type[Event], fields: dict[str, Any]) -> None:
    given = {**fields, "sequence_id": 7, "surprise": {"kept": True}}

    event = streamed(given)

    assert type(event) is kind
    assert event.sequence_id == 7
    assert is_part(given, json.loads(json.dumps(event.model_dump())))


@pytest.mark.parametrize(("kind", "fields"), STORED, ids=[f["type"] for _, f in STORED])
def test_every_stored_event_has_its_class(kind: type[Event], fields: dict[str, Any]) -> None:
    event = read_stored({**fields, "sequence_id": 7})

    assert type(event) is kind
    assert is_part(fields, event.model_dump())


def test_turn_done_has_typed_output() -> None:
    pause = {"type": "tool.approval_required", "thread_id": "main", "tool_calls": [{"id": "c1"}]}

    event = streamed(
        {"type": "turn.done", "sequence_id": 9, "status": "done", "output": [MESSAGE, pause, {"type": "new.kind"}]}
    )

    assert isinstance(event, TurnDone)
    assert [type(item) for item in event.output] == [ModelMessage, ToolApprovalRequired, UnknownEvent]
    assert json.loads(json.dumps(event.model_dump()))["output"][0]["tool_calls"][0]["id"] == "c1"


@pytest.mark.parametrize("empty", [{}, {"output": None}, {"output": []}])
def test_an_output_that_is_absent_null_or_empty_is_an_empty_list(empty: dict[str, Any]) -> None:
    event = streamed({"type": "turn.done", "sequence_id": 9, "status": "error", "message": "m", **empty})

    assert isinstance(event, TurnDone)
    assert event.output == []


def test_optional_fields_may_be_null_or_absent() -> None:
    nulls = {"content": None, "tool_calls": None, "finish_reason": None}
    for given in (nulls, {}):
        event = streamed({"type": "model.message", "sequence_id": 2, "thread_id": "main", **given})
        assert isinstance(event, ModelMessageDelta)
        assert (event.content, event.tool_calls, event.finish_reason) == (None, None, None)
    stored = read_stored({"type": "model.message", "thread_id": "main", "tool_calls": None, "finish_reason": "stop"})
    assert isinstance(stored, ModelMessage)
    assert stored.tool_calls == []


def test_a_status_and_a_finish_reason_that_are_new_are_passed_on() -> None:
    done = streamed({"type": "turn.done", "sequence_id": 9, "status": "evaporated"})
    last = streamed({"type": "model.message", "sequence_id": 8, "thread_id": "main", "finish_reason": "bored"})

    assert done.model_dump(mode="json")["status"] == "evaporated"
    assert isinstance(last, ModelMessageDelta)
    assert last.finish_reason == "bored"


def test_the_sse_id_stands_in_for_a_missing_sequence_id() -> None:
    assert read_streamed('{"type": "sandbox.created", "sandbox_id": "b"}', "12").sequence_id == 12


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"type": "sandbox.created", "sequence_id": NaN}', "NaN is not a JSON number"),
        ("3", "not an object with a type"),
        ('{"sequence_id": 1}', "not an object with a type"),
        ('{"type": 4, "sequence_id": 1}', "not an object with a type"),
        ('{"type": "sandbox.created", "sequence_id": 1}', "sandbox.created.*sandbox_id: Field required"),
        ('{"type": "sandbox.created", "sandbox_id": "b"}', "sequence_id"),
    ],
)
def test_an_event_that_breaks_the_contract_is_reported(data: str, complaint: str) -> None:
    with pytest.raises(ProtocolError, match=complaint):
        read_streamed(data, "")


def test_an_escaped_surrogate_pair_is_one_character_and_a_lone_half_is_replaced() -> None:
    event = read_streamed(
        r'{"type": "tool.response", "sequence_id": 3, "thread_id": "main", "tool_call_id": "c",'
        r' "content": "\ud83d\ude00 \ud83d", "more": {"\udc00": ["\uDBFF"]}}',
        "",
    )

    assert isinstance(event, ToolResponse)
    assert event.content == "😀 \ufffd"
    assert event.model_dump()["more"] == {"\ufffd": ["\ufffd"]}


def test_an_event_prints_as_its_class_and_cannot_be_changed() -> None:
    event = TurnCreated(turn_id="t1", created_at="now", sequence_id=1)

    assert str(event).startswith("TurnCreated(type='turn.created', sequence_id=1, turn_id='t1'")
    with pytest.raises(ValueError, match="frozen"):
        event.turn_id = "t2"
