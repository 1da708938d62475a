"""A gateway and its admin API without a socket; every answer is held against openapi.admin.yaml.

Owns: calling an operation by its name. Must not know: what the tests want.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema_rs
import yaml

from mock_gateway.admin.operation import JSON, ROOT
from mock_gateway.admin.operations import OPERATIONS
from mock_gateway.http.app import App
from tests.http.apps import make_app, make_session, play
from tests.http.asgi import Reply, call

DOCUMENT = Path(__file__).parents[2] / "openapi.admin.yaml"
BY_NAME = {operation.name: operation for operation in OPERATIONS}
SCENARIO = """
agent: desk
turns:
  - when: { message: hold }
    say: One moment.
    then: { wait: cancel }
  - when: { message: slow }
    wait: 5m
    then: { say: Done. }
  - say: Good morning.
sessions:
  - { id: "a/b c", title: Seeded }
"""


@cache
def document() -> dict[str, Any]:
    """openapi.admin.yaml."""
    loaded: dict[str, Any] = yaml.load(DOCUMENT.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


@cache
def validator(name: str, status: int) -> jsonschema_rs.Draft202012Validator | None:
    """Judges the JSON of an answer; None where it has none. Fails for a status that the document does not have."""
    operation = BY_NAME[name]
    responses = document()["paths"][f"{ROOT}{operation.path}"][operation.method.lower()]["responses"]
    assert str(status) in responses, f"{name} answered {status}, which is not in the document"
    response = responses[str(status)]
    if "$ref" in response:
        response = document()["components"]["responses"][response["$ref"].rsplit("/", 1)[-1]]
    media = response.get("content", {}).get(JSON)
    if media is None:
        return None
    whole = {**media["schema"], "components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


class ControlDesk:
    """One gateway on virtual time, or another `speed`."""

    def __init__(self, text: str = SCENARIO, **settings: Any) -> None:
        self.app: App = make_app(text, **settings)

    def ask(
        self, name: str, body: object = None, *, world: str = "", query: dict[str, Any] | None = None, **params: str
    ) -> Reply:
        """An operation's answer. body: JSON, or bytes as they are, which are YAML. params: of the path."""
        operation = BY_NAME[name]
        path = operation.path
        for key, value in params.items():
            path = path.replace("{" + key + "}", quote(value, safe=""))
        target = f"{world}{ROOT}{path}" + (f"?{urlencode(query)}" if query else "")
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = "application/yaml" if isinstance(body, bytes) else JSON
        reply = call(self.app, operation.method, target, sent, key=None, content_type=kind)
        judge = validator(name, reply.status)
        if judge is not None and reply.headers["content-type"] == JSON:
            judge.validate(json.loads(reply.body))
        return reply

    def get(self, name: str, body: object = None, **more: Any) -> Any:
        """The JSON of an answer that is good."""
        reply = self.ask(name, body, **more)
        assert reply.status < 300, reply.text
        return json.loads(reply.body) if reply.body else None

    def error(self, name: str, body: object = None, **more: Any) -> tuple[int, dict[str, Any]]:
        """Status and error of an answer that is not."""
        reply = self.ask(name, body, **more)
        assert reply.status >= 400, reply.text
        return reply.status, json.loads(reply.body)["error"]

    def session(self, world: str = "") -> str:
        """A new session of the only agent; its id."""
        return make_session(self.app, world)

    def play(self, session: str, text: str, world: str = "") -> list[dict[str, Any]]:
        """The events of a turn."""
        return play(self.app, session, text, world)

    def begin(self, session: str, text: str) -> None:
        """Begin a turn that does not end by itself, and leave."""
        body = {"input": [{"type": "user.message", "content": text}]}
        reply = call(self.app, "POST", f"/v1/agents/sessions/{session}/turns", json.dumps({**body, "stream": False}))
        assert reply.status < 300, reply.text
