"""One turn over a bad line: nothing lost, nothing twice, no turn created again (STR-5, SEQ-1, SEQ-2)."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from client_doubles import CREATED, DONE, TURN_EVENTS, Body, Json, OneTurn, delta, numbered, refusal, sse, stream, turn

from mock_gateway.client import (
    Backoff,
    Conflict,
    Forbidden,
    ModelMessageDelta,
    Pacing,
    ProtocolError,
    RateLimited,
    SequenceGap,
    TransportError,
    TurnStream,
    UnknownEvent,
)
from mock_gateway.client.events import read_streamed

Cut = Callable[[bytes], httpx.Response]

WHOLE = [read_streamed(line[6:], "") for line in sse(TURN_EVENTS).decode().splitlines() if line.startswith("data: ")]
BODY = sse(TURN_EVENTS)
IDS = [event.sequence_id for event in WHOLE]
DROPS: dict[str, Exception | None] = {
    "closed cleanly": None,
    "read error": httpx.ReadError("reset"),
    "cut chunk": httpx.RemoteProtocolError("incomplete chunked read"),
    "silence": httpx.ReadTimeout("silent"),
}


def after_bytes(count: int, then: Exception | None = None) -> Cut:
    return lambda body: stream(body[:count], then=then)


def after_events(count: int, then: Exception | None = None) -> Cut:
    return lambda body: stream(b"".join(frame + b"\n\n" for frame in body.split(b"\n\n")[:count]), then=then)


def without(*sequence_ids: int) -> Cut:
    return lambda _: stream(sse(e for e in TURN_EVENTS if e["sequence_id"] not in sequence_ids))


def fixed(events: list[Json]) -> Cut:
    return lambda _: stream(sse(events))


def answered(answer: httpx.Response | Exception) -> Cut:
    def cut(_: bytes) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return cut


def followed(gateway: OneTurn, pacing: Pacing | None = None) -> TurnStream:
    return gateway.session(pacing).create_turn([])


@pytest.mark.parametrize("drop", DROPS.values(), ids=DROPS.keys())
def test_a_drop_after_any_event_is_resumed_from_the_last_delivered_one(drop: Exception | None) -> None:
    for count in range(1, len(WHOLE)):
        gateway = OneTurn(TURN_EVENTS, after_events(count, drop))

        assert list(followed(gateway)) == WHOLE
        assert gateway.calls == [
            "POST /sessions/s1/turns",
            f"GET /sessions/s1/turns/t1/stream?after_sequence_id={count}",
        ]


def test_a_drop_after_any_byte_past_the_first_event_is_resumed() -> None:
    first = BODY.index(b"\n\n") + 2
    for count in range(first, len(BODY)):
        gateway = OneTurn(TURN_EVENTS, after_bytes(count))

        assert list(followed(gateway)) == WHOLE, count
        assert [call[:4] for call in gateway.calls].count("POST") == 1


def test_a_drop_after_every_event_is_resumed_each_time_and_the_delay_does_not_grow() -> None:
    gateway = OneTurn(TURN_EVENTS, *[after_events(1)] * (len(WHOLE) - 1))

    assert list(followed(gateway, Pacing(retries=1))) == WHOLE
    assert gateway.calls[1:] == [f"GET /sessions/s1/turns/t1/stream?after_sequence_id={n}" for n in IDS[:-1]]
    assert gateway.naps == [0.25] * (len(WHOLE) - 1)


def test_a_followed_turn_resumes_as_well_also_before_its_first_event() -> None:
    for after in range(len(WHOLE) - 1):
        gateway = OneTurn(TURN_EVENTS)
        session = gateway.session()
        gateway.cuts = [answered(httpx.Response(200, json={"data": turn()})), after_events(0), after_events(1)]

        events = list(session.get_turn("t1").stream(after_sequence_id=after))

        assert events == WHOLE[after:]
        assert [call.rpartition("=")[2] for call in gateway.calls[1:]] == [str(after), str(after), str(after + 1)]


@pytest.mark.parametrize("drop", DROPS.values(), ids=DROPS.keys())
def test_a_drop_before_the_turn_is_known_is_an_error_and_the_turn_is_not_created_again(drop: Exception | None) -> None:
    gateway = OneTurn(TURN_EVENTS, after_bytes(30, drop))

    with pytest.raises(TransportError):
        list(followed(gateway))
    assert gateway.calls == ["POST /sessions/s1/turns"]
    assert gateway.naps == []


def test_tries_without_a_new_event_are_bounded_and_their_delay_grows() -> None:
    dead = [answered(httpx.ConnectError("refused")), after_events(0), answered(refusal(503)), after_events(0)]
    gateway = OneTurn(TURN_EVENTS, after_events(3), *dead, *dead)

    events = followed(gateway, Pacing(retries=4, backoff=Backoff(1, 2, 5)))

    assert [next(events).sequence_id for _ in range(3)] == [1, 2, 3]
    with pytest.raises(TransportError, match=r"ended before turn\.done"):
        next(events)
    assert gateway.naps == [1, 2, 4, 5]
    assert gateway.calls[1:] == ["GET /sessions/s1/turns/t1/stream?after_sequence_id=3"] * 4


def test_a_stream_that_failed_stays_ended() -> None:
    events = followed(OneTurn(TURN_EVENTS, after_bytes(0)))
    with pytest.raises(TransportError):
        next(events)

    assert list(events) == []


def test_the_reconnection_time_of_the_stream_is_the_first_delay() -> None:
    def cut(body: bytes) -> httpx.Response:
        return stream(b"retry: 400\n\n" + body[: body.index(b"\n\n") + 2])

    gateway = OneTurn(TURN_EVENTS, cut, after_events(0), after_events(1), after_events(1))

    assert list(followed(gateway)) == WHOLE
    assert gateway.naps == [0.4, 0.8, 0.4, 0.4]


def test_a_gateway_that_asks_to_wait_before_resuming_is_obeyed() -> None:
    gateway = OneTurn(TURN_EVENTS, after_events(2), answered(refusal(429, **{"Retry-After": "9"})))

    assert list(followed(gateway)) == WHOLE
    assert gateway.naps == [0.25, 9.0]


@pytest.mark.parametrize(
    ("answer", "error"),
    [(refusal(403), Forbidden), (refusal(429, **{"Retry-After": "86400"}), RateLimited)],
)
def test_a_refusal_of_resuming_is_raised_at_once(answer: httpx.Response, error: type[Exception]) -> None:
    gateway = OneTurn(TURN_EVENTS, after_events(2), answered(answer))

    with pytest.raises(error):
        list(followed(gateway))
    assert len(gateway.calls) == 2


def test_events_that_come_again_are_dropped() -> None:
    gateway = OneTurn(TURN_EVENTS, after_events(5), fixed(TURN_EVENTS))
    assert list(followed(gateway)) == WHOLE

    doubled = [e for event in TURN_EVENTS for e in (event, event)]
    assert list(followed(OneTurn(TURN_EVENTS, fixed(doubled)))) == WHOLE


def test_a_gap_is_filled_by_resuming_from_the_last_good_event() -> None:
    for missing in IDS[1:-1]:
        gateway = OneTurn(TURN_EVENTS, without(missing))

        assert list(followed(gateway)) == WHOLE
        assert gateway.calls[1:] == [f"GET /sessions/s1/turns/t1/stream?after_sequence_id={missing - 1}"]


def test_a_connection_is_left_before_the_next_one_is_opened() -> None:
    body = Body(sse(TURN_EVENTS[:2] + TURN_EVENTS[3:]))
    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    left: list[bool] = []

    def next_one(rest: bytes) -> httpx.Response:
        left.append(body.closed)
        return stream(rest)

    assert list(followed(OneTurn(TURN_EVENTS, answered(answer), next_one))) == WHOLE
    assert left == [True]


def test_swapped_events_are_put_right_by_resuming() -> None:
    swapped = [TURN_EVENTS[n] for n in (0, 1, 3, 2, *range(4, len(TURN_EVENTS)))]

    assert list(followed(OneTurn(TURN_EVENTS, fixed(swapped)))) == WHOLE


def test_a_gap_that_stays_is_a_protocol_error_after_bounded_tries() -> None:
    gateway = OneTurn(TURN_EVENTS, *[without(4, 5)] * 9)
    events = followed(gateway, Pacing(retries=2))

    assert [next(events).sequence_id for _ in range(3)] == [1, 2, 3]
    with pytest.raises(SequenceGap, match="turn t1 went from sequence id 3 to 6"):
        next(events)
    assert len(gateway.calls) == 3


def test_a_turn_that_begins_with_a_gap_is_read_again_from_its_beginning() -> None:
    late = [{**CREATED, "sequence_id": 3}]
    gateway = OneTurn(TURN_EVENTS, fixed(late))

    assert list(followed(gateway)) == WHOLE
    assert gateway.calls[1:] == ["GET /sessions/s1/turns/t1/stream?after_sequence_id=0"]


def test_a_new_turn_must_begin_with_turn_created() -> None:
    gateway = OneTurn(TURN_EVENTS, fixed(numbered([delta("x")])))

    with pytest.raises(ProtocolError, match=r"begins with model\.message instead of turn\.created"):
        list(followed(gateway))
    assert len(gateway.calls) == 1


@pytest.mark.parametrize("media_type", ["text/event-stream; charset=utf-8", "Text/Event-Stream", "text/event-stream;"])
def test_a_stream_is_known_by_its_media_type(media_type: str) -> None:
    body = httpx.Response(200, headers={"content-type": media_type}, content=BODY)

    assert list(followed(OneTurn(TURN_EVENTS, answered(body)))) == WHOLE


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/html"}, {"content-type": "application/json"}])
def test_another_media_type_is_a_protocol_error_and_never_an_empty_turn(headers: dict[str, str]) -> None:
    body = Body(BODY)
    answer = httpx.Response(200, headers=headers, stream=body)

    with pytest.raises(ProtocolError, match="instead of text/event-stream"):
        followed(OneTurn(TURN_EVENTS, answered(answer)))
    assert body.closed
    with pytest.raises(ProtocolError, match="instead of text/event-stream"):
        list(followed(OneTurn(TURN_EVENTS, after_events(2), answered(httpx.Response(200, headers=headers)))))


def test_an_event_that_cannot_be_read_is_an_error_after_the_events_before_it() -> None:
    body = Body(sse(TURN_EVENTS[:2]) + b"data: {broken\n\n" + sse(TURN_EVENTS[2:]))
    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)
    gateway = OneTurn(TURN_EVENTS, answered(answer))
    events = followed(gateway)

    assert [next(events).sequence_id for _ in range(2)] == [1, 2]
    with pytest.raises(ProtocolError, match="not JSON"):
        next(events)
    assert body.closed
    assert len(gateway.calls) == 1


def test_comments_and_empty_messages_are_no_events() -> None:
    frames = [b": ping\n\n", b"data\n\n", b"data:  \n\n", b"id: 99\n\n", b"event: x\n\n"]
    noisy = b"".join(frames) + BODY.replace(b"\n\n", b"\n\n" + b"".join(frames))

    assert list(followed(OneTurn(TURN_EVENTS, answered(stream(noisy))))) == WHOLE


def test_an_unknown_event_is_delivered_in_its_place() -> None:
    (unknown,) = [e for e in followed(OneTurn(TURN_EVENTS)) if isinstance(e, UnknownEvent)]

    assert (unknown.type, unknown.sequence_id, unknown.model_dump()["degrees"]) == ("weather.changed", 12, 3)


@pytest.mark.parametrize("line", [b"", b"id\n", b"id: seven\n", "id: ٧\n".encode()])
def test_an_unknown_event_without_a_sequence_id_has_no_place_and_is_left_out(line: bytes) -> None:
    first, rest = BODY.split(b"\n\n", 1)
    body = first + b"\n\n" + line + b'data: {"type":"custom.notice"}\n\n' + rest

    assert list(followed(OneTurn(TURN_EVENTS, answered(stream(body))))) == WHOLE


def test_nothing_is_read_after_turn_done_and_the_client_hangs_up() -> None:
    body = Body(BODY, b"data: {broken\n\n", then=httpx.ReadError("late"))
    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)

    events = followed(OneTurn(TURN_EVENTS, answered(answer)))

    assert list(events) == WHOLE
    assert body.closed


def test_a_reader_who_leaves_hangs_up_at_once() -> None:
    body = Body(BODY)
    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)

    for event in followed(OneTurn(TURN_EVENTS, answered(answer))):
        if isinstance(event, ModelMessageDelta):
            break

    assert body.closed


def test_a_stream_that_nobody_reads_hangs_up_when_it_is_dropped() -> None:
    body = Body(BODY)
    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)

    events = followed(OneTurn(TURN_EVENTS, answered(answer)))
    del events

    assert body.closed


def test_a_closed_stream_has_no_more_events() -> None:
    with followed(OneTurn(TURN_EVENTS)) as events:
        first = next(events)

    assert first.sequence_id == 1
    assert list(events) == []
    assert events.last_sequence_id == 1


def test_a_refusal_while_the_turn_still_runs_is_tried_again_and_then_raised() -> None:
    def running(_: bytes) -> httpx.Response:
        return httpx.Response(200, json={"data": turn()})

    once = OneTurn(TURN_EVENTS, after_events(2), answered(refusal(409)), running)
    assert list(followed(once)) == WHOLE

    always = [answered(refusal(409, "not now")), running]
    gateway = OneTurn(TURN_EVENTS, after_events(2), answered(refusal(409)), running, *always, *always)
    with pytest.raises(Conflict, match="not now"):
        list(followed(gateway, Pacing(retries=3)))
    assert gateway.calls[-1] == "GET /sessions/s1/turns/t1"


def test_two_streams_of_two_turns_do_not_mix() -> None:
    other = numbered([{**CREATED, "turn_id": "t2"}, delta("only", finish="stop"), DONE])
    one, two = OneTurn(TURN_EVENTS, after_events(2)), OneTurn(other, after_events(1))
    first, second = followed(one), followed(two)

    seen = [next(first), next(second), next(first), next(second), next(first)]

    assert [event.sequence_id for event in seen] == [1, 1, 2, 2, 3]
    assert two.calls[1] == "GET /sessions/s1/turns/t2/stream?after_sequence_id=1"
