"""A turn that ends while the stream is cut: the rest is told from the stored log (STR-6, LOG-1, LOG-2)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from client_doubles import (
    CREATED,
    DONE,
    TURN_EVENTS,
    Json,
    Listed,
    data,
    delta,
    numbered,
    page,
    refusal,
    sse,
    stream,
    turn,
)

from mock_gateway.client import (
    ModelMessageBuilder,
    ModelMessageDelta,
    ProtocolError,
    TransportError,
    TurnDone,
    TurnStreamEvent,
)
from mock_gateway.client.events import read_streamed

DONE_STATE: Json = {"status": "done", "output": []}


def stored(events: Sequence[Json]) -> list[Json]:
    """The log that a gateway stores of streamed events: deltas assembled, turn events left out."""
    builders: defaultdict[str, ModelMessageBuilder] = defaultdict(ModelMessageBuilder)
    log: list[Json] = []
    for event in events:
        if event["type"] == "model.message":
            piece = ModelMessageDelta.model_validate(event)
            builders[piece.thread_id].add(piece)
            if piece.finish_reason is not None:
                log.append(builders[piece.thread_id].build_and_reset().model_dump(exclude_none=True))
        elif not event["type"].startswith("turn."):
            log.append(event)
    return log


def ended_meanwhile(first: Sequence[Json], log: list[Json], state: Json | None = None) -> Listed:
    """A gateway whose stream breaks after the first events, and whose turn has ended by then."""
    return Listed(
        stream(sse(first), then=httpx.ReadError("cut")),
        refusal(409, "turn t1 is not running"),
        data(turn(state or DONE_STATE)),
        page(log),
    )


def folded(events: Sequence[TurnStreamEvent]) -> list[Json]:
    return stored([event.model_dump(exclude_none=True) for event in events])


@pytest.mark.parametrize("count", range(1, len(TURN_EVENTS)))
def test_wherever_the_stream_was_cut_the_reader_ends_with_the_same_turn(count: int) -> None:
    log = stored(TURN_EVENTS)
    gateway = ended_meanwhile(TURN_EVENTS[:count], log)

    events = list(gateway.session().create_turn([]))

    assert gateway.calls == [
        "POST /sessions/s1/turns",
        f"GET /sessions/s1/turns/t1/stream?after_sequence_id={count}",
        "GET /sessions/s1/turns/t1",
        "GET /sessions/s1/turns/t1/events?order=asc",
    ]
    assert folded(events) == log
    assert [e.sequence_id for e in events] == sorted({e.sequence_id for e in events})
    assert events[:count] == [read_streamed(json.dumps(e), "") for e in TURN_EVENTS[:count]]
    assert [type(e) for e in events].count(TurnDone) == 1
    assert events[-1] == TurnDone(sequence_id=len(TURN_EVENTS), status="done", output=[])


def test_a_message_cut_in_half_gives_one_delta_with_exactly_the_rest() -> None:
    whole = numbered([CREATED, delta("Hello, "), delta("wor"), delta("ld"), delta("!", finish="stop"), DONE])

    events = list(ended_meanwhile(whole[:3], stored(whole)).session().create_turn([]))

    assert events[3] == ModelMessageDelta(sequence_id=5, thread_id="main", content="ld!", finish_reason="stop")
    assert len(events) == 5


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (
            {"status": "cancelled", "cancellation_reason": "client-cancelled"},
            {"status": "cancelled", "cancellation_reason": "client-cancelled"},
        ),
        ({"status": "error", "error": "too many steps"}, {"status": "error", "message": "too many steps"}),
        (
            {"status": "done", "output": [{"type": "mcp.auth_required", "servers": []}]},
            {"status": "done"},
        ),
    ],
)
def test_turn_done_is_made_from_the_state(state: Json, expected: dict[str, Any]) -> None:
    gateway = ended_meanwhile(numbered([CREATED, delta("half")]), [], state)

    *_, done = gateway.session().create_turn([])

    assert isinstance(done, TurnDone)
    assert is_described(done, expected)
    assert len(done.output) == len(state.get("output", []))
    assert done.sequence_id == 3


def is_described(done: TurnDone, expected: dict[str, Any]) -> bool:
    fields = done.model_dump(include={"status", "cancellation_reason", "message"}, exclude_none=True)
    return fields == expected


def test_the_log_is_walked_over_all_its_pages() -> None:
    log = stored(TURN_EVENTS)
    gateway = Listed(
        stream(sse(TURN_EVENTS[:3])),
        refusal(409),
        data(turn(DONE_STATE)),
        page(log[:1], "p2"),
        refusal(503),
        page(log[1:]),
    )

    assert folded(list(gateway.session().create_turn([]))) == log


def test_a_log_that_contradicts_the_stream_is_a_protocol_error() -> None:
    other: Json = {
        "type": "model.message",
        "sequence_id": 4,
        "thread_id": "main",
        "content": "Bye",
        "finish_reason": "x",
    }
    gateway = ended_meanwhile(numbered([CREATED, delta("Hello")]), [other])

    with pytest.raises(ProtocolError, match="does not continue what was streamed of it"):
        list(gateway.session().create_turn([]))


def test_a_log_without_sequence_ids_is_a_protocol_error() -> None:
    gateway = ended_meanwhile(numbered([CREATED]), [{"type": "sandbox.created", "sandbox_id": "b"}])

    with pytest.raises(ProtocolError, match=r"stored sandbox\.created has no sequence_id"):
        list(gateway.session().create_turn([]))


def test_a_state_that_cannot_be_fetched_is_an_error() -> None:
    gateway = Listed(stream(sse(TURN_EVENTS[:3])), refusal(409), *[httpx.ConnectError("x")] * 6)

    with pytest.raises(TransportError):
        list(gateway.session().create_turn([]))


SANDBOX: Json = {"type": "sandbox.created", "sandbox_id": "b"}
ANSWER: Json = {"type": "tool.response", "thread_id": "main", "tool_call_id": "c", "content": "x"}
TWO_MESSAGES = numbered(
    [CREATED, SANDBOX, delta("a"), delta("b", finish="tool_calls"), ANSWER, delta("c"), delta("d", finish="stop"), DONE]
)


def continued(after: int) -> list[TurnStreamEvent]:
    """What `stream(after)` gives when its line breaks at once and the turn ends meanwhile."""
    gateway = ended_meanwhile([], stored(TWO_MESSAGES))
    session = gateway.session()
    gateway.insert(data(turn()))
    return list(session.get_turn("t1").stream(after_sequence_id=after))


@pytest.mark.parametrize(
    ("after", "texts"),
    [(0, ["ab", "cd"]), (1, ["ab", "cd"]), (2, ["ab", "cd"]), (4, ["cd"]), (5, ["cd"]), (7, [])],
)
def test_a_cursor_between_messages_is_caught_up_with_whole_messages(after: int, texts: list[str]) -> None:
    events = continued(after)

    assert [e.content for e in events if isinstance(e, ModelMessageDelta)] == texts
    assert isinstance(events[-1], TurnDone)


@pytest.mark.parametrize("after", [3, 6])
def test_a_cursor_inside_a_message_cannot_be_caught_up_and_says_so(after: int) -> None:
    with pytest.raises(ProtocolError, match=f"may have begun before after_sequence_id={after}.*events\\(\\)"):
        continued(after)
