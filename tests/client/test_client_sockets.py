"""The client on real sockets: bytes one at a time, cuts inside a character, resets, half-closed lines."""

from __future__ import annotations

import json
import socket
import threading

import pytest
from client_doubles import (
    CLOSE_HEAD,
    HEAD,
    LAST_CHUNK,
    SESSION,
    TURN_EVENTS,
    Play,
    SocketGateway,
    chunked,
    json_answer,
    reset,
    socket_gateway,
    sse,
)

from mock_gateway.client import Pacing, ProtocolError, Session, TransportError, TrueFoundryGateway
from mock_gateway.client.events import read_streamed

WHOLE = [read_streamed(json.dumps(event), "") for event in TURN_EVENTS]
BODY = sse(TURN_EVENTS)
CREATED_END = BODY.index(b"\n\n") + 2


def session_answer(connection: socket.socket, _: bytes) -> None:
    connection.sendall(json_answer({"data": SESSION}))


def rest_after(count: int) -> Play:
    def play(connection: socket.socket, request: bytes) -> None:
        assert f"after_sequence_id={count} ".encode() in request
        connection.sendall(HEAD + chunked(sse(TURN_EVENTS[count:])) + LAST_CHUNK)

    return play


def sending(payload: bytes) -> Play:
    return lambda connection, _: connection.sendall(payload)


def client_of(gateway: SocketGateway, stream_timeout: float = 10.0) -> TrueFoundryGateway:
    return TrueFoundryGateway(gateway.url, "k", timeout=10.0, stream_timeout=stream_timeout, sleep=lambda _: None)


def open_session(client: TrueFoundryGateway) -> Session:
    return client.agents.get_session("s1")


def events_before(cut: int) -> int:
    return BODY[:cut].count(b"\n\n")


def test_a_turn_arrives_byte_by_byte() -> None:
    def drip(connection: socket.socket, _: bytes) -> None:
        connection.sendall(HEAD)
        for byte in BODY:
            connection.sendall(chunked(bytes([byte])))
        connection.sendall(LAST_CHUNK)

    with socket_gateway(session_answer, drip) as gateway, client_of(gateway) as client:
        assert list(open_session(client).create_turn([])) == WHOLE


@pytest.mark.parametrize("inside", [1, 2, 3])
def test_a_line_cut_inside_a_character_is_resumed(inside: int) -> None:
    cut = BODY.index("👋".encode()) + inside

    with (
        socket_gateway(session_answer, sending(HEAD + chunked(BODY[:cut])), rest_after(events_before(cut))) as gateway,
        client_of(gateway) as client,
    ):
        assert list(open_session(client).create_turn([])) == WHOLE
    assert gateway.heads[1:] == [
        "POST /sessions/s1/turns HTTP/1.1",
        "GET /sessions/s1/turns/t1/stream?after_sequence_id=2 HTTP/1.1",
    ]


def test_a_stream_that_ends_with_the_connection_is_resumed() -> None:
    cut = len(BODY) // 2

    with (
        socket_gateway(session_answer, sending(CLOSE_HEAD + BODY[:cut]), rest_after(events_before(cut))) as gateway,
        client_of(gateway) as client,
    ):
        assert list(open_session(client).create_turn([])) == WHOLE


def test_a_reset_line_is_resumed() -> None:
    def cut_off(connection: socket.socket, _: bytes) -> None:
        connection.sendall(HEAD + chunked(BODY[:CREATED_END]))
        seen.wait(10)
        reset(connection)

    seen = threading.Event()
    with socket_gateway(session_answer, cut_off, rest_after(1)) as gateway, client_of(gateway) as client:
        events = open_session(client).create_turn([])
        first = next(events)
        seen.set()

        assert [first, *events] == WHOLE


