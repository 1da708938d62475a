"""What is wrong or odd about a scenario as a whole."""

from __future__ import annotations

import pytest
from scenario_texts import mistakes_of, place, warnings_of

EVENTS = "agent: a\nturns:\n- events:\n"


@pytest.mark.parametrize(
    ("events", "where", "message", "hint"),
    [
        (["tool_response: { call: c1, content: x }"], "4:5", "no call `c1` was made before (TOO-1)", "make it with"),
        (
            ["message: { call: { id: call1, tool: t } }", "tool_response: { call: cal1, content: x }"],
            "5:5", "no call `cal1` was made before (TOO-1)", "`call1`",
        ),
        (
            ["message: { call: { id: c, tool: t } }", "tool_response: { call: c, content: x }"] * 1
            + ["tool_response: { call: c, content: y }"],
            "6:5", "the call `c` was answered before (TOO-1)", "",
        ),
        (
            ["message: { call: [{ id: c, tool: t }, { id: c, tool: t }] }"],
            "4:43", "the label `c` names an earlier call already", "its own label",
        ),
        (["message: { thread: w, say: x }"], "4:5", "the thread `w` was not created before (THR-2)", "main"),
        (["mcp_initialize: { thread: w, servers: g }"], "4:5", "the thread `w` was not created before", ""),
        (
            ["message: { call: { id: c, tool: t } }", "thread_created: { thread: w, call: c, name: n, input: i }"],
            "5:5", "the thread `w` is still there when the list ends (THR-2)", "thread_done",
        ),
        (
            [
                "message: { call: { id: c, tool: t } }",
                "thread_created: { thread: w, call: c, name: n, input: i }",
                "message: { thread: w, call: { id: d, tool: t } }",
                "tool_response: { call: c, content: x }",
                "thread_done: { thread: w, output: o }",
                "tool_response: { thread: w, call: d, content: x }",
            ],
            "9:5", "the thread `w` has ended before (THR-2)", "before its thread_done",
        ),
        (
            [
                "message: { call: { id: c, tool: t } }",
                "thread_created: { thread: w, call: c, name: n, input: i }",
                "tool_response: { thread: w, call: c, content: x }",
                "thread_done: { thread: w, output: o }",
            ],
            "6:5", "was made in the thread `main`, not in `w` (TOO-1)", "`thread: main`",
        ),
        (
            [
                "message: { call: { id: c, tool: t } }",
                "thread_created: { thread: w, call: c, name: n, input: i }",
                "thread_created: { thread: w, call: c, name: n, input: i }",
                "thread_done: { thread: w, output: o }",
            ],
            "6:5", "the thread `w` was created before (THR-2)", "its own label",
        ),
        (["thread_created: { thread: main, call: c, name: n, input: i }"], "4:5", "no call `c` was made", ""),
        (["thread_done: { thread: main, output: o }"], "4:5", "`main` never ends by thread_done (THR-1)", ""),
        (["thread_done: { thread: w, output: o }"], "4:5", "the thread `w` was not created before (THR-2)", ""),
        (
            [
                "message: { call: [{ id: c, tool: t }] }",
                "thread_created: { thread: w, call: c, name: n, input: i }",
                "message: { thread: w, call: { id: d, tool: t } }",
                "thread_created: { thread: v, parent: w, call: d, name: n, input: i }",
                "thread_done: { thread: w, output: o }",
                "thread_done: { thread: v, output: o }",
            ],
            "8:5", "the thread `v` would outlive `w`, which started it (THR-2)", "inner thread first",
        ),
        (
            [
                "message: { call: [{ id: c, tool: t }] }",
                "thread_created: { thread: w, call: c, name: n, input: i }",
                "thread_created: { thread: v, parent: w, call: c, name: n, input: i }",
                "thread_done: { thread: v, output: o }",
                "thread_done: { thread: w, output: o }",
            ],
            "6:5", "was made in the thread `main`, not in `w` (THR-2)", "`parent: main`",
        ),
        (
            [
                "message: { call: { id: c, tool: t } }",
                "thread_created: { thread: w, call: c, name: n, input: i }",
                "thread_done: { thread: w, output: o }",
                "tool_response: { call: c, content: x }",
            ],
            "6:5", "the thread `w` is done, and its call `c` has no result yet (V1-THR-3)", "tool_response",
        ),
        (["sandbox_created: {}", "sandbox_created: {}"], "5:5", "a session has one sandbox (SBX-1)", ""),
    ],
)  # fmt: skip
def test_a_list_of_events_cannot_break_the_contract(events: list[str], where: str, message: str, hint: str) -> None:
    found = mistakes_of(EVENTS + "\n".join(f"  - {event}" for event in events))

    assert place(found[0]) == where
    assert message in found[0].message
    assert hint in found[0].hint


