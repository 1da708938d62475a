"""Every key of the language, read from a small file, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_texts import agent_of, call_of, mistakes_of, place, step_of, steps_of

from mock_gateway.core.pieces import Cut, PieceKind
from mock_gateway.core.script import (
    Agent,
    DoorRule,
    HistoryTurn,
    Incoming,
    Interleave,
    Limits,
    McpServer,
    Pace,
    Readings,
    Rule,
    Sandbox,
    SubAgentCall,
    ToolCall,
    Usage,
)
from mock_gateway.scenario import load_text
from mock_gateway.scenario.binding import TextExpression, ValueExpression, evaluate


def texts(step: object) -> list[str]:
    """The pieces of a message that were cut at load."""
    pieces = getattr(step, "pieces", None)
    assert pieces is not None
    return [piece.text for piece in pieces if piece.kind is PieceKind.TEXT]


def arguments(step: object, call: int = 0) -> str:
    pieces = getattr(step, "pieces", None)
    assert pieces is not None
    return "".join(piece.text for piece in pieces if piece.kind is PieceKind.ARGUMENTS and piece.call == call)


# -- the agent ---------------------------------------------------------------------------------------------------------


def test_an_agent_needs_only_a_name() -> None:
    assert load_text("agent: echo-bot", "s.yaml") == Agent(name="echo-bot", file="s.yaml")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# shows: a refund\nagent: a", "a refund"),
        ("\n#shows:  a refund  \nagent: a", "a refund"),
        ("# licence\n# shows: a refund\nagent: a", "a refund"),
        ("# a refund\nagent: a", ""),
        ("agent: a\n# shows: a refund", ""),
    ],
)
def test_the_first_comment_says_what_a_scenario_shows(text: str, shown: str) -> None:
    assert load_text(text).description == shown


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("limits: { timeout: 10m, iterations: 25 }", "limits", Limits(600.0, 25)),
        ("limits: { iterations: 5 }", "limits", Limits(iterations=5)),
        ("sandbox: true", "sandbox", Sandbox()),
        ("sandbox: false", "sandbox", None),
        ("sandbox: { id: box.1 }", "sandbox", Sandbox("box.1")),
        ("sandbox: { starts: first_turn }", "sandbox", Sandbox(at_once=True)),
        ("sandbox: { starts: first_use }", "sandbox", Sandbox()),
        ("mcp: { github: {} }", "mcp", (McpServer("github", "github"),)),
        ("mcp:\n  github:", "mcp", (McpServer("github", "github"),)),
        ("mcp: { g: { auth: required } }", "mcp", (McpServer("g", "g", auth_required=True),)),
        ("mcp: { g: { auth: required, allowed_after: 5s } }", "mcp", (McpServer("g", "g", True, 5.0),)),
        ("mcp: { g: { auth: required, allowed_after: 2 asks } }", "mcp", (McpServer("g", "g", True, None, 2),)),
        ("mcp: { g: { id: srv-1, transport: sse } }", "mcp", (McpServer("g", "srv-1", transport="sse"),)),
        ("pace: instant", "pace", Pace()),
        ("pace: 40 tokens/s", "pace", Pace(gap=0.025)),
        ("pace: { first: 300ms, rate: 50 tokens/s, jitter: 20% }", "pace", Pace(0.3, 0.02, 0.2)),
        ("pace: { first: 1s }", "pace", Pace(1.0)),
        ("cut: words", "cut", Cut("words")),
        ("cut: { size: 5 }", "cut", Cut("sizes", 5, 5)),
        ("cut: { sizes: [3, 8] }", "cut", Cut("sizes", 3, 8)),
        ("readings: { cancel: session }", "readings", Readings(cancel="session")),
        (
            "readings: { running_turn_events: snapshot, concurrent_turn: supersede }",
            "readings",
            Readings(running_turn_events="snapshot", concurrent_turn="supersede"),
        ),
        ("state: { visits: 0, who: { a: [1] } }", "state", {"visits": 0, "who": {"a": [1]}}),
        ("params: { company: Acme }", "params", {"company": "Acme"}),
        ("otherwise: echo", "otherwise", "echo"),
        ("otherwise: error", "otherwise", "error"),
        ("door: [{ on: create_session, answer: 503 }]", "door", (DoorRule("create_session", 503),)),
        (
            "door: [{ on: create_turn, nth: 2, answer: 429, retry_after: 3s, message: slow }]",
            "door",
            (DoorRule("create_turn", 429, (2,), 3.0, "slow"),),
        ),
        ("door: [{ on: create_turn, nth: [1, 3], answer: 500 }]", "door", (DoorRule("create_turn", 500, (1, 3)),)),
    ],
)
def test_a_key_of_the_agent_is_read(text: str, field: str, value: object) -> None:
    assert getattr(agent_of(text), field) == value


def test_otherwise_can_be_a_script() -> None:
    one = agent_of("otherwise: { say: Sorry. }").otherwise
    many = agent_of("mcp: { g: {} }\notherwise: [{ call: { tool: g.x } }, { say: Sorry. }]").otherwise

    assert isinstance(one, Rule) and one.when is None and texts(one.script[0]) == ["Sorry", "."]
    assert isinstance(many, Rule) and len(many.script) == 2 and many.servers == ("g",)


def test_strict_makes_an_unexpected_turn_an_error_unless_the_file_decides() -> None:
    assert agent_of("turns: []", strict=True).otherwise == "error"
    assert agent_of("otherwise: echo", strict=True).otherwise == "echo"


def test_params_can_be_given_anew() -> None:
    text = "agent: a\nparams: { who: Acme, n: 1 }\nturns: [{ say: '{{ params.who }} {{ params.n }}' }]"

    agent = load_text(text, params={"who": "Bert", "unused": 1})

    assert agent.params == {"who": "Bert", "n": 1}
    assert texts(agent.rules[0].script[0]) == ["Bert", " 1"]


# -- rules and conditions ----------------------------------------------------------------------------------------------


def test_a_rule_has_a_name_a_condition_a_place_and_its_servers() -> None:
    agent = agent_of("mcp: { g: {}, h: {} }\nturns:\n  - say: a\n  - { when: { turn: 2 }, call: { tool: h.x } }")

    first, second = agent.rules
    assert (first.name, first.when, first.servers) == ("rule 1", None, ())
    assert (second.name, second.servers, str(second.position)) == ("rule 2", ("h",), "s.yaml:5:5")
    assert second.when is not None and second.when.describe() == "the turn is 2"


def test_the_servers_of_a_rule_are_those_that_its_own_thread_calls() -> None:
    text = """
