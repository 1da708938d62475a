"""`mock-gateway drift`: what it finds, and that it finds nothing where there is nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mock_gateway.cli.main import main
from mock_gateway.core.script import Agent
from mock_gateway.recording.plan import Conversation, conversations
from mock_gateway.recording.shapes import Shape, differences
from mock_gateway.scenario import load_text
from tests.recording.recording_desk import Beta, Talker, mock, recording, served
from tests.recording.test_record_gallery import client

SHOP = """\
# try: Hello!
agent: shop
mcp: { store: {} }
turns:
  - when: { message: [refund, money back] }
    say: I can refund that.
    call: { tool: store.refund, arguments: { amount: 12.5 }, approval: required, returns: { id: RF-1 } }
    on_allow: { say: "Done: {{ result.id }}." }
    on_deny:
      - { when: { reason: dear }, say: Too dear? }
      - { say: As you wish. }
  - when: { message: size }
    call: { ask: Which size?, options: [small, large] }
    on_answer: [{ when: { answer: huge }, say: Not that one. }, { say: "{{ answer }}, then." }]
  - when: { message: hold }
    say: I hold the line.
    then: { wait: cancel }
  - when: { message: again, visit: 2 }
    say: You said that.
  - when: { message: '/regular .* expression/' }
    say: Nobody knows how to say that.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the shop's scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(SHOP)
    return tmp_path


Edit = Callable[[bytes], bytes]


class Bent:
    """A mock that has drifted: its bodies, and its statuses, are changed on their way out."""

    dates = True

    def __init__(
        self, edit: Edit, scenario: str = SHOP, status: Callable[[str, int], int] = lambda _path, status: status
    ) -> None:
        agent = load_text(scenario)
        self._app = mock({agent.name: agent})
        self._edit = edit
        self._status = status
        self.streams = self._app.streams
        self.gateway = self._app.gateway
        self.unreadable = self._app.unreadable

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI entry. A body is changed piece by piece, so no length is told."""

        async def bend(message: Any) -> None:
            if message["type"] == "http.response.start":
                kept = [(key, value) for key, value in message["headers"] if key != b"content-length"]
                headers = [(key, self._edit(value)) for key, value in kept]
                status = self._status(scope["path"], message["status"])
                await send({**message, "headers": headers, "status": status})
            else:
                await send({**message, "body": self._edit(message.get("body", b""))})

        await self._app(scope, receive, bend)


def drift(url: str, *more: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run the command; its exit code and what it printed."""
    code = main(["drift", "--upstream", url, "--scenarios", "shop.yaml", *more])
    return code, capsys.readouterr().out


def replaced(old: bytes, new: bytes) -> Edit:
    """An edit of bytes."""
    return lambda body: re.sub(old, new, body)


@pytest.mark.usefixtures("folder")
def test_a_mock_has_not_drifted_from_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with served(mock({"shop": load_text(SHOP)})) as url:
        code, out = drift(url, capsys=capsys)

    assert (code, out.count("\n")) == (0, 1)
    assert out.startswith(f"no drift between {url} and the mock: 12 conversations, ")


DRIFTED: dict[str, tuple[Edit, str]] = {
    "a new field of an event": (
        replaced(rb'("type":"tool.response")', rb'\1,"took_ms":7'),
        "shape: event tool.response: took_ms: there number, here not there",
    ),
    "a field that is gone": (
        replaced(rb',"tool_call_id":"[^"]*"(?=,"content")', b""),
        "shape: event tool.response: tool_call_id: there not there, here always there",
    ),
    "another type": (
        replaced(rb'"sequence_id":(\d+)', rb'"sequence_id":"\1"'),
        "shape: event turn.created: sequence_id: there string, here number",
    ),
    "a null": (
        replaced(rb'"finish_reason":"stop"', b'"finish_reason":null'),
        "shape: event model.message: finish_reason: there null or string, here string",
    ),
    "a new field of an answer": (
        replaced(rb'("data":\{"id":"sess-)', rb'"meta":{},\1'),
        "shape: create_session 201: meta: there object, here not there",
    ),
    "a new event": (
        replaced(rb"(?s)(id: 2\n)", rb'id: 1\ndata: {"type":"model.started"}\n\n\1'),
        "event: model.started: there sent, here never sent",
    ),
    "an event that is gone": (
        replaced(rb'(?s)id: \d+\ndata: \{"type":"mcp.initialize"[^\n]*\n\n', b""),
        "event: mcp.initialize: there never sent, here sent",
    ),
    "another order": (
        replaced(rb'(?s)id: \d+\ndata: \{"type":"turn.done"[^\n]*\n\n', b""),
        "order: the end right after tool.approval_required: there seen, here never",
    ),
    "another header": (
        replaced(rb"^application/json$", b"application/problem+json"),
        "header: create_session 201: there content-type application/problem+json, here content-type application/json",
    ),
}