def test_main_is_never_created() -> None:
    events = [
        "  - message: { call: { id: c, tool: t } }",
        "  - thread_created: { thread: main, call: c, name: n, input: i }",
    ]
    (mistake,) = mistakes_of(EVENTS + "\n".join(events))

    assert "`main` is there from the start" in mistake.message


def test_one_call_starts_one_thread() -> None:
    events = [
        "  - message: { call: { id: c, tool: t } }",
        "  - thread_created: { thread: w, call: c, name: n, input: i }",
        "  - thread_created: { thread: v, call: c, name: n, input: i }",
        "  - tool_response: { call: c, content: x }",
        "  - thread_done: { thread: v, output: o }",
        "  - thread_done: { thread: w, output: o }",
    ]
    (mistake,) = mistakes_of(EVENTS + "\n".join(events))

    assert "the call `c` started the thread `w` already" in mistake.message


def test_a_call_that_was_answered_starts_no_thread() -> None:
    events = [
        "  - message: { call: { id: c, tool: t } }",
        "  - tool_response: { call: c, content: x }",
        "  - thread_created: { thread: w, call: c, name: n, input: i }",
        "  - thread_done: { thread: w, output: o }",
    ]
    (mistake,) = mistakes_of(EVENTS + "\n".join(events))

    assert "the call `c` was answered before; it starts no thread any more" in mistake.message


def test_a_repeated_list_cannot_make_a_sandbox() -> None:
    (mistake,) = mistakes_of(EVENTS + "  - sandbox_created: {}\n  repeat: 2")

    assert "would make more (SBX-1)" in mistake.message


def test_calls_of_a_listed_message_may_stay_open() -> None:
    assert warnings_of(EVENTS + "  - message: { call: { id: c, tool: t } }") == []


