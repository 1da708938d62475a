"""A contract tester that reads streams finds a bad event, and only a bad event, by this document."""

from __future__ import annotations

import pytest
import schemathesis
from openapi_reading import the_document
from schemathesis.core import NOT_SET
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import response_schema_conformance
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from mock_gateway.openapi.examples_events import SHORT_STREAM, sse_text

STREAM = "/sessions/{session_id}/turns/{turn_id}/stream"
TURNS = "/sessions/{session_id}/turns"
GOOD = sse_text(SHORT_STREAM)
PLACES = {"session_id": "sess-1", "turn_id": "turn-1"}


def _server(text: str) -> Starlette:
    """A server of the document whose streams all say `text`."""

    async def stream(_: Request) -> StreamingResponse:
        return StreamingResponse(iter([text]), media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def document(_: Request) -> JSONResponse:
        return JSONResponse(the_document())

    return Starlette(
        routes=[Route("/openapi.json", document), Route(STREAM, stream), Route(TURNS, stream, methods=["POST"])]
    )


def _judge(text: str, path: str = STREAM, method: str = "GET") -> None:
    """Raise FailureGroup when the answer does not fit the document."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", _server(text))
    case = schema[path][method].Case(path_parameters=PLACES, body={"stream": True} if method == "POST" else NOT_SET)
    case.validate_response(case.call(), checks=[response_schema_conformance])


@pytest.mark.parametrize(("path", "method"), [(STREAM, "GET"), (TURNS, "POST")])
def test_a_good_stream_passes(path: str, method: str) -> None:
    _judge(GOOD, path, method)


def test_a_comment_between_frames_is_no_event() -> None:
    _judge(f": still here\n\n{GOOD}")


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param('"sequence_id":"2"', id="a sequence id that is a string"),
        pytest.param('"sequence_id":0', id="a sequence id below one"),
        pytest.param('"position":2', id="no sequence id"),
    ],
)
@pytest.mark.parametrize(("path", "method"), [(STREAM, "GET"), (TURNS, "POST")])
def test_a_bad_event_after_a_good_one_is_found(bad: str, path: str, method: str) -> None:
    text = GOOD.replace('"sequence_id":2', bad)
    assert text != GOOD

    with pytest.raises(FailureGroup, match="SSE event payload violates content schema"):
        _judge(text, path, method)


def test_an_event_type_that_the_contract_lacks_is_found() -> None:
    with pytest.raises(FailureGroup, match="SSE event payload violates content schema"):
        _judge(GOOD.replace('"type":"model.message","sequence_id":2', '"type":"model.massage","sequence_id":2'))


def test_data_that_is_not_json_is_found() -> None:
    with pytest.raises(FailureGroup, match="cannot deserialize payload"):
        _judge(GOOD.replace('data: {"type":"turn.created"', 'data: "type":"turn.created"'))


def test_an_id_that_is_no_sequence_id_is_found() -> None:
    with pytest.raises(FailureGroup, match="SSE event violates schema"):
        _judge(GOOD.replace("id: 2\n", "id: two\n"))
