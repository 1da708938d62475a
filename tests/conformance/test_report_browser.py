"""The page with the results in a browser, from a file and without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_gateway.conformance.reports import html
from mock_gateway.conformance.results import Document
from mock_gateway.conformance.verdicts import Verdict
from tests.browser.chromium import Tab, chromium
from tests.conformance.report_documents import HOSTILE, document, every_verdict, result

pytestmark = pytest.mark.browser

READY = """new Promise(done => {
  const look = () => { if (document.documentElement.dataset.ready) done(true); };
  new MutationObserver(look).observe(document.documentElement, {attributes: true});
  look();
})"""


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with chromium() as browser:
        yield Tab(browser)


def opened(tab: Tab, folder: Path, *documents: Document, place: str = "") -> None:
    file = folder / "report.html"
    file.write_text(html.render(documents), "utf-8")
    tab.browser.told.clear()
    tab.ask("Page.navigate", url="about:blank")
    tab.open(file.as_uri() + place)
    tab.run(READY)


def quiet(tab: Tab) -> bool:
    return tab.complaints() == [] and all(url.startswith(("file:", "data:", "about:")) for url in tab.requested())


def text(tab: Tab, selector: str) -> str:
    return str(tab.run(f"document.querySelector('{selector}').innerText"))


def press(tab: Tab, key: str) -> None:
    codes = {"Enter": 13, "Escape": 27, "ArrowRight": 39, "ArrowDown": 40}
    more = {"text": "\r"} if key == "Enter" else {}
    for kind in ("keyDown", "keyUp"):
        tab.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=codes[key], **more)


def until(tab: Tab, condition: str) -> None:
    """Return when a condition holds in the page."""
    look = f"const look = () => ({condition}) ? done(true) : setTimeout(look, 5);"
    tab.run(f"new Promise(done => {{ {look} look(); }})")


def test_it_shows_the_clients_and_every_verdict_without_a_complaint(tab: Tab, tmp_path: Path) -> None:
    opened(tab, tmp_path, every_verdict("one"), every_verdict("two"))

    assert tab.run("document.querySelectorAll('.client').length") == 2
    assert tab.run("document.querySelectorAll('button.verdict').length") == 2 * len(Verdict)
    assert "Not conformant" in text(tab, "#clients")
    assert quiet(tab)


def test_one_result_is_enough(tab: Tab, tmp_path: Path) -> None:
    opened(tab, tmp_path, document([result()]))

    assert text(tab, "#count") == "1 of 1 rows"
    assert quiet(tab)


def test_many_thousands_are_there_and_are_drawn_a_part_at_a_time(tab: Tab, tmp_path: Path) -> None:
    opened(tab, tmp_path, document([result(case=f"CASE-{number}") for number in range(8000)]))

    assert text(tab, "#count") == "8000 of 8000 rows"
    assert tab.run("document.querySelectorAll('button.verdict').length") == 600
    tab.run("document.querySelector('.more').click()")
    assert tab.run("document.querySelectorAll('button.verdict').length") == 1200
    assert text(tab, ".more") == "Show more (6800 left)"
    assert quiet(tab)


def test_a_case_shows_the_difference_the_lanes_and_the_bytes(tab: Tab, tmp_path: Path) -> None:
    opened(tab, tmp_path, document([result(Verdict.FAIL)]), place="#LIFE-DONE/beta/0")

    lanes = tab.run("[...document.querySelectorAll('.lanes thead th')].map(one => one.textContent)")
    assert lanes == ["ms", "id", "turn", "thread main", "thread …000001"]
    assert "⚡ event 2: said" in text(tab, ".lanes tr.fault")
    chunks = tab.run("[...document.querySelectorAll('.chunk code')].map(one => one.textContent)")
    assert chunks[1:3] == ['id: 1\\n\ndata: {"type":"turn.created"}\\r\\n\n\\r\\n\n', "data: caf\\xc3"]
    assert "3 writes are left out here" in text(tab, "#panel")
    assert "68000 more bytes" in chunks[4]
    assert tab.run("document.querySelectorAll('.chunk.hit').length") == 1
    assert "mock-gateway x" in text(tab, "#panel")
    assert quiet(tab)


def test_bytes_can_be_read_as_hex(tab: Tab, tmp_path: Path) -> None:
    opened(tab, tmp_path, document([result(Verdict.FAIL)]), place="#LIFE-DONE/beta/0")

    tab.run("document.querySelector('#panel label input').click()")

    chunks = tab.run("[...document.querySelectorAll('.chunk code')].map(one => one.textContent)")
    assert chunks[2].startswith("0000  64 61 74 61 3a 20 63 61 66 c3")


def test_filters_leave_what_fits(tab: Tab, tmp_path: Path) -> None:
    opened(
        tab,
        tmp_path,
        document([result(case="A"), result(Verdict.FAIL, "B")], "one"),
        document([result(case="A")], "two"),
    )

    tab.run("[...document.querySelectorAll('.chip')].find(one => one.innerText.startsWith('FAIL')).click()")
    assert text(tab, "#count") == "1 of 2 rows"
    tab.run("[...document.querySelectorAll('.chip')].find(one => one.innerText.startsWith('FAIL')).click()")
    tab.run("document.querySelector('[type=search]').value = 'trn-3'")
    tab.run("document.querySelector('[type=search]').dispatchEvent(new Event('input'))")
    assert text(tab, "#count") == "2 of 2 rows"
    tab.run("[...document.querySelectorAll('#filters label')].find(one => one.innerText.includes('differ')).click()")
    assert text(tab, "#count") == "1 of 2 rows"


def test_everything_is_reached_with_keys(tab: Tab, tmp_path: Path) -> None:
    opened(tab, tmp_path, document([result(case="A"), result(case="B")], "one"), document([result(case="B")], "two"))

    tab.run("document.querySelector('button.verdict').focus()")
    press(tab, "ArrowDown")
    press(tab, "Enter")
    until(tab, "document.activeElement.id === 'panel'")
    assert text(tab, "#panel-title") == "B"
    press(tab, "Escape")
    until(tab, "document.getElementById('panel').hidden")
    assert "PASS: B" in tab.run("document.activeElement.getAttribute('aria-label')")


def test_a_hostile_client_does_nothing_in_it(tab: Tab, tmp_path: Path) -> None:
    run = every_verdict(HOSTILE)
    run.problems = [HOSTILE]
    opened(tab, tmp_path, run, place="#CASE-3/beta/0")

    assert "<script>" in text(tab, "#panel")
    assert tab.run("window.hurt") is None
    assert tab.run("document.querySelectorAll('#panel script, #panel img, #cases script, #clients img').length") == 0
    assert "\u202e" not in tab.run("document.body.textContent")
    assert quiet(tab)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_light_and_dark(tab: Tab, tmp_path: Path, scheme: str) -> None:
    tab.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    opened(tab, tmp_path, every_verdict())

    red = int(tab.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))

    assert (red > 200) is (scheme == "light")
