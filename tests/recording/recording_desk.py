"""Servers in threads, and a client that talks in either dialect: what the tests of recordings need.

Owns: `Talker`, which says, answers and cancels, and keeps every body it got; `alike`, which takes ids and times out.
Must not know: what is recorded, and how.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import httpx

from mock_gateway.core.script import Agent
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.http.server import bind
from mock_gateway.recording.proxy import Proxy
from mock_gateway.recording.recorder import Recorder
from mock_gateway.runtime import LoopRuntime
from mock_gateway.settings import Settings
from mock_gateway.testing.thread import ServerThread

PATIENCE = 20.0
KEY = "test-key-0123456789"
Json = dict[str, Any]


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve an application; gives its base URL."""
    sock = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    thread = ServerThread(app, sock)
    try:
        yield url
    finally:
        if isinstance(app, Proxy):
            closed: Future[None] = Future()
            thread.spawn(app.aclose, lambda _error: closed.set_result(None))
            closed.result(PATIENCE)
        thread.stop()


def mock(agents: Mapping[str, Agent], **settings: Any) -> App:
    """A mock that plays agents, at once unless the settings say otherwise."""
    return App(Gateway(dict(agents), Settings(**{"speed": 0, **settings}), runtime=LoopRuntime()))


@contextmanager
def recording(upstream: str, recorder: Recorder | None = None) -> Iterator[tuple[str, Recorder]]:
    """A proxy in front of a gateway; gives its base URL and what it records."""
    recorder = recorder or Recorder(None, lambda _line: None)
    with served(Proxy(upstream, recorder)) as url:
        yield url, recorder


class Beta:
    """The documented paths and names."""

    name = "beta"
    sessions = "/sessions"
    token = "sequence_id"

    @staticmethod
    def over(event: Json) -> Json:
        """How a turn ended, by its last event or by itself."""
        return dict(event.get("state", event))

    @staticmethod
    def file(name: str, uri: str) -> Json:
        """An uploaded file."""
        return {"type": "file_upload", "file": {"filename": name, "file_data": uri}}

    @staticmethod
    def auth_urls(event: Json) -> Iterator[tuple[str, str]]:
        """Servers and the pages on which they are authorised."""
        for server in event["servers"]:
            yield server["mcp_server_name"], server["auth_url"]


class V1(Beta):
    """The published paths and names."""

    name = "v1"
    sessions = "/v1/agents/sessions"

    @staticmethod
    def over(event: Json) -> Json:
        """How a turn ended."""
        return dict(event["state"])

    @staticmethod
    def file(name: str, uri: str) -> Json:
        """An uploaded file."""
        return {"type": "file", "name": name, "data": uri}

    @staticmethod
    def auth_urls(event: Json) -> Iterator[tuple[str, str]]:
        """Servers and the pages on which they are authorised."""
        for server in event["mcp_servers"]:
            yield server["name"], server["auth_url"]


DIALECTS = {"beta": Beta, "v1": V1}


