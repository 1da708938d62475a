"""The ways to an adapter, and the self-test of adapters."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mock_gateway.conformance.adapters import protocol
from mock_gateway.conformance.adapters.channel import Crashed, Garbage, Hung, NotStarted
from mock_gateway.conformance.adapters.http import HttpChannel
from mock_gateway.conformance.adapters.oneshot import OneshotChannel
from mock_gateway.conformance.adapters.process import ProcessChannel
from mock_gateway.conformance.adapters.selftest import selftest
from mock_gateway.conformance.bench import KEY, Bench
from tests.conformance import plain_adapter
from tests.conformance.conftest import REFERENCE

Write = Callable[[str], ProcessChannel]
LOOP = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    op, reply = request["op"], {"id": request["id"], "ok": True, "result": {}}
    if op == "hello":
        reply["result"] = {"name": "made", "dialects": ["beta"], "capabilities": []}
"""


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Makes a channel to an adapter of which the last lines are given."""
    made = []

    def channel(body: str) -> ProcessChannel:
        path = tmp_path / f"adapter{len(made)}.py"
        path.write_text(LOOP + body + "\n    print(json.dumps(reply), flush=True)\n")
        made.append(ProcessChannel(f"{sys.executable} {path}"))
        return made[-1]

    yield channel
    for one in made:
        one.close()


def test_a_crash_a_hang_and_garbage_are_told_apart_and_each_is_followed_by_a_fresh_adapter(write: Write) -> None:
    channel = write(
        "    if op == 'open': sys.exit('no such thing')\n"
        "    if op == 'reset': import time; time.sleep(60)\n"
        "    if op == 'create_session': print('hello there'); continue"
    )

    with pytest.raises(Crashed, match="exit code 1") as crash:
        channel.call("open", {})
    with pytest.raises(Hung):
        channel.call("reset", {}, deadline=0.3)
    with pytest.raises(Garbage, match="'hello there'"):
        channel.call("create_session", {})
    assert "no such thing" in crash.value.stderr
    assert channel.hello().name == "made"


def test_a_reply_to_another_request_is_garbage(write: Write) -> None:
    channel = write("    if op == 'reset': reply['id'] = 99")

    with pytest.raises(Garbage, match="a reply to 99 came"):
        channel.call("reset", {})


def test_a_result_that_is_not_what_the_protocol_says_names_the_field(write: Write) -> None:
    with pytest.raises(Garbage, match=r"create_session: result\.session_id is missing"):
        write("").call("create_session", {"agent": "a"})


def test_half_of_a_surrogate_pair_gets_through(write: Write) -> None:
    channel = write(r"    if op == 'run_turn': reply['result'] = {'status': 'done', 'text': '\ud83d'}")

    assert channel.call("run_turn", {"session_id": "s"}).observation().text == "\ud83d"


def test_an_adapter_that_does_not_say_hello_is_not_started(write: Write) -> None:
    with pytest.raises(NotStarted):
        write("    if op == 'hello': sys.exit(3)").hello()


def test_arguments_and_capabilities_are_checked_against_the_table() -> None:
    assert protocol.wrong_arguments("cancel", {"session_id": 1, "loud": True}) == [
        "cancel: argument 'loud' is not known; there are: session_id, turn_id",
        "cancel.session_id is 1; expected text",
    ]
    hello = {"name": "a", "dialects": ["beta"], "capabilities": ["fly"]}
    assert "'fly' is not known" in protocol.wrong_result("hello", hello)[0]
    assert protocol.wrong_error({"kind": "bad"}) != []


# -- served, and in one shot -------------------------------------------------------------------------------------------


@pytest.fixture
def served() -> Iterator[str]:
    """The adapter of sockets, served."""
    client = plain_adapter.Client()

    class Served(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            reply = {"id": request["id"], **plain_adapter.answer(client, request)}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(reply).encode() + b"\n")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Served)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/adapter"
    client.reset()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_served_adapter_passes_the_selftest(served: str, bench: Bench) -> None:
    channel = HttpChannel(served)

    wrong = [finding for finding in selftest(channel, bench) if finding.wrong and not finding.is_warning]

    channel.close()
    assert wrong == []


def test_a_served_adapter_that_is_not_there_is_not_started() -> None:
    with pytest.raises(NotStarted, match="does not answer"):
        HttpChannel("http://127.0.0.1:9/").hello()


def test_a_program_of_one_turn_needs_nothing_but_its_environment(bench: Bench, tmp_path: Path) -> None:
    program = tmp_path / "once.py"
    program.write_text(
        "import json, os, sys\n"
        "from mock_gateway.client import TrueFoundryGateway, UserMessage\n"
        "client = TrueFoundryGateway(sys.argv[1], os.environ['GATEWAY_API_KEY'])\n"
        "session = client.agents.create_session(os.environ['GATEWAY_AGENT'])\n"
        "events = list(session.create_turn([UserMessage(content=os.environ['GATEWAY_INPUT'])]))\n"
        "text = ''.join(event.content or '' for event in events if event.type == 'model.message')\n"
        "print('a line of its own')\n"
        "print(json.dumps({'status': events[-1].status, 'text': text}))\n"
    )
    stage = bench.stage("once", "beta")
    agent = stage.play("agent: once\nturns: [{ say: Good morning. }]")
    channel = OneshotChannel(f"{sys.executable} {program}")

    channel.call("open", {"base_url": stage.base_url, "api_key": KEY, "dialect": "beta"})
    session = channel.call("create_session", {"agent": agent}).result["session_id"]
    seen = channel.call("run_turn", {"session_id": session, "input": [{"type": "user.message", "content": "hi"}]})

    assert seen.observation().text == "Good morning."
    assert channel.call("list_turns", {"session_id": session}).error.kind == "unsupported"


# -- the self-test -----------------------------------------------------------------------------------------------------


def test_the_reference_adapter_passes_the_selftest_without_a_remark(bench: Bench) -> None:
    channel = ProcessChannel(REFERENCE)

    findings = list(selftest(channel, bench))

    channel.close()
    assert [finding for finding in findings if finding.wrong] == []
    assert len(findings) > 12


def test_the_selftest_says_what_is_wrong_and_what_to_do(write: Write, bench: Bench) -> None:
    channel = write("    if op == 'create_session': reply['result'] = {'session_id': 'made-up'}")

    findings = [finding for finding in selftest(channel, bench) if finding.wrong]

    assert findings[0].wrong == "the reply to an operation that is not known is another"
    assert findings[1].wrong == "the gateway has no session 'made-up'"
    assert findings[1].hint == "requests that came: none"


def test_the_selftest_ends_where_there_is_no_reply(write: Write, bench: Bench) -> None:
    findings = list(selftest(write("    if op == 'open': sys.exit('oh no')"), bench))

    assert "oh no" in findings[-1].wrong
    assert findings[-1].hint == "nothing more can be checked"
