"""The picture of the report in the docs: `python -m tests.conformance.report_picture docs/images/report.png`.

Owns: which clients are on it, which case is open. Needs Chromium.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from mock_gateway.conformance.adapters.process import ProcessChannel
from mock_gateway.conformance.check import Plan, catalogue, check, chosen, greet
from mock_gateway.conformance.reports import html
from mock_gateway.conformance.results import Document
from tests.browser.chromium import Tab, chromium
from tests.conformance.conftest import REFERENCE

ZOO = f"{sys.executable} -m contract_tests.mutants"
CLIENTS = (REFERENCE, f"{ZOO} one-thread", f"{ZOO} split-crlf-twice")
RUN = ("THREAD-*", "WIRE-EOL-*", "WIRE-UTF8-*", "ACT-*", "TOOL-*", "RES-*")
SIZE = {"width": 1360, "height": 920, "deviceScaleFactor": 1, "mobile": False}
MOST = 200_000
"""Bytes of the picture."""
READY = """new Promise(done => {
  const look = () => document.documentElement.dataset.ready ? done(true) : setTimeout(look, 5);
  look();
})"""
DIFFER = "[...document.querySelectorAll('#filters label')].find(one => one.innerText.includes('differ')).click()"


def checked(command: str) -> Document:
    """A client, through those cases."""
    shown = command.replace(sys.executable, "python")
    plan = Plan(
        make=lambda: ProcessChannel(command), command=shown, how=f"--command '{shown}'", run=RUN, dialects=("beta",)
    )
    hello = greet(plan)
    return check(plan, hello, chosen(plan, hello, catalogue()))


def picture(page: str, place: str) -> bytes:
    """The page with a case open, as PNG."""
    with TemporaryDirectory() as folder, chromium() as browser:
        file = Path(folder) / "report.html"
        file.write_text(page, "utf-8")
        tab = Tab(browser)
        tab.ask("Emulation.setDeviceMetricsOverride", **SIZE)
        tab.open(file.as_uri() + place)
        tab.run(READY)
        tab.run(DIFFER)
        tab.run("document.activeElement.blur(), scrollTo(0, 0)")
        return base64.b64decode(tab.ask("Page.captureScreenshot", format="png")["data"])


def main(target: str) -> None:
    """Make it. Ends with a message when it is too large for the docs."""
    taken = picture(html.render([checked(command) for command in CLIENTS]), "#THREAD-MIX/beta/1")
    if len(taken) > MOST:
        sys.exit(f"the picture has {len(taken)} bytes; at most {MOST} are for the docs")
    Path(target).write_bytes(taken)


if __name__ == "__main__":
    main(sys.argv[1])
