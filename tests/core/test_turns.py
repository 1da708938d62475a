"""Turns: begin, chain, pause, end."""

from __future__ import annotations

import pytest

from mock_gateway.core.commands import FilePart, TextPart, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.core.lifecycle import TurnState
from tests.stories import story

HELLO = """
    agent: bot
    turns:
      - when: { message: hold }
        wait: cancel
      - when: { message: break }
        fail: out of paper
      - say: "You are at turn {{ turn.n }}."
"""
GATED = """
    agent: bot
    turns:
      - when: { message: go }
        say: May I?
        call:
          - { tool: shop.pay, approval: required, returns: { ok: true } }
          - { tool: shop.look, returns: seen }
        on_allow: { say: "Paid {{ results[0].ok }}, {{ results[1] }}." }
        on_deny: { say: "Not paid: {{ approval.reason }}" }
      - say: something else
"""


def test_a_turn_is_created_speaks_and_is_done():
    s = story(HELLO)
    s.say()
    assert s.told() == ["turn.created", "main: You are at turn 1. (stop)", "turn done"]
    assert s.turn.state is TurnState.DONE


def test_turns_chain_to_the_latest_by_themselves():
    s = story(HELLO)
    first, second = s.say(), s.say()
    assert second.previous is first
    assert s.text() == "You are at turn 2."


def test_an_explicit_id_chains_to_that_turn():
    s = story(HELLO)
    first, _ = s.say(), s.say()
    forked = s.say(previous=first.id)
    assert forked.previous is first
    assert s.text() == "You are at turn 2."


def test_an_unknown_previous_turn_is_refused_and_changes_nothing():
    s = story(HELLO)
    with pytest.raises(Refusal) as refused:
        s.say(previous="nobody")
    assert refused.value.reason is Reason.UNKNOWN_TURN
    assert s.session.turns == []


def test_a_turn_chains_on_a_failed_and_on_a_cancelled_one():
    s = story(HELLO)
    failed = s.say("break")
    assert (failed.state, failed.error) == (TurnState.ERROR, "out of paper")
    held = s.say("hold")
    s.cancel()
    assert held.state is TurnState.CANCELLED
    assert s.say().previous is held
    assert s.text() == "You are at turn 3."


def test_only_one_turn_runs():
    s = story(HELLO)
    running = s.say("hold")
    with pytest.raises(Refusal) as refused:
        s.say()
    assert refused.value.reason is Reason.TURN_RUNNING
    assert running.id in refused.value.message
    assert s.session.turns == [running]


def test_superseding_cancels_the_running_turn_for_the_next():
    s = story(HELLO, concurrent_turn="supersede")
    running = s.say("hold")
    turn = s.say()
    assert (running.state, running.cancel_reason) == (TurnState.CANCELLED, "cancelled-for-next-turn")
    assert turn.previous is running
    assert turn.state is TurnState.DONE


def test_a_gated_call_pauses_and_holds_back_the_others():
    s = story(GATED)
    s.say("go")
    assert s.told() == ["turn.created", "main: May I? (tool_calls)", "tool.approval_required main", "turn done"]
    s.allow()
    assert s.told() == [
        "turn.created",
        'main result {"ok":true}',
        "main result seen",
        "main: Paid true, seen. (stop)",
        "turn done",
    ]


def test_a_denied_call_is_answered_with_the_reason_and_the_others_still_run():
    s = story(GATED)
    s.say("go")
    s.deny("too dear")
    assert s.told() == [
        "turn.created",
        'main result {"error":"User denied tool call: too dear"}',
        "main result seen",
        "main: Not paid: too dear (stop)",
        "turn done",
    ]


def test_a_paused_turn_can_be_answered_in_two_ways_from_the_same_place():
    s = story(GATED)
    paused = s.say("go")
    s.allow()
    s.deny("no", previous=paused.id, turn=paused)
    assert s.turn.previous is paused
    assert "main: Not paid: no (stop)" in s.told()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (lambda _: [], Reason.DOES_NOT_FIT_PENDING),
        (lambda _: [ToolApproval("main", "call_x", allow=True)], Reason.DOES_NOT_FIT_PENDING),
        (lambda call: [ToolApproval("main", call, allow=True)] * 2, Reason.DOES_NOT_FIT_PENDING),
        (lambda call: [ToolApproval("elsewhere", call, allow=True)], Reason.DOES_NOT_FIT_PENDING),
        (lambda call: [ToolAnswer("main", call, "yes")], Reason.DOES_NOT_FIT_PENDING),
        (lambda _: [UserMessage("hello")], Reason.MESSAGE_WHILE_PENDING),
        (lambda call: [UserMessage("x"), ToolApproval("main", call, allow=True)], Reason.MIXED_INPUT),
    ],
    ids=["nothing", "unknown", "twice", "wrong thread", "wrong kind", "message", "mixed"],
)
def test_an_answer_that_does_not_fit_changes_nothing(answers, reason):
    s = story(GATED)
    s.say("go")
    call = s.pending()[0].id
    with pytest.raises(Refusal) as refused:
        s.send(*answers(call))
    assert refused.value.reason is reason
    assert len(s.session.turns) == 1
    assert [pending.id for pending in s.pending()] == [call]
    s.allow()
    assert "main: Paid true, seen. (stop)" in s.told()


