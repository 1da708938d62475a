"""Folding deltas (MSG-1), and finding what a cut left out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_gateway.client import ModelMessage, ModelMessageBuilder, ModelMessageDelta, ProtocolError, ToolCallInfo
from mock_gateway.client.builder import MessagePieces, missing_delta

INFO = ToolCallInfo(mcp_server_id="m1", mcp_server_name="orders", original_tool_name="find")


def cut(draw: st.DrawFn, text: str) -> list[str]:
    """Any cutting of a text, empty pieces allowed."""
    points = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    return [text[a:b] for a, b in zip([0, *points], [*points, len(text)], strict=True)]


@st.composite
def cut_messages(draw: st.DrawFn) -> tuple[dict[str, Any], list[ModelMessageDelta]]:
    """A message, and deltas that amount to it: content and calls cut and mixed at will."""
    content = draw(st.none() | st.text(min_size=1))
    calls: list[dict[str, Any]] = [
        {
            "id": f"c{n}",
            "type": "function",
            "function": {"name": f"tool{n}", "arguments": draw(st.text())},
            "tool_info": INFO.model_dump(),
        }
        for n in range(draw(st.integers(0, 3)))
    ]
    lanes = [[{"content": piece} for piece in cut(draw, content)]] if content else []
    lanes += [call_lane(index, call, cut(draw, call["function"]["arguments"])) for index, call in enumerate(calls)]
    fields = draw(interleaved(lanes))
    finish, ends_with_content = draw(st.sampled_from(["stop", "tool_calls"])), bool(draw(st.booleans()))
    if fields and ends_with_content:
        fields[-1] = {**fields[-1], "finish_reason": finish}
    else:
        fields.append({"finish_reason": finish})
    deltas = [ModelMessageDelta(thread_id="main", sequence_id=n, **f) for n, f in enumerate(fields, 2)]
    message = {"thread_id": "main", "content": content, "tool_calls": calls, "finish_reason": finish}
    return message | {"type": "model.message", "sequence_id": deltas[-1].sequence_id}, deltas


def call_lane(index: int, call: dict[str, Any], pieces: list[str]) -> list[dict[str, Any]]:
    first = {"index": index, **call, "function": {**call["function"], "arguments": pieces[0]}}
    rest = [{"index": index, "function": {"arguments": piece}} for piece in pieces[1:]]
    return [{"tool_calls": [piece]} for piece in [first, *rest]]


@st.composite
def interleaved(draw: st.DrawFn, lanes: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    order = draw(st.permutations([n for n, lane in enumerate(lanes) for _ in lane]))
    sources = [iter(lane) for lane in lanes]
    return [next(sources[n]) for n in order]


@given(cut_messages())
def test_any_cutting_of_a_message_folds_to_the_message(
    example: tuple[dict[str, Any], list[ModelMessageDelta]],
) -> None:
    message, deltas = example
    builder = ModelMessageBuilder()

    for delta in deltas:
        builder.add(delta)

    assert builder.build_and_reset() == ModelMessage.model_validate(message)


@given(cut_messages(), st.data())
def test_a_part_of_a_message_and_its_missing_delta_fold_to_the_message(
    example: tuple[dict[str, Any], list[ModelMessageDelta]], data: st.DataObject
) -> None:
    whole = ModelMessage.model_validate(example[0])
    delivered = example[1][: data.draw(st.integers(0, len(example[1]) - 1))]
    pieces, builder = MessagePieces(), ModelMessageBuilder()
    for delta in delivered:
        pieces.fold(delta)
        builder.add(delta)

    builder.add(missing_delta(whole, pieces))

    assert builder.build_and_reset() == whole


def test_the_missing_delta_holds_the_rest_and_nothing_else() -> None:
    call = {"id": "c0", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    whole = ModelMessage.model_validate(
        {"thread_id": "main", "sequence_id": 9, "content": "abc", "tool_calls": [call], "finish_reason": "tool_calls"}
    )
    pieces = MessagePieces()
    first = {"index": 0, "id": "c0", "type": "function", "function": {"name": "f", "arguments": "{"}}
    pieces.fold(ModelMessageDelta.model_validate({"thread_id": "main", "content": "ab", "tool_calls": [first]}))

    assert missing_delta(whole, pieces).model_dump(exclude_none=True) == {
        "type": "model.message",
        "sequence_id": 9,
        "thread_id": "main",
        "content": "c",
        "tool_calls": [{"index": 0, "function": {"arguments": "}"}}],
        "finish_reason": "tool_calls",
    }


def test_a_missing_call_is_placed_before_a_delivered_one_of_a_higher_index() -> None:
    calls = [{"id": f"c{n}", "function": {"name": "f", "arguments": "{}"}} for n in range(2)]
    whole = ModelMessage.model_validate({"thread_id": "main", "tool_calls": calls, "finish_reason": "tool_calls"})
    second = {"index": 1, "id": "c1", "function": {"name": "f", "arguments": "{}"}}
    only = ModelMessageDelta.model_validate({"thread_id": "main", "tool_calls": [second]})
    pieces, builder = MessagePieces(), ModelMessageBuilder()
    pieces.fold(only)
    builder.add(only)

    builder.add(missing_delta(whole, pieces))

    assert [call.id for call in builder.build_and_reset().tool_calls] == ["c0", "c1"]


@pytest.mark.parametrize(
    ("streamed", "complaint"),
    [
        ({"content": "other"}, "its content begins otherwise"),
        ({"tool_calls": [{"index": 0, "id": "c9", "function": {}}]}, "tool call c9 is missing"),
        ({"tool_calls": [{"index": 0, "id": "c0", "function": {"arguments": "["}}]}, "tool call c0 begins otherwise"),
    ],
)
def test_a_stored_message_that_does_not_continue_the_streamed_part_is_a_protocol_error(
    streamed: dict[str, Any], complaint: str
) -> None:
    call = {"id": "c0", "function": {"name": "f", "arguments": "{}"}}
    whole = ModelMessage.model_validate(
        {"thread_id": "main", "content": "text", "tool_calls": [call], "finish_reason": "stop"}
    )
    pieces = MessagePieces()
    pieces.fold(ModelMessageDelta.model_validate({"thread_id": "main", **streamed}))

    with pytest.raises(ProtocolError, match=complaint):
        missing_delta(whole, pieces)


def test_calls_are_ordered_by_index_and_indices_may_have_gaps() -> None:
    chunks = [{"index": n, "id": f"c{n}", "function": {"name": "f", "arguments": "{}"}} for n in (5, 1)]
    builder = ModelMessageBuilder()

    builder.add(
        ModelMessageDelta.model_validate({"thread_id": "main", "tool_calls": chunks, "finish_reason": "tool_calls"})
    )

    assert [call.id for call in builder.build_and_reset().tool_calls] == ["c1", "c5"]


def test_a_message_without_calls_has_an_empty_list_of_them() -> None:
    builder = ModelMessageBuilder()
    builder.add(ModelMessageDelta(thread_id="main", content="hi", finish_reason="stop"))

    message = builder.build_and_reset()

    assert message.tool_calls == []
    assert (message.content, message.finish_reason) == ("hi", "stop")


def test_one_builder_folds_one_message_after_the_other() -> None:
    builder = ModelMessageBuilder()
    for text in ("one", "two"):
        builder.add(ModelMessageDelta(thread_id="main", content=text, finish_reason="stop"))
        assert builder.build_and_reset().content == text


def test_a_message_that_is_not_complete_cannot_be_built() -> None:
    builder = ModelMessageBuilder()
    with pytest.raises(ValueError, match="not complete"):
        builder.build_and_reset()

    builder.add(ModelMessageDelta(thread_id="main", content="a"))

    with pytest.raises(ValueError, match="not complete"):
        builder.build_and_reset()


def test_a_delta_of_another_thread_is_refused() -> None:
    builder = ModelMessageBuilder()
    builder.add(ModelMessageDelta(thread_id="main", content="a"))

    with pytest.raises(ValueError, match="thread h1 needs a builder of its own"):
        builder.add(ModelMessageDelta(thread_id="h1", content="b"))


def test_a_delta_after_the_last_one_is_refused_until_the_message_is_fetched() -> None:
    builder = ModelMessageBuilder()
    builder.add(ModelMessageDelta(thread_id="main", content="a", finish_reason="stop"))

    with pytest.raises(ValueError, match="build_and_reset"):
        builder.add(ModelMessageDelta(thread_id="main", content="b"))
