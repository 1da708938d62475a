"""Pages for people: what they show, what a choice does, and that nothing that they show can break them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import quote, urlsplit

import pytest

from mock_gateway.http.app import App
from tests.http.apps import make_app, make_session, play
from tests.http.asgi import Reply, call

SERVER = "vault"
PAGES = ["/", "/docs", "/docs/v1", "/__auth/nobody/nothing"]


def asked(app: App, base: str = "", session: str | None = None) -> tuple[str, str]:
    """A session whose turn waits for a person, and where the person decides."""
    session = session or make_session(app, base)
    events = play(app, session, "open the vault", base)
    (server,) = next(event for event in events if event["type"] == "mcp.auth_required")["servers"]
    assert server["mcp_server_name"] == SERVER
    url = urlsplit(server["auth_url"])
    assert url.netloc == "127.0.0.1:4010"
    return session, f"{url.path}?{url.query}"


def choose(app: App, page: str, choice: str) -> Reply:
    """Press a button, and go where the answer leads."""
    reply = call(app, "POST", page, f"choice={choice}", key=None)
    assert (reply.status, reply.headers["location"]) == (303, "?" + page.partition("?")[2])
    return call(app, "GET", page, key=None)


def said(events: list[dict[str, object]]) -> str:
    return "".join(str(event.get("content") or "") for event in events if event["type"] == "model.message")


def test_the_start_page_shows_the_agents_and_where_to_call() -> None:
    reply = call(make_app(), "GET", "/", key=None)

    assert reply.status == 200
    assert "<code>desk</code>" in reply.text
    assert "http://127.0.0.1:4010/sessions" in reply.text


def test_the_start_page_escapes_what_it_shows() -> None:
    reply = call(make_app(), "GET", "/", key=None, host='"><script>alert(1)</script>')

    assert "&lt;b&gt;bold&lt;/b&gt; &amp; &quot;quoted&quot;" in reply.text
    assert "<script>" not in reply.text


def test_the_start_page_of_no_agents_says_so() -> None:
    app = make_app()
    app.gateway.agents = {}

    assert "No scenario is loaded" in call(app, "GET", "/", key=None).text


@pytest.mark.parametrize("path", ["/openapi.yaml", "/openapi.v1.yaml"])
def test_a_document_is_served_to_viewers_elsewhere(path: str) -> None:
    reply = call(make_app(), "GET", path, key=None)

    assert (reply.status, reply.headers["content-type"]) == (200, "application/yaml")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "openapi: 3." in reply.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_allows_its_own_style_and_script_and_nothing_else(path: str) -> None:
    reply = call(make_app(), "GET", path, key=None)

    policy = dict(part.split(" ", 1) for part in reply.headers["content-security-policy"].split("; "))
    for kind in ("style", "script"):
        inline = re.findall(rf"<{kind}>(.*?)</{kind}>", reply.text, re.DOTALL)
        hashes = [f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in inline]
        assert policy.get(f"{kind}-src", "") == " ".join(hashes)
    assert (policy["default-src"], policy["frame-ancestors"], policy["form-action"]) == ("'none'", "'none'", "'self'")
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<[^>]+ (style|on\w+)=", reply.text)


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/v1", "/openapi.yaml", "/openapi.v1.yaml"])
def test_a_page_knows_its_methods(path: str) -> None:
    app = make_app()

    whole, head = call(app, "GET", path, key=None), call(app, "HEAD", path, key=None)
    options, wrong = call(app, "OPTIONS", path, key=None), call(app, "POST", path, key=None)

    assert (head.status, head.body, head.headers) == (200, b"", whole.headers)
    assert int(whole.headers["content-length"]) == len(whole.body)
    assert (options.status, wrong.status) == (204, 405)
    assert options.headers["allow"] == wrong.headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_page_is_of_one_server_only() -> None:
    _, page = asked(make_app())

    assert call(make_app(), "GET", page, key=None).status == 404


@pytest.mark.parametrize("base", ["", "/a", "/some%20where/%C3%A9%3F", "/a/b/c"])
def test_a_person_allows_a_server_and_the_turn_goes_on(base: str) -> None:
    app = make_app()
    session, page = asked(app, base)

    before = call(app, "GET", page, key=None)
    after = choose(app, page, "allow")

    assert "<h1>Allow vault?</h1>" in before.text
    assert "vault is allowed" in after.text
    assert said(play(app, session, None, base)) == "There are letters in it."


def test_a_person_refuses_a_server_and_the_agent_is_told() -> None:
    app = make_app()
    session, page = asked(app)

    after = choose(app, page, "refuse")

    assert "is refused" in after.text
    assert said(play(app, session, None)) == "Then it stays shut."


def test_a_person_thinks_better_of_it() -> None:
    app = make_app()
    session, page = asked(app)

    choose(app, page, "refuse")
    after = choose(app, page, "allow")

    assert "is allowed" in after.text
    assert said(play(app, session, None)) == "There are letters in it."


def test_a_session_with_an_odd_id_has_a_page_too() -> None:
    app = make_app()
    call(app, "GET", "/sessions?agent_name=desk")

    _, page = asked(app, session=quote("a/b c", safe=""))

    assert "&lt;Seeded&gt;" in call(app, "GET", page, key=None).text


@pytest.mark.parametrize(
    "wrong",
    [
        lambda page: page[:-1] + ("0" if page[-1] != "0" else "1"),
        lambda page: page.partition("?")[0],
        lambda page: page.replace("sess-", "sess-0"),
        lambda page: page.replace("vault?", "fault?"),
        lambda page: "/elsewhere" + page,
        lambda page: page.replace("/__auth/", "/__auth/%ff"),
        lambda page: page + "&%ff",
    ],
    ids=["key", "no key", "session", "server", "world", "escape", "query"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_wrong_address_is_no_page_and_decides_nothing(wrong: Callable[[str], str], method: str) -> None:
    app = make_app()
    session, page = asked(app)
    worlds = list(app.gateway.worlds)

    reply = call(app, method, wrong(page), "choice=allow", key=None)

    assert reply.status == 404
    assert reply.body == b"" if method == "HEAD" else "There is no such page" in reply.text
    assert list(app.gateway.worlds) == worlds
    assert app.gateway.worlds[""].sessions[session].authorisations[SERVER].state == "asked"


@pytest.mark.parametrize("form", ["", "choice=maybe", "allow", "choice=allow" + "&" * 2000], ids=lambda form: form[:12])
def test_a_form_without_a_choice_decides_nothing(form: str) -> None:
    app = make_app()
    session, page = asked(app)

    reply = call(app, "POST", page, form, key=None)

    assert reply.status == 400
    assert app.gateway.worlds[""].sessions[session].authorisations[SERVER].state == "asked"


def test_the_page_of_a_server_knows_its_methods() -> None:
    app = make_app()
    _, page = asked(app)

    wrong, options = call(app, "DELETE", page), call(app, "OPTIONS", page)

    assert (wrong.status, options.status) == (405, 204)
    assert wrong.headers["allow"] == options.headers["allow"] == "GET, HEAD, POST, OPTIONS"


@pytest.mark.parametrize("path", ["/docs/", "/__nothing", "/__auth", "/__auth/a", "/__auth/a/b/c", "/x/__x"])
def test_what_is_no_page_is_an_unknown_endpoint(path: str) -> None:
    reply = call(make_app(), "GET", path)

    assert (reply.status, reply.message) == (404, f"there is no endpoint {path}")
