"""What becomes of the keys in scripts: calls, steps, fragments, listed events; and of seeded sessions."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_texts import agent_of, arguments, call_of, mistakes_of, place, step_of, steps_of, texts

from mock_gateway.core.pieces import Cut
from mock_gateway.core.script import (
    HistoryTurn,
    Incoming,
    Interleave,
    SubAgentCall,
    ToolCall,
)
from mock_gateway.scenario import load_text
from mock_gateway.scenario.binding import TextExpression, ValueExpression, evaluate

# -- calls -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        ("{ tool: billing.refund }", {"tool": "refund", "server": "billing", "returns": "", "arguments": {}}),
        ("{ tool: think }", {"tool": "think", "server": None}),
        ("{ tool: a.b.c }", {"tool": "b.c", "server": "a"}),
        ("{ tool: t, arguments: { a: [1, true, null, 2.5, x] } }", {"arguments": {"a": [1, True, None, 2.5, "x"]}}),
        ("{ tool: t, cut: { size: 3 } }", {"cut": Cut("sizes", 3, 3)}),
        ("{ tool: t, approval: required }", {"approval": True}),
        ("{ tool: t, runs: client }", {"runs_on": "client"}),
        ("{ tool: t, deferred: true }", {"deferred": True}),
        ("{ tool: t, takes: 2s, returns: done }", {"takes": 2.0, "returns": "done", "fails": None}),
        ("{ tool: t, takes: 0 }", {"takes": 0.0}),
        ("{ tool: t, returns: null }", {"returns": None}),
        ("{ tool: t, returns: [{ a: 1 }] }", {"returns": [{"a": 1}]}),
        ("{ tool: t, fails: closed }", {"fails": "closed"}),
    ],
)
def test_a_tool_call_is_read(call: str, fields: dict[str, object]) -> None:
    found = call_of(call)

    assert isinstance(found, ToolCall)
    assert {name: getattr(found, name) for name in fields} == fields


def test_the_longest_declared_server_is_the_tools_server() -> None:
    text = "mcp: { a: {}, a.b: {} }\nturns: [{ call: [{ tool: a.b.c }, { tool: a.x.c }] }]"
    calls = agent_of(text).rules[0].script[0].calls

    assert [(call.server, call.tool) for call in calls if isinstance(call, ToolCall)] == [("a.b", "c"), ("a", "x.c")]


def test_a_call_in_the_sandbox_is_read() -> None:
    call = agent_of("sandbox: true\nturns: [{ call: { tool: run, sandbox: true } }]").rules[0].script[0].calls[0]

    assert isinstance(call, ToolCall) and call.in_sandbox


def test_a_question_is_the_built_in_client_side_tool() -> None:
    call = call_of("{ ask: Which one?, options: [A, B], cut: whole }")
    bare = call_of("{ ask: Which one? }")

    assert isinstance(call, ToolCall) and isinstance(bare, ToolCall)
    assert (call.tool, call.server, call.runs_on) == ("ask_user_question", None, "client")
    assert call.arguments == {"question": "Which one?", "options": ["A", "B"]}
    assert bare.arguments == {"question": "Which one?"}


def test_a_sub_agent_is_read_with_its_script() -> None:
    call = call_of('{ sub_agent: tester, input: Test it, script: [{ say: "{{ task }}" }, { fail: no }] }')

    assert isinstance(call, SubAgentCall)
    assert (call.name, call.input, len(call.script)) == ("tester", "Test it", 2)
    say = call.script[0].say
    assert say is not None and evaluate(say.text, {"task": "Test it"}) == "Test it"


def test_the_arguments_of_all_calls_are_part_of_the_pieces() -> None:
    step = step_of(
        "{ say: a, call: [{ tool: t, arguments: { x: ü } }, { sub_agent: s, input: i, script: { say: b } }] }"
    )

    assert arguments(step, 0) == '{"x":"ü"}'
    assert arguments(step, 1) == '{"name":"s","input":"i"}'


# -- steps -------------------------------------------------------------------------------------------------------------


def test_a_step_is_read() -> None:
    rule = "{ wait: 2s, say: a, set: { n: '{{ state.n + 1 }}' }, repeat: 3, fail: 'no {{ turn.n }}' }"
    text = f"state: {{ n: 0 }}\nturns: [{rule}]"
    (step,) = agent_of(text).rules[0].script

    assert (step.wait, step.until_cancelled, step.repeat) == (2.0, False, 3)
    assert isinstance(step.set["n"], ValueExpression) and step.set["n"].evaluate({"state": {"n": 4}}) == 5
    assert isinstance(step.fail, TextExpression) and step.fail.evaluate({"turn": {"n": 4}}) == "no 4"
    assert str(step.position) == "s.yaml:3:9"


def test_waiting_for_a_cancel_and_repeating_for_ever_are_read() -> None:
    assert step_of("{ wait: cancel }").until_cancelled
    assert step_of("{ repeat: forever, wait: 1s, say: a }").repeat == 0


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("in_turn", Interleave("in_turn")),
        ("seeded", Interleave("seeded")),
        ("calls", Interleave("calls")),
        ("[b, a, b]", Interleave("listed", ("b", "a", "b"))),
    ],
)
def test_the_order_of_sub_agents_is_read(written: str, expected: Interleave) -> None:
    calls = "[{ sub_agent: a, script: { say: x } }, { sub_agent: b, script: { say: y } }]"

    assert step_of(f"{{ call: {calls}, interleave: {written} }}").interleave == expected


def test_the_pieces_of_two_calls_can_take_turns() -> None:
    call = "{ tool: t, arguments: { of: a }, cut: { size: 6 } }"
    pieces = step_of(f"{{ call: [{call}, {call}], interleave: calls }}").pieces or ()

    assert [piece.call for piece in pieces[:-1]] == [0, 1, 0, 1, 0, 1]


def test_then_follows_its_step() -> None:
    steps = steps_of("{ say: a, then: [{ say: b, then: { say: c } }, { say: d }] }")

    assert ["".join(texts(step)) for step in steps] == ["a", "b", "c", "d"]


def test_a_branch_is_a_script_or_a_list_of_branches_with_conditions() -> None:
    call = "{ tool: t, approval: required }"
    script = step_of(f"{{ call: {call}, on_allow: [{{ say: a }}, {{ say: b }}] }}")
    branches = step_of(
        f"{{ call: {call}, on_deny: [{{ when: {{ reason: dear }}, say: a, then: {{ say: b }} }}, {{ say: c }}] }}"
    )

    (only,) = script.on_allow
    assert only.when is None and len(only.script) == 2
    first, last = branches.on_deny
    assert first.when is not None and last.when is None
    assert (len(first.script), len(last.script)) == (2, 1)
    assert first.when.match(Incoming("answers", reason="too dear")) is not None
    assert first.when.match(Incoming("answers", reason="no")) is None


def test_branches_look_at_tool_and_answer_and_capture() -> None:
    branch = "{ when: { tool: ask, answer: '/(?P<n>[0-9]+)/' }, say: '{{ match.n }} and {{ match.who }}' }"
    text = f"turns: [{{ when: {{ message: /(?P<who>.+)/ }}, call: {{ ask: How many? }}, on_answer: [{branch}] }}]"
    (found,) = agent_of(text).rules[0].script[0].on_answer

    assert found.when is not None
    assert found.when.match(Incoming("answers", tool="ask_user_question", answer="12 apples")) == {"n": "12"}
    assert found.when.match(Incoming("answers", tool="other", answer="12 apples")) is None


# -- fragments and includes --------------------------------------------------------------------------------------------


def test_a_fragment_is_played_where_it_is_used_with_its_values() -> None:
    text = """
