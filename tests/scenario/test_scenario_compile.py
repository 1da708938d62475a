"""What becomes of the keys around scripts: the agent, rules and their conditions, messages."""

from __future__ import annotations

import pytest
from scenario_texts import agent_of, step_of, steps_of, texts

from mock_gateway.core.pieces import Cut, PieceKind
from mock_gateway.core.script import (
    Agent,
    DoorRule,
    Incoming,
    Limits,
    McpServer,
    Pace,
    Readings,
    Rule,
    Sandbox,
    SubAgentCall,
    Usage,
    Written,
)
from mock_gateway.scenario import load_text
from mock_gateway.scenario.binding import TextExpression

# -- the agent ---------------------------------------------------------------------------------------------------------


def test_an_agent_needs_only_a_name() -> None:
    written = Written("agent: echo-bot", "s.yaml", "s.yaml")
    assert load_text("agent: echo-bot", "s.yaml") == Agent(name="echo-bot", file="s.yaml", written=written)


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
        ("sandbox: { files: { /out/a.csv: größe } }", "sandbox", Sandbox(files={"/out/a.csv": "größe".encode()})),
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
        (
            "door: [{ on: [subscribe_turn, stream_turn], answer: 504 }]",
            "door",
            (DoorRule("subscribe_turn", 504), DoorRule("stream_turn", 504)),
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
