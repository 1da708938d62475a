"""The adapter of a page in headless Chromium: `python -m mock_gateway.conformance.adapters.browser`.

Owns: a server that has the page and hands it the requests of stdin one by one, the browser, its end. The client and
its operations are those of `fetch.mjs`, in `js/`. `--chromium PATH` names the program; by itself it is looked for.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from tempfile import mkdtemp

PAGES = Path(__file__).with_name("js")
TYPES = {".html": "text/html; charset=utf-8", ".mjs": "text/javascript; charset=utf-8"}
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--remote-debugging-port=0",  # without it a headless browser may end when the page is there
)


class Relay(ThreadingHTTPServer):
    """The page's server. requests: lines that the page is to take; replies: what it sent back."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: SimpleQueue[bytes] = SimpleQueue()
        self.replies: SimpleQueue[bytes] = SimpleQueue()


class _Handler(BaseHTTPRequestHandler):
    server: Relay
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        page = PAGES / Path(self.path).name
        if page.suffix in TYPES and page.is_file():
            self._answer(page.read_bytes(), TYPES[page.suffix])
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        if self.path == "/next":
            self._answer(self.server.requests.get(), "application/json")
        else:
            self.server.replies.put(body)
            self._answer(b"{}", "application/json")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def chromium(program: str, url: str) -> Iterator[None]:
    """A browser with the page, as long as the block lasts."""
    profile = mkdtemp(prefix="mock-gateway-chromium-")
    try:
        child = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", url],
            env={**os.environ, "TMPDIR": profile},  # it is killed in the end, and leaves things there
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            child.kill()
            child.wait()
    finally:
        _remove(Path(profile))


def _remove(folder: Path) -> None:
    """Take the profile away. The browser's own children outlive it for a moment, and write there until then."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.01)


def found(name: str | None) -> str:
    """The program. Exits with a message when there is none."""
    for candidate in [name] if name else PROGRAMS:
        if program := shutil.which(candidate):
            return program
    sys.exit(f"there is no {name or 'chromium'} on PATH; install chromium, or say where it is: --chromium PATH")


def main() -> None:
    """Answer requests until stdin ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--chromium", metavar="PATH", help="The browser; by itself it is looked for on PATH.")
    program = found(parser.parse_args().chromium)
    with Relay() as relay:
        threading.Thread(target=relay.serve_forever, args=(0.05,), daemon=True).start()
        with chromium(program, f"http://127.0.0.1:{relay.server_port}/page.html"):
            for line in sys.stdin.buffer:
                if json.loads(line)["op"] == "quit":
                    break
                relay.requests.put(line)
                sys.stdout.buffer.write(relay.replies.get())
                sys.stdout.buffer.flush()
        relay.shutdown()


if __name__ == "__main__":
    main()