fragments:
  bye: [{ say: "Bye, {{ name }}." }, { say: "{{ name | upper }}: {{ input.text }}" }]
turns:
  - say: Hello.
    then: [{ use: bye, with: { name: Ada }, then: { say: End. } }]
"""
    hello, bye, upper, end = agent_of(text).rules[0].script

    assert "".join(texts(bye)) == "Bye, Ada."
    assert upper.say is not None and evaluate(upper.say.text, {"input": {"text": "x"}}) == "ADA: x"
    assert "".join(texts(hello) + texts(end)) == "Hello.End."
    assert str(bye.position) == "s.yaml:4:9"


def test_a_value_for_a_fragment_can_depend_on_the_run_and_on_outer_values() -> None:
    text = """
fragments:
  outer: { use: inner, with: { text: "{{ name }}-{{ input.text }}" } }
  inner: { say: "<{{ text }}>" }
turns: [{ use: outer, with: { name: Ada } }]
"""
    (step,) = agent_of(text).rules[0].script

    assert step.say is not None
    assert evaluate(step.say.text, {"input": {"text": "x"}}) == "<Ada-x>"


def test_a_fragment_sees_only_its_own_values() -> None:
    text = "agent: a\nfragments: { o: { use: i }, i: { say: '{{ name }}' } }\nturns: [{ use: o, with: { name: x } }]"
    (mistake,) = mistakes_of(text)

    assert place(mistake) == "2:43"
    assert "the name `name` is not known (fragment `i` is used here without it)" in mistake.message


def test_a_rule_can_be_a_fragment() -> None:
    agent = agent_of("fragments: { f: { say: a } }\nturns: [{ when: { turn: 1 }, use: f }]")

    assert "".join(texts(agent.rules[0].script[0])) == "a"


def test_fragments_that_nobody_uses_are_checked_too() -> None:
    found = mistakes_of("agent: a\nfragments:\n  f: { use: g }\n  h: { use: h }")

    assert [place(mistake) for mistake in found] == ["3:8", "4:8"]


def test_includes_bring_fragments_and_parameters(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "common.yaml").write_text("include: sub/deep.yaml\nparams: { who: Common, n: 1 }\n")
    (tmp_path / "sub" / "deep.yaml").write_text(
        "params: { n: 0, deep: 2 }\nfragments: { f: { say: '{{ params.who }}' } }"
    )
    text = "agent: a\ninclude: [common.yaml, sub/deep.yaml]\nparams: { who: Mine }\nturns: [{ use: f }]"

    agent = load_text(text, folder=tmp_path)

    assert agent.params == {"n": 1, "deep": 2, "who": "Mine"}
    assert "".join(texts(agent.rules[0].script[0])) == "Mine"


@pytest.mark.parametrize(
    ("included", "message"),
    [
        (None, "cannot include `c.yaml`: "),
        ("agent: b", "an included file has only `params`, `fragments` and `include`"),
        ("turns: []", "unknown key `turns` in shared file"),
        ("include: c.yaml\nparams: {}", "the includes go in a circle: "),
        ("fragments: { f: { say: b } }", "the fragment `f` is defined in "),
        ("{}", "a shared file needs at least one of include, params, fragments"),
    ],
)
def test_a_bad_include_is_told(tmp_path: Path, included: str | None, message: str) -> None:
    if included is not None:
        (tmp_path / "c.yaml").write_text(included)
    found = mistakes_of("agent: a\ninclude: c.yaml\nfragments: { f: { say: a } }", folder=tmp_path)

    assert message in found[0].message


def test_a_text_without_a_folder_has_no_includes() -> None:
    (mistake,) = mistakes_of("agent: a\ninclude: c.yaml")

    assert "cannot include others" in mistake.message


# -- listed events -----------------------------------------------------------------------------------------------------


def test_listed_events_are_read() -> None:
    text = """
