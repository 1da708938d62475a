"""What create_turn sends for each kind of input (beta contract, section 5)."""

from __future__ import annotations

from typing import Any, cast

import pytest

from mock_gateway.client import (
    ApprovalAllow,
    ApprovalDeny,
    FileUpload,
    FileUploadContentPart,
    TextContentPart,
    TurnInput,
    TurnInputItem,
    UserMessage,
    UserToolApproval,
    UserToolResponse,
)
from mock_gateway.client.inputs import input_from_json, input_to_json

FILE = {"filename": "a.png", "file_data": "data:image/png;base64,AA=="}
PARTS: list[TextContentPart | FileUploadContentPart] = [
    TextContentPart(text="see"),
    FileUploadContentPart(file=FileUpload(filename="a.png", file_data="data:image/png;base64,AA==")),
]
ITEMS: list[tuple[TurnInputItem, dict[str, Any]]] = [
    (UserMessage(content="hi"), {"type": "user.message", "content": "hi"}),
    (
        UserMessage(content=PARTS),
        {
            "type": "user.message",
            "content": [{"type": "text", "text": "see"}, {"type": "file_upload", "file": FILE}],
        },
    ),
    (
        UserToolApproval(thread_id="main", tool_call_id="c1", approval=ApprovalAllow()),
        {
            "type": "user.tool_approval",
            "thread_id": "main",
            "tool_call_id": "c1",
            "approval": {"status": "allow"},
        },
    ),
    (
        UserToolApproval(thread_id="h1", tool_call_id="c2", approval=ApprovalDeny()),
        {"type": "user.tool_approval", "thread_id": "h1", "tool_call_id": "c2", "approval": {"status": "deny"}},
    ),
    (
        UserToolApproval(thread_id="h1", tool_call_id="c2", approval=ApprovalDeny(reason="no")),
        {
            "type": "user.tool_approval",
            "thread_id": "h1",
            "tool_call_id": "c2",
            "approval": {"status": "deny", "reason": "no"},
        },
    ),
    (
        UserToolResponse(thread_id="main", tool_call_id="c3", content="blue"),
        {"type": "user.tool_response", "thread_id": "main", "tool_call_id": "c3", "content": "blue"},
    ),
]


@pytest.mark.parametrize(("item", "json"), ITEMS)
def test_an_input_item_becomes_json_and_comes_back(item: TurnInputItem, json: dict[str, Any]) -> None:
    assert input_to_json([item]) == [json]
    assert input_from_json([json]) == [item]


def test_classes_and_plain_mappings_may_be_mixed() -> None:
    plain = {"type": "user.message", "content": "x", "extra": None}

    assert input_to_json([plain, UserMessage(content="y")]) == [plain, {"type": "user.message", "content": "y"}]


def test_a_stored_item_of_unknown_shape_stays_as_it_is() -> None:
    stored = [{"type": "user.gesture", "kind": "wave"}, {"type": "user.message"}, {"type": ["odd"]}, "bare"]

    assert input_from_json(stored[:2]) == stored[:2]
    assert input_from_json(stored[3:]) == stored[3:]
    assert input_from_json(None) is None


@pytest.mark.parametrize("wrong", ["hi", {"type": "user.message"}, UserMessage(content="hi"), ["hi"], [3]])
def test_input_that_is_no_list_of_items_is_refused_before_sending(wrong: object) -> None:
    with pytest.raises(TypeError, match="input"):
        input_to_json(cast("TurnInput", wrong))