RULES = "agent: a\nstate: { n: 0 }\nturns:\n"


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        (RULES + "- say: a\n- say: b", "5:3", "this rule is never reached: the one in line 4 fits whenever it would"),
        (
            RULES + "- { when: { message: refund }, say: a }\n- { when: { message: a refund, turn: 2 }, say: b }",
            "5:3", 'the one in line 4 fits whenever it would (the message contains "refund")',
        ),
        (RULES + "- { when: { message: /a/ }, say: a }\n- { when: { message: /a/ }, say: b }", "5:3", "never reached"),
        (
            RULES + "- call: { ask: x }\n  on_answer: [{ say: a }, { when: { answer: y }, say: b }]",
            "5:27", "this branch is never reached",
        ),
        (RULES + "- wait: cancel\n  then: { say: a }", "5:9", "never reached: the step before waits until the turn is"),
        (RULES + "- { repeat: forever, say: a, then: { say: b } }", "4:36", "the step before is repeated for ever"),
        (RULES + "- { fail: x, then: { say: b } }", "4:20", "the step before fails"),
        (RULES + "- { wait: cancel, say: a }", "4:3", "nothing of this step is ever seen"),
        (RULES + "- { repeat: forever, set: { n: 1 } }", "4:3", "`repeat: forever` without a wait or a message"),
        (RULES + "- { say: '' }", "4:3", "an empty message"),
        ("agent: a\nmcp: { g: { auth: required } }\nturns: [{ say: a }]", "2:8", "`g` needs authorisation but"),
        ("agent: a\nmcp: { github: {} }\nturns: [{ call: { tool: gihub.x } }]", "3:17", "`gihub` is not under `mcp`"),
        ("agent: a\nturns: [{ say: a, on_refused: { say: b } }]", "2:9", "`on_refused` is never played"),
        (RULES + "- { say: '{{ results[0] }}', call: { tool: t } }", "4:3", "`results` has no value yet"),
        (RULES + "- { call: { tool: t, arguments: { x: '{{ result }}' } } }", "4:3", "`result` has no value yet"),
        (RULES + "- { call: { tool: t }, then: { say: '{{ answer }}' } }", "4:30", "`answer` has no value yet"),
        (RULES + "- { call: { tool: t }, fail: '{{ approval.reason }}' }", "4:3", "`approval` has no value yet"),
        ("agent: a\nfragments: { f: { say: a } }\nturns: [{ say: a }]", "2:14", "the fragment `f` is never used"),
        ("agent: a\nturns: [{ say: a }]\nsessions: [{ history: [{ allow: t }] }]", "3:24", "no script calls it with"),
        ("agent: a\nturns: [{ say: a }]\nsessions: [{ history: [{ deny: t }] }]", "3:24", "no script calls it with"),
        ("agent: a\nturns: [{ say: a }]\nsessions: [{ history: [{ answer: x }] }]", "3:24", "no script asks"),
        ("agent: a\nturns: [{ say: a }]\nsessions: [{ history: [{ answer: { t: x } }] }]", "3:24", "has the client"),
        ("agent: a\nturns: [{ say: a }]\nsessions: [{ history: [{ authorize: g }] }]", "3:24", "no server is declared"),
    ],
)  # fmt: skip
def test_what_is_odd_is_a_warning_with_its_place(text: str, where: str, message: str) -> None:
    (warning,) = warnings_of(text)

    assert place(warning) == where
    assert message in warning.message


@pytest.mark.parametrize(
    "text",
    [
        RULES + "- { when: { visit: 1 }, say: a }\n- { when: { visit: 1 }, say: b }\n- say: c",
        RULES + "- say: a\n- { when: { resumed: true }, say: b }",
        RULES + "- { when: { message: refund it }, say: a }\n- { when: { message: refund }, say: b }",
        RULES + "- { repeat: forever, wait: 1s }",
        RULES + "- { repeat: forever, say: a }",
        RULES + "- { say: { finish: length } }",
        RULES + "- { call: { tool: t }, set: { n: '{{ result }}' }, then: { say: '{{ results[0] }}' } }",
        RULES + "- { call: { ask: q }, on_answer: { say: '{{ answer }}' } }",
        RULES + "- { call: { tool: t, approval: required }, on_deny: { fail: '{{ approval.reason }}' } }",
        RULES + "- { call: { tool: t }, then: { call: { sub_agent: s, script: { say: '{{ result }}' } } } }",
        RULES + "- { say: '', call: { tool: t } }",
        "agent: a\nmcp: { g: { auth: required } }\n"
        "turns: [{ call: { sub_agent: s, script: { call: { tool: g.x } } } }]",
        "agent: a\nmcp: { github: {} }\nturns: [{ call: { tool: billing.x } }]",
        "agent: a\nturns: [{ call: [{ tool: b.t, approval: required }, { ask: x }] }]\n"
        "sessions: [{ history: [Hi, [{ allow: t }, { answer: y }]] }]",
    ],
)
def test_what_is_not_odd_is_no_warning(text: str) -> None:
    assert warnings_of(text) == []


def test_a_warning_in_an_included_file_shows_the_line_of_that_file(tmp_path: object) -> None:
    from pathlib import Path

    from mock_gateway.scenario import Library

    folder = Path(str(tmp_path))
    (folder / "common.yaml").write_text("fragments:\n  f: { say: '' }")
    (folder / "a.yaml").write_text("agent: a\ninclude: common.yaml\nturns: [{ use: f }]")

    (warning,) = Library.load([folder]).warnings

    assert warning.excerpt == "  f: { say: '' }"
    assert warning.position is not None and warning.position.file.endswith("common.yaml")
