"""What a browser makes of the admin API: its page shows what happens, a page of another port does nothing."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mock_gateway.testing.process import running_server
from tests.browser.chromium import Tab, chromium

pytestmark = pytest.mark.browser

SEEN = """new Promise(done => {
  const look = () => { if (document.body.textContent.includes(TEXT)) done(document.body.textContent); };
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
  look();
})"""
"""What is done when the page shows a text."""


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with chromium() as browser:
        yield Tab(browser)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_server("--speed", "0") as address:
        yield address


@pytest.fixture
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


def make_session(base: str) -> str:
    body, headers = json.dumps({"agent_name": "hello"}).encode(), {"authorization": "Bearer k"}
    with urllib.request.urlopen(urllib.request.Request(f"{base}/sessions", body, headers)) as answer:
        return str(json.load(answer)["data"]["id"])


def seen(tab: Tab, text: str) -> str:
    return str(tab.run(SEEN.replace("TEXT", json.dumps(text))))


def test_the_page_shows_a_session_and_a_request_as_they_come(tab: Tab, url: str) -> None:
    tab.open(f"{url}/one/__admin")
    seen(tab, "live")

    session = make_session(f"{url}/one")

    shown = seen(tab, session)
    assert "POST /one/sessions 201" in shown or "POST /one/sessions 201" in seen(tab, "POST /one/sessions 201")
    assert tab.run("document.getElementById('world').textContent") == "/one"
    assert [line for line in tab.complaints() if "favicon" not in line] == []


def test_the_reference_opens_without_complaints(tab: Tab, url: str) -> None:
    tab.browser.told.clear()

    tab.open(f"{url}/__admin/docs")

    assert "put_fault" in tab.run("document.body.textContent")
    assert [line for line in tab.complaints() if "favicon" not in line and "404" not in line] == []


def test_a_page_of_another_port_neither_reads_nor_changes_anything(tab: Tab, url: str, elsewhere: str) -> None:
    session = make_session(url)
    tab.open(elsewhere)

    reset = f"fetch('{url}/__admin/reset', {{method: 'POST', mode: 'no-cors', body: '{{\"scope\":\"server\"}}'}})"
    look = f"fetch('{url}/__admin/sessions')"
    sent, read = (tab.run(f"{call}.then(answer => answer.type, () => 'refused')") for call in (reset, look))

    assert (sent, read) == ("opaque", "refused")
    with urllib.request.urlopen(f"{url}/__admin/sessions") as answer:
        assert session in [one["id"] for one in json.load(answer)["sessions"]]
