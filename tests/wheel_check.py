"""Run by the gate with the Python of an environment that holds the wheel and nothing else: does it work as installed?

usage: python -P wheel_check.py PATH-OF-MOCK-GATEWAY

Standard library only; it must not import from the checkout, which is what -P is for: `http` is a folder beside it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

LEAST = 28
"""Scenarios of the gallery that the wheel has to carry."""


def post(url: str, body: object) -> urllib.request.Request:
    """A JSON request with a key."""
    headers = {"Authorization": "Bearer any", "Content-Type": "application/json"}
    return urllib.request.Request(url, json.dumps(body).encode(), headers)


def first_event(base: str) -> dict[str, object]:
    """Create a session and read the first event of a turn."""
    with urllib.request.urlopen(post(f"{base}/sessions", {"agent_name": "hello"}), timeout=10) as answer:
        session = json.load(answer)["data"]["id"]
    turn = post(f"{base}/sessions/{session}/turns", {"input": [{"type": "user.message", "content": "hi"}]})
    with urllib.request.urlopen(turn, timeout=10) as stream:
        lines = (line.decode() for line in stream)
        data = next(line for line in lines if line.startswith("data: "))
    event: dict[str, object] = json.loads(data.removeprefix("data: "))
    return event


def rules_and_reports(command: str) -> None:
    """The rules, their examples and the parts of the page are files beside the code."""
    rule = json.loads(subprocess.run([command, "explain", "INP-3", "--json"], capture_output=True, check=True).stdout)
    assert rule["says"] and rule["bad"], rule
    client = {"name": "c", "version": "", "command": "", "transport": "", "dialects": [], "capabilities": []}
    results = {
        "client": client,
        "seed": 0,
        "at": "",
        "seconds": 0,
        "level": "",
        "counts": {},
        "results": [],
        "version": 1,
    }
    with TemporaryDirectory() as folder:
        source, page = Path(folder, "results.json"), Path(folder, "report.html")
        source.write_text(json.dumps(results), "utf-8")
        subprocess.run([command, "report", str(source), "--html", str(page)], check=True)
        assert "</html>" in page.read_text("utf-8")


def main(command: str) -> None:
    """Check the gallery, the pages, a stream, rules and reports."""
    rules_and_reports(command)
    listed = json.loads(subprocess.run([command, "list", "--json"], capture_output=True, check=True).stdout)
    agents = listed["agents"] if isinstance(listed, dict) else listed
    assert len(agents) >= LEAST, f"the wheel carries {len(agents)} scenarios, not {LEAST}"
    server = subprocess.Popen([command, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        base = server.stdout.readline().split()[-1]
        event = first_event(base)
        assert event["type"] == "turn.created", event
        for path in (
            "/",
            "/docs",
            "/docs/v1",
            "/openapi.yaml",
            "/openapi.v1.yaml",
            "/__admin/health",
            "/__admin",
            "/__admin/docs",
            "/__admin/openapi.yaml",
        ):
            with urllib.request.urlopen(base + path, timeout=10) as page:
                assert page.status == 200 and page.read(), path
    finally:
        server.terminate()
        server.wait(10)
    print(f"wheel: {len(agents)} scenarios, first event {event['type']}")


if __name__ == "__main__":
    main(sys.argv[1])