def test_a_line_that_the_server_half_closes_is_resumed() -> None:
    def half_close(connection: socket.socket, _: bytes) -> None:
        connection.sendall(HEAD + chunked(BODY[:CREATED_END]))
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""

    with socket_gateway(session_answer, half_close, rest_after(1)) as gateway, client_of(gateway) as client:
        assert list(open_session(client).create_turn([])) == WHOLE


def test_a_silent_line_is_left_and_resumed() -> None:
    def fall_silent(connection: socket.socket, _: bytes) -> None:
        connection.sendall(HEAD + chunked(BODY[: CREATED_END + 5]))
        assert connection.recv(1) == b""

    with socket_gateway(session_answer, fall_silent, rest_after(1)) as gateway, client_of(gateway, 0.1) as client:
        assert list(open_session(client).create_turn([])) == WHOLE


def test_an_event_is_delivered_before_the_next_one_is_sent() -> None:
    received = threading.Semaphore(0)

    def one_by_one(connection: socket.socket, _: bytes) -> None:
        connection.sendall(HEAD)
        for event in TURN_EVENTS:
            connection.sendall(chunked(sse([event])))
            assert received.acquire(timeout=10)
        connection.sendall(LAST_CHUNK)

    with socket_gateway(session_answer, one_by_one) as gateway, client_of(gateway) as client:
        seen = []
        for event in open_session(client).create_turn([]):
            seen.append(event)
            received.release()

    assert seen == WHOLE


def test_a_reader_who_leaves_closes_the_connection() -> None:
    left = threading.Event()

    def wait_for_leaving(connection: socket.socket, _: bytes) -> None:
        connection.sendall(HEAD + chunked(BODY[:CREATED_END]))
        assert connection.recv(1) == b""
        left.set()

    with socket_gateway(session_answer, wait_for_leaving) as gateway, client_of(gateway) as client:
        for _ in open_session(client).create_turn([]):
            break
        assert left.wait(10)


def test_a_new_turn_whose_connection_is_reset_before_an_answer_is_not_sent_again() -> None:
    with socket_gateway(session_answer, lambda c, _: reset(c)) as gateway, client_of(gateway) as client:
        session = open_session(client)

        with pytest.raises(TransportError, match="POST /sessions/s1/turns got no answer"):
            session.create_turn([])
    assert len(gateway.heads) == 2


def test_a_get_whose_connection_is_reset_or_cut_is_sent_again() -> None:
    half = json_answer({"data": SESSION})[:-20]

    with (
        socket_gateway(lambda c, _: reset(c), sending(half), session_answer) as gateway,
        client_of(gateway) as client,
    ):
        assert open_session(client).id == "s1"


def test_nobody_listening_is_a_transport_error_after_bounded_tries() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    naps: list[float] = []

    with (
        TrueFoundryGateway(f"http://127.0.0.1:{port}", "k", pacing=Pacing(retries=2), sleep=naps.append) as client,
        pytest.raises(TransportError, match="ConnectError"),
    ):
        client.agents.get_session("s1")
    assert naps == [0.25, 0.5]


def test_an_answer_that_is_not_http_is_a_transport_error() -> None:
    with (
        socket_gateway(session_answer, sending(b"SSH-2.0-x\r\n\r\n")) as gateway,
        client_of(gateway) as client,
        pytest.raises(TransportError, match="RemoteProtocolError"),
    ):
        open_session(client).create_turn([])


def test_a_stream_of_endless_bytes_without_an_event_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_gateway.client.sse.SseParser.__init__.__kwdefaults__", {"limit": 10_000})

    def endless(connection: socket.socket, _: bytes) -> None:
        connection.sendall(CLOSE_HEAD + BODY[:CREATED_END])
        try:
            while True:
                connection.sendall(b"x" * 65536)
        except OSError:
            return

    with socket_gateway(session_answer, endless) as gateway, client_of(gateway) as client:
        events = open_session(client).create_turn([])
        assert next(events).sequence_id == 1
        with pytest.raises(ProtocolError, match="longer than 10000 bytes"):
            next(events)
