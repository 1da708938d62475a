"""The vocabulary by itself: the event stream reader, and HTTP by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

import pytest

from mock_gateway.conformance.server.client import Speaker, parse_event, segment
from mock_gateway.conformance.server.http11 import ConnectionBroken, Pool
from mock_gateway.conformance.server.violation import Violation
from mock_gateway.conformance.sse import Message, SseReader

Result = TypeVar("Result")
WIRE = (
    "\ufeff: hi\r\nid: 1\r\ndata: é\r\ndata:世\r\n\r\n:c\rdata: 👩\u2028x\r\r"
    "event: e\nretry: 40\nid\ndata\n\ndata: lost"
).encode()
FRAMES = [Message("é\n世", "1", own_id=True), Message("👩\u2028x", "1"), Message("", "", "e", own_id=True)]


def frames_of(*pieces: bytes) -> tuple[list[Message], SseReader]:
    """What a reader makes of pieces."""
    reader = SseReader()
    return [frame for piece in pieces for frame in reader.feed(piece)], reader


def test_a_stream_is_read_as_the_standard_has_it() -> None:
    frames, reader = frames_of(WIRE)

    assert frames == FRAMES
    assert (reader.comments, reader.retry, reader.last_id) == (2, 40, "")
    assert not reader.is_between


def test_a_stream_is_the_same_however_it_is_split() -> None:
    for cut in range(len(WIRE) + 1):
        assert frames_of(WIRE[:cut], WIRE[cut:])[0] == FRAMES
    assert frames_of(*(bytes([byte]) for byte in WIRE))[0] == FRAMES


@pytest.mark.parametrize("line", ["id: a\0b", "retry: 4x", "unknown: x", "Data: x", ""])
def test_a_line_that_says_nothing_changes_nothing(line: str) -> None:
    frames, reader = frames_of(f"id: 7\ndata: x\n{line}\n\n".encode())

    assert frames[0] == Message("x", "7", own_id=True)
    assert reader.retry is None


def test_a_frame_is_an_event_or_a_violation() -> None:
    assert parse_event(Message('{"type": "turn.done"}')) == {"type": "turn.done"}
    for data, rule in (("[DONE]", "STR-2"), ("{", "STR-1"), ("[]", "STR-1"), ('{"type": 1}', "STR-1"), ("{}", "STR-1")):
        with pytest.raises(Violation) as caught:
            parse_event(Message(data))
        assert caught.value.rule == rule


def test_an_id_is_one_segment_of_a_path() -> None:
    assert segment("a/b %é") == "a%2Fb%20%25%C3%A9"


# -- HTTP


@asynccontextmanager
async def answering(*answers: bytes, close: bool = False) -> AsyncIterator[Pool]:
    """A server that gives these answers, one after the other, byte by byte. close: after each of them."""
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while left:
                await reader.readuntil(b"\r\n\r\n")
                for byte in left.pop(0):
                    writer.write(bytes([byte]))
                    await writer.drain()
                if close:
                    return
            await reader.read()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    pool = Pool.of(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield pool
    finally:
        pool.close()
        server.close()


def tell(server: AbstractAsyncContextManager[Pool], story: Callable[[Pool], Awaitable[Result]]) -> Result:
    """Play a story with a server's pool."""

    async def play() -> Result:
        async with server as pool:
            return await story(pool)

    return asyncio.run(play())


async def read_all(pool: Pool) -> tuple[int, dict[str, str], bytes]:
    """One request and its whole answer."""
    exchange = await pool.send("GET", "/", [], None, 5)
    return exchange.status, dict(exchange.headers), await exchange.body(5)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nX-A: 1, 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: 1, 2\r\nConnection: close\r\n\r\nhello",
    ],
    ids=["by its length", "in chunks", "until the connection ends"],
)
def test_an_answer_is_read_however_it_is_framed(answer: bytes) -> None:
    status, headers, body = tell(answering(answer, close=True), read_all)

    assert (status, headers["x-a"], body) == (200, "1, 2", b"hello")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"SMTP ready\r\n\r\n",
    ],
    ids=["no answer", "half a head", "half a body", "no last chunk", "no HTTP"],
)
def test_an_answer_that_breaks_off_is_never_taken_for_a_whole_one(answer: bytes) -> None:
    with pytest.raises(ConnectionBroken):
        tell(answering(answer, close=True), read_all)


def test_a_connection_that_was_closed_between_two_requests_is_made_again() -> None:
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    async def twice(pool: Pool) -> list[bytes]:
        return [(await read_all(pool))[2] for _ in range(2)]

    assert tell(answering(ok, ok, close=True), twice) == [b"ok", b"ok"]


def test_an_answer_without_a_body_is_whole_with_its_head() -> None:
    async def story(pool: Pool) -> tuple[int, bytes]:
        answer = await Speaker(pool, "", patience=5).send("HEAD", "/")
        return answer.status, answer.body

    assert tell(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"), story) == (200, b"")


def test_silence_is_a_timeout() -> None:
    with pytest.raises(TimeoutError):
        tell(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"), _impatient)


async def _impatient(pool: Pool) -> bytes:
    exchange = await pool.send("GET", "/", [], None, 5)
    return await exchange.body(0.05)
