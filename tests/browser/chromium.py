"""Headless Chromium, driven over its DevTools pipe: no driver, no websocket, no port.

Owns: starting it with a profile of its own, messages to it, what pages did meanwhile. Must not know: what is tested.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from select import select
from tempfile import TemporaryDirectory
from typing import Any

Json = dict[str, Any]

PATIENCE = 30.0
"""Seconds that any answer of the browser may take."""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-pipe",
)
LAUNCH = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for end, place in zip(ends, (3, 4)):
    os.dup2(end, place)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The browser reads from 3 and writes to 4, whatever our ends are."""


class Browser:
    """A running browser. told: what it said without being asked, oldest first."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._kept = b""
        self._count = 0
        self.told: list[Json] = []

    def ask(self, method: str, session: str | None = None, **params: Any) -> Json:
        """Send a message and take its answer. Raises AssertionError for an error."""
        self._count += 1
        message: Json = {"id": self._count, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self._count:
                assert "error" not in found, f"{method}: {found['error']}"
                result: Json = found["result"]
                return result
            self.told.append(found)

    def wait_for(self, event: str) -> None:
        """Return when the browser has told of an event, from now on."""
        while True:
            self.told.append(self._next())
            if self.told[-1].get("method") == event:
                return

    def _next(self) -> Json:
        while b"\0" not in self._kept:
            assert select([self._answers], [], [], PATIENCE)[0], "the browser does not answer"
            data = os.read(self._answers, 1 << 16)
            assert data, "the browser has ended"
            self._kept += data
        line, _, self._kept = self._kept.partition(b"\0")
        found: Json = json.loads(line)
        return found


class Tab:
    """One page in a browser."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> Json:
        """Send a message to the page."""
        return self.browser.ask(method, self._session, **params)

    def open(self, url: str) -> None:
        """Go to a page and wait until all of it is there."""
        failed = self.ask("Page.navigate", url=url).get("errorText")
        assert failed is None, f"{url}: {failed}"
        self.browser.wait_for("Page.loadEventFired")

    def run(self, script: str) -> Any:
        """The value, or what the promise of the value brings, of an expression in the page."""
        found = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found.get("exceptionDetails")
        return found["result"].get("value")

    def press(self, name: str) -> None:
        """Press the button of that name as a person does, and wait for the page that follows."""
        script = f"""(() => {{
            const button = [...document.querySelectorAll("button")].find(one => one.textContent === {json.dumps(name)});
            const box = button.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()"""
        x, y = self.run(script)
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.browser.wait_for("Page.loadEventFired")

    def names(self, role: str) -> list[str]:
        """How a screen reader names all that has a role."""
        nodes = self.ask("Accessibility.getFullAXTree")["nodes"]
        return [node["name"]["value"] for node in nodes if node["role"]["value"] == role and not node["ignored"]]

    def complaints(self) -> list[str]:
        """What the browser found wrong with its pages: refused by a policy, not found, thrown."""
        entries = [told["params"]["entry"]["text"] for told in self._told("Log.entryAdded")]
        thrown = [told["params"]["exceptionDetails"]["text"] for told in self._told("Runtime.exceptionThrown")]
        return entries + thrown

    def requested(self) -> list[str]:
        """The addresses of all requests."""
        return [told["params"]["request"]["url"] for told in self._told("Network.requestWillBeSent")]

    def _told(self, method: str) -> list[Json]:
        return [told for told in self.browser.told if told.get("method") == method]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for the length of a `with` block. Raises AssertionError when there is none on PATH."""
    program = shutil.which("chromium")
    assert program is not None, "there is no chromium on PATH; install the package chromium (apt-get install chromium)"
    from_us, commands = os.pipe()
    answers, to_us = os.pipe()
    with TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        child = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(from_us), str(to_us), program, *FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(from_us, to_us),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(from_us)
        os.close(to_us)
        browser = Browser(commands, answers)
        try:
            yield browser
            browser.ask("Browser.close")
        finally:
            os.close(commands)
            os.close(answers)
            _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
