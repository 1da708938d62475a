"""What the recorder passes on: bytes as they came, as soon as they came, whatever they are."""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Callable
from queue import SimpleQueue

import httpx
import pytest

from mock_gateway.recording.recorder import Recorder
from tests.recording.recording_desk import recording
from tests.recording.recording_sockets import PATIENCE, STREAM, Line, line_to, request, upstream

TURNS = "/sessions/s-1/turns"
MESSAGE = b'{"input":[{"type":"user.message","content":"hi"}]}'
SPOKEN = (
    b'id: 1\ndata: {"type":"turn.created","sequence_id":1,"turn_id":"t-1"}\n\n',
    b'id: 2\ndata: {"type":"model.message","sequence_id":2,"thread_id":"main","content":"Good "}\n\n',
    b'id: 3\ndata: {"type":"model.message","sequence_id":3,"thread_id":"main","content":"morning."}\n\n',
    b'id: 4\ndata: {"type":"model.message","sequence_id":4,"thread_id":"main","finish_reason":"stop"}\n\n',
    b'id: 5\ndata: {"type":"turn.done","sequence_id":5,"status":"done","output":[]}\n\n',
)


class Said(list[str]):
    """What a recorder says to people."""


def quiet() -> tuple[Recorder, Said]:
    """A recorder that writes nothing, and what it says."""
    said = Said()
    return Recorder(None, said.append), said


def test_each_frame_arrives_before_the_next_is_sent() -> None:
    # Were anything kept back, both ends would wait for each other until their time is up.
    confirmed, received = [time.monotonic()], []
    confirmations: SimpleQueue[float] = SimpleQueue()

    def play(line: Line) -> None:
        line.until(MESSAGE)
        line.send(STREAM)
        for frame in SPOKEN:
            line.chunk(frame)
            confirmed.append(confirmations.get(timeout=PATIENCE))
        line.send(b"0\r\n\r\n")

    with upstream(play) as gateway, recording(gateway) as (url, recorder), line_to(url) as client:
        client.send(request("POST", TURNS, MESSAGE))
        for frame in SPOKEN:
            client.until(frame)
            received.append(time.monotonic())
            confirmations.put(received[-1])
        client.until(b"0\r\n\r\n")

    frames = recorder.witness.session("s-1").tapes["t-1"].frames
    times = [at for _, (at, _) in sorted(frames.items())]
    assert len(times) == len(SPOKEN)
    assert all(before <= at <= after for before, at, after in zip(confirmed, times, received, strict=False))


