"""A client that is nothing but a socket: it sees every byte, every chunk, and how the connection ended.

Owns: sending one request, reading the answer to its end. Must not know: faults, events.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 20.0
_SIZE = re.compile(rb"([0-9a-f]+)([^\r\n]*)\r\n")


@dataclass
class Answer:
    """What came. end: `complete` (as its framing says), `eof`, `reset`, or `left` by the client.

    pieces: the chunks, or the body as one. extensions: what stands behind the size of each chunk, the last included.
    trailers, rest: what follows the last chunk, and the answer.
    """

    raw: bytes = b""
    end: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)
    extensions: list[bytes] = field(default_factory=list)
    trailers: bytes = b""
    rest: bytes = b""
    is_whole: bool = False

    @property
    def body(self) -> bytes:
        """All of it."""
        return b"".join(self.pieces)

    @property
    def error(self) -> Any:
        """The error of the contract."""
        return json.loads(self.body)["error"]

    def read(self) -> None:
        """Take the bytes apart, as far as they came."""
        head, found, body = self.raw.partition(b"\r\n\r\n")
        self.pieces, self.extensions, self.is_whole = [], [], False
        if not found:
            return
        first, *lines = head.split(b"\r\n")
        self.status = int(first.split(b" ")[1])
        self.headers = {name.decode().lower(): value.decode("latin-1") for name, _, value in map(_header, lines)}
        if self.headers.get("transfer-encoding") == "chunked":
            self._chunks(body)
        else:
            length = int(self.headers.get("content-length", "0"))
            self.pieces, self.rest = [body[:length]], body[length:]
            self.is_whole = len(body) >= length

    def _chunks(self, body: bytes) -> None:
        while found := _SIZE.match(body):
            size, data = int(found[1], 16), body[found.end() :]
            if size == 0:
                end = data.find(b"\r\n") if data.startswith(b"\r\n") else data.find(b"\r\n\r\n") + 2
                self.extensions.append(found[2])
                self.trailers, self.rest, self.is_whole = data[:end], data[end + 2 :], end >= 0
                return
            if len(data) < size + 2:
                return
            self.extensions.append(found[2])
            self.pieces.append(data[:size])
            body = data[size + 2 :]


def _header(line: bytes) -> tuple[bytes, bytes, bytes]:
    return line.partition(b": ")


class Client:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.answer = Answer()

    def send(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> None:
        """A request."""
        data = b"" if body is None else json.dumps(body).encode()
        given = {"Host": "x", "Authorization": "Bearer k", "Content-Length": str(len(data)), **(headers or {})}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
        self.answer = Answer()
        self.sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + data)

    def read(self, *, linger: bool = False, until: Callable[[Answer], bool] = lambda _: False) -> Answer:
        """The answer. linger: on to the end of the connection. until: leave when this is so."""
        answer = self.answer
        while True:
            if answer.is_whole and not linger:
                answer.end = "complete"
            elif until(answer):
                answer.end = "left"
            else:
                try:
                    data = self.sock.recv(65536)
                except ConnectionResetError:
                    answer.end = "reset"
                else:
                    answer.raw += data
                    answer.end = "" if data else "eof"
                answer.read()
            if answer.end:
                return answer

    def close(self) -> None:
        """Leave."""
        self.sock.close()


def ask(
    port: int,
    method: str,
    path: str,
    body: object = None,
    *,
    headers: Mapping[str, str] | None = None,
    linger: bool = False,
    until: Callable[[Answer], bool] = lambda _: False,
) -> Answer:
    """One request on a connection of its own."""
    try:
        client = Client(port)
    except ConnectionResetError:
        return Answer(end="reset")
    try:
        client.send(method, path, body, headers)
        return client.read(linger=linger, until=until)
    except (ConnectionResetError, BrokenPipeError):
        client.answer.end = "reset"
        return client.answer
    finally:
        client.close()
