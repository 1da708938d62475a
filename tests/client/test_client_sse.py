"""The SSE parser against the WHATWG rules, at any cutting of the bytes."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_gateway.client import ProtocolError
from mock_gateway.client.sse import ServerSentEvent, SseParser

TRICKY = (
    b"\xef\xbb\xbf: first\r\n"
    b"id: 1\r\ndata: gr\xc3\xbc\xc3\x9fe\r\n\r\n"
    b"data:one\rdata:  two\rdata\r\r"
    b": between\n\n\n"
    b"event: named\nid: 2\ndata: \xf0\x9f\x91\x8b\xe2\x80\xa8\xc2\x85\x0b\x0cend\r\n\n"
    b"id\ndata:x\n\r\n"
    b"Data: no\nfoo: bar\ndata\n\n"
    b"\xef\xbb\xbfdata: not a field\ndata: y\n\n"
    b"id: 9\ndata: cut off\n"
)
EXPECTED = [
    ServerSentEvent("grüße", last_event_id="1"),
    ServerSentEvent("one\n two\n", last_event_id="1"),
    ServerSentEvent("👋\u2028\u0085\x0b\x0cend", "named", "2"),
    ServerSentEvent("x"),
    ServerSentEvent(""),
    ServerSentEvent("y"),
]


def parse(*chunks: bytes) -> list[ServerSentEvent]:
    parser = SseParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


def test_a_tricky_stream_is_parsed_whole() -> None:
    assert parse(TRICKY) == EXPECTED


def test_a_tricky_stream_is_parsed_byte_by_byte() -> None:
    assert parse(*(bytes([byte]) for byte in TRICKY)) == EXPECTED


def test_a_tricky_stream_is_parsed_at_every_pair_of_cuts() -> None:
    for first, second in combinations(range(len(TRICKY) + 1), 2):
        assert parse(TRICKY[:first], TRICKY[first:second], TRICKY[second:]) == EXPECTED, (first, second)


@given(st.lists(st.sampled_from([b"\r", b"\n", b":", b" ", b"data", b"id", b"x", b"\xc3", b"\xa4", b"\xff", b"\0"])))
def test_cutting_never_changes_what_any_bytes_mean(pieces: list[bytes]) -> None:
    assert parse(*pieces) == parse(b"".join(pieces))


def test_a_byte_order_mark_is_dropped_at_the_very_beginning_only() -> None:
    mark = b"\xef\xbb\xbf"

    assert parse(mark[:1], mark[1:], b"data: \xef\xbb\xbfa\n\n") == [ServerSentEvent("\ufeffa")]
    assert parse(b"\n" + mark + b"data: a\n\n") == []
    assert parse(mark + mark + b"data: a\n\n") == []


def test_an_event_ended_by_two_carriage_returns_does_not_wait_for_more() -> None:
    parser = SseParser()

    assert list(parser.feed(b"data: now\r\r")) == [ServerSentEvent("now")]


def test_a_line_feed_after_a_split_carriage_return_is_not_a_second_line_end() -> None:
    parser = SseParser()

    assert list(parser.feed(b"data: a\r")) == []
    assert list(parser.feed(b"")) == []
    assert list(parser.feed(b"\ndata: b\n\n")) == [ServerSentEvent("a\nb")]


def test_a_block_without_its_blank_line_gives_no_event_and_no_id() -> None:
    parser = SseParser()

    assert list(parser.feed(b"id: 1\ndata: a\n\nid: 2\ndata: b\n")) == [ServerSentEvent("a", last_event_id="1")]
    assert parser.last_event_id == "1"


def test_an_id_alone_gives_no_event_and_is_inherited() -> None:
    assert parse(b"id: 4\n\ndata: a\n\n") == [ServerSentEvent("a", last_event_id="4")]


def test_an_id_with_a_null_is_ignored_and_an_empty_one_resets() -> None:
    assert parse(b"id: 4\nid: 5\0\ndata: a\n\nid:\ndata: b\n\n") == [
        ServerSentEvent("a", last_event_id="4"),
        ServerSentEvent("b", last_event_id=""),
    ]


@pytest.mark.parametrize(
    ("line", "retry"),
    [("400", 400), ("0", 0), ("1000x", None), ("+5", None), ("1_0", None), ("", None), ("٣", None), ("9" * 20, None)],
)
def test_retry_takes_ascii_digits_only(line: str, retry: int | None) -> None:
    parser = SseParser()

    assert list(parser.feed(f"retry: {line}\n".encode())) == []
    assert parser.retry == retry


def test_bytes_that_are_not_utf_8_become_replacement_characters() -> None:
    assert parse(b"data: a\xffb\xe2\x82\n\n") == [ServerSentEvent("a\ufffdb\ufffd")]


def test_a_line_that_never_ends_is_refused_after_the_events_before_it() -> None:
    parser = SseParser(limit=20)
    feed = parser.feed(b"data: a\n\ndata: " + b"x" * 20)

    assert next(feed) == ServerSentEvent("a")
    with pytest.raises(ProtocolError, match="longer than 20 bytes"):
        next(feed)


def test_the_limit_holds_over_chunks_and_over_the_lines_of_one_event() -> None:
    parser = SseParser(limit=20)
    assert list(parser.feed(b"data: 12345\ndata: ")) == []

    with pytest.raises(ProtocolError):
        list(parser.feed(b"6789"))


def test_many_events_below_the_limit_pass() -> None:
    parser = SseParser(limit=20)

    assert len(list(parser.feed(b"data: 123456789\n\n" * 1000))) == 1000


def test_a_comment_does_not_count_after_its_line() -> None:
    parser = SseParser(limit=20)

    assert list(parser.feed(b": 3456789012345678\n" * 5 + b"data: a\n\n")) == [ServerSentEvent("a")]