@pytest.fixture(scope="module")
def drifted(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is said of a mock that has drifted in all these ways at once."""
    path = tmp_path_factory.mktemp("drifted") / "shop.yaml"
    path.write_text(SHOP)

    def edit(body: bytes) -> bytes:
        for one, _ in DRIFTED.values():
            body = one(body)
        return body

    printed = StringIO()
    with served(Bent(edit)) as url, redirect_stdout(printed):
        assert main(["drift", "--upstream", url, "--scenarios", str(path), "--contract", "beta"]) == 1
    return printed.getvalue().splitlines()


@pytest.mark.parametrize("name", DRIFTED)
def test_what_has_drifted_is_named(name: str, drifted: list[str]) -> None:
    _, wanted = DRIFTED[name]

    assert f"  beta {wanted}" in drifted


@pytest.mark.usefixtures("folder")
def test_another_status_is_named_with_its_conversation(capsys: pytest.CaptureFixture[str]) -> None:
    def other(_path: str, status: int) -> int:
        return 400 if status == 422 else status

    with served(Bent(lambda body: body, status=other)) as url:
        code, out = drift(url, "--contract", "beta", capsys=capsys)

    assert code == 1
    assert "  beta status: create_turn (shop: refund): there 400, here 422\n" in out


@pytest.mark.usefixtures("folder")
def test_machines_get_json(capsys: pytest.CaptureFixture[str]) -> None:
    with served(Bent(DRIFTED["a null"][0])) as url:
        code, out = drift(url, "--json", "--contract", "v1", capsys=capsys)

    shown = json.loads(out)
    assert code == 1
    assert (shown["upstream"], shown["conversations"] > 3, shown["turns"] > 3, shown["notes"]) == (url, True, True, [])
    assert {
        "kind": "shape",
        "contract": "v1",
        "where": "event model.message.delta: finish_reason",
        "there": "null or string",
        "here": "string",
    } in shown["findings"]


@pytest.mark.usefixtures("folder")
def test_a_gateway_that_does_not_answer_is_another_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with served(mock({})) as url:
        pass

    code = main(["drift", "--upstream", url, "--scenarios", "shop.yaml", "--key", "sk-not-to-be-told"])

    err = capsys.readouterr().err
    assert code == 3
    assert f"{url} does not answer" in err and "sk-not-to-be-told" not in err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("settings", "arguments", "message"),
    [
        ({}, (), "it has none of the agents shop"),
        ({}, ("--agent", "stop"), "there is no agent 'stop' in the scenarios"),
        ({"keys": "refused"}, (), "the gateway does not take this key"),
    ],
)
def test_what_cannot_be_compared_is_a_matter_of_usage(
    settings: dict[str, str], arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    locked = "agent: shop\ndoor: [{ on: create_session, answer: 403 }]"
    agents: dict[str, Agent] = {"shop": load_text(locked)} if settings else {}

    with served(mock(agents)) as url:
        code = main(["drift", "--upstream", url, "--scenarios", "shop.yaml", *arguments])

    assert code == 2
    assert message in capsys.readouterr().err


def test_a_recording_can_be_held_against_what_was_recorded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(mock({"shop": load_text(SHOP)})) as gateway:
        with recording(gateway) as (url, recorder), client(url) as http:
            talker = Talker(http, Beta, "shop")
            talker.say("I want a refund")
            talker.deny("too dear")
            talker.say("Which size?")
            talker.answer("small")
        (folder / "shop.yaml").write_text(recorder.texts()["shop"])

        code, out = drift(gateway, capsys=capsys)

    assert (code, out.split(":")[0]) == (0, f"no drift between {gateway.split(':')[0]}")


def test_conversations_come_from_the_rules() -> None:
    planned = conversations(load_text(SHOP))

    assert planned == [
        Conversation("shop", ("refund",)),
        Conversation("shop", ("refund",), allow=False, reason="dear"),
        Conversation("shop", ("size",)),
        Conversation("shop", ("size",), answers=("huge",)),
        Conversation("shop", ("hold",), stops=True),
        Conversation("shop", ("again", "again")),
    ]


def gathered(*values: Any) -> Shape:
    """The shape of some values."""
    shape = Shape()
    for value in values:
        shape.add(value)
    return shape


def named(there: Shape, here: Shape) -> Iterator[str]:
    """The differences in short."""
    return (f"{one.where}: {one.there} / {one.here}" for one in differences(there, here))


def test_shapes_of_unions_are_told_apart_by_their_tag() -> None:
    here = gathered({"state": {"status": "done", "output": 1}}, {"state": {"status": "error", "message": "x"}})

    assert list(named(gathered({"state": {"status": "error", "message": "y"}}), here)) == []
    assert list(named(gathered({"state": {"status": "gone"}}), here)) == [
        "state (gone): an object of this kind / no such kind"
    ]


def test_shapes_of_lists_are_those_of_their_items() -> None:
    there = gathered({"data": [{"id": "a"}, {"id": 1, "more": True}], "next": None})

    found = list(named(there, gathered({"data": [{"id": "b"}], "next": "token"}, {"data": [], "next": "token"})))

    assert found == [
        "data[].id: number or string / string",
        "data[].more: boolean / not there",
        "next: null / string",
    ]
