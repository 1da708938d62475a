"""A client that holds every request and every answer against the document, and remembers what it saw.

Owns: which schema an answer has to fit: by operation, status and media type, in a stream frame by frame. A field that
the document lacks is a finding too. Must not know: any scenario, and no operation by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
import jsonschema_rs
from openapi_reading import Json, Reading, component
from openapi_values import types_of, unknown_fields

JSON, SSE = "application/json", "text/event-stream"
KEY = {"Authorization": "Bearer any-key"}


class Witness:
    """What one contract's document says of a server's answers.

    http: a client of the server. prefix: base path of the world to be in, with its slash in front.
    statuses: the answers seen, as (operation, status). tags: the events and states seen, as (schema, tag).
    """

    def __init__(self, reading: Reading, http: httpx.Client) -> None:
        self.reading = reading
        self.http = http
        self.prefix = ""
        self.statuses: set[tuple[str, int]] = set()
        self.tags: set[tuple[str, str]] = set()
        self._judge = cache(self._judge_of)

    def ask(self, name: str, places: Mapping[str, str] | None = None, body: object = None, **more: Any) -> Any:
        """Perform an operation with a body that has to fit; the answer's JSON, or the events of its stream.

        places: for the path. more: `query`, `headers`.
        """
        if body is not None:
            self._fits(self._request_schema(name), body, f"the request of {name}")
        return self.try_to(name, places, body, **more)

    def try_to(
        self,
        name: str,
        places: Mapping[str, str] | None = None,
        body: object = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        method: str | None = None,
    ) -> Any:
        """The same with a body that may be wrong. method: instead of the operation's own."""
        own, path, _ = self.reading.operations[name]
        url = self.prefix + path.format(**(places or {}))
        content = None if body is None else json.dumps(body)
        answer = self.http.request(
            method or own, url, params=query, headers={**KEY, **(headers or {})}, content=content
        )
        return self._heard(name, answer)

    # -- answers ---------------------------------------------------------------------------------------------------

    def _heard(self, name: str, answer: httpx.Response) -> Any:
        self.statuses.add((name, answer.status_code))
        _, _, operation = self.reading.operations[name]
        where = f"{name} {answer.status_code} {answer.text[:300]}"
        assert str(answer.status_code) in operation["responses"], f"undocumented: {where}"
        response = self.reading.resolved(operation["responses"][str(answer.status_code)])
        self._check_headers(response, answer, where)
        media = answer.headers["content-type"]
        assert media in response["content"], where
        schema = response["content"][media]["schema"]
        if media == SSE:
            return [self._event(schema, raw, where) for raw in _frames(answer.text)]
        if media != JSON:
            return answer.content
        self._fits(schema, answer.json(), where)
        return answer.json()

    def _check_headers(self, response: Json, answer: httpx.Response, where: str) -> None:
        for header, node in response.get("headers", {}).items():
            described = self.reading.resolved(node)
            assert not described["required"] or header in answer.headers, (header, where)

    def _event(self, schema: Json, raw: str, where: str) -> Json:
        frame = dict(line.split(": ", 1) for line in raw.split("\n"))
        assert frame.keys() == {"id", "data"}, raw
        self._fits(schema, frame, where)
        event: Json = json.loads(frame["data"])
        inside = self.reading.resolved(schema)["properties"]["data"]["contentSchema"]
        self._fits(inside, event, where)
        return event

    # -- schemas ---------------------------------------------------------------------------------------------------

    def _request_schema(self, name: str) -> Json:
        _, _, operation = self.reading.operations[name]
        schema: Json = operation["requestBody"]["content"][JSON]["schema"]
        return schema

    def _judge_of(self, name: str) -> jsonschema_rs.Draft202012Validator:
        return self.reading.validator(component(name))

    def _fits(self, schema: Json, value: object, where: str) -> None:
        name = schema["$ref"].rsplit("/", 1)[-1]
        errors = [f"{error.instance_path}: {error.message}" for error in self._judge(name).iter_errors(value)]
        assert not errors, (errors, where)
        if name in types_of(self.reading):
            assert not unknown_fields(types_of(self.reading)[name].validate_python(value)), where
        self._note(value)

    def _note(self, value: object) -> None:
        """Remember the tags of all objects in a value."""
        if isinstance(value, dict):
            for tag in ("type", "status", "reason", "cancellation_reason"):
                if isinstance(value.get(tag), str):
                    self.tags.add((tag, value[tag]))
            for inner in value.values():
                self._note(inner)
        elif isinstance(value, list):
            for inner in value:
                self._note(inner)


def _frames(text: str) -> list[str]:
    """The frames of a whole stream, without comments."""
    kept = re.sub("^:.*\n", "", text, flags=re.MULTILINE)
    assert kept == "" or kept.endswith("\n\n"), text[-100:]
    return kept.split("\n\n")[:-1]
