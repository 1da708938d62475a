"""HTTP by hand: requests as bytes, answers as they came; no client's good manners in between.

Owns: one connection, reading an answer to its end. Must not know: what a good answer is.
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any

PATIENCE = 10.0
KEY = "Authorization: Bearer k\r\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. body: without chunk framing. closed: the server has closed the connection behind it."""

    status: int
    headers: dict[str, str]
    body: bytes
    closed: bool = False

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """The message of an error body; other bodies as text."""
        if not self.headers.get("content-type", "").startswith("application/json"):
            return self.body.decode("utf-8", "replace")
        found = self.json
        return str(found["error"]["message"]) if "error" in found else self.body.decode()


class Line:
    """One connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.kept = b""

    def send(self, data: bytes | str) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def read_until(self, mark: bytes) -> bytes:
        """Everything up to and with a mark. Raises ConnectionError when the line ends before it."""
        while mark not in self.kept:
            self._more()
        found, _, self.kept = self.kept.partition(mark)
        return found + mark

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError(f"the line ended after {self.kept[-80:]!r}")
        self.kept += data

    def _exactly(self, size: int) -> bytes:
        while len(self.kept) < size:
            self._more()
        found, self.kept = self.kept[:size], self.kept[size:]
        return found

    def read_head(self) -> tuple[int, dict[str, str]]:
        """Status and headers, names in lower case."""
        first, *rest = self.read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in rest if line)
        return int(first.split(" ")[1]), {name.lower(): value for name, value in headers.items()}

    def read_reply(self, *, head_only: bool = False) -> Reply:
        """One whole answer. head_only: to a HEAD request."""
        status, headers = self.read_head()
        body = b"" if head_only else self.read_body(headers, status)
        closed = headers.get("connection") == "close" and self.is_closed()
        return Reply(status, headers, body, closed)

    def read_body(self, headers: dict[str, str], status: int = 200) -> bytes:
        """The body that belongs to a head."""
        if status in (204, 304) or status < 200:
            return b""
        if headers.get("transfer-encoding") != "chunked":
            return self._exactly(int(headers.get("content-length", "0")))
        body = b""
        while size := int(self.read_until(b"\r\n"), 16):
            body += self._exactly(size)
            self.read_until(b"\r\n")
        self.read_until(b"\r\n")
        return body

    def is_closed(self) -> bool:
        """Whether the server has closed its end, or does within the patience."""
        if self.kept:
            return False
        try:
            self.kept = self.socket.recv(65536)
        except ConnectionResetError:
            return True
        return not self.kept

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def request(
    method: str, path: str | bytes, body: bytes | str | None = None, *, headers: str = "", key: str = KEY
) -> bytes:
    """A request as bytes. headers: whole lines with their line breaks."""
    target = path.encode() if isinstance(path, str) else path
    content = body.encode() if isinstance(body, str) else body
    length = "" if content is None else f"Content-Length: {len(content)}\r\n"
    head = f" HTTP/1.1\r\nHost: 127.0.0.1\r\n{key}{headers}{length}\r\n"
    return method.encode() + b" " + target + head.encode("latin-1") + (content or b"")


def ask(port: int, data: bytes | str, *, head_only: bool = False) -> Reply:
    """Send bytes on a connection of their own and read the answer."""
    with Line(port) as line:
        line.send(data)
        return line.read_reply(head_only=head_only)
