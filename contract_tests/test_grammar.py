"""The judge by itself, on streams that were written by hand: right ones pass, wrong ones are blamed for one rule."""

from __future__ import annotations

import pytest

from contract_tests.stories import (
    Json,
    approval,
    arguments,
    auth,
    call,
    called,
    calls_of,
    cancelled,
    created,
    done,
    end,
    ended,
    failed,
    message,
    numbered,
    question,
    response,
    sandbox,
    text,
    thread,
)
from mock_gateway.conformance.server.beta.grammar import Judge, judge, judge_turns
from mock_gateway.conformance.server.beta.ledger import judge_log

HELLO = [created(), text("hi"), end(), done(message("hi"))]
TOOL = [created(), *called("c1"), response("c1"), text("ok", finish="stop"), done(calls_of("c1"), message("ok"))]
SPAWN = [created(), *called("c1"), thread("t1", "c1")]
SPAWNED = [*SPAWN, text("hi", "t1"), end("t1"), response("c1"), ended("t1", "c1"), text("ok"), end()]
SPAWNED_OUTPUT = [calls_of("c1"), message("hi", "t1"), message("ok")]
ASKED = [created(), *called("c1", is_approval_required=True), approval("c1")]
QUESTION = [created(), *called("c1", is_client_side=True), question("c1")]
TWO = [
    created(),
    call("c1"),
    arguments("{}"),
    call("c2", index=1),
    arguments("{}", index=1),
    end(finish="tool_calls"),
    thread("t1", "c1"),
    thread("t2", "c2"),
]

RIGHT: dict[str, list[list[Json]]] = {
    "a message": [HELLO],
    "nothing at all": [[created(), done()]],
    "a message whose last delta has text": [[created(), text("hi", finish="stop"), done(message("hi"))]],
    "a tool": [TOOL],
    "a sub-agent": [[*SPAWNED, done(*SPAWNED_OUTPUT)]],
    "an approval, and its turn": [
        [*ASKED, done(calls_of("c1"), approval("c1") | {"sequence_id": 5})],
        [created(), response("c1"), text("ok", finish="stop"), done(message("ok"))],
    ],
    "a cancelled message": [[created(), text("hi"), cancelled()]],
    "a failed turn": [[created(), text("hi"), end(), failed()]],
    "a cancelled sub-agent": [[*SPAWN, text("hi", "t1"), ended("t1", "c1", error="cancelled"), cancelled()]],
    "two threads that take turns": [
        [
            *TWO,
            text("a", "t1"),
            text("b", "t2"),
            end("t2"),
            response("c2"),
            ended("t2", "c2", said="b"),
            end("t1"),
            response("c1"),
            ended("t1", "c1", said="a"),
            done(
                message(None, "main", "tool_calls", "c1", "c2"),
                message("b", "t2"),
                message("a", "t1"),
            ),
        ]
    ],
    "a sub-agent that waits, and goes on": [
        [
            *SPAWN,
            *called("c2", "t1", is_client_side=True),
            question("c2", thread="t1"),
            done(
                calls_of("c1"),
                message(None, "t1", "tool_calls", "c2"),
                question("c2", thread="t1"),
            ),
        ],
        [created(), text("hi", "t1", "stop"), response("c1"), ended("t1", "c1"), done(message("hi", "t1"))],
    ],
    "authorisation": [[created(), auth("main"), done(auth("main"))], HELLO],
    "a sandbox": [[created(), sandbox(), done()], HELLO],
    "events and fields that nobody knows": [
        [created(), {"type": "weather.changed"}, {**text("hi"), "mood": 1}, end(), done(message("hi"))]
    ],
}


def _named_again() -> Json:
    again = arguments("{}")
    again["tool_calls"][0]["function"]["name"] = "t"
    return again


