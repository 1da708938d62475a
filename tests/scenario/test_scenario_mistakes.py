"""Mistakes in what a scenario says: the place, what was expected, what to do."""

from __future__ import annotations

import pytest
from scenario_texts import mistakes_of, place

RULE = "agent: a\nturns:\n  - "


@pytest.mark.parametrize(
    ("text", "where", "message", "hint"),
    [
        # the file
        ("- a", "1:1", "expected a mapping with agent, ..., found a list", ""),
        ("turns: []", "1:1", "`agent` is missing in scenario", "agent: support-bot"),
        ("agent: 12", "1:8", "`agent`: expected a name, found the number 12", '"12"'),
        ("agent: ''", "1:8", "`agent`: expected a name", ""),
        ("agent: a\nname: b", "2:1", "unknown key `name` in scenario", "`agent`"),
        ("agent: a\nturn: []", "2:1", "unknown key `turn` in scenario", "did you mean `turns`?"),
        ("agent: a\nxyzzy: 1", "2:1", "unknown key `xyzzy`", "there is: agent, turns, otherwise"),
        ("agent: a\nturns: { say: hi }", "2:8", "`turns`: expected a list", ""),
        ("agent: a\notherwise: ehco", "2:12", "expected `echo` or `error`", ""),
        ("agent: a\nlimits: {}", "2:9", "a limits needs at least one of timeout, iterations", ""),
        ("agent: a\nlimits: { timeout: 600 }", "2:20", "expected a duration such as", "write 600s or 600ms"),
        ("agent: a\nlimits: { iterations: 0 }", "2:23", "expected a whole number from 1, found the number 0", ""),
        ("agent: a\nlimits: { iterations: 2.5 }", "2:23", "expected a whole number from 1", ""),
        ("agent: a\nsandbox: yes", "2:10", "expected `true` or `false` or a mapping with id, starts", ""),
        ("agent: a\nmcp: { x: { auth: requird } }", "2:19", "expected `required`", "did you mean `required`?"),
        ("agent: a\nmcp: { x: { allowed_after: 5s } }", "2:13", "only together with `auth`", ""),
        ("agent: a\nmcp: { x: { auth: required, allowed_after: 2 } }", "2:44", "a duration", "2s or 2 asks"),
        ("agent: a\npace: 40", "2:7", "expected a rate such as 40 tokens/s", "write 40 tokens/s"),
        ("agent: a\npace: { jitter: 20% }", "2:9", "`jitter` means something only together with `rate`", ""),
        ("agent: a\npace: { rate: 9 tokens/s, jitter: 20 }", "2:35", "expected a percentage", "write 20%"),
        ("agent: a\ncut: word", "2:6", "expected `tokens`, `words`, `characters` or `whole`", "`words`"),
        ("agent: a\ncut: { sizes: [3] }", "2:15", "`sizes`: expected 2 items, found 1", ""),
        ("agent: a\ncut: { sizes: [8, 3] }", "2:8", "the least is 8 and the most 3", ""),
        ("agent: a\ncut: { size: 0 }", "2:14", "expected a whole number from 1", ""),
        ("agent: a\nreadings: { cancel: both }", "2:21", "expected `turn` or `session`", ""),
        ("agent: a\nstate: [x]", "2:8", "expected a mapping of names to first values", ""),
        ('agent: a\nstate: { n: "{{ turn.n }}" }', "2:13", "cannot hold {{ }}", "`set`"),
        ('agent: a\nparams: { n: "{{ turn.n }}" }', "2:14", "cannot hold {{ }}", ""),
        ("agent: a\ndoor: [{ on: create_turn }]", "2:8", "`answer` is missing in door rule", "429"),
        ("agent: a\ndoor: [{ on: create_turn, answer: 200 }]", "2:35", "a whole number from 400 to 599", ""),
        ("agent: a\ndoor: [{ on: turn, answer: 429 }]", "2:14", "`subscribe_turn` or `update_draft_session`", ""),
        ("agent: a\ndoor: [{ on: [cancel_turn, get_turns], answer: 429 }]", "2:28", "expected", "`get_turn`"),
        # sessions
        ("agent: a\nsessions: [{ created: yesterday }]", "2:23", "expected an age such as 10m ago", ""),
        ("agent: a\nsessions: [{ created: 2026-13-01T00:00:00Z }]", "2:23", "expected an age", ""),
        ("agent: a\nsessions: [{ running: true }]", "2:14", "only together with `history`", ""),
        ("agent: a\nsessions: [{ running: true, history: [] }]", "2:14", "needs a turn in its history", ""),
        ("agent: a\nsessions: [{ history: [{ answr: x }] }]", "2:24", "expected a mapping with `message`", "`answer`"),
        ("agent: a\nsessions: [{ history: [{ message: x, files: [{ name: f }] }] }]", "2:46", "text, base64", ""),
        (
            "agent: a\nsessions: [{ history: [{ message: x, files: [{ name: f, base64: abc }] }] }]",
            "2:57", "this is no base64", "",
        ),
        ("agent: a\nsessions: [{ id: s }, { id: s }]", "2:23", "there is a session `s` already", ""),
        # rules and conditions
        (RULE + "hi", "3:5", "expected a mapping with when, on_refused, say", ""),
        (RULE + "{ when: { message: a } }", "3:5", "a rule needs at least one of say, call, wait", ""),
        (RULE + "{ when: {}, say: a }", "3:13", "a condition needs at least one of message", ""),
        (RULE + "{ when: a, say: b }", "3:13", "expected a mapping with message, file", ""),
        (RULE + "{ when: { message: 42 }, say: a }", "3:24", "expected text or /a regular expression/", '"42"'),
        (RULE + "{ when: { message: '' }, say: a }", "3:24", "expected text or /a regular", "leave the key out"),
        (RULE + "{ when: { message: [] }, say: a }", "3:24", "expected at least 1 items, found 0", ""),
        (RULE + "{ when: { message: /a(/ }, say: a }", "3:24", "no regular expression: missing )", ""),
        (RULE + "{ when: { message: /a/g }, say: a }", "3:24", "there is no flag g; expected some of i, m, s", ""),
        (RULE + "{ when: { message: { equal: x } }, say: a }", "3:26", "unknown key `equal`", "`equals`"),
        (RULE + "{ when: { file: { over: 10 } }, say: a }", "3:29", "expected a size such as", "write 10 KB"),
        (RULE + "{ when: { turn: 0 }, say: a }", "3:21", "expected a whole number from 1", ""),
        (RULE + "{ when: { resumed: false }, say: a }", "3:24", "expected `true`, found `false`", ""),
        (RULE + "{ when: { text: a }, say: a }", "3:15", "unknown key `text` in condition", "`message`"),
        (RULE + "{ when: { message: a, state: { n: 1 } }, say: a }", "3:36", "there is no state `n`", "declare it"),
        # steps
        (RULE + "{ sya: a }", "3:7", "unknown key `sya` in rule", "did you mean `say`?"),
        (RULE + "{ message: a }", "3:7", "unknown key `message` in rule", "did you mean `say`?"),
        (RULE + "{ delay: 2s, say: a }", "3:7", "unknown key `delay` in rule", "did you mean `wait`?"),
        (RULE + "{ wait: 2 }", "3:13", "expected a duration such as 300ms, 2s, 10m or 1h, or `cancel`", "2s or 2ms"),
        (RULE + "{ say: true }", "3:12", "expected text or a mapping", 'quote it to make it text: "true"'),
        (RULE + "{ say: {{ input.text }} }", "3:13", "a key must be text", "needs quotes"),
        (RULE + "{ say: { text: a, words: 3 } }", "3:23", "`words` and `text` exclude each other", ""),
        (RULE + "{ say: { pace: instant } }", "3:12", "needs at least one of text, words, pieces", ""),
        (RULE + "{ say: { text: a, finish: done } }", "3:31", "expected `stop`, `length`", ""),
        (RULE + "{ say: { text: a, usage: { input_tokens: 1 } } }", "3:30", "`output_tokens` is missing in usage", ""),
        (RULE + "{ repeat: often, say: a }", "3:15", "a whole number from 1 or `forever`", ""),
        (RULE + "{ use: b, say: a }", "3:15", "`say` and `use` exclude each other", ""),
        (RULE + "{ say: a, with: { b: c } }", "3:15", "`with` means something only together with `use`", ""),
        (RULE + "{ use: b }", "3:7", "there is no fragment `b`", "define it under `fragments`"),
        (RULE + "{ set: { n: 1 } }", "3:14", "there is no state `n`", "declare it under `state`"),
        (RULE + "{ say: a, on_allow: { say: b } }", "3:15", "only together with `call`", ""),
        (RULE + "{ call: { tool: t }, on_allow: { say: b } }", "3:26", "needs approval", "approval"),
        (RULE + "{ call: { tool: t }, on_answer: { say: b } }", "3:26", "is answered by the client", "runs: client"),
        (RULE + "{ call: { tool: t }, interleave: seeded }", "3:26", "without sub-agents", ""),
        (
            RULE + "{ call: { sub_agent: tester, script: { say: a } }, interleave: [testr] }",
            "3:56", "the step has no sub-agent `testr`", "did you mean `tester`?",
        ),
        # calls
        (RULE + "{ call: { returns: 2 } }", "3:13", "expected a mapping with `tool`, `ask` or `sub_agent`", ""),
        (RULE + "{ call: { name: a.b } }", "3:15", "unknown key `name` in `call`", "did you mean `tool`?"),
        (RULE + "{ call: { tool: a, ask: b } }", "3:24", "`ask` and `tool` exclude each other", ""),
        (RULE + "{ call: { tool: a b } }", "3:21", "expected a tool such as `server.tool` or `tool`", ""),
        (RULE + "{ call: { tool: a, args: {} } }", "3:24", "unknown key `args` in tool call", "`arguments`"),
        (RULE + "{ call: { tool: a, takes: 2 } }", "3:31", "expected a duration", "write 2s or 2ms"),
        (RULE + "{ call: { tool: a, approval: yes } }", "3:34", "expected `required`", ""),
        (RULE + "{ call: { tool: a, returns: 1, fails: x } }", "3:36", "`fails` and `returns` exclude each other", ""),
        (RULE + "{ call: { tool: a, runs: client, returns: 1 } }", "3:38", "`returns` and `runs` exclude", ""),
        (RULE + "{ call: { tool: a, sandbox: true } }", "3:24", "the agent has none", "add `sandbox: true`"),
        (RULE + "{ call: { tool: a, arguments: [1] } }", "3:35", "a mapping of argument names to values", ""),
        (RULE + "{ call: { sub_agent: a } }", "3:13", "`script` is missing in sub-agent call", ""),
        (
            RULE + "{ events: [{ message: { call: { id: c, tool: t, approval: required } } }] }",
            "3:53", "a listed call has no `approval`", "write the call as a step",
        ),
        (
            RULE + "{ events: [{ message: { call: { id: c, tool: t, runs: client } } }] }",
            "3:53", "a listed call has no `runs`", "write the call as a step",
        ),
        (
            RULE + "{ events: [{ message: { call: { id: c, tool: t, returns: 1 } } }] }",
            "3:53", "a listed call has no `returns`", "tool_response",
        ),
        # templates
        (RULE + '{ say: "{{ inptu.text }}" }', "3:16", "the name `inptu` is not known", "did you mean `input`?"),
        (RULE + '{ say: "a {{ input.txet }}" }', "3:18", "`input` has no `txet`", "did you mean `text`?"),
        (RULE + '{ say: "{{ input.text | uper }}" }', "3:29", "there is no filter `uper`", "did you mean `upper`?"),
        (RULE + '{ say: "{{ input.text" }', "3:13", "is not closed", "two braces that mean themselves"),
        (RULE + '{ say: "a {{ 1 + }} b" }', "3:21", "this is no expression", "an expression is made of"),
        (RULE + '{ say: "{{ }}" }', "3:15", "there is no expression between", ""),
        (RULE + '{ say: "{{ match.x }}" }', "3:16", "`match` has no `x`", "name a group"),
        (RULE + '{ when: { message: "/(?P<ab>.)/" }, say: "{{ match.ac }}" }', "3:50", "`match` has no `ac`", "ab"),
        (RULE + '{ say: "{{ state.n }}" }', "3:16", "`state` has no `n`", "declare it under `state`"),
        (RULE + '{ say: "{{ params.n }}" }', "3:16", "`params` has no `n`", "declare it under `params`"),
        (RULE + '{ say: "{{ task }}" }', "3:16", "only in the script of a sub-agent", "input.text"),
        (RULE + '{ call: { tool: a, returns: { "{{ x }}": 1 } } }', "3:35", "a key cannot be a template", ""),
        (RULE + "{ say: |\n", "3:12", "", ""),
        ("agent: a\nturns:\n  - say: |\n      Hi\n      you {{ input.txet }}", "5:14", "`input` has no `txet`", ""),
        ("agent: a\nturns:\n  - say: \"\\tHi {{ input.txet }}\"", "3:19", "`input` has no `txet`", ""),
        ("agent: a\nparams: { n: a }\nturns:\n  - say: '{{ params.n | round }}'", "4:10", "can never be evaluated", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_is(text: str, where: str, message: str, hint: str) -> None:
    found = mistakes_of(text)

    assert place(found[0]) == where
    assert message in found[0].message
    assert hint in found[0].hint
    assert len(found) == 1, "one mistake is told once"


def test_all_mistakes_of_a_file_are_told_together_in_its_order() -> None:
    found = mistakes_of("agent: 1\npace: fast\nturns:\n  - sya: hi\n  - say: '{{ 1 + }}'\n  - call: { tool: a b }\n")

    assert [place(mistake) for mistake in found] == ["1:8", "2:7", "4:5", "5:17", "6:19"]


def test_all_mistakes_of_a_second_look_are_told_together() -> None:
    text = "agent: a\nturns:\n  - say: '{{ inptu }}'\n  - use: x\n  - set: { n: 1 }\n"
    text += "sessions: [{ running: true, history: [] }]"

    assert [place(mistake) for mistake in mistakes_of(text)] == ["3:14", "4:5", "5:12", "6:14"]
