"""A contract tester that reads streams finds a bad event, and only a bad event, by these documents."""

from __future__ import annotations

import pytest
import schemathesis
from openapi_reading import READINGS, Reading
from openapi_tables import TABLES
from schemathesis.core import NOT_SET
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import response_schema_conformance
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

PLACES = {"session_id": "sess-1", "turn_id": "turn-1"}
STREAMS = [
    pytest.param(READINGS[name], method, path, id=f"{name} {method} {path}")
    for name, table in TABLES.items()
    for method, path in table.streams
]
BAD_EVENTS = [
    pytest.param(READINGS[name], method, path, good, bad, id=f"{name} {method} {path} {what}")
    for name, table in TABLES.items()
    for method, path in table.streams
    for what, good, bad in table.bad_events
]


def _server(reading: Reading, path: str, method: str, text: str) -> Starlette:
    """A server of the document whose stream says `text`."""

    async def stream(_: Request) -> StreamingResponse:
        return StreamingResponse(iter([text]), media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def document(_: Request) -> JSONResponse:
        return JSONResponse(reading.document)

    return Starlette(routes=[Route("/openapi.json", document), Route(path, stream, methods=[method])])


def _judge(reading: Reading, method: str, path: str, text: str) -> None:
    """Raise FailureGroup when the answer does not fit the document."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", _server(reading, path, method, text))
    case = schema[path][method].Case(path_parameters=PLACES, body=NOT_SET if method == "GET" else {})
    case.validate_response(case.call(), checks=[response_schema_conformance])


@pytest.mark.parametrize(("reading", "method", "path"), STREAMS)
def test_a_good_stream_passes_with_a_comment_in_it(reading: Reading, method: str, path: str) -> None:
    _judge(reading, method, path, f": still here\n\n{TABLES[str(reading)].stream}")


@pytest.mark.parametrize(("reading", "method", "path", "good", "bad"), BAD_EVENTS)
def test_a_bad_event_after_a_good_one_is_found(reading: Reading, method: str, path: str, good: str, bad: str) -> None:
    stream = TABLES[str(reading)].stream
    assert good in stream

    with pytest.raises(FailureGroup, match="SSE event payload violates content schema"):
        _judge(reading, method, path, stream.replace(good, bad))


@pytest.mark.parametrize(("reading", "method", "path"), STREAMS)
def test_data_that_is_not_json_is_found(reading: Reading, method: str, path: str) -> None:
    text = TABLES[str(reading)].stream.replace('data: {"type":"turn.created"', 'data: "type":"turn.created"')

    with pytest.raises(FailureGroup, match="cannot deserialize payload"):
        _judge(reading, method, path, text)


@pytest.mark.parametrize(("reading", "method", "path"), STREAMS)
def test_an_id_that_is_no_number_of_an_event_is_found(reading: Reading, method: str, path: str) -> None:
    with pytest.raises(FailureGroup, match="SSE event violates schema"):
        _judge(reading, method, path, TABLES[str(reading)].stream.replace("id: 2\n", "id: two\n"))