WRONG: dict[str, tuple[str, list[list[Json]]]] = {
    "no beginning": ("STR-2", [[text("hi", finish="stop"), done(message("hi"))]]),
    "two beginnings": ("STR-2", [[created(), *HELLO]]),
    "no end": ("STR-2", [HELLO[:-1]]),
    "an event after the end": ("STR-2", [[*HELLO, text("more")]]),
    "two ends": ("STR-2", [[*HELLO, done(message("hi"))]]),
    "nothing": ("STR-2", [[]]),
    "work after a pause": ("STR-3", [[*ASKED, text("x", finish="stop"), cancelled()]]),
    "work after asking for authorisation": ("STR-3", [[created(), auth("main"), sandbox(), done(auth("main"))]]),
    "a pause and then a failure": ("STR-3", [[*ASKED, failed()]]),
    "a start at 0": ("SEQ-1", [[{**created(), "sequence_id": 0}, {**done(), "sequence_id": 1}]]),
    "a gap": ("SEQ-1", [[*HELLO[:-1], {**HELLO[-1], "sequence_id": 6}]]),
    "a repeat": ("SEQ-1", [[*HELLO[:-1], {**HELLO[-1], "sequence_id": 3}]]),
    "a number that is text": ("SEQ-1", [[*HELLO[:-1], {**HELLO[-1], "sequence_id": "4"}]]),
    "no turn id": ("EVT-1", [[{"type": "turn.created", "created_at": "now"}, done()]]),
    "a status that nobody knows": ("EVT-2", [[created(), {"type": "turn.done", "status": "paused"}]]),
    "done without an output": ("EVT-2", [[created(), {"type": "turn.done", "status": "done"}]]),
    "cancelled without a reason": ("EVT-2", [[created(), {"type": "turn.done", "status": "cancelled"}]]),
    "an output that lacks a message": ("EVT-2", [[created(), text("hi"), end(), done()]]),
    "an output with one too many": ("EVT-2", [[created(), done(message("hi"))]]),
    "an output in another order": ("EVT-2", [[*ASKED, done(approval("c1"), calls_of("c1"))]]),
    "an output with another pause": ("EVT-2", [[*ASKED, done(calls_of("c1"), approval("c2"))]]),
    "content that is no text": (
        "EVT-3",
        [[created(), {**text("hi"), "content": 1}, text("x", finish="stop"), done(message("x"))]],
    ),
    "a chunk without index": ("EVT-3", [[created(), {**call("c1"), "tool_calls": [{"function": {}}]}, cancelled()]]),
    "a later chunk with a name": ("EVT-3", [[created(), call("c1"), _named_again(), cancelled()]]),
    "a first chunk without an id": ("EVT-3", [[created(), arguments("{}"), cancelled()]]),
    "an output message without finish_reason": (
        "EVT-4",
        [[created(), text("hi"), end(), done(message("hi") | {"finish_reason": None})]],
    ),
    "a response that is data": (
        "EVT-5",
        [[created(), *called("c1"), {**response("c1"), "content": {}}, done(calls_of("c1"))]],
    ),
    "a pause for nothing": ("EVT-6", [[created(), {**approval(), "tool_calls": []}, cancelled()]]),
    "a question for nothing": ("EVT-7", [[created(), {**question(), "tool_calls": []}, cancelled()]]),
    "a thread of nobody": (
        "EVT-8",
        [[*SPAWN[:-1], {**thread("t1", "c1"), "agent_info": {"name": "a"}}, ended("t1", "c1"), done(calls_of("c1"))]],
    ),
    "a failed thread without a message": (
        "EVT-9",
        [[*SPAWN, {**ended("t1", "c1", error="x"), "message": None}, done(calls_of("c1"))]],
    ),
    "servers without sessions": (
        "EVT-10",
        [[created(), {"type": "mcp.initialize", "thread_id": "main", "content": [{"mcp_server_name": "s"}]}, done()]],
    ),
    "no servers": ("EVT-11", [[created(), {**auth(), "servers": []}, done({**auth(), "servers": []})]]),
    "a sandbox without id": ("EVT-12", [[created(), {"type": "sandbox.created"}, done()]]),
    "a delta of no thread": ("EVT-13", [[created(), {"type": "model.message", "content": "hi"}, done()]]),
    "an output with other text": ("MSG-1", [[created(), text("hi"), end(), done(message("ho"))]]),
    "an output with another finish": ("MSG-1", [[created(), text("hi"), end(), done(message("hi", finish="length"))]]),
    "an output with other calls": ("MSG-1", [[created(), *called("c1"), response("c1"), done(calls_of("c2"))]]),
    "a thread's output with other text": (
        "MSG-1",
        [[*SPAWN, text("ho", "t1", "stop"), ended("t1", "c1"), done(calls_of("c1"), message("ho", "t1"))]],
    ),
    "a response within a message": (
        "MSG-2",
        [[*TOOL[:4], text("x"), response("c1"), end(), done(calls_of("c1"), message("x"))]],
    ),
    "a message without an end": ("MSG-2", [[created(), text("hi"), done()]]),
    "arguments that are no JSON": (
        "MSG-3",
        [[created(), call("c1"), arguments('{"a":'), end(finish="tool_calls"), cancelled()]],
    ),
    "half of a character": ("MSG-3", [[created(), text("\ud83d"), text("\ude00"), end(), done(message("😀"))]]),
    "a character that was replaced": ("MSG-3", [[created(), text("\ufffd\ufffd"), end(), done(message("é"))]]),
    "main is created": (
        "THR-1",
        [[created(), *called("c1"), thread("main", "c1"), response("c1"), done(calls_of("c1"))]],
    ),
    "main is done": ("THR-1", [[created(), *called("c1"), ended("main", "c1"), done(calls_of("c1"))]]),
    "words before the thread is created": ("THR-2", [[created(), text("hi", "t1"), done()]]),
    "words after the thread is done": ("THR-2", [[*SPAWN, ended("t1", "c1"), text("hi", "t1"), done(calls_of("c1"))]]),
    "a thread that is done twice": ("THR-2", [[*SPAWN, ended("t1", "c1"), ended("t1", "c1"), done(calls_of("c1"))]]),
    "a thread below no call": ("THR-2", [[created(), thread("t1", "c1"), ended("t1", "c1"), done()]]),
    "a thread below another's call": (
        "THR-2",
        [
            [
                *TWO,
                thread("t3", "c2", "t1"),
                ended("t3", "c2", "t1"),
                ended("t1", "c1"),
                ended("t2", "c2"),
                done(message(None, "main", "tool_calls", "c1", "c2")),
            ]
        ],
    ),
    "a thread that does not end": ("THR-2", [[*SPAWN, done(calls_of("c1"))]]),
    "a thread that outlives a cancelled turn": ("THR-2", [[*SPAWN, cancelled()]]),
    "a parent that ends before its child": (
        "THR-2",
        [
            [
                *SPAWN,
                *called("c2", "t1"),
                thread("t2", "c2", "t1"),
                ended("t1", "c1", error="x"),
                ended("t2", "c2", "t1"),
                done(calls_of("c1"), message(None, "t1", "tool_calls", "c2")),
            ]
        ],
    ),
    "the same thread in two turns": (
        "THR-2",
        [
            [*SPAWNED, done(*SPAWNED_OUTPUT)],
            [created(), *called("c2"), thread("t1", "c2"), ended("t1", "c2"), done(calls_of("c2"))],
        ],
    ),
    "another parent at the end": ("THR-2", [[*SPAWN, ended("t1", "c9"), done(calls_of("c1"))]]),
    "authorisation for a thread that is not there": ("THR-2", [[created(), auth("t9"), done(auth("t9"))]]),
    "a response that nobody asked for": ("TOO-1", [[created(), response("c1"), done()]]),
    "a response in another thread": (
        "TOO-1",
        [[*SPAWN, response("c1", "t1"), ended("t1", "c1"), done(calls_of("c1"))]],
    ),
    "two responses": ("TOO-1", [[*TOOL[:5], response("c1"), done(calls_of("c1"))]]),
    "a call id that comes again": ("TOO-1", [TOOL, [created(), *called("c1"), done(calls_of("c1"))]]),
    "an approval that nobody waits for": (
        "TOO-2",
        [
            [
                created(),
                *called("c1", is_approval_required=True),
                response("c1"),
                approval("c1"),
                done(calls_of("c1"), approval("c1")),
            ]
        ],
    ),
    "a call that nobody names": ("TOO-2", [[created(), *called("c1", is_client_side=True), done(calls_of("c1"))]]),
    "a pause that names a stranger": (
        "TOO-2",
        [[created(), *called("c1"), approval("c9"), done(calls_of("c1"), approval("c9"))]],
    ),
    "a question that has to be an approval": (
        "TOO-2",
        [[*ASKED[:-1], question("c1"), approval("c1"), done(calls_of("c1"), question("c1"), approval("c1"))]],
    ),
    "two sandboxes in a turn": ("SBX-1", [[created(), sandbox(), sandbox(), done()]]),
    "a sandbox in each turn": ("SBX-1", [[created(), sandbox(), done()], [created(), sandbox(), done()]]),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_stream_passes(name: str) -> None:
    violations = judge_turns(numbered(*turn) for turn in RIGHT[name])

    assert [str(violation) for violation in violations] == []


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_stream_is_blamed_for_its_rule(name: str) -> None:
    rule, turns = WRONG[name]

    violations = judge_turns(numbered(*turn) for turn in turns)

    assert {violation.rule for violation in violations} == {rule}, [str(violation) for violation in violations]


def test_any_stream_that_is_cut_short_has_no_end() -> None:
    whole = numbered(*SPAWNED, done(*SPAWNED_OUTPUT))

    for length in range(len(whole)):
        assert {violation.rule for violation in judge(whole[:length])} == {"STR-2"}


def test_any_event_that_is_lost_is_noticed() -> None:
    whole = numbered(*SPAWNED, done(*SPAWNED_OUTPUT))

    for index in range(len(whole)):
        assert judge(whole[:index] + whole[index + 1 :])


def test_any_event_that_comes_twice_is_noticed() -> None:
    whole = numbered(*SPAWNED, done(*SPAWNED_OUTPUT))

    for index in range(len(whole)):
        assert judge([*whole[: index + 1], *whole[index:]])


@pytest.mark.parametrize("field", ["thread_id", "tool_call_id", "parent", "output", "status", "servers", "tool_calls"])
@pytest.mark.parametrize("value", [None, 1, "", [], {}, [1], [None], {"id": 1}])
def test_the_judge_survives_any_nonsense_in_a_field(field: str, value: object) -> None:
    for turn in (*(turns[0] for turns in RIGHT.values()),):
        for index, event in enumerate(turn):
            bent = [*turn]
            bent[index] = {**event, field: value}
            judge(numbered(*bent))


def test_a_log_is_what_the_stream_gave() -> None:
    stream = numbered(*SPAWNED, done(*SPAWNED_OUTPUT))
    log = [
        {**calls_of("c1"), "sequence_id": 4},
        stream[4],
        {**message("hi", "t1"), "sequence_id": 7},
        stream[7],
        stream[8],
        {**message("ok"), "sequence_id": 11},
    ]

    assert list(judge_log(stream, log)) == []
    for index in range(len(log)):
        assert _rules(stream, log[:index] + log[index + 1 :]) == {"LOG-1"}
        assert _rules(stream, [*log[:index], {**log[index], "sequence_id": 99}, *log[index + 1 :]]) == {"LOG-2"}
    assert _rules(stream, [stream[0], *log]) == {"LOG-1"}
    assert _rules(stream, [*log[:-1], {**log[-1], "content": "other"}]) == {"MSG-1"}
    assert _rules(stream, [*log[:-1], {**log[-1], "finish_reason": None}]) >= {"EVT-4"}


def _rules(stream: list[Json], log: list[Json]) -> set[str]:
    return {violation.rule for violation in judge_log(stream, log)}


def test_the_judge_can_be_asked_at_any_time() -> None:
    one = Judge()

    for event in numbered(*HELLO):
        one.feed(event)
        assert one.violations == []

    assert one.phase == "over"
