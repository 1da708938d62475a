"""The releases of the published client: an environment for each, the server that they meet, what came of their checks.

Owns: which releases there are, where their environments are kept, running `tests/v1/sdk` in one of them.
A folder outside the repository keeps the environments: `MOCK_GATEWAY_SDK_CACHE`, else one of the system's temporary
ones.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mock_gateway.core.operations import OPERATIONS
from mock_gateway.settings import Keys
from tests.v1.desk import desk
from tests.v1.stories import BOX, DESK, VAULT

ALL = ("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "0.4.1", "0.4.2")
USUAL = ("0.1.0", "0.3.1", "0.4.2")
"""The first, the last before a rewrite, and the newest."""

ROOT = Path(__file__).parents[2]
PATIENCE = 400.0

DOORS = """
agent: door-503
door: [{ on: create_session, nth: 1, answer: 503 }, { on: create_session, nth: 3, answer: 503 }]
---
agent: door-429
door:
  - { on: create_session, nth: 1, answer: 429, retry_after: 7s }
  - { on: create_session, nth: 3, answer: 429, retry_after: 7s }
---
agent: door-turn
door: [{ on: create_turn, nth: 1, answer: 503 }]
---
agent: busy
readings: { concurrent_turn: refuse }
turns: [{ say: Holding., then: { wait: cancel } }]
"""


@dataclass(frozen=True)
class Result:
    """What came of one check with one client. ok: None when the release cannot do it; detail: since when it can."""

    check: str
    mode: str
    ok: bool | None
    detail: str


REFUSED = (400, 401, 403, 404, 409, 410, 412, 413, 422, 424, 500, 502, 504)
"""The statuses for which there is an agent that lets a session and a draft be made, and then answers nothing else."""


def refuser(status: int) -> str:
    """A scenario whose door answers every operation with a status."""
    made = ("create_session", "create_draft_session")
    others = ", ".join(name for name in OPERATIONS if name not in made)
    return f"""
agent: refuses-{status}
sandbox: {{ id: box.{status} }}
door:
  - {{ on: [{", ".join(made)}], nth: {list(range(2, 20))}, answer: {status} }}
  - {{ on: [{others}], answer: {status} }}
"""


@contextmanager
def met() -> Iterator[str]:
    """The server that the releases meet; its URL."""
    texts = (DESK, VAULT, BOX, *DOORS.split("---\n"), *map(refuser, REFUSED))
    keys = Keys(refused=frozenset({"spent"}), forbidden=frozenset({"guest"}))
    files = {"/out/report.txt": "Grüße".encode()}
    with desk(*texts, files=files, speed=1.0, heartbeat=0.1, keys=keys) as server:
        yield server.url


def wanted() -> tuple[str, ...]:
    """The releases to try: those in `MOCK_GATEWAY_SDK_RELEASES` (`all`, or versions), else the usual ones."""
    chosen = os.environ.get("MOCK_GATEWAY_SDK_RELEASES", "")
    return ALL if chosen == "all" else tuple(filter(None, chosen.split(","))) or USUAL


def environment(release: str) -> Path:
    """The Python of a release's environment; made when it is not there yet."""
    cache = Path(os.environ.get("MOCK_GATEWAY_SDK_CACHE") or Path(tempfile.gettempdir(), "mock-gateway-sdk"))
    folder = cache / f"{release}-py{sys.version_info.major}{sys.version_info.minor}"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    complete = folder / "complete"
    if not complete.is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, f"truefoundry-gateway-sdk=={release}"], check=True)
        complete.touch()
    return python


def results_of(release: str, url: str) -> list[Result]:
    """Run the checks in a release's environment."""
    command = [str(environment(release)), "-m", "tests.v1.sdk", url]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT)
    results = [Result(**json.loads(line)) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert results, "no check was run"
    return results
