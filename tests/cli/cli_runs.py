"""Running the command line from a test: in this program where that will do, as a child where it will not.

Owns: scenarios to write to a folder, requests to a server, waiting with a deadline. Must not know: what is expected.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import pytest

from mock_gateway.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
Result = TypeVar("Result")

REFUND = """\
# shows: a gated refund
agent: refund-bot
mcp: { billing: {} }
turns:
  - when: { message: refund }
    say: Let me look that up.
    call: { tool: billing.refund, arguments: { amount: 12.5 }, approval: required, returns: { id: RF-1 } }
    on_allow: { say: "Done: {{ result.id }}." }
    on_deny: { say: "Not done. {{ approval.reason }}" }
  - when: { message: hold }
    say: I hold.
    then: { wait: cancel }
  - when: { message: which }
    call: { ask: Which one?, options: [red, blue] }
    on_answer: { say: "{{ answer }} it is." }
"""


class Told(NamedTuple):
    """What a command said. code: its exit code."""

    code: int
    out: str
    err: str


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Told:
    """Run a command in this program."""
    code = main(arguments)
    return Told(code, *capsys.readouterr())


def child(*arguments: str, cwd: Path, stdin: str = "", env: Mapping[str, str] | None = None) -> Told:
    """Run a command as a program of its own, its stdin a pipe."""
    done = subprocess.run(
        [sys.executable, "-m", "mock_gateway", *arguments],
        cwd=cwd,
        input=stdin,
        env={"PYTHONPATH": str(ROOT), **(env or {})},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Told(done.returncode, done.stdout, done.stderr)


@contextmanager
def send(url: str, method: str, path: str, body: object = None) -> Iterator[HTTPResponse]:
    """A request to a server, for the length of a `with` block; the answer's body is not read yet."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        headers = {"authorization": "Bearer any"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        with connection.getresponse() as response:
            yield response
    finally:
        connection.close()


def status(url: str, path: str) -> int:
    """The status of a GET."""
    with send(url, "GET", path) as response:
        return response.status


def ask(url: str, method: str, path: str, body: object = None) -> Any:
    """The JSON that a server answers."""
    with send(url, method, path, body) as response:
        return json.loads(response.read())


def new_session(url: str, agent: str = "refund-bot") -> str:
    """The id of a new session."""
    created: str = ask(url, "POST", "/sessions", {"agent_name": agent})["data"]["id"]
    return created


def turn_with(url: str, session: str, text: str) -> AbstractContextManager[HTTPResponse]:
    """The stream of a new turn, for the length of a `with` block; not read yet."""
    body = {"input": [{"type": "user.message", "content": text}]}
    return send(url, "POST", f"/sessions/{session}/turns", body)


def said(url: str, session: str, text: str) -> str:
    """Everything that the agent says to a message."""
    with turn_with(url, session, text) as stream:
        lines = stream.read().decode().splitlines()
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    return "".join(event.get("content", "") for event in events if event["type"] == "model.message")


def until(look: Callable[[], Result], wanted: Callable[[Result], bool], patience: float) -> Result:
    """Look again and again, until what is there is wanted. patience: seconds."""
    deadline = time.monotonic() + patience
    while not wanted(found := look()):
        assert time.monotonic() < deadline, f"still {found!r}"
    return found
