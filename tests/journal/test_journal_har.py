"""The journal as HAR 1.2, held against the shape that HAR describes."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs

from mock_gateway.journal.har import export_har
from tests.http.asgi import call
from tests.journal.journals import exchanges, say, session, shop

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
NAMED = {
    "type": "array",
    "items": {"type": "object", "required": ["name", "value"], "properties": {"name": TEXT, "value": TEXT}},
}
DATE = {"type": "string", "format": "date-time"}


def shape(required: str, **properties: Any) -> dict[str, Any]:
    """An object with required names; what is not of HAR begins with an underscore."""
    named = {"^_": {}}
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "patternProperties": named,
        "additionalProperties": False,
    }


REQUEST = shape(
    "method url httpVersion cookies headers queryString headersSize bodySize",
    method=TEXT,
    url={"type": "string", "format": "uri"},
    httpVersion=TEXT,
    cookies=NAMED,
    headers=NAMED,
    queryString=NAMED,
    postData=shape("mimeType text", mimeType=TEXT, text=TEXT),
    headersSize={"type": "integer"},
    bodySize={"type": "integer"},
)
RESPONSE = shape(
    "status statusText httpVersion cookies headers content redirectURL headersSize bodySize",
    status={"type": "integer"},
    statusText=TEXT,
    httpVersion=TEXT,
    cookies=NAMED,
    headers=NAMED,
    content=shape("size mimeType", size={"type": "integer"}, mimeType=TEXT, text=TEXT, encoding={"const": "base64"}),
    redirectURL=TEXT,
    headersSize={"type": "integer"},
    bodySize={"type": "integer"},
)
ENTRY = shape(
    "startedDateTime time request response cache timings",
    startedDateTime=DATE,
    time={"type": "number", "minimum": 0},
    request=REQUEST,
    response=RESPONSE,
    cache={"type": "object"},
    timings=shape("send wait receive", send=NUMBER, wait=NUMBER, receive={"type": "number", "minimum": 0}),
    comment=TEXT,
)
HAR = shape(
    "log",
    log=shape(
        "version creator entries",
        version={"const": "1.2"},
        creator=shape("name version", name=TEXT, version=TEXT),
        pages={"type": "array"},
        entries={"type": "array", "items": ENTRY},
    ),
)
"""HAR 1.2, as far as an exporter without a browser goes."""


def har_of_a_bit_of_everything() -> tuple[dict[str, Any], bytes]:
    app = shop()
    path = session(app)
    reply = say(app, path, "hello")
    call(app, "GET", f"{path}?limit=1&key=x", key="k")
    call(app, "POST", "/sessions", b"\xff\xfe")
    call(app, "GET", "/nothing")
    call(app, "GET", "/")
    app.unreadable(400, "no HTTP")
    exchanges(app)[1].fault("reset", "fault-1", "event 3", "the connection was reset")
    return export_har(app.gateway.journal), reply.body  # type: ignore[return-value]


def test_an_export_has_the_shape_of_har() -> None:
    har, _ = har_of_a_bit_of_everything()

    problems = [f"{error.instance_path} {error.message}" for error in jsonschema_rs.validator_for(HAR).iter_errors(har)]

    assert problems == []
    assert json.loads(json.dumps(har)) == har


def test_a_stream_is_text_with_its_frames_beside_it() -> None:
    har, body = har_of_a_bit_of_everything()

    stream = har["log"]["entries"][1]

    content = stream["response"]["content"]
    assert (content["text"].encode(), content["size"], content["mimeType"]) == (body, len(body), "text/event-stream")
    assert "".join(frame["raw"] for frame in content["_frames"]).encode() == body
    assert [frame["id"] for frame in content["_frames"]][:2] == ["1", "2"]
    assert all(frame["ms"] > 0 and frame["type"] for frame in content["_frames"])
    assert stream["timings"]["wait"] <= stream["time"]
    assert stream["comment"] == "fault reset at event 3: the connection was reset"


def test_a_request_has_its_address_and_its_query_without_keys() -> None:
    har, _ = har_of_a_bit_of_everything()

    request = har["log"]["entries"][2]["request"]

    assert request["url"].startswith("http://127.0.0.1:4010/sessions/sess-")
    assert request["queryString"] == [{"name": "limit", "value": "1"}, {"name": "key", "value": "***"}]
    assert {"name": "authorization", "value": "Bearer ***"} in request["headers"]


def test_turns_and_bytes_that_are_no_request_have_no_place_in_it() -> None:
    har, _ = har_of_a_bit_of_everything()

    assert [entry["_id"] for entry in har["log"]["entries"]] == ["x-1", "x-3", "x-4", "x-5", "x-6", "x-7"]
