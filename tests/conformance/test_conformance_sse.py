"""The judge's own reading of event streams, against the standard (WHATWG HTML 9.2.5, 9.2.6)."""

from __future__ import annotations

import pytest

from mock_gateway.conformance.sse import Message, SseReader, read_stream


def datas(stream: bytes) -> list[str]:
    return [message.data for message in read_stream(stream)]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: a\n\ndata: b\n\n", ["a", "b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"data: a\r\n\rdata: b\n\r\n", ["a", "b"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data: \xef\xbb\xbfa\n\n", ["\ufeffa"]),
        (b"data:a\ndata:  b\ndata\n\n", ["a\n b\n"]),
        (b"data: a\n\ndata: lost\n", ["a"]),
        (b"data: a\n\ndata: lost", ["a"]),
        (b": comment\nevent: x\n\ndata: a\n\n", ["a"]),
        (b"Data: no\ndata: a\nfoo: b\nfoo\n\n", ["a"]),
        (b"data: \xff\n\n", ["\ufffd"]),
        ("data: \u2028\u0085\f\n\n".encode(), ["\u2028\u0085\f"]),
        (b"\n\n\ndata: a\n\n\n\n", ["a"]),
        (b"data\n\n", [""]),
    ],
)
def test_a_stream_is_read_as_the_standard_has_it_however_it_is_split(stream: bytes, expected: list[str]) -> None:
    assert datas(stream) == expected
    reader = SseReader()
    assert [one.data for byte in stream for one in reader.feed(bytes([byte]))] == expected


def test_an_id_stays_until_there_is_another_and_one_with_nul_is_none() -> None:
    stream = b"id: 1\ndata: a\n\ndata: b\n\nid: 2\0\ndata: c\n\nid\ndata: d\n\n"

    assert read_stream(stream) == [
        Message("a", "1", own_id=True),
        Message("b", "1"),
        Message("c", "1"),
        Message("d", "", own_id=True),
    ]


def test_an_id_without_data_moves_the_last_id_and_an_incomplete_block_does_not() -> None:
    reader = SseReader()

    reader.feed(b"id: 7\n\nid: 8\n")

    assert reader.last_id == "7"
    assert not reader.is_between


@pytest.mark.parametrize(("value", "expected"), [("400", 400), ("4x", None), ("+5", None), ("1_0", None), ("", None)])
def test_a_retry_is_digits_only(value: str, expected: int | None) -> None:
    reader = SseReader()

    reader.feed(f"retry: {value}\n\n".encode())

    assert reader.retry == expected


def test_an_event_has_its_name_and_comments_are_counted() -> None:
    reader = SseReader()

    (message,) = reader.feed(b": one\n:two\nevent: turn\ndata: a\n\n")

    assert (message.event, reader.comments) == ("turn", 2)
