"""A server with sessions in every state that input can fail to fit, for the rows about HTTP.

Owns: making them; checking what every row promises (shape of the error, nothing lost, a good request right after).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

from tests.bad_input.served import Served, until
from tests.bad_input.table import Row
from tests.bad_input.wire_text import Line, Reply, ask, request

BODY_LIMIT = 1_000_000
Json = dict[str, Any]


class Desk:
    """Sessions of the agent `desk`, by their state.

    idle: nothing pending. gated, asked: a call waits for an approval, for an answer. locked: a server waits for a
    person. held: a turn runs until it is cancelled.
    """

    def __init__(self, server: Served) -> None:
        self.server = server
        self.port = server.port
        self.idle = self._session()
        self.first = self._turn(self.idle, "hello")
        self._turn(self.idle, "hello again")
        self.gated, self.gated_call = self._paused("refund")
        self.asked, self.asked_call = self._paused("question")
        self.locked = self._session()
        self._turn(self.locked, "vault")
        self.held = self._session()
        self.running = self._turn(self.held, "hold")

    def _session(self) -> str:
        return str(self.post("/sessions", {"agent_name": "desk"})["data"]["id"])

    def _turn(self, session: str, text: str) -> str:
        message = {"type": "user.message", "content": text}
        return str(self.post(f"/sessions/{session}/turns", {"input": [message], "stream": False})["data"]["id"])

    def _paused(self, text: str) -> tuple[str, str]:
        session = self._session()
        turn = self._turn(session, text)
        output = self.get(f"/sessions/{session}/turns/{turn}")["data"]["state"]["output"]
        return session, str(output[-1]["tool_calls"][0]["id"])

    def post(self, path: str, body: Json) -> Json:
        """What a good request gets."""
        return self._good(request("POST", path, json.dumps(body)))

    def get(self, path: str) -> Json:
        """What a good request gets."""
        return self._good(request("GET", path))

    def _good(self, data: bytes) -> Json:
        reply = ask(self.port, data)
        assert reply.status in (200, 201), reply.body
        found: Json = reply.json
        return found

    def token(self, path: str) -> str:
        """The next page token of a list with `limit=1`."""
        return str(self.get(path)["pagination"]["next_page_token"])

    def plain(self) -> bytes:
        """The idle session as it is answered."""
        return ask(self.port, request("GET", f"/sessions/{self.idle}")).body

    @property
    def turns(self) -> str:
        """Where turns of the idle session are made."""
        return f"/sessions/{self.idle}/turns"

    @property
    def stream(self) -> str:
        """The stream of the running turn."""
        return f"/sessions/{self.held}/turns/{self.running}/stream"


Case = bytes | Callable[[Desk], bytes]


def written(case: Case, desk: Desk) -> bytes:
    """The bytes of a case."""
    return case if isinstance(case, bytes) else case(desk)


def check(desk: Desk, row: Row, case: Case, *, reads_all: bool = True) -> Reply:
    """Send what a row names; everything that its line and the page's introduction promise. Returns the answer."""
    before = desk.server.holding()

    with closing(Line(desk.port)) as line:
        line.send(written(case, desk))
        status, headers = line.read_head()
        is_stream = headers.get("content-type") == "text/event-stream"
        body = b"" if is_stream or not reads_all else line.read_body(headers, status)
        closed = headers.get("connection") == "close" and line.is_closed()
    reply = Reply(status, headers, body, closed)

    assert status == row.status, reply.body
    assert reply.closed == ("the line is closed" in row.stays), "whether the line is closed"
    if status >= 400:
        check_error(reply, row)
    check_unharmed(desk)
    until(lambda: desk.server.holding() == before)
    return reply


def check_error(reply: Reply, row: Row) -> None:
    """The shape of an error, and its message."""
    assert reply.headers["content-type"] == "application/json"
    error = reply.json["error"]
    assert reply.json.keys() == {"error"} and error.keys() == {"message", "type", "code", "param"}
    (message,) = row.says
    assert error["message"].startswith(message), error["message"]
    assert len(reply.body) < 2000, "an error does not repeat all that was sent"
    assert (reply.headers.get("www-authenticate") == "Bearer") == (reply.status == 401)
    assert ("allow" in reply.headers) == (reply.status == 405)


def check_unharmed(desk: Desk) -> None:
    """A good request, on a line of its own."""
    assert desk.get(f"/sessions/{desk.idle}")["data"]["id"] == desk.idle
