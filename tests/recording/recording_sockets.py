"""A gateway made of one raw socket, and a client made of another: for what no library lets one see.

Owns: the two ends, with a time limit on every wait. Must not know: what stands between them.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from urllib.parse import urlsplit

PATIENCE = 20.0
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


class Line:
    """One end of a connection."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(PATIENCE)
        self.sock = sock
        self.got = b""

    def send(self, data: bytes) -> None:
        """Write."""
        self.sock.sendall(data)

    def chunk(self, data: bytes) -> None:
        """Write one piece of a chunked body; nothing ends it."""
        self.send(b"%x\r\n%b\r\n" % (len(data), data))

    def until(self, mark: bytes) -> bytes:
        """Read until there is a mark; all up to it and with it."""
        while mark not in self.got:
            more = self.sock.recv(65536)
            assert more, f"the line ended before {mark!r} came; there was {self.got!r}"
            self.got += more
        end = self.got.index(mark) + len(mark)
        taken, self.got = self.got[:end], self.got[end:]
        return taken

    def rest(self) -> bytes:
        """Read to the end of the line; a line that is reset has ended too."""
        try:
            while more := self.sock.recv(65536):
                self.got += more
        except ConnectionResetError:
            pass
        taken, self.got = self.got, b""
        return taken


@contextmanager
def upstream(play: Callable[[Line], None], connections: int = 1) -> Iterator[str]:
    """A gateway that plays something on each connection it gets; what it raises is raised at the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(PATIENCE)
    failures: list[BaseException] = []

    def serve() -> None:
        try:
            for _ in range(connections):
                connection, _address = listener.accept()
                with connection:
                    play(Line(connection))
        except BaseException as error:
            failures.append(error)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(PATIENCE)
    assert not thread.is_alive(), "the gateway still waits"
    if failures:
        raise failures[0]


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """A connection to a server."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE) as sock:
        yield Line(sock)


def request(method: str, path: str, body: bytes = b"", *headers: str) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: client.example.test", "Authorization: Bearer k", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