turns:
  - events:
      - sandbox_created: { id: box.1 }
      - mcp_initialize: { servers: [g, h] }
      - message: { say: Hi, call: [{ id: c1, tool: g.work, arguments: { a: 1 } }] }
        after: 2s
      - thread_created: { thread: w, call: c1, name: worker, input: Work }
      - message: { thread: w, say: { text: ok, cut: whole } }
      - tool_response: { call: c1, content: { done: true } }
      - thread_done: { thread: w, output: ok }
"""
    sandbox, mcp, message, created, inner, response, done = agent_of(text).rules[0].script[0].events

    assert (sandbox.kind, sandbox.name) == ("sandbox_created", "box.1")
    assert (mcp.kind, mcp.thread, mcp.servers) == ("mcp_initialize", "main", ("g", "h"))
    ((label, call),) = message.calls
    assert (message.after, label, call.server, call.tool, call.arguments) == (2.0, "c1", "g", "work", {"a": 1})
    assert message.say is not None and message.say.text == "Hi"
    assert (created.thread, created.parent, created.call, created.name, created.content) == (
        "w",
        "main",
        "c1",
        "worker",
        "Work",
    )
    assert inner.say is not None and inner.thread == "w"
    assert (done.thread, done.content, done.error) == ("w", "ok", None)
    assert (response.call, response.content, str(response.position)) == ("c1", {"done": True}, "s.yaml:11:9")


def test_a_listed_thread_can_fail_and_a_sandbox_has_an_id_of_its_own() -> None:
    text = """
