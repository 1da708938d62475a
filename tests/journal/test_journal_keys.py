"""No key is ever in the journal, whatever is asked of it."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest

from mock_gateway.journal import Journal
from mock_gateway.journal.har import export_har
from mock_gateway.journal.lines import JournalFile, export_jsonl
from mock_gateway.journal.redact import MOST_HEADS, Heads, hidden, is_secret, redacted_body, redacted_query
from tests.http.asgi import call
from tests.journal.journals import exchanges, post, session, shop

SECRET = "sk-very-secret-0815"


def test_no_key_reaches_the_journal_an_export_or_a_file(tmp_path: Path) -> None:
    app = shop()
    file = JournalFile(str(tmp_path / "j.jsonl"), app.gateway.journal, pytest.fail)
    app.gateway.journal.listeners.append(file.tell)
    keys = {"x_api_key": SECRET, "cookie": f"a={SECRET}", "proxy_authorization": f"Basic {SECRET}"}

    call(app, "POST", "/sessions", '{"agent_name": "shop"}', key=SECRET, **keys)
    call(app, "GET", f"/sessions?api_key={SECRET}&token={SECRET}&agent_name=shop", key=SECRET)
    call(app, "GET", "/nothing", key=None, authorization=SECRET)
    file.close()

    journal = app.gateway.journal
    texts = [*export_jsonl(journal), json.dumps(export_har(journal)), (tmp_path / "j.jsonl").read_text()]
    assert not any(SECRET in text for text in texts)
    assert all(SECRET.encode() not in value for one in journal.entries for _, value in one.headers)  # type: ignore[union-attr]


def test_nothing_that_the_journal_holds_leads_to_a_key() -> None:
    journal = Journal(10)
    journal.close(journal.begin("GET", b"/", b"", [(b"authorization", b"Bearer " + SECRET.encode())]))

    held, found = [journal], set[int]()
    while held:
        one = held.pop()
        if id(one) not in found:
            found.add(id(one))
            assert SECRET.encode() not in one if isinstance(one, bytes) else True
            held += [two for two in gc.get_referents(one) if not isinstance(two, type)]


@pytest.mark.parametrize(
    "name",
    ["Authorization", "proxy-authorization", "cookie", "X-Api-Key", "api-key", "x-goog-api-key", "x-auth-token",
     "x-tfy-api-key", "apikey", "x-secret", "x-access-token"],
)  # fmt: skip
def test_headers_that_carry_keys_are_known(name: str) -> None:
    assert is_secret(name.encode())


@pytest.mark.parametrize(
    "name", ["content-type", "idempotency-key", "last-event-id", "sec-websocket-key", "x-request-id"]
)
def test_other_headers_are_left_alone(name: str) -> None:
    assert not is_secret(name.encode())


def test_of_an_authorization_only_the_scheme_stays() -> None:
    assert [hidden(value) for value in (b"Bearer sk-1", b"sk-1", b"sk-1 sk-2", b"Bearer ")] == [
        b"Bearer ***",
        b"***",
        b"***",
        b"***",
    ]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        (b"key=1&limit=2", b"key=***&limit=2"),
        (b"a=1&access_token=x%20y&b=", b"a=1&access_token=***&b="),
        (b"page_token=abc&last_page_token=b", b"page_token=abc&last_page_token=b"),
        (b"KEY=1;X-Token=2", b"KEY=***;X-Token=***"),
        (b"monkey_business=1", b"monkey_business=1"),
        (b"%61pi%5Fkey=1&k%65y=2", b"%61pi%5Fkey=***&k%65y=***"),
        (b"key", b"key"),
    ],
)
def test_parameters_that_carry_keys_lose_their_values(query: bytes, kept: bytes) -> None:
    assert redacted_query(query) == kept


def test_equal_heads_are_one_object_and_the_memory_for_them_is_bounded() -> None:
    heads = Heads()
    first = heads.keep([(b"host", b"a"), (b"authorization", b"Bearer 1")])

    assert heads.keep([(b"host", b"a"), (b"authorization", b"Bearer 1")]) is first
    for number in range(MOST_HEADS + 1):
        heads.keep([(b"traceparent", b"%d" % number)])
    assert len(heads._known) <= MOST_HEADS


def test_a_journal_of_many_clients_keeps_their_heads_apart() -> None:
    app = shop()
    session(app)
    call(app, "GET", "/sessions/x", user_agent="other")

    one, other = (entry.header("user-agent") for entry in app.gateway.journal.entries)  # type: ignore[union-attr]
    assert (one, other) == (None, "other")


BODIES = [
    (b'{"headers": {"Authorization": "Bearer a\\"b"}, "x": 1}', b'{"headers": {"Authorization": "***"}, "x": 1}'),
    (b'{"x-api-key":"a","apiKey" : "b"}', b'{"x-api-key":"***","apiKey" : "***"}'),
    (
        b'{"access_token":"a","client_secret":"","password":"p"}',
        b'{"access_token":"***","client_secret":"","password":"***"}',
    ),
    (b'{"next_page_token":"a","key":"colour","content":"the api_key is a"}',) * 2,
    (b'{"max_tokens": 5, "token": 6}',) * 2,
]


@pytest.mark.parametrize(("body", "kept"), BODIES)
def test_fields_that_carry_keys_lose_their_values_and_no_others(body: bytes, kept: bytes) -> None:
    assert redacted_body(body) == kept


def test_the_keys_in_the_spec_of_a_draft_are_not_told_on_their_way_in_or_out() -> None:
    app = shop()
    server = {"type": "inline", "name": "a", "url": "http://a.test", "headers": {"Authorization": f"Bearer {SECRET}"}}
    spec = {"agent_spec": {"model": {"name": "shop"}, "mcp_servers": [server]}}

    reply = post(app, "/v1/agents/draft-sessions", spec)

    draft = json.loads(reply.body)["data"]["id"]
    call(app, "GET", f"/v1/agents/draft-sessions/{draft}")

    made, read = exchanges(app)
    assert b'"***"' in read.reply and SECRET.encode() not in read.reply
    assert SECRET in reply.text, "the client gets back what it sent"
    assert SECRET.encode() not in made.body + made.reply and b'"***"' in made.body
    assert made.json() is not None and made.reply_json() is not None
