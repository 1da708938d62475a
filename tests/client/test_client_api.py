"""The documented surface, member by member (API-1 to API-10)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from client_doubles import DONE, SESSION, TURN_EVENTS, Listed, data, numbered, page, refusal, sse, stream, turn

import mock_gateway.client as client_package
from mock_gateway.client import (
    Backoff,
    Conflict,
    ModelMessage,
    Pacing,
    ProtocolError,
    Session,
    ToolResponse,
    TrueFoundryGateway,
    Turn,
    TurnCancelledState,
    TurnDoneState,
    TurnErrorState,
    TurnRunningState,
    TurnState,
    UserMessage,
)

MESSAGE = {"type": "model.message", "sequence_id": 3, "thread_id": "main", "content": "hi", "finish_reason": "stop"}


def body(request: httpx.Request) -> Any:
    return json.loads(request.content)


def test_all_names_are_exported() -> None:
    assert all(hasattr(client_package, name) for name in client_package.__all__)


def test_create_session_sends_the_agent_and_a_title_only_when_there_is_one() -> None:
    gateway = Listed(data(SESSION, 201), data({**SESSION, "title": "T"}, 201))
    agents = gateway.client().agents

    untitled, titled = agents.create_session(agent_name="support-bot"), agents.create_session("support-bot", "T")

    assert gateway.calls == ["POST /sessions"] * 2
    assert [body(r) for r in gateway.requests] == [
        {"agent_name": "support-bot"},
        {"agent_name": "support-bot", "title": "T"},
    ]
    assert (untitled.title, titled.title) == (None, "T")


def test_a_session_has_the_documented_members() -> None:
    gateway = Listed(data(SESSION))

    session = gateway.client().agents.get_session(session_id="s1")

    assert gateway.calls == ["GET /sessions/s1"]
    assert {name: getattr(session, name) for name in SESSION} == SESSION
    assert repr(session) == "Session(id='s1', agent_name='support-bot', title=None)"


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ({}, {"previous_turn_id": "auto", "stream": False}),
        ({"input": []}, {"input": [], "previous_turn_id": "auto", "stream": False}),
        ({"previous_turn_id": None}, {"stream": False}),
        (
            {"input": [UserMessage(content="hi")], "previous_turn_id": "t0"},
            {"input": [{"type": "user.message", "content": "hi"}], "previous_turn_id": "t0", "stream": False},
        ),
    ],
)
def test_create_turn_without_a_stream_gives_the_turn(arguments: dict[str, Any], sent: dict[str, Any]) -> None:
    gateway = Listed(data(turn()))
    session = gateway.session()

    created = session.create_turn(**arguments, stream=False)

    assert isinstance(created, Turn)
    assert gateway.calls == ["POST /sessions/s1/turns"]
    assert body(gateway.requests[0]) == sent
    assert created.session is session


def test_create_turn_sends_its_request_at_the_call() -> None:
    gateway = Listed(stream(sse(TURN_EVENTS)))

    events = gateway.session().create_turn([UserMessage(content="hi")])

    assert len(gateway.requests) == 1
    assert body(gateway.requests[0])["stream"] is True
    assert [e.sequence_id for e in events] == [e["sequence_id"] for e in TURN_EVENTS]
    assert (events.turn_id, events.last_sequence_id) == ("t1", len(TURN_EVENTS))


def test_a_refused_turn_raises_at_the_call() -> None:
    with pytest.raises(Conflict, match="turn t0 is running"):
        Listed(refusal(409, "turn t0 is running")).session().create_turn([UserMessage(content="hi")])


def test_a_turn_has_the_documented_members() -> None:
    record = turn(previous_turn_id="t0")
    gateway = Listed(data(record))

    found = gateway.session().get_turn(turn_id="t1")

    assert gateway.calls == ["GET /sessions/s1/turns/t1"]
    assert (found.id, found.previous_turn_id, found.created_by) == ("t1", "t0", "ada")
    assert found.created_at == record["created_at"]
    assert found.input == [UserMessage(content="hi")]
    assert "t1" in repr(found)


@pytest.mark.parametrize(("arguments", "order"), [({}, "desc"), ({"order": "asc"}, "asc")])
def test_list_turns_is_newest_first_unless_told(arguments: dict[str, Any], order: str) -> None:
    gateway = Listed(page([turn(id="t2", input=None), turn(id="t1")]))

    turns = list(gateway.session().list_turns(**arguments))

    assert gateway.calls == [f"GET /sessions/s1/turns?order={order}&limit=100"]
    assert [t.id for t in turns] == ["t2", "t1"]
    assert turns[0].input is None


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"status": "running"}, TurnRunningState()),
        (
            {"status": "cancelled", "cancellation_reason": "client-cancelled"},
            TurnCancelledState(cancellation_reason="client-cancelled"),
        ),
        ({"status": "error", "error": "too many steps"}, TurnErrorState(error="too many steps")),
        ({"status": "done"}, TurnDoneState(output=[])),
    ],
)
def test_state_is_asked_of_the_gateway_each_time(state: dict[str, Any], expected: TurnState) -> None:
    gateway = Listed(data(turn()), data(turn(state)), data(turn(state)))
    found = gateway.session().get_turn("t1")

    assert found.state() == found.state() == expected
    assert gateway.calls == ["GET /sessions/s1/turns/t1"] * 3


def test_a_done_state_has_typed_output() -> None:
    gateway = Listed(data(turn()), data(turn({"status": "done", "output": [MESSAGE]})))

    state = gateway.session().get_turn("t1").state()

    assert isinstance(state, TurnDoneState)
    assert isinstance(state.output[0], ModelMessage)


@pytest.mark.parametrize("state", [{}, {"status": "asleep"}, {"status": ["done"]}, {"status": "error"}])
def test_a_state_that_the_contract_does_not_know_is_a_protocol_error(state: dict[str, Any]) -> None:
    gateway = Listed(data(turn()), data(turn() | {"state": state}))

    with pytest.raises(ProtocolError, match="state"):
        gateway.session().get_turn("t1").state()


def test_stream_asks_from_the_given_cursor() -> None:
    for after, query in ((None, ""), (0, "?after_sequence_id=0"), (12, "?after_sequence_id=12")):
        last = {**DONE, "sequence_id": (after or 0) + 1}
        gateway = Listed(data(turn()), stream(sse([last])))

        assert len(list(gateway.session().get_turn("t1").stream(after_sequence_id=after))) == 1
        assert gateway.calls[1] == f"GET /sessions/s1/turns/t1/stream{query}"


def test_stream_of_a_turn_that_is_not_running_raises_at_the_call() -> None:
    gateway = Listed(data(turn()), refusal(409, "turn t1 is done"))
    found = gateway.session().get_turn("t1")

    with pytest.raises(Conflict, match="turn t1 is done"):
        found.stream()


def test_the_first_connection_of_stream_is_tried_again_for_it_is_safe() -> None:
    gateway = Listed(data(turn()), refusal(503), httpx.ConnectError("x"), stream(sse(numbered([DONE]))))

    assert len(list(gateway.session().get_turn("t1").stream())) == 1
    assert gateway.naps == [0.25, 0.5]


@pytest.mark.parametrize(("arguments", "order"), [({}, "asc"), ({"order": "desc"}, "desc")])
def test_events_walks_the_stored_log(arguments: dict[str, Any], order: str) -> None:
    answer = {"type": "tool.response", "sequence_id": 5, "thread_id": "main", "tool_call_id": "c", "content": "x"}
    gateway = Listed(data(turn()), page([MESSAGE], "p2"), page([answer]))

    events = list(gateway.session().get_turn("t1").events(**arguments))

    assert gateway.calls[1:] == [
        f"GET /sessions/s1/turns/t1/events?order={order}&limit=100",
        f"GET /sessions/s1/turns/t1/events?order={order}&limit=100&page_token=p2",
    ]
    assert [type(e) for e in events] == [ModelMessage, ToolResponse]


def test_wait_looks_at_growing_intervals_until_the_turn_is_terminal() -> None:
    states = [{"status": "running"}] * 4 + [{"status": "error", "error": "x"}]
    gateway = Listed(data(turn()), *(data(turn(state)) for state in states))

    state = gateway.session(Pacing(poll=Backoff(1, 2, 5))).get_turn("t1").wait()

    assert state == TurnErrorState(error="x")
    assert gateway.naps == [1, 2, 4, 5]


def test_wait_returns_at_once_when_the_turn_is_terminal() -> None:
    gateway = Listed(data(turn()), data(turn({"status": "done", "output": []})))

    gateway.session().get_turn("t1").wait()

    assert gateway.naps == []


def test_cancelling_posts_without_a_body() -> None:
    gateway = Listed(data(turn()), httpx.Response(200, json={}), httpx.Response(200, json={}))
    session = gateway.session()

    session.get_turn("t1").cancel()
    session.cancel()

    assert gateway.calls[1:] == ["POST /sessions/s1/turns/t1/cancel", "POST /sessions/s1/cancel"]
    assert [r.content for r in gateway.requests] == [b""] * 3


def test_a_client_is_a_context_that_closes_its_connections() -> None:
    transport = httpx.MockTransport(Listed(data(SESSION)))
    with TrueFoundryGateway(base_url="http://gw.test", api_key="k", transport=transport) as client:
        session = client.agents.get_session("s1")

    assert isinstance(session, Session)
    with pytest.raises(RuntimeError, match="closed"):
        session.cancel()