mcp: { z: {}, a: {}, b: {}, c: {}, d: {}, inner: {} }
turns:
  - call:
      - { tool: b.one, approval: required }
      - { sub_agent: s, script: { call: { tool: inner.x }, then: { call: { tool: a.y } } } }
    on_allow: { call: { tool: c.two } }
    on_deny: [{ when: { reason: x }, call: { tool: d.three } }]
    then: [{ say: hi }, { call: [{ tool: a.x }, { tool: undeclared.x }, { tool: builtin }] }]
    on_refused: { call: { tool: z.x } }
"""
    (rule,) = agent_of(text).rules

    assert rule.servers == ("a", "b", "c", "d")
    sub_agent = rule.script[0].calls[1]
    assert isinstance(sub_agent, SubAgentCall) and sub_agent.servers == ("a", "inner")


def test_what_is_played_after_a_refused_authorisation_is_read() -> None:
    text = "mcp: { g: { auth: required } }\nturns: [{ call: { tool: g.x }, on_refused: [{ say: a }, { say: b }] }]"
    (rule,) = agent_of(text).rules

    assert rule.on_refused is not None and len(rule.on_refused) == 2


@pytest.mark.parametrize(
    ("when", "fitting", "other"),
    [
        ("{ message: refund }", Incoming("message", "REFUND it"), Incoming("message", "fund")),
        ("{ message: [refund, chargeback] }", Incoming("message", "a chargeback"), Incoming("message", "a bill")),
        ("{ message: { equals: Hi } }", Incoming("message", "Hi"), Incoming("message", "hi")),
        ("{ message: /^a+$/ }", Incoming("message", "aaa"), Incoming("message", "aab")),
        ("{ message: /^a/i }", Incoming("message", "Ab"), Incoming("message", "ba")),
        ("{ message: /a.b/s }", Incoming("message", "a\nb"), Incoming("message", "ab")),
        ("{ message: /^b/m }", Incoming("message", "a\nb"), Incoming("message", "ab")),
        ("{ turn: 3 }", Incoming("message", turn=3), Incoming("message", turn=2)),
        ("{ turn: [1, 3] }", Incoming("message", turn=1), Incoming("message", turn=2)),
        ("{ visit: 2 }", Incoming("message", visit=2), Incoming("message", visit=1)),
        ("{ state: { n: 1 } }", Incoming("message", state={"n": 1}), Incoming("message", state={"n": True})),
        ("{ resumed: true }", Incoming("resume"), Incoming("message", "a")),
        ("{ message: a, turn: 2 }", Incoming("message", "a", turn=2), Incoming("message", "a")),
    ],
)
def test_a_condition_fits_what_it_says(when: str, fitting: Incoming, other: Incoming) -> None:
    (rule,) = agent_of(f"state: {{ n: 0 }}\nturns: [{{ when: {when}, say: x }}]").rules
    assert rule.when is not None

    assert rule.when.match(fitting) is not None
    assert rule.when.explain(fitting) == ""
    assert rule.when.match(other) is None
    assert rule.when.explain(other) != ""


# -- messages ----------------------------------------------------------------------------------------------------------


def test_a_plain_text_is_cut_when_the_scenario_loads() -> None:
    step = step_of(
        "{ say: Hello my friend. }",
    )

    assert texts(step) == ["Hello", " my", " friend", "."]
    assert step.pieces is not None and step.pieces[-1].kind is PieceKind.FINISH


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        ("{ text: ab cd, cut: whole }", ["ab cd"]),
        ("{ text: ab cd, cut: words }", ["ab ", "cd"]),
        ("{ text: abc, cut: characters }", ["a", "b", "c"]),
        ("{ text: abcde, cut: { size: 2 } }", ["ab", "cd", "e"]),
        ("{ pieces: [by, ' ha', nd] }", ["by", " ha", "nd"]),
        ("{ text: '' , finish: length }", []),
    ],
)
def test_a_message_is_cut_as_it_says(say: str, expected: list[str]) -> None:
    assert texts(step_of(f"{{ say: {say} }}")) == expected


def test_a_cut_by_sizes_is_drawn_from_seed_file_and_path() -> None:
    script = "{ say: { text: abcdefghijklmnopqrstuvwxyz, cut: { sizes: [1, 9] } } }"

    assert texts(step_of(script)) == texts(step_of(script))
    assert texts(step_of(script)) != texts(step_of(script, seed=1))
    one, other = steps_of(f"{script[:-1]}, then: {script} }}")
    assert texts(one) != texts(other)
    assert "".join(texts(one)) == "".join(texts(other))


def test_filler_words_are_as_many_as_asked_for_and_the_same_each_time() -> None:
    say = step_of("{ say: { words: 300 } }").say
    again = step_of("{ say: { words: 300 } }").say
    other = step_of("{ say: { words: 300 } }", seed=1).say

    assert say is not None and say.texts is not None and isinstance(say.text, str)
    assert len(say.texts) == len(say.text.split()) == 300
    assert "".join(say.texts) == say.text
    assert say == again != other


def test_filler_words_can_be_cut_otherwise() -> None:
    step = step_of("{ say: { words: 20, cut: whole } }")

    assert len(texts(step)) == 1


def test_pace_and_cut_come_from_the_message_or_from_the_agent() -> None:
    agent = agent_of(
        "pace: 10 tokens/s\ncut: words\nturns: [{ say: a b }, { say: { text: c, pace: instant, cut: whole } }]"
    )

    first, second = (rule.script[0].say for rule in agent.rules)
    assert first is not None and (first.cut, first.pace) == (Cut("words"), None)
    assert second is not None and (second.cut, second.pace) == (Cut("whole"), Pace())


def test_the_other_parts_of_a_message_are_read() -> None:
    usage = "{ input_tokens: 9, output_tokens: 2, cache_read_tokens: 1, cache_write_tokens: 0, cost_in_usd: 0.5 }"
    say = step_of(f"{{ say: {{ text: a, finish: length, reasoning: b, refusal: c, usage: {usage} }} }}").say

    assert say is not None
    assert (say.finish_reason, say.reasoning, say.refusal) == ("length", "b", "c")
    assert say.usage == Usage(9, 2, 1, 0, 0.5)


def test_a_message_that_depends_on_the_run_is_not_cut_yet() -> None:
    step = step_of('{ say: "You said {{ input.text }}" }')

    assert step.pieces is None
    assert step.say is not None and isinstance(step.say.text, TextExpression)
    assert step.say.text.evaluate({"input": {"text": "x"}}) == "You said x"


@pytest.mark.parametrize(
    "step",
    [
        '{ say: { text: a, reasoning: "{{ input.text }}" } }',
        '{ say: a, call: { tool: t, arguments: { x: ["{{ input.text }}"] } } }',
        '{ say: a, call: { sub_agent: s, input: "{{ input.text }}", script: { say: b } } }',
        '{ call: { ask: a, options: ["{{ input.text }}"] } }',
    ],
)
def test_any_part_that_depends_on_the_run_leaves_the_message_uncut(step: str) -> None:
    assert step_of(step).pieces is None


def test_results_do_not_belong_to_the_message() -> None:
    assert step_of('{ call: { tool: t, returns: "{{ input.text }}" } }').pieces is not None


def test_a_step_without_a_message_has_no_pieces() -> None:
    assert step_of("{ wait: 1s }").pieces is None


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
        ("[b, a, b]", Interleave("listed", ("b", "a", "b"))),
    ],
)
def test_the_order_of_sub_agents_is_read(written: str, expected: Interleave) -> None:
    calls = "[{ sub_agent: a, script: { say: x } }, { sub_agent: b, script: { say: y } }]"

    assert step_of(f"{{ call: {calls}, interleave: {written} }}").interleave == expected


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
      - thread_done: { thread: w, output: ok }
      - tool_response: { call: c1, content: { done: true } }
"""
    sandbox, mcp, message, created, inner, done, response = agent_of(text).rules[0].script[0].events

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
    assert (response.call, response.content, str(response.position)) == ("c1", {"done": True}, "s.yaml:12:9")


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