def test_a_compressed_stream_stays_compressed_and_is_read_all_the_same() -> None:
    packer = zlib.compressobj(wbits=31)
    pieces = [packer.compress(frame) + packer.flush(zlib.Z_SYNC_FLUSH) for frame in SPOKEN]

    def play(line: Line) -> None:
        assert b"accept-encoding: gzip, br" in line.until(b"hi").lower()
        line.send(STREAM.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"))
        for piece in pieces:
            line.chunk(piece)
        line.send(b"0\r\n\r\n")

    with upstream(play) as gateway, recording(gateway) as (url, recorder), line_to(url) as client:
        client.send(request("POST", TURNS, MESSAGE, "Accept-Encoding: gzip, br"))
        head = client.until(b"\r\n\r\n")
        for piece in pieces:
            client.until(piece)
        client.until(b"0\r\n\r\n")

    assert b"content-encoding: gzip" in head
    assert len(recorder.witness.session("s-1").tapes["t-1"].frames) == len(SPOKEN)


def test_heads_pass_as_they_came_but_for_what_belongs_to_one_connection() -> None:
    asked: list[bytes] = []

    def play(line: Line) -> None:
        asked.append(line.until(b"\r\n\r\n"))
        line.send(
            b"HTTP/1.1 207 Odd\r\nX-Twice: one\r\nX-Twice: two\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
            b"Server: them\r\nSet-Cookie: a=b\r\nConnection: X-Mine, close\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\n"
            b"Content-Length: 3\r\n\r\nabc"
        )

    mine = (
        "Accept: */*",
        "X-Odd:  spaced ",
        "Connection: keep-alive, X-Hop",
        "X-Hop: 1",
        "TE: trailers",
        "Cookie: c=1",
    )
    with upstream(play) as gateway, recording(f"{gateway}/tenant") as (url, _), line_to(url) as client:
        client.send(request("GET", "/any%2Fpath//x?q=%20a&q=b", b"", *mine))
        head = client.until(b"\r\n\r\n")
        body = client.until(b"abc")

    lines = [line.lower() for line in asked[0].decode().split("\r\n") if line]
    assert lines[0] == "get /tenant/any%2fpath//x?q=%20a&q=b http/1.1"
    assert sorted(lines[1:]) == sorted(
        [f"host: {gateway[7:]}", "authorization: bearer k", "accept: */*", "x-odd: spaced", "cookie: c=1"]
    )
    assert sorted(head.lower().split(b"\r\n")[1:-2]) == sorted(
        [
            b"x-twice: one",
            b"x-twice: two",
            b"date: thu, 01 jan 2026 00:00:00 gmt",
            b"server: them",
            b"set-cookie: a=b",
            b"content-length: 3",
        ]
    )
    assert (head.split(b" ")[1], body) == (b"207", b"abc")


@pytest.mark.parametrize(
    "leave", [socket.socket.close, lambda sock: sock.shutdown(socket.SHUT_WR)], ids=["all", "half"]
)
def test_a_client_that_leaves_closes_its_request_to_the_gateway(leave: Callable[[socket.socket], None]) -> None:
    left: SimpleQueue[bytes] = SimpleQueue()

    def play(line: Line) -> None:
        line.until(MESSAGE)
        line.send(STREAM)
        line.chunk(SPOKEN[0])
        left.put(line.rest())

    with upstream(play) as gateway, recording(gateway) as (url, _), line_to(url) as client:
        client.send(request("POST", TURNS, MESSAGE))
        client.until(SPOKEN[0])
        leave(client.sock)
        assert left.get(timeout=PATIENCE) == b""


def test_a_client_that_leaves_before_the_answer_closes_its_request_too() -> None:
    left: SimpleQueue[bytes] = SimpleQueue()

    def play(line: Line) -> None:
        line.until(MESSAGE)
        client.sock.close()
        left.put(line.rest())

    with upstream(play) as gateway, recording(gateway) as (url, _), line_to(url) as client:
        client.send(request("POST", TURNS, MESSAGE))
        assert left.get(timeout=PATIENCE) == b""


def test_an_answer_that_breaks_off_breaks_off_for_the_client(capfd: pytest.CaptureFixture[str]) -> None:
    def play(line: Line) -> None:
        line.until(MESSAGE)
        line.send(STREAM)
        line.chunk(SPOKEN[0])

    recorder, said = quiet()
    with upstream(play) as gateway, recording(gateway, recorder) as (url, _), line_to(url) as client:
        client.send(request("POST", TURNS, MESSAGE))
        came = client.rest()

    assert came.endswith(SPOKEN[0] + b"\r\n")
    assert [line for line in said if "broke off" in line]
    assert capfd.readouterr().err == ""


def test_a_gateway_that_is_not_there_is_a_502_that_says_so() -> None:
    with upstream(lambda _line: None, connections=0) as gone:
        pass
    recorder, said = quiet()

    with recording(gone, recorder) as (url, _):
        answer = httpx.post(f"{url}/sessions", json={"agent_name": "a"}, trust_env=False)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (502, "upstream_unreachable")
    assert gone in error["message"] and "--upstream" in error["message"]
    assert said and said[0].startswith("POST /sessions: ")


def test_the_body_of_a_request_is_passed_on_while_it_is_sent() -> None:
    def play(line: Line) -> None:
        line.until(b"first")
        client.chunk(b"second")
        client.send(b"0\r\n\r\n")
        line.until(b"second")
        line.until(b"0\r\n\r\n")
        line.send(b"HTTP/1.1 204 No Content\r\n\r\n")

    with upstream(play) as gateway, recording(gateway) as (url, _), line_to(url) as client:
        client.send(request("POST", "/upload").replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"))
        client.chunk(b"first")
        head = client.until(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 204 ")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE", "PATCH"])
def test_any_method_passes(method: str) -> None:
    def play(line: Line) -> None:
        assert line.until(b"\r\n\r\n").startswith(method.encode())
        line.send(b"HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n")

    with upstream(play) as gateway, recording(gateway) as (url, _):
        answer = httpx.request(method, f"{url}{TURNS}", trust_env=False)

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


STRANGE = (
    b"\xef\xbb\xbf: hello\r\n\r\n",
    b"data: no json\n\n",
    b'data: ["a list"]\n\n',
    b'id: 9\ndata: {"type":"model.message","thread_id":7}\n\n',
    b'id: 10\ndata: {"type":"tool.response","thread_id":"main"}\n\n',
    b'data: {"type":"unheard.of","sk":"\xff\xfe"}\n\n',
    b'id: 11\ndata: {"type":"mcp.auth_required","servers":null}\n\n',
    b"data: " + b"x" * 100_000 + b"\n\n",
)


def test_what_cannot_be_read_passes_all_the_same_and_is_told_of() -> None:
    def play(line: Line) -> None:
        line.until(MESSAGE)
        line.send(STREAM)
        for frame in (*SPOKEN[:3], *STRANGE, *SPOKEN[3:]):
            line.chunk(frame)
        line.send(b"0\r\n\r\n")

    recorder, said = quiet()
    recorder.witness.session("s-1").agent = "greeter"
    with upstream(play) as gateway, recording(gateway, recorder) as (url, _):
        answer = httpx.post(f"{url}{TURNS}", content=MESSAGE, trust_env=False)

    assert answer.content == b"".join((*SPOKEN[:3], *STRANGE, *SPOKEN[3:]))
    assert len(said) >= 3 and all("not recorded" in line for line in said)
    assert "say: Good morning." in recorder.texts()["greeter"]
