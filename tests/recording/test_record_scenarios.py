"""What is written of what was seen: times, repeated messages, broken turns, gateways that do things their own way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from mock_gateway.core.commands import FilePart, TextPart, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.recording.plays import recorded_agents
from mock_gateway.recording.recorder import Recorder
from mock_gateway.recording.scenario import scenario_text
from mock_gateway.recording.secrets import Fence
from mock_gateway.recording.witness import Exchange, Witness
from mock_gateway.scenario import load_text
from mock_gateway.scenario.errors import Mistake
from mock_gateway.wire.asks import StartTurn
from mock_gateway.wire.dialects import voices

Json = dict[str, Any]
READERS = {voice.dialect.name: voice.read for voice in voices()}
Timed = tuple[float, Json]


class Stage:
    """Sessions of one agent, told event by event."""

    def __init__(self, dialect: str = "beta") -> None:
        self.witness = Witness()
        self._reader = READERS[dialect]
        self._turns = 0
        self.open()

    def open(self) -> None:
        """A new session."""
        self.session = f"s-{len(self.witness.sessions) + 1}"
        self.witness.session(self.session).agent = "actor"

    def turn(self, said: str | Sequence[Any] | None, *events: Json | Timed, ends: bool = True, **more: Any) -> None:
        """A turn with its events; the first and, unless it has no end, the last come by themselves."""
        self._turns += 1
        items = (UserMessage(said),) if isinstance(said, str) else said
        ask = StartTurn(self.session, None if items is None else tuple(items), **more)
        exchange = Exchange(self.witness, self._reader, ask, "", 100.0, has_key=True)
        exchange.head(200, None)
        done: list[Json | Timed] = (
            [{"type": "turn.done", "status": "done", "state": {"status": "done"}}] if ends else []
        )
        story = [{"type": "turn.created", "turn_id": f"t-{self._turns}"}, *events, *done]
        at = 0.0
        for number, event in enumerate(story, 1):
            at, shown = event if isinstance(event, tuple) else (at, event)
            exchange.event(str(number), json.dumps(shown), 100.0 + at)
        exchange.ended()

    def text(self) -> str:
        """The file. It has no mistakes, and nothing in it is odd."""
        text = scenario_text(recorded_agents(self.witness, Fence())["actor"], Fence())
        warnings: list[Mistake] = []
        load_text(text, warnings=warnings)
        assert not warnings, "\n".join(map(str, warnings))
        return text


def said(text: str, thread: str = "main") -> Json:
    """A piece of a message."""
    return {"type": "model.message", "thread_id": thread, "content": text}


def over(reason: str = "stop", thread: str = "main") -> Json:
    """The end of a message."""
    return {"type": "model.message", "thread_id": thread, "finish_reason": reason}


def called(id: str, name: str, arguments: str, server: str = "truefoundry-system", index: int = 0) -> Json:
    """A call, all at once, as some gateways send it."""
    info = {"mcp_server_id": server, "mcp_server_name": server, "original_tool_name": name}
    chunk = {"index": index, "id": id, "function": {"name": name, "arguments": arguments}, "tool_info": info}
    return {"type": "model.message", "thread_id": "main", "tool_calls": [chunk]}


def got(id: str, content: str, thread: str = "main") -> Json:
    """A result."""
    return {"type": "tool.response", "thread_id": thread, "tool_call_id": id, "content": content}


def waits(kind: str, *ids: str) -> Json:
    """A pause."""
    return {"type": f"tool.{kind}_required", "thread_id": "main", "tool_calls": [{"id": id} for id in ids]}


def ended(status: str, **fields: str) -> Json:
    """The end of a turn."""
    return {"type": "turn.done", "status": status, **fields}


def rules(text: str) -> str:
    """What stands under `turns`."""
    return text.split("turns:\n")[1].removesuffix("otherwise: error\n")


# ---- times


def test_times_become_the_pace_of_the_agent_and_what_a_tool_takes() -> None:
    stage = Stage()
    words = [(0.31 + 0.0251 * place, said(word)) for place, word in enumerate(["Let ", "me ", "look ", "at ", "it."])]
    call = (0.4355, called("c", "find", ""))
    stage.turn("Look.", *words, call, (0.46, over("tool_calls")), (1.271, got("c", "here")), (1.6, over()))

    text = stage.text()

    assert "pace: { first: 310ms, rate: 40 tokens/s }\n" in text
    assert "call: { tool: find, takes: 810ms, returns: here }" in text


def test_a_message_that_is_much_slower_has_its_own_pace() -> None:
    stage = Stage()
    for turn in range(3):
        stage.turn(f"Count to {turn}.", *((0.05 * n, said(f"{n} ")) for n in range(6)), (0.3, over()))
    stage.turn("Slowly.", *((0.5 * n, said(f"{n} ")) for n in range(6)), (3.0, over()))

    text = stage.text()

    assert "pace: 20 tokens/s\n" in text
    assert 'say: { text: "0 1 2 3 4 5 ", pace: 2 tokens/s }' in text


def test_a_message_that_only_calls_may_have_a_pace_too() -> None:
    stage = Stage()
    for turn in range(2):
        stage.turn(f"Hello {turn}.", (0.01, said("Hello.")), (0.02, over()))
    stage.turn("Look.", (0.9, called("c", "find", "{}")), (0.9, over("tool_calls")), (0.9, got("c", "here")))
    stage.turn("Nothing.", (0.9, over()))

    text = stage.text()

    assert 'say: { text: "", pace: { first: 900ms } }\n    call: { tool: find, returns: here }\n' in text
    assert 'say: { text: "", finish: stop, pace: { first: 900ms } }' in rules(text).split("Nothing.")[1]


def test_what_comes_at_once_has_no_pace() -> None:
    stage = Stage()
    stage.turn("Hello.", (0.001, said("Good ")), (0.0012, said("day.")), (0.0013, over()))

    assert "pace" not in stage.text()


# ---- the same message, another outcome


def test_the_same_message_later_is_told_apart_by_its_visit() -> None:
    stage = Stage()
    for text in ("One.", "Two.", "Two."):
        stage.turn("Next.", said(text), over())

    assert rules(stage.text()) == (
        "  - when: { message: Next., visit: 1 }\n    say: One.\n  - when: { message: Next. }\n    say: Two.\n"
    )


def test_the_same_message_is_told_apart_by_the_turn_where_visits_do_not_help() -> None:
    stage = Stage()
    stage.turn("Hm.", said("Yes?"), over())
    stage.open()
    stage.turn("Hello.", said("Hello."), over())
    stage.turn("Hm.", said("What?"), over())

    assert (
        "- when: { message: Hm., turn: 1 }\n    say: Yes?\n  - when: { message: Hm. }\n    say: What?\n" in stage.text()
    )


def test_what_nothing_tells_apart_is_left_out_and_said_so() -> None:
    stage = Stage()
    stage.turn("A joke!", said("Knock knock."), over())
    stage.open()
    stage.turn("A joke!", said("A horse walks into a bar."), over())

    text = stage.text()

    assert "# left out, after A joke!: 1 other way it went on: nothing that was sent tells them apart\n" in text
    assert "horse" not in text


def test_a_message_that_is_part_of_another_is_asked_for_whole() -> None:
    stage = Stage()
    for message in ("hello", "Hello again", "/start", " padded ", "two\nlines"):
        stage.turn(message, said("Yes."), over())

    text = stage.text()

    assert "{ message: { equals: hello } }" in text
    assert "{ message: Hello again }" in text
    assert '{ message: { equals: "/start" } }' in text
    assert '{ message: { equals: " padded " } }' in text


def test_a_fork_is_two_branches_of_one_pause() -> None:
    stage = Stage()
    stage.turn("Pay.", called("c", "pay", "{}"), over("tool_calls"), waits("approval", "c"))
    stage.turn([ToolApproval("main", "c", allow=True)], got("c", "paid"), said("Done."), over(), previous="t-1")
    denial = [ToolApproval("main", "c", allow=False, reason="no")]
    stage.turn(denial, got("c", '{"error":"User denied tool call: no"}'), said("Fine."), over(), previous="t-1")

    assert rules(stage.text()) == (
        "  - when: { message: Pay. }\n"
        "    call: { tool: pay, approval: required, returns: paid }\n"
        "    on_allow: { say: Done. }\n"
        "    on_deny: { say: Fine. }\n"
    )


def test_answers_are_branches_and_the_last_one_is_for_all_others() -> None:
    stage = Stage()
    for answer in ("red", "blue"):
        question = called("q", "ask_user_question", '{"question":"Which?","options":["red","blue"]}')
        stage.turn("Paint it.", question, over("tool_calls"), waits("response", "q"))
        stage.turn([ToolAnswer("main", "q", answer)], said(f"It is {answer} now."), over())
        stage.open()

    assert rules(stage.text()) == (
        "  - when: { message: Paint it. }\n"
        '    call: { ask: "Which?", options: [red, blue] }\n'
        "    on_answer: [{ when: { answer: { equals: red } }, say: It is red now. }, { say: It is blue now. }]\n"
    )


# ---- turns that end otherwise


@pytest.mark.parametrize(
    ("end", "written"),
    [
        (ended("cancelled", cancellation_reason="client-cancelled"), "say: { text: I was about, finish: never }\n"),
        (
            ended("error", message="the model is gone"),
            "say: { text: I was about, finish: never }\n    fail: the model is gone\n",
        ),
    ],
)
def test_a_message_that_broke_off_breaks_off_again(end: Json, written: str) -> None:
    stage = Stage()
    stage.turn("Go on.", said("I"), said(" was"), said(" about"), end, ends=False)

    assert written in stage.text()


def test_a_timeout_becomes_the_limit_and_a_tool_that_takes_longer() -> None:
    stage = Stage()
    end = (30.02, ended("cancelled", cancellation_reason="server-execution-timeout"))
    stage.turn("Wait.", called("c", "sleep", "{}"), over("tool_calls"), end, ends=False)

    text = stage.text()

    assert "limits: { timeout: 30s }\n" in text
    assert "call: { tool: sleep, takes: 90s }" in text


def test_a_turn_whose_end_was_not_seen_says_so() -> None:
    stage = Stage()
    stage.turn("Go on.", said("I was"), ends=False)

    text = stage.text()

    assert "# left out, after Go on.: how the turn ended was not seen\n" in text
    assert "say: I was\n" in text


# ---- gateways that do things their own way


def test_arguments_with_blanks_odd_names_and_templates_are_written_so_that_they_load() -> None:
    stage = Stage()
    stage.turn(
        "Try {{ this }}.",
        called("a", "search the.web", '{ "q" : "{{ x }}", "n": 1.50 }'),
        called("b", "run it", "no json", "My Server", 1),
        over("tool_calls"),
        got("a", "{{ y }}"),
        got("b", '{"a": "{{ z }}"}'),
        said("A brace: {{"),
        over(),
    )

    text = stage.text()

    assert 'arguments: { q: "{{ \'{{\' }} x }}", "n": 1.5 }' in text
    assert "tool: search_the_web" in text
    assert "tool: My-Server.run_it" in text


def test_sub_agents_may_take_a_model_and_answer_their_call() -> None:
    stage = Stage()
    began = {
        "type": "thread.created",
        "thread_id": "w",
        "parent": {"thread_id": "main", "tool_call_id": "c"},
        "agent_info": {"name": "worker", "input": "Work."},
    }
    done = {"type": "thread.done", "thread_id": "w", "status": "done", "output": {"content": "Worked."}}
    arguments = '{"name": "worker", "input": "Work.", "model": "small"}'
    stage.turn(
        "Go.",
        called("c", "create_sub_agent", arguments),
        over("tool_calls"),
        began,
        said("Worked.", "w"),
        over(thread="w"),
        got("c", "Worked."),
        done,
        said("All done."),
        over(),
    )

    assert "call: { sub_agent: worker, input: Work., script: { say: Worked. } }\n" in stage.text()
    assert "then: { say: All done. }\n" in stage.text()


def test_files_are_asked_for_by_name_and_type_and_never_written() -> None:
    stage = Stage()
    file = FilePart("a[1].csv", "data:text/csv;base64,c2VjcmV0", "text/csv", 6)
    stage.turn([UserMessage((TextPart("Load it."), file))], said("Loaded."), over())

    text = stage.text()

    assert "when: { message: Load it., files: 1, file: { name: a?1].csv, mime: text/csv } }" in text.replace('"', "")
    assert "sandbox: true\n" in text
    assert "c2VjcmV0" not in text


def test_a_server_that_was_never_opened_is_still_asked_for() -> None:
    stage = Stage()
    locked = {"type": "mcp.auth_required", "servers": [{"mcp_server_name": "github", "auth_url": "https://x.test"}]}
    stage.turn("Issues?", locked)

    text = stage.text()

    assert "mcp: { github: { auth: required } }\n" in text
    assert "call: { tool: github.use }\n" in text


def test_the_published_contract_carries_more() -> None:
    stage = Stage("v1")
    delta = {"type": "model.message.delta", "id": "m", "thread_id": "main"}
    usage = {"input_tokens": 3, "output_tokens": 2, "input_tokens_breakdown": {}}
    metrics = {"total_input_tokens": 3, "total_output_tokens": 2, "total_tokens": 5, "total_cost_in_usd": 0.25}
    stage.turn(
        "Think.",
        {"type": "model.message", "id": "m", "thread_id": "main", "content": None},
        {**delta, "reasoning_content": "Two and two."},
        {**delta, "content": [{"type": "text", "text": "Four."}]},
        {**delta, "refusal": "I cannot say why."},
        {**delta, "finish_reason": "stop", "usage": usage},
        {"type": "turn.done", "state": {"status": "done", "metrics": metrics, "required_actions": []}},
        ends=False,
    )

    text = stage.text()

    for part in ("text: Four.", "reasoning: Two and two.", "refusal: I cannot say why."):
        assert part in text
    assert "usage: { input_tokens: 3, output_tokens: 2, cost_in_usd: 0.25 }" in text


def test_a_session_whose_agent_was_never_seen_is_told_of() -> None:
    lines: list[str] = []
    recorder = Recorder(None, lines.append)
    stage = Stage()
    stage.witness.session(stage.session).agent = ""
    stage.turn("Hello.", said("Hello."), over())
    recorder.witness = stage.witness

    recorder.finish()

    assert lines == [f"session {stage.session} was not recorded: which agent it belongs to was never seen"]