def test_what_was_answered_before_is_not_pending_any_more():
    s = story(GATED)
    s.say("go")
    call = s.pending()[0]
    s.allow()
    with pytest.raises(Refusal) as refused:
        s.send(ToolApproval("main", call.id, allow=True))
    assert refused.value.reason is Reason.DOES_NOT_FIT_PENDING
    assert "no tool call is pending" in refused.value.message


def test_nothing_pending_needs_a_user_message():
    s = story(HELLO)
    with pytest.raises(Refusal) as refused:
        s.send()
    assert refused.value.reason is Reason.NOTHING_TO_DO


def test_a_document_needs_the_sandbox_and_an_image_does_not():
    s = story(HELLO)
    image = FilePart("a.png", "data:image/png;base64,AA==", "image/png", 1)
    document = FilePart("a.pdf", "data:application/pdf;base64,AA==", "application/pdf", 1)
    s.send(UserMessage((TextPart("look"), image)))
    with pytest.raises(Refusal) as refused:
        s.send(UserMessage((TextPart("read"), document)))
    assert refused.value.reason is Reason.SANDBOX_REQUIRED
    assert "a.pdf" in refused.value.message


def test_a_sandbox_is_made_once_per_session():
    s = story("""
        agent: bot
        sandbox: { id: box-1 }
        turns:
          - say: x
            call: { tool: python, sandbox: true, returns: 3 }
            then: { say: y }
    """)
    s.say()
    assert "sandbox.created" in s.told()
    s.say()
    assert "sandbox.created" not in s.told()
    assert s.session.sandbox_id == "box-1"


def test_the_iteration_limit_ends_the_turn_with_an_error():
    s = story("""
        agent: bot
        limits: { iterations: 3 }
        turns:
          - say: again
            call: { tool: shop.look, returns: x }
            repeat: forever
    """)
    turn = s.say()
    assert turn.state is TurnState.ERROR
    assert turn.error == "iteration limit of 3 reached"
    assert s.told().count("main: again (tool_calls)") == 3


def test_the_timeout_cancels_the_turn():
    s = story("""
        agent: bot
        limits: { timeout: 10m }
        turns:
          - say: wait
            call: { tool: web.crawl, takes: 30m }
    """)
    turn = s.say()
    assert (turn.state, turn.cancel_reason) == (TurnState.CANCELLED, "server-execution-timeout")
    assert turn.completed_at == turn.created_at + 600


def test_a_hundred_messages_in_a_row_do_not_exhaust_the_stack():
    s = story("""
        agent: bot
        turns:
          - say: tick
            repeat: 100
    """)
    turn = s.say()
    assert turn.state is TurnState.DONE
    assert len(turn.messages) == 100


def test_state_survives_turns_and_follows_the_chain():
    s = story("""
        agent: bot
        state: { name: nobody }
        turns:
          - when: { message: '/I am (?P<name>\\w+)/' }
            set: { name: "{{ match.name }}" }
            say: "Hello {{ state.name }}."
          - say: "You are {{ state.name }}, and said {{ history[0].text }}."
    """)
    first = s.say("I am Ada")
    s.say("who am I?")
    assert s.text() == "You are Ada, and said I am Ada."
    s.say("I am Grace")
    s.say("who?", previous=first.id)
    assert s.text().startswith("You are Ada")


def test_an_unknown_name_at_run_time_ends_the_turn_with_the_place():
    s = story("""
        agent: bot
        turns:
          - when: { message: '/a(?P<tail>b)?/' }
            say: "{{ match.tail | upper }}"
          - say: "{{ result.x }}"
    """)
    s.say("zzz")
    assert s.turn.state is TurnState.ERROR
    assert "story.yaml:6" in (s.turn.error or "")


def test_the_error_default_names_the_nearest_rule():
    s = story("""
        agent: bot
        turns:
          - when: { message: refund invoice }
            say: ok
          - when: { message: weather }
            say: ok
        otherwise: error
    """)
    s.say("please refund my invoice")
    assert s.turn.state is TurnState.ERROR
    assert "story.yaml:4" in (s.turn.error or "")
    assert "refund invoice" in (s.turn.error or "")


def test_the_echo_default_repeats_the_text():
    s = story("agent: bot")
    s.say("anybody there?")
    assert s.text() == "You said: anybody there?"


def test_visits_count_how_often_the_rest_of_a_condition_has_fitted():
    s = story("""
        agent: bot
        turns:
          - when: { message: ping, visit: 2 }
            say: second
          - when: { message: ping }
            say: other
    """)
    texts = []
    for _ in range(3):
        s.say("ping")
        texts.append(s.text())
    assert texts == ["other", "second", "other"]


def test_a_rule_counts_its_visits_also_while_another_is_played():
    s = story("""
        agent: bot
        turns:
          - { when: { message: riddle, visit: 1 }, say: one }
          - { when: { message: riddle, visit: 2 }, say: two }
          - { when: { message: riddle }, say: many }
    """)
    texts = []
    for _ in range(4):
        s.say("a riddle")
        texts.append(s.text())
    assert texts == ["one", "two", "many", "many"]


def test_a_listed_thread_ends_with_the_output_that_is_given():
    s = story("""
        agent: bot
        turns:
          - events:
              - message: { call: { id: a, tool: create_sub_agent } }
              - thread_created: { thread: w, call: a, name: worker, input: x }
              - message: { thread: w, say: spoken }
              - tool_response: { call: a, content: "" }
              - thread_done: { thread: w, output: given }
    """)
    s.say()
    done = next(event for event in s.events() if event["type"] == "thread.done")
    assert done["output"]["content"] == "given"
