"""A server in a thread of this program, and a small client of the published contract for it.

Owns: starting and stopping, sending requests, reading streams byte by byte. Every stream that is read is checked for
its framing. Must not know: any scenario.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from textwrap import dedent
from typing import Any

import httpx
import msgspec

from mock_gateway.core.script import Agent, Sandbox
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.http.server import Server, bind
from mock_gateway.runtime import LoopRuntime
from mock_gateway.scenario import load_text
from mock_gateway.settings import Settings

PATIENCE = 20.0
MOST = 1000
"""Items that no list of these tests has."""
KEY = {"authorization": "Bearer test"}
SESSIONS = "/v1/agents/sessions"
Json = dict[str, Any]


@dataclass(frozen=True)
class Frame:
    """One frame of a stream: its number and its event, and the bytes that it was."""

    number: int
    event: Json
    raw: bytes

    @property
    def type(self) -> str:
        return str(self.event["type"])


def frames_of(body: bytes) -> list[Frame]:
    """The frames of a whole stream, none of them out of shape."""
    assert body.endswith(b"\n\n") or not body, body[-80:]
    return [_frame(raw) for raw in body.replace(b": hb\n", b"").split(b"\n\n")[:-1]]


def _frame(raw: bytes) -> Frame:
    number, data = raw.split(b"\n")
    assert number.startswith(b"id: ") and data.startswith(b"data: {"), raw
    return Frame(int(number[4:]), json.loads(data[6:]), raw)


class Desk:
    """A running server. url: where it is; a path of the contract is appended to it."""

    def __init__(self, agents: Mapping[str, Agent], settings: Settings, make_app: Callable[[Gateway], App]) -> None:
        self.gateway = Gateway(agents, settings, runtime=LoopRuntime())
        self.app = make_app(self.gateway)
        self._sock = bind("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._sock.getsockname()[1]}"
        self._ready = threading.Event()
        self._server = Server(self.app, [self._sock], self._begin)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._sock]})
        self.loop: asyncio.AbstractEventLoop

    def _begin(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._ready.set()

    def start(self) -> None:
        """Serve; returns when it listens."""
        self._thread.start()
        assert self._ready.wait(PATIENCE), "the server did not start"

    def stop(self) -> None:
        """End it, and see to it that it has ended."""
        self.http.close()
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        self._sock.close()
        assert not self._thread.is_alive(), "the server did not stop"

    def shift(self, session_id: str, seconds: float) -> None:
        """Let time pass in a session, at once."""
        done = threading.Event()

        def move() -> None:
            for world in self.gateway.worlds.values():
                if session_id in world.sessions:
                    world.sessions[session_id].clock.origin += seconds
            done.set()

        self.loop.call_soon_threadsafe(move)
        assert done.wait(PATIENCE)

    @cached_property
    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=KEY, timeout=PATIENCE)

    # -- requests --------------------------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: object = None, status: int = 200, **more: Any) -> Json:
        """A request whose answer is JSON, with the status that was expected."""
        if body is not None:
            more["json"] = body
        answer = self.http.request(method, path, **more)
        assert answer.status_code == status, (answer.status_code, answer.text)
        assert answer.headers["content-type"] == "application/json"
        return dict(answer.json())

    def session(self, agent: str, prefix: str = "") -> str:
        """A new session; its path."""
        made = self.call("POST", prefix + SESSIONS, {"agent_name": agent}, 201)
        return f"{prefix}{SESSIONS}/{made['data']['id']}"

    def stream(self, path: str, body: object = None, **more: Any) -> list[Frame]:
        """A whole stream, to its end."""
        with self.http.stream("POST", path, json={} if body is None else body, **more) as answer:
            content = b"".join(_in_time(answer))
        assert answer.status_code == 200, (answer.status_code, content)
        assert answer.headers["content-type"] == "text/event-stream"
        return frames_of(content)

    @contextmanager
    def opened(self, path: str, body: Json) -> Iterator[Iterator[Frame]]:
        """A stream that is read frame by frame while it comes."""
        with self.http.stream("POST", path, json=body) as answer:
            assert answer.status_code == 200

            def frames() -> Iterator[Frame]:
                rest = b""
                for data in _in_time(answer):
                    *whole, rest = (rest + data).split(b"\n\n")
                    for raw in whole:
                        yield from frames_of(raw + b"\n\n")

            yield frames()

    def say(self, session: str, text: str, **more: Any) -> list[Frame]:
        """A turn with one user message, followed to its end."""
        return self.stream(f"{session}/turns", {"input": [message(text)], **more})

    def send(self, session: str, *items: Json) -> list[Frame]:
        """A turn with input items, followed to its end."""
        return self.stream(f"{session}/turns", {"input": list(items)})

    def begin(self, session: str, text: str, **more: Any) -> Json:
        """A turn that is not followed."""
        body = {"input": [message(text)], "stream": False, **more}
        return dict(self.call("POST", f"{session}/turns", body)["data"])

    def walk(self, path: str, limit: int) -> list[Json]:
        """All items of a list, page by page."""
        items: list[Json] = []
        token = None
        while True:
            query = {"limit": str(limit), **({"page_token": token} if token else {})}
            page = self.call("GET", str(httpx.URL(path).copy_merge_params(query)))
            assert page["pagination"]["limit"] == limit
            items += page["data"]
            token = page["pagination"].get("next_page_token")
            if token is None:
                return items
            assert len(page["data"]) == limit
            assert len(items) < MOST, "the pages do not end"


def _in_time(answer: httpx.Response) -> Iterator[bytes]:
    """What comes; comments keep a stream alive, so somebody has to see to it that it ends."""
    deadline = time.monotonic() + PATIENCE
    for data in answer.iter_raw():
        assert time.monotonic() < deadline, "the stream does not end"
        yield data


def message(text: str) -> Json:
    return {"type": "user.message", "content": text}


def allow(call_id: str, thread_id: str = "main") -> Json:
    return _approval(call_id, thread_id, {"status": "allow"})


def deny(call_id: str, reason: str | None = None, thread_id: str = "main") -> Json:
    return _approval(call_id, thread_id, {"status": "deny", **({} if reason is None else {"reason": reason})})


def _approval(call_id: str, thread_id: str, approval: Json) -> Json:
    return {"type": "user.tool_approval", "thread_id": thread_id, "tool_call_id": call_id, "approval": approval}


def answer(call_id: str, content: str, thread_id: str = "main") -> Json:
    return {"type": "user.tool_response", "thread_id": thread_id, "tool_call_id": call_id, "content": content}


def turn_id(frames: list[Frame]) -> str:
    """The id of the turn that a stream showed from its beginning."""
    return str(frames[0].event["turn_id"])


def done(frames: list[Frame]) -> Json:
    """The state at the end of a stream."""
    assert frames[-1].type == "turn.done"
    return dict(frames[-1].event["state"])


def pending(frames: list[Frame]) -> list[str]:
    """The ids of the calls that a turn waits for."""
    return [ref["id"] for action in done(frames)["required_actions"] for ref in action.get("tool_calls", ())]


def agents_of(*texts: str, files: Mapping[str, bytes] | None = None) -> dict[str, Agent]:
    """Agents from scenario texts. files: what every sandbox of theirs holds."""
    agents = [load_text(dedent(text), name="story.yaml") for text in texts]
    return {agent.name: _with_files(agent, files) for agent in agents}


def _with_files(agent: Agent, files: Mapping[str, bytes] | None) -> Agent:
    if files is None or agent.sandbox is None:
        return agent
    sandbox = Sandbox(agent.sandbox.id, agent.sandbox.at_once, files)
    return msgspec.structs.replace(agent, sandbox=sandbox)


@contextmanager
def desk(
    *texts: str,
    files: Mapping[str, bytes] | None = None,
    make_app: Callable[[Gateway], App] = App,
    **settings: Any,
) -> Iterator[Desk]:
    """A server of some scenarios for the length of a `with` block. settings: of `Settings`; virtual time by default."""
    running = Desk(agents_of(*texts, files=files), Settings(**{"speed": 0, **settings}), make_app)
    running.start()
    try:
        yield running
    finally:
        running.stop()
