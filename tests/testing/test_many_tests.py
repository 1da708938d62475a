"""A thousand tests with the fixture in one run, over several workers: nothing of one is seen by another, nothing stays.

The run counts for itself: its last tests look at the server of their worker, and write what they see.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WORKERS = 2
SUITE = '''
import asyncio, gc, json, os, threading
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest

from mock_gateway.core.state import Session, Turn
from mock_gateway.worlds import World

OWN = """
agent: desk-{number}
turns:
  - when: {{ message: hello }}
    say: I am desk {number}.
"""
WAITS = """
agent: waits-{number}
limits: {{ timeout: 10m }}
turns:
  - when: {{ message: hello }}
    say: Wait.
    then: {{ wait: cancel }}
"""


@pytest.fixture(scope="session")
def http():
    with httpx.Client(headers={"Authorization": "Bearer any-key"}) as client:
        yield client


def talk(http, url, agent):
    session = http.post(f"{url}/sessions", json={"agent_name": agent}).json()["data"]["id"]
    body = {"input": [{"type": "user.message", "content": "hello"}]}
    return http.post(f"{url}/sessions/{session}/turns", json=body).text


@pytest.mark.parametrize("number", range(870))
def test_own(gateway, http, number):
    agent = gateway.play(OWN.format(number=number))
    gateway.faults.put("reset", at={"event": 1}, session="somebody-elses")

    text = talk(http, gateway.url, agent)

    assert f'"I am desk {number}."' in text
    (session,) = gateway.sessions()
    assert session["agent_name"] == agent
    assert session["id"].startswith("sess-")
    assert {entry.agent for entry in gateway.journal.turns()} == {agent}
    assert len(gateway.journal.exchanges()) == 2
    assert [found["spec"]["fault"] for found in gateway.faults.listed()] == ["reset"]


@pytest.mark.gateway(time="real", strict=False)
@pytest.mark.parametrize("number", range(100))
def test_left_open(gateway, number):
    """A stream that nobody closes, and a turn that would go on for ten minutes."""
    agent = gateway.play(WAITS.format(number=number))
    path = httpx.URL(gateway.url).path
    line = HTTPConnection(httpx.URL(gateway.url).netloc.decode(), timeout=20)
    headers = {"authorization": "Bearer any-key"}
    line.request("POST", f"{path}/sessions", json.dumps({"agent_name": agent}), headers)
    session = json.loads(line.getresponse().read())["data"]["id"]
    body = {"input": [{"type": "user.message", "content": "hello"}]}
    line.request("POST", f"{path}/sessions/{session}/turns", json.dumps(body), headers)
    stream = line.getresponse()
    assert stream.readline() == b"id: 1\\n"
    OPEN.append((line, stream))


OPEN = []


@pytest.mark.parametrize("number", range(30))
def test_plain(gateway, number):
    assert gateway.sessions() == []


@pytest.fixture(scope="session", autouse=True)
def told(mock_gateway_server):
    """When all tests of a worker are over: what its server still has."""
    server = mock_gateway_server
    with server.world("warm").client() as client:
        client.get("/sessions?agent_name=none")
    server.world("warm").forget()
    before = len(os.listdir("/proc/self/fd"))
    yield
    for line, stream in OPEN:
        assert b"turn.done" not in stream.read()
        line.close()
    served = server._served
    gateway, thread = served.gateway, served.thread

    def look():
        return {
            "worlds": sorted(gateway.worlds),
            "entries": len(gateway.journal.entries),
            "faults": len(gateway.faults.listed()),
            "readers": len(thread.app.streams.readers),
            "waiting": len(gateway.runtime._heap),
            "tasks": len(asyncio.all_tasks()),
        }

    for _ in range(1000):
        if served.call(lambda: thread.connections) <= 1:
            break
        threading.Event().wait(0.01)
    found = served.call(look)
    gc.collect()
    found["kept"] = sum(isinstance(one, World | Session | Turn) for one in gc.get_objects())
    found["connections"] = thread.connections
    found["threads"] = sorted(one.name for one in threading.enumerate() if one.name == "mock-gateway")
    found["descriptors"] = len(os.listdir("/proc/self/fd")) - before
    found["left"] = len(OPEN)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    Path(os.environ["TOLD"], worker).write_text(json.dumps(found))
'''


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each worker's server had at the end of a run of a thousand tests, all passed."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "told").mkdir()
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "none.yaml").write_text("agent: none\n")
    (folder / "test_many.py").write_text(SUITE)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--tb=short",
        "--maxfail=3",
        "-n",
        str(WORKERS),
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
    ]
    plugins = ["-p", "xdist.plugin", "-p", "mock_gateway.testing.plugin"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    environment["TOLD"] = str(folder / "told")
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_ADDOPTS"):
        environment.pop(name, None)

    done = subprocess.run(
        [*command, *plugins, "--rootdir", str(folder), str(folder)],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "1000 passed" in done.stdout and done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return [json.loads(path.read_text()) for path in (folder / "told").iterdir()]


def test_each_worker_had_a_server_of_its_own(told: list[dict[str, Any]]) -> None:
    assert len(told) == WORKERS
    assert sum(found["left"] for found in told) == 100


@pytest.mark.parametrize("what", ["worlds", "entries", "faults", "readers", "waiting", "kept"])
def test_nothing_of_a_test_is_left_on_its_server(told: list[dict[str, Any]], what: str) -> None:
    assert [found[what] or 0 for found in told] == [0] * WORKERS


def test_no_socket_task_or_thread_is_left(told: list[dict[str, Any]]) -> None:
    # Of the server: its own task and its tick. Of the suite: one client that keeps its connection.
    assert [found["tasks"] for found in told] == [2] * WORKERS
    assert all(found["connections"] <= 1 for found in told)
    assert all(found["descriptors"] <= 2 for found in told)
    assert [found["threads"] for found in told] == [["mock-gateway"]] * WORKERS