class Talker:
    """One session. got: a status and, for each stream, its frames, as they came."""

    def __init__(self, http: httpx.Client, dialect: type[Beta], agent: str, base: str = "") -> None:
        self.http = http
        self.dialect = dialect
        self.base = base + dialect.sessions
        self.agent = agent
        self.got: list[Any] = []
        self.events: list[Json] = []
        self.calls: dict[str, Json] = {}
        self.session = ""
        self.begun = ""
        self.create()

    def create(self) -> None:
        """A new session; its refusal is kept too."""
        answer = self.http.post(self.base, json={"agent_name": self.agent})
        self.got.append((answer.status_code, answer.headers.get("retry-after"), _refusal(answer)))
        if answer.is_success:
            self.session = answer.json()["data"]["id"]
            self.got.append([f'data: {{"session_id": "{self.session}"}}'])

    @property
    def turns(self) -> str:
        """The path of the session's turns."""
        return f"{self.base}/{self.session}/turns"

    def say(self, text: str, *files: tuple[str, str], stops_at: str = "") -> None:
        """A message, perhaps with files (name, data URI). stops_at: cancel at the first frame that holds this."""
        parts = [{"type": "text", "text": text}, *(self.dialect.file(*file) for file in files)]
        self.send([{"type": "user.message", "content": parts if files else text}], stops_at)

    def send(self, items: Sequence[Json] | None, stops_at: str = "") -> None:
        """Any input; the whole stream is read."""
        body = {} if items is None else {"input": list(items)}
        with self.http.stream("POST", self.turns, json=body) as answer:
            if not answer.is_success:
                answer.read()
                self.got.append((answer.status_code, answer.headers.get("retry-after"), _refusal(answer)))
                return
            raw: list[str] = []
            for line in answer.iter_lines():
                raw.append(line)
                if stops_at and stops_at in line:
                    stops_at = ""
                    self.http.post(f"{self.base}/{self.session}/cancel", json={}).raise_for_status()
        self.events = [json.loads(line[6:]) for line in raw if line.startswith("data: ")]
        self.got.append([line for line in raw if not line.startswith(":")])
        for event in self.events:
            for chunk in event.get("tool_calls") or ():
                if "function" in chunk and chunk.get("id"):
                    self.calls[chunk["id"]] = {"name": chunk["function"]["name"], "arguments": ""}
                    last = self.calls[chunk["id"]]
                if "function" in chunk:
                    last["arguments"] += chunk["function"].get("arguments") or ""

    def enter(self, session: str) -> None:
        """Go on in a session that is there, after reading all that happened in it."""
        self.session = session
        self._look(f"{self.base}/{session}")
        for turn in reversed(self._look(self.turns)["data"]):
            if self.dialect.over(turn)["status"] != "running":
                self.events = self._look(f"{self.turns}/{turn['id']}/events")["data"]
        for event in self.events:
            for call in event.get("tool_calls") or ():
                if "function" in call:
                    self.calls[call["id"]] = call["function"]

    def _look(self, path: str) -> Json:
        answer = self.http.get(path).raise_for_status()
        self.got.append([f"data: {answer.text}"])
        return dict(answer.json())

    def stop(self, text: str, at: str) -> None:
        """A message, cancelled at the first frame that holds a text."""
        self.say(text, stops_at=at)

    def begin(self, text: str) -> None:
        """A message whose turn nobody follows."""
        body = {"input": [{"type": "user.message", "content": text}], "stream": False}
        answer = self.http.post(self.turns, json=body).raise_for_status()
        self.begun = answer.json()["data"]["id"]

    def look_back(self) -> None:
        """Read how the turn went that nobody followed."""
        for path in (f"{self.turns}/{self.begun}", f"{self.turns}/{self.begun}/events"):
            self._look(path)

    def resume(self) -> None:
        """Go on without input."""
        self.send(None)

    def allow(self) -> None:
        """Allow everything that waits."""
        self.answer()

    def deny(self, reason: str | None = None) -> None:
        """Deny everything that waits."""
        self.answer(allow=False, reason=reason)

    # -- answering -----------------------------------------------------------------------------------------------------

    def waiting(self) -> Iterator[tuple[Json, str]]:
        """The pauses of the last turn with the calls that wait."""
        for event in self.events:
            if event["type"] in ("tool.approval_required", "tool.response_required"):
                yield from ((event, ref["id"]) for ref in event["tool_calls"])

    def answer(self, text: str | None = None, *, allow: bool = True, reason: str | None = None) -> None:
        """Answer everything that waits. text: None takes the first option of a question."""
        items = []
        for event, call in self.waiting():
            where = {"thread_id": event["thread_id"], "tool_call_id": call}
            if event["type"] == "tool.approval_required":
                approval: Json = {"status": "allow"} if allow else {"status": "deny"}
                if not allow and reason is not None:
                    approval["reason"] = reason
                items.append({"type": "user.tool_approval", **where, "approval": approval})
            else:
                items.append({"type": "user.tool_response", **where, "content": text or self._option(call)})
        self.send(items)

    def _option(self, call: str) -> str:
        options = json.loads(self.calls[call]["arguments"]).get("options") or ["With love, as always."]
        return str(options[0])

    def authorise(self, choice: str = "allow") -> None:
        """A person decides about every server on its page; then the turn goes on."""
        for event in self.events:
            if event["type"] == "mcp.auth_required":
                for _, url in self.dialect.auth_urls(event):
                    answer = httpx.post(url, data={"choice": choice}, follow_redirects=True, trust_env=False)
                    answer.raise_for_status()
        self.send(None)

    def yes(self, most: int = 8) -> None:
        """Say yes until nothing waits."""
        for _ in range(most):
            kinds = {event["type"] for event in self.events}
            if "mcp.auth_required" in kinds:
                self.authorise()
            elif any(True for _ in self.waiting()):
                self.answer()
            else:
                return

    @property
    def ending(self) -> Json:
        """The end of the last turn."""
        return self.dialect.over(self.events[-1])


def _refusal(answer: httpx.Response) -> str:
    return "" if answer.is_success else answer.json()["error"]["message"]


IDS = ("id", "turn_id", "thread_id", "tool_call_id", "source_event_id", "session_id", "previous_turn_id", "sandbox_id")
TIMES = ("created_at", "completed_at", "updated_at")


def alike(got: Sequence[Any]) -> list[Any]:
    """What came, with ids by the order in which they came first, and without times."""
    names: dict[str, str] = {}

    def plain(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: plain(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [plain(item, key) for item in value]
        if isinstance(value, str) and key in IDS and value != "main":
            return names.setdefault(value, f"id-{len(names) + 1}")
        if key in TIMES and isinstance(value, str):
            return "time"
        return "url" if key == "auth_url" else value

    def line(text: str) -> str:
        if text.startswith("data: "):
            return json.dumps(plain(json.loads(text[6:])), ensure_ascii=False)
        return text

    def refusal(status: int, later: str | None, message: str) -> tuple[object, ...]:
        for known, name in names.items():
            message = message.replace(known, name)
        return status, later, message

    return [[line(text) for text in one] if isinstance(one, list) else refusal(*one) for one in got]
