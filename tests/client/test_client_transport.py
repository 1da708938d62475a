"""Requests as they leave: key, addresses, redirects, retries (NET-1 to NET-4)."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from client_doubles import SESSION, Body, Listed, data, page, refusal, stream, turn

from mock_gateway.client import (
    ApiError,
    Backoff,
    NotFound,
    Pacing,
    ProtocolError,
    RateLimited,
    ServerError,
    Session,
    TransportError,
    TrueFoundryGateway,
    Unauthorized,
    UserMessage,
)


def test_every_call_carries_the_key() -> None:
    gateway = Listed(
        data(SESSION), page([SESSION], "p"), page([]), data(turn(), 200), stream(), httpx.Response(200, json={})
    )
    agents = gateway.client().agents

    session = agents.create_session("a")
    list(agents.list_sessions("a"))
    session.create_turn(stream=False).stream()
    session.cancel()

    assert len(gateway.requests) == 6
    assert {r.headers["authorization"] for r in gateway.requests} == {"Bearer k"}
    assert all("k" not in r.url.params.values() for r in gateway.requests)


def test_requests_say_what_they_send_and_what_they_take() -> None:
    gateway = Listed(data(SESSION), stream(then=None))
    session = gateway.client().agents.create_session("a")

    session.create_turn([UserMessage(content="Grüße")])

    plain, streamed = gateway.requests
    assert plain.headers["content-type"] == streamed.headers["content-type"] == "application/json"
    assert plain.headers["accept"] == "application/json"
    assert streamed.headers["accept"] == "text/event-stream"
    assert streamed.headers["accept-encoding"] == "identity"
    assert "Grüße".encode() in streamed.content


@pytest.mark.parametrize(
    ("session_id", "target"),
    [
        ("a/b", "/sessions/a%2Fb"),
        ("100% é?#", "/sessions/100%25%20%C3%A9%3F%23"),
        ("..", "/sessions/%2E%2E"),
        (".", "/sessions/%2E"),
        ("%2e", "/sessions/%252e"),
    ],
)
def test_ids_are_encoded_in_paths(session_id: str, target: str) -> None:
    gateway = Listed(data({**SESSION, "id": session_id}), data(turn(id=session_id)))

    gateway.client().agents.get_session(session_id).get_turn(session_id)

    assert gateway.calls == [f"GET {target}", f"GET {target}/turns/{target.removeprefix('/sessions/')}"]


def test_an_empty_id_is_refused_before_sending() -> None:
    gateway = Listed()

    with pytest.raises(ValueError, match="session id is empty"):
        gateway.client().agents.get_session("")


def test_a_base_url_may_carry_a_prefix_with_or_without_a_final_slash() -> None:
    for base_url in ("http://gw.test/tenant/a", "http://gw.test/tenant/a/"):
        gateway = Listed(data(SESSION))
        client = TrueFoundryGateway(base_url, "k", transport=httpx.MockTransport(gateway))

        client.agents.get_session("s1")

        assert gateway.calls == ["GET /tenant/a/sessions/s1"]


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "gw.test",
        "ftp://gw.test",
        "http://",
        "http://u:p@gw.test",
        "http://gw.test?a=1",
        "http://gw.test:port",
        "http://a#b",
    ],
)
def test_a_base_url_that_cannot_be_used_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        TrueFoundryGateway(base_url, "k")


@pytest.mark.parametrize("api_key", ["a\nb", "ключ", "\x00"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(api_key: str) -> None:
    with pytest.raises(ValueError, match="api_key") as caught:
        TrueFoundryGateway("http://gw.test", api_key)

    assert api_key not in str(caught.value)


def test_an_empty_key_is_sent_for_the_gateway_to_judge() -> None:
    gateway = Listed(refusal(401))
    client = TrueFoundryGateway("http://gw.test", "", transport=httpx.MockTransport(gateway))

    with pytest.raises(Unauthorized):
        client.agents.get_session("s1")


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_at_the_same_origin_keeps_method_body_and_key(status: int) -> None:
    gateway = Listed(httpx.Response(status, headers={"location": "/moved"}), data(SESSION))

    gateway.client().agents.create_session("a", title="t")

    first, second = gateway.requests
    assert gateway.calls == ["POST /sessions", "POST /moved"]
    assert first.content == second.content == b'{"agent_name":"a","title":"t"}'
    assert second.headers["authorization"] == "Bearer k"


@pytest.mark.parametrize(
    "location", ["http://evil.test/x", "http://gw.test:81/x", "https://gw.test/x", "//evil.test/sessions/s1"]
)
def test_the_key_never_follows_a_redirect_to_another_origin(location: str) -> None:
    gateway = Listed(httpx.Response(307, headers={"location": location}))

    with pytest.raises(ProtocolError, match="only the same call at the same origin"):
        gateway.client().agents.get_session("s1")
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_turn_a_post_into_a_get_is_not_followed(status: int) -> None:
    gateway = Listed(httpx.Response(status, headers={"location": "/x"}))

    with pytest.raises(ProtocolError, match="redirect to GET"):
        gateway.client().agents.create_session("a")


def test_redirects_in_a_circle_end() -> None:
    gateway = Listed(*[httpx.Response(307, headers={"location": "/x"})] * 9)

    with pytest.raises(ProtocolError, match="more than 5 times"):
        gateway.client().agents.get_session("s1")
    assert len(gateway.requests) == 6


def test_a_redirect_without_a_location_is_an_error() -> None:
    with pytest.raises(ApiError) as caught:
        Listed(httpx.Response(307)).client().agents.get_session("s1")

    assert caught.value.status == 307


def test_a_get_is_repeated_while_the_failure_is_transient() -> None:
    gateway = Listed(
        refusal(503),
        refusal(429, **{"Retry-After": "7"}),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("x"),
        data(SESSION),
    )

    session = gateway.client().agents.get_session("s1")

    assert session.id == "s1"
    assert gateway.naps == [0.25, 7.0, 1.0, 2.0]


def test_retry_after_as_a_date_is_measured_by_the_clock_of_the_gateway() -> None:
    dates = {"Retry-After": "Fri, 02 Jan 2026 10:00:09 GMT", "Date": "Fri, 02 Jan 2026 10:00:00 GMT"}
    gateway = Listed(refusal(429, **dates), data(SESSION))

    gateway.client().agents.get_session("s1")

    assert gateway.naps == [9.0]


def test_the_tries_of_a_get_are_bounded() -> None:
    gateway = Listed(*[refusal(503, f"no {n}") for n in range(9)])

    with pytest.raises(ServerError, match="no 3"):
        gateway.client(Pacing(retries=3, backoff=Backoff(1, 3, 5))).agents.get_session("s1")
    assert gateway.naps == [1, 3, 5]


def test_a_wait_that_is_asked_for_but_too_long_is_not_begun() -> None:
    gateway = Listed(refusal(429, **{"Retry-After": "86400"}))

    with pytest.raises(RateLimited) as caught:
        gateway.client().agents.get_session("s1")

    assert caught.value.retry_after == 86400
    assert gateway.naps == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422, 500])
def test_other_refusals_of_a_get_are_final(status: int) -> None:
    gateway = Listed(refusal(status))

    with pytest.raises(ApiError) as caught:
        gateway.client().agents.get_session("s1")

    assert (caught.value.status, caught.value.message) == (status, "no")
    assert len(gateway.requests) == 1


POSTS: list[Callable[[Session], object]] = [
    lambda session: session.create_turn([]),
    lambda session: session.create_turn([], stream=False),
    lambda session: session.cancel(),
]


@pytest.mark.parametrize("call", POSTS, ids=["streamed turn", "turn", "cancel"])
@pytest.mark.parametrize("failure", [429, 503, httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")])
def test_a_post_is_never_sent_a_second_time(call: Callable[[Session], object], failure: int | Exception) -> None:
    gateway = Listed(refusal(failure) if isinstance(failure, int) else failure)
    session = gateway.session()

    with pytest.raises(ApiError if isinstance(failure, int) else TransportError):
        call(session)

    assert len(gateway.requests) == 1
    assert gateway.naps == []


def test_a_network_failure_names_the_call_and_its_cause() -> None:
    gateway = Listed(httpx.ConnectError("refused"))

    with pytest.raises(TransportError, match="POST /sessions got no answer: ConnectError refused") as caught:
        gateway.client().agents.create_session("a")
    assert isinstance(caught.value.__cause__, httpx.ConnectError)


def test_half_an_answer_is_a_transport_error() -> None:
    body = Body(b'{"data', then=httpx.RemoteProtocolError("cut"))
    gateway = Listed(httpx.Response(201, stream=body))

    with pytest.raises(TransportError, match="half an answer"):
        gateway.client().agents.create_session("a")
    assert body.closed


def test_an_error_status_whose_body_breaks_off_is_still_that_error() -> None:
    body = Body(b'{"err', then=httpx.ReadError("cut"))

    with pytest.raises(NotFound, match="HTTP 404"):
        Listed(httpx.Response(404, stream=body)).client().agents.create_session("a")
    assert body.closed


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"{}", b'{"data": 3}', b'{"data": {"id": "s1"}}', b"\xff"])
def test_a_good_status_with_a_wrong_body_is_a_protocol_error(answer: bytes) -> None:
    with pytest.raises(ProtocolError):
        Listed(httpx.Response(201, content=answer)).client().agents.create_session("a")


def test_a_gateway_on_this_machine_is_reached_past_a_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    clients = [TrueFoundryGateway(url, "k") for url in ("http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1")]

    assert not any(client._transport._http.trust_env for client in clients)
