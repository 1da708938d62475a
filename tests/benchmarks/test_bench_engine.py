"""The load counts what an SSE client would dispatch, however the bytes arrive."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

import pytest
from engine import Call, Figures, run

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
STREAM = b": hello\n\nid: 1\ndata: {}\n\nevent: x\r\ndata: a\r\ndata: b\r\n\r\nid: 9\n\ndata\n\n: bye\n"
"""Three events, two comments, and a block without data."""


def chunk(part: bytes) -> bytes:
    """A part of a body in chunked framing."""
    return b"%x\r\n%b\r\n" % (len(part), part)


@contextmanager
def answering(parts: Sequence[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """A port that answers every connection with these parts and closes it; and the requests that came."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                client, _ = listener.accept()
                with client:
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    seen.append(client.recv(65536))
                    if seen[-1].startswith(b"STOP"):
                        return
                    for part in parts:
                        client.sendall(part)

        thread = Thread(target=serve)
        thread.start()
        port = listener.getsockname()[1]
        try:
            yield port, seen
        finally:
            with socket.create_connection(("127.0.0.1", port)) as last:
                last.sendall(b"STOP")
            thread.join()


def load(parts: Sequence[bytes], total: int = 1, call: Call | None = None) -> Figures:
    """What the load saw of a stream."""
    with answering(parts) as (port, _):
        return run(call or Call("POST", "/s", "{}"), port, (), {"mode": "stream", "total": total})


@pytest.mark.parametrize("size", [1, 2, 7, 1000], ids="bytes of a chunk: {}".format)
def test_events_are_counted_across_chunks(size):
    chunks = [chunk(STREAM[start : start + size]) for start in range(0, len(STREAM), size)]
    seen = load([CHUNKED, b"".join(chunks), b"0\r\n\r\n"])
    assert (seen["events"], seen["comments"], seen["streams_good"], seen["streams_bad"]) == (3, 2, 1, 0)


def test_events_are_counted_when_every_byte_comes_alone():
    wire = CHUNKED + chunk(STREAM) + b"0\r\n\r\n"
    seen = load([bytes([byte]) for byte in wire])
    assert (seen["events"], seen["comments"], seen["streams_good"]) == (3, 2, 1)


def test_a_body_may_end_with_the_connection_or_have_a_length():
    until_close = load([HEAD + b"\r\n", STREAM])
    counted = load([HEAD + b"content-length: %d\r\n\r\n" % len(STREAM), STREAM])
    assert until_close["events"] == counted["events"] == 3
    assert until_close["streams_good"] == counted["streams_good"] == 1


def test_an_answer_that_is_cut_or_refused_is_a_bad_stream():
    cut = load([CHUNKED, chunk(STREAM)])
    refused = load([b"HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\n{}"])
    assert (cut["streams_good"], cut["streams_bad"]) == (0, 1)
    assert (refused["streams_good"], refused["streams_bad"], refused["bad_status"]) == (0, 1, 409)


def test_the_counter_in_a_request_goes_round():
    with answering([HEAD + b"content-length: 0\r\n\r\n"]) as (port, seen):
        run(Call("POST", "/s/NNNNNNNNNN", "{}", modulo=2), port, (), {"mode": "stream", "total": 3})
    paths = [request.split(b" ")[1] for request in seen if request.startswith(b"POST")]
    assert paths == [b"/s/0000000001", b"/s/0000000002", b"/s/0000000001"]
