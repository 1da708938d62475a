"""What is remembered of one request."""

from __future__ import annotations

import json

import pytest

from mock_gateway.http.app import App
from mock_gateway.journal import Exchange
from mock_gateway.journal.entries import LARGEST
from tests.http.asgi import call
from tests.journal.journals import BASES, exchanges, post, say, session, shop


def test_a_request_is_remembered_with_all_that_was_sent_back() -> None:
    app = shop()

    reply = post(app, "/sessions", {"agent_name": "shop", "titel": "x"})

    (made,) = exchanges(app)
    assert (made.id, made.method, made.path, made.status) == ("x-1", "POST", "/sessions", 201)
    assert (made.dialect, made.operation, made.subject) == ("beta", "create_session", "local-user@example.test")
    assert made.json() == {"agent_name": "shop", "titel": "x"}
    assert made.reply == reply.body
    assert dict(made.reply_headers) == {name.encode(): value.encode() for name, value in reply.headers.items()}
    assert made.session_id == json.loads(reply.body)["data"]["id"]
    assert made.notes and "titel" in made.notes[0]
    assert made.is_complete and made.took > 0


@pytest.mark.parametrize("base", BASES.values(), ids=list(BASES))
def test_the_session_and_the_turn_are_those_of_the_path_or_of_the_answer(base: str) -> None:
    app = shop()
    path = session(app, base=base)
    say(app, path, "hello")
    last = exchanges(app)[-1].turn_id
    call(app, "GET", f"{path}/turns/{last}")
    call(app, "GET", f"{path}/turns/nothing")
    call(app, "GET", "/sessions/a%2Fb")

    told = [(one.session_id, one.turn_id) for one in exchanges(app)]

    session_id = path.rpartition("/")[2]
    assert last and told == [
        (session_id, ""),
        (session_id, last),
        (session_id, last),
        (session_id, "nothing"),
        ("a/b", ""),
    ]


def test_what_was_refused_has_its_message_and_its_headers() -> None:
    app = shop()

    call(app, "GET", "/sessions/none", key=None)
    call(app, "DELETE", "/sessions")

    denied, wrong = exchanges(app)
    assert (denied.status, wrong.status) == (401, 405)
    assert "Authorization" in denied.message and "DELETE" in wrong.message
    assert (b"www-authenticate", b"Bearer") in denied.reply_headers
    assert dict(wrong.reply_headers)[b"allow"] == b"GET, HEAD, OPTIONS, POST"


def test_each_request_belongs_to_the_world_of_its_prefix_found_or_not() -> None:
    app = shop()
    session(app, base="/test-1/sessions")
    call(app, "GET", "/test-1/sesions")
    call(app, "GET", "/other/sesions")
    call(app, "GET", "/test-2/sessions/x", key=None)
    call(app, "DELETE", "/a%20b/sessions")

    assert [one.world for one in exchanges(app)] == ["/test-1", "/test-1", "", "/test-2", "/a b"]


def test_pages_and_bytes_that_are_no_request_are_remembered_too() -> None:
    app = shop()

    call(app, "GET", "/")
    call(app, "GET", "/__auth/none/vault?key=sk-1")
    app.unreadable(400, "this is a TLS hello")

    start, consent, bytes_ = exchanges(app)
    assert [one.operation for one in (start, consent, bytes_)] == ["page", "page", ""]
    assert (consent.status, consent.query_string) == (404, b"key=***")
    assert (bytes_.method, bytes_.status, bytes_.message) == ("-", 400, "this is a TLS hello")


def test_a_client_that_leaves_while_it_sends_is_remembered_without_a_status() -> None:
    import asyncio

    app = shop()
    scope = _scope("POST", "/sessions")

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(_message: object) -> None:
        raise AssertionError("nothing is sent to nobody")

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]

    assert [(one.status, one.operation) for one in exchanges(app)] == [(0, "create_session")]


def _scope(method: str, path: str) -> dict[str, object]:
    headers = [(b"host", b"a"), (b"authorization", b"Bearer k")]
    head = {"type": "http", "http_version": "1.1", "scheme": "http", "query_string": b"", "headers": headers}
    return {**head, "method": method, "path": path, "raw_path": path.encode(), "server": ("a", 1), "client": None}


def test_a_large_body_is_kept_in_part_and_its_size_is_told() -> None:
    app = shop()
    body = json.dumps({"agent_name": "x" * LARGEST})

    call(app, "POST", "/sessions", body)

    (made,) = exchanges(app)
    assert (len(made.body_kept), made.body_size) == (LARGEST, len(body))
    assert made.json() is None


def test_a_fault_is_noted_on_its_exchange() -> None:
    app = shop()
    session(app)
    (made,) = exchanges(app)

    made.fault("reset", "fault-1", "event 3", "the connection was reset")

    (noted,) = made.faults
    assert (noted.name, noted.id, noted.place, noted.what) == (
        "reset",
        "fault-1",
        "event 3",
        "the connection was reset",
    )
    assert noted.at >= made.at


def test_listeners_are_told_of_each_entry_when_it_is_complete() -> None:
    app = shop()
    told: list[str] = []
    app.gateway.journal.listeners.append(lambda entry: told.append(entry.id))
    path = session(app)

    say(app, path, "hello")

    assert told == ["x-1", "t-2", "x-3"]
    assert [one.id for one in app.gateway.journal.entries] == told


# ---- bounds


def test_the_oldest_entries_go_first_when_there_are_too_many() -> None:
    app = shop(journal_size=3)
    for _ in range(5):
        session(app)

    assert [one.id for one in exchanges(app)] == ["x-3", "x-4", "x-5"]


def test_the_oldest_entries_go_first_when_bodies_take_too_much() -> None:
    app = shop(journal_bytes=3000)
    for _ in range(4):
        post(app, "/sessions", {"agent_name": "x" * 1000})

    kept = exchanges(app)
    assert [one.id for one in kept][-1] == "x-4" and 1 <= len(kept) < 4
    assert app.gateway.journal.bytes == sum(one.weight for one in kept) <= 3000


def test_one_world_can_be_cleared_and_numbers_go_on() -> None:
    app = shop()
    for prefix in ("", "/a", "/b"):
        session(app, base=f"{prefix}/sessions")

    app.gateway.journal.clear("/a")
    session(app)

    assert [(one.id, one.world) for one in exchanges(app)] == [("x-1", ""), ("x-3", "/b"), ("x-4", "")]
    app.gateway.journal.clear()
    assert not app.gateway.journal.entries and app.gateway.journal.bytes == 0


def test_an_entry_is_found_by_its_id() -> None:
    app: App = shop()
    session(app)

    found = app.gateway.journal.find("x-1")

    assert isinstance(found, Exchange) and app.gateway.journal.find("x-9") is None
