"""What a browser makes of the server: a page on another port is a client, and a person allows a server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mock_gateway.testing.process import running_server
from tests.browser.chromium import Browser, Tab, chromium

pytestmark = pytest.mark.browser

SCENARIO = """
agent: desk
mcp: { vault: { auth: required } }
turns:
  - when: { message: vault }
    call: { tool: vault.open, returns: { inside: seven letters } }
    then: { say: "There are {{ result.inside }} in it." }
    on_refused: { say: Then it stays shut. }
"""

CLIENT = """
var headers = {authorization: "Bearer k", "content-type": "application/json"};
var post = (path, body) => fetch(BASE + path, {method: "POST", headers, body: JSON.stringify(body)});
async function read(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const {value, done} = await reader.read();
    if (done) break;
    text += value;
  }
  return text.split("\\n").filter(line => line.startsWith("data: ")).map(line => JSON.parse(line.slice(6)));
}
async function begin() { return (await (await post("/sessions", {agent_name: "desk"})).json()).data.id; }
async function turn(session, text) {
  const input = text === null ? undefined : [{type: "user.message", content: text}];
  return await read(await post(`/sessions/${session}/turns`, {input}));
}
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    scenario = tmp_path_factory.mktemp("browser") / "desk.yaml"
    scenario.write_text(SCENARIO)
    with running_server("--scenarios", str(scenario), "--speed", "0") as address:
        yield address


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """A page on another port, with nothing in it."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><link rel=icon href=data:,><title>elsewhere</title>")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser(elsewhere: str) -> Iterator[Browser]:
    # It ends before the page on the other port does, so that it keeps no connection to it open.
    assert elsewhere
    with chromium() as running:
        yield running


@pytest.fixture
def tab(browser: Browser) -> Tab:
    browser.told.clear()
    return Tab(browser)


def as_client(tab: Tab, base: str, elsewhere: str) -> None:
    """Make a tab a client on another port."""
    tab.open(elsewhere)
    tab.run(f"globalThis.BASE = {json.dumps(base)}; (0, eval)({json.dumps(CLIENT)}); 0")


def said(events: list[dict[str, object]]) -> str:
    """The text of all messages."""
    return "".join(str(event.get("content") or "") for event in events if event["type"] == "model.message")


def test_a_page_on_another_port_makes_a_session_and_streams_a_turn(tab: Tab, url: str, elsewhere: str) -> None:
    as_client(tab, url, elsewhere)

    events = tab.run("begin().then(session => turn(session, 'Good morning'))")

    assert [event["sequence_id"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["type"], events[-1]["type"]) == ("turn.created", "turn.done")
    assert said(events) == "You said: Good morning"
    assert tab.complaints() == []


@pytest.mark.parametrize(
    ("call", "status", "message"),
    [
        ("fetch(BASE + '/sessions/nope', {headers})", 404, "there is no session 'nope'"),
        ("fetch(BASE + '/sessions/nope')", 401, "there is no Authorization header"),
        ("fetch(BASE + '/nowhere', {headers})", 404, "there is no endpoint"),
        ("fetch(BASE + '/sessions', {method: 'DELETE', headers})", 405, "DELETE is not allowed here"),
        ("fetch(BASE + '/sessions', {method: 'POST', headers, body: '{'})", 400, "the body is not JSON"),
    ],
)
def test_a_page_on_another_port_can_read_errors(
    tab: Tab, url: str, elsewhere: str, call: str, status: int, message: str
) -> None:
    as_client(tab, url, elsewhere)

    found = tab.run(f"{call}.then(async answer => [answer.status, (await answer.json()).error.message])")

    assert found[0] == status
    assert found[1].startswith(message)


def test_a_person_allows_a_server_and_the_turn_goes_on(tab: Tab, url: str, elsewhere: str, browser: Browser) -> None:
    as_client(tab, url, elsewhere)
    session = tab.run("begin()")
    asked = tab.run(f"turn({json.dumps(session)}, 'What is in the vault?')")
    address = next(event for event in asked if event["type"] == "mcp.auth_required")["servers"][0]["auth_url"]
    person = Tab(browser)

    person.open(address)
    assert (person.names("heading"), person.names("button")) == (["Allow vault?"], ["Allow", "Refuse"])
    person.press("Allow")

    assert person.run("document.querySelector('h1').textContent").endswith("vault is allowed")
    resumed = tab.run(f"turn({json.dumps(session)}, null)")
    assert said(resumed) == "There are seven letters in it."
    assert tab.complaints() == []


def test_a_person_refuses_a_server_and_the_agent_is_told(tab: Tab, url: str, elsewhere: str, browser: Browser) -> None:
    base = f"{url}/some%20where/é"
    as_client(tab, base, elsewhere)
    session = tab.run("begin()")
    asked = tab.run(f"turn({json.dumps(session)}, 'Open the vault')")
    address = next(event for event in asked if event["type"] == "mcp.auth_required")["servers"][0]["auth_url"]
    person = Tab(browser)

    person.open(address)
    person.press("Refuse")

    assert person.names("button") == ["Allow after all"]
    assert said(tab.run(f"turn({json.dumps(session)}, null)")) == "Then it stays shut."


@pytest.mark.parametrize("path", ["/", "/docs", "/__auth/nobody/nothing?key=x"])
def test_a_page_needs_nothing_from_anywhere_and_breaks_no_policy(tab: Tab, url: str, path: str) -> None:
    tab.open(url + path)

    foreign = [one for one in tab.requested() if not one.startswith((url, "data:"))]
    refused = [one for one in tab.complaints() if "404" not in one]
    assert (foreign, refused) == ([], [])
    assert len(tab.names("heading")) >= 1
    assert tab.run("getComputedStyle(document.body).fontFamily").startswith("system-ui")


def test_the_reference_switches_between_light_and_dark(tab: Tab, url: str) -> None:
    tab.open(f"{url}/docs")

    before = tab.run("getComputedStyle(document.body).backgroundColor")
    tab.run("document.getElementById('theme').click()")

    assert tab.run("getComputedStyle(document.body).backgroundColor") != before