turns:
  - events:
      - message: { call: { id: c1, tool: t } }
      - thread_created: { thread: w, parent: main, call: c1, name: w, input: "{{ input.text }}" }
      - thread_done: { thread: w, error: broke }
      - sandbox_created: {}
"""
    _, created, done, sandbox = agent_of(text).rules[0].script[0].events

    assert evaluate(created.content, {"input": {"text": "x"}}) == "x"
    assert done.error == "broke"
    assert sandbox.name.startswith("sandbox-")


# -- seeded sessions ---------------------------------------------------------------------------------------------------

PEOPLE = """
mcp: { g: { auth: required } }
turns:
  - { when: { message: ask }, call: { ask: Which? } }
  - { when: { message: other }, call: { tool: client_tool, runs: client } }
  - call: [{ tool: g.refund, approval: required }, { tool: g.pay, approval: required }]
"""


@pytest.mark.parametrize(
    ("item", "turn"),
    [
        ("Refund it.", HistoryTurn("message", "Refund it.")),
        ("{ message: Hi, cancel: true }", HistoryTurn("message", "Hi", cancel=True)),
        (
            "{ message: Hi, files: [{ name: a.PDF, text: ü }, { name: b, mime: x/y, base64: aGk= }] }",
            HistoryTurn("message", "Hi", (("a.PDF", "application/pdf", "ü".encode()), ("b", "x/y", b"hi"))),
        ),
        ("{ answer: yes }", HistoryTurn("answers", answers={"": "yes"})),
        ("{ answer: { client_tool: done } }", HistoryTurn("answers", answers={"client_tool": "done"})),
        ("{ allow: refund }", HistoryTurn("answers", allow=("refund",))),
        ("{ allow: [g.refund, pay] }", HistoryTurn("answers", allow=("refund", "pay"))),
        ("{ deny: refund, reason: dear }", HistoryTurn("answers", deny={"refund": "dear"})),
        (
            "[{ allow: pay }, { deny: refund }, { answer: x }]",
            HistoryTurn("answers", allow=("pay",), deny={"refund": ""}, answers={"": "x"}),
        ),
        ("{ authorize: g }", HistoryTurn("resume", authorize=("g",))),
    ],
)
def test_a_turn_of_a_history_is_read(item: str, turn: HistoryTurn) -> None:
    (session,) = agent_of(f"{PEOPLE}\nsessions:\n  - history:\n      - {item}").sessions

    (found,) = session.history
    fields = ("kind", "text", "files", "allow", "deny", "answers", "authorize", "cancel")
    assert {name: getattr(found, name) for name in fields} == {name: getattr(turn, name) for name in fields}
    assert str(found.position) == "s.yaml:11:9"


def test_a_seeded_session_is_read() -> None:
    text = """
sessions:
  - { id: sess-1, title: Old, created_by: ada@example.test, created: 2h ago, history: [Hi], running: true }
  - { created: 2026-01-31T09:30:00Z }
"""
    first, second = agent_of(text).sessions

    assert (first.id, first.title, first.created_by, first.created, first.running) == (
        "sess-1", "Old", "ada@example.test", 7200.0, True,
    )  # fmt: skip
    assert (second.id, second.created, second.history) == (None, "2026-01-31T09:30:00Z", ())
