"""Sub-agents: parallel, nested, failing, pausing, living on."""

from __future__ import annotations

from mock_gateway.core.errors import Refusal
from mock_gateway.core.lifecycle import TurnState
from tests.stories import Story, story

PARALLEL = """
    agent: bot
    turns:
      - call:
          - { sub_agent: ada, input: one, script: { say: { pieces: [a1, a2, a3] } } }
          - { sub_agent: bob, input: two, script: { say: { pieces: [b1, b2, b3] } } }
        INTERLEAVE
        then: { say: "{{ results | join('/') }}" }
"""


def order(s: Story) -> str:
    """The first letters of the sub-agents' deltas, in order."""
    deltas = [e for e in s.events() if e["type"] == "model.message" and e["thread_id"] != "main" and e.get("content")]
    return "".join(event["content"][0] for event in deltas)


def parallel(interleave: str = "", seed: int = 0) -> Story:
    s = story(PARALLEL.replace("INTERLEAVE", interleave and f"interleave: {interleave}"), seed=seed)
    s.say()
    return s


def test_sub_agents_take_turns_by_default():
    assert order(parallel()) == "ababab"


def test_an_explicit_order_is_followed_and_repeats():
    assert order(parallel("[bob, bob, ada]")) == "bbabaa"


def test_a_seeded_order_depends_on_the_seed_only():
    orders = {seed: order(parallel("seeded", seed)) for seed in range(12)}
    assert all(order(parallel("seeded", seed)) == found for seed, found in orders.items())
    assert len(set(orders.values())) > 3


def test_a_seeded_order_gives_no_thread_long_runs():
    story_text = PARALLEL.replace("[a1, a2, a3]", str(["a"] * 40)).replace("[b1, b2, b3]", str(["b"] * 40))
    s = story(story_text.replace("INTERLEAVE", "interleave: seeded"), seed=3)
    s.say()
    runs = [len(run) for run in order(s).replace("ab", "a b").replace("ba", "b a").split()]
    assert sum(runs) == 80
    assert len(runs) > 20


def test_all_threads_are_created_first_and_each_answers_its_call_before_it_is_done():
    told = parallel().told()
    assert told[2:4] == ["ada created", "bob created"]
    assert told[-5:] == [
        "bob: b1b2b3 (stop)",
        "main result",
        "bob done",
        "main: a1a2a3/b1b2b3 (stop)",
        "turn done",
    ]
    assert told.index("ada: a1a2a3 (stop)") < told.index("ada done")


def test_parents_hear_the_results_of_their_sub_agents():
    assert parallel().text() == "a1a2a3/b1b2b3"


NESTED = """
    agent: bot
    turns:
      - call:
          sub_agent: outer
          input: x
          script:
            - call: { sub_agent: inner, input: y, script: { say: deep } }
            - say: "outer heard {{ result }}"
        then: { say: "main heard {{ result }}" }
"""


def test_a_child_ends_before_its_parent():
    s = story(NESTED)
    s.say()
    told = s.told()
    assert told.index("outer created") < told.index("inner created")
    assert told.index("inner done") < told.index("outer done")
    assert s.text() == "main heard outer heard deep"


def test_a_failing_sub_agent_does_not_end_the_turn():
    s = story("""
        agent: bot
        turns:
          - call: { sub_agent: ada, input: x, script: [ { say: trying }, { fail: no network } ] }
            then: { say: "It failed: {{ result.error }}" }
    """)
    s.say()
    assert s.turn.state is TurnState.DONE
    assert s.text() == "It failed: no network"
    done = next(event for event in s.events() if event["type"] == "thread.done")
    assert (done["status"], done["message"]) == ("error", "no network")


PAUSING = """
    agent: bot
    turns:
      - call:
          - sub_agent: ada
            input: x
            script:
              - call: { tool: shop.pay, approval: required, returns: paid }
                on_deny: { fail: "denied" }
              - say: "ada {{ result }}"
          - sub_agent: bob
            input: y
            script:
              - call: { ask: "Which?", options: [A, B] }
              - say: "bob took {{ answer }}"
          - { sub_agent: eve, input: z, script: [ { say: one }, { say: two } ] }
        then: { say: "{{ results | join(', ') }}" }
"""


def test_threads_that_pause_each_ask_and_the_others_run_on():
    s = story(PAUSING)
    s.say()
    told = s.told()
    assert "tool.approval_required ada" in told
    assert "tool.response_required bob" in told
    assert "eve done" in told
    assert told[-1] == "turn done"
    assert "ada done" not in told


def test_threads_live_on_across_turns():
    s = story(PAUSING)
    s.say()
    pay, ask = s.pending()
    from mock_gateway.core.commands import ToolAnswer, ToolApproval

    s.send(ToolAnswer(ask.thread_id, ask.id, "B"), ToolApproval(pay.thread_id, pay.id, allow=True))
    events = s.events()
    assert not [event for event in events if event["type"] == "thread.created"]
    assert len([event for event in events if event["type"] == "thread.done"]) == 2
    assert s.text() == "ada paid, bob took B, two"


def test_all_threads_have_to_be_answered_at_once():
    s = story(PAUSING)
    s.say()
    pay, ask = s.pending()
    from mock_gateway.core.commands import ToolApproval

    try:
        s.send(ToolApproval(pay.thread_id, pay.id, allow=True))
    except Refusal as refusal:
        assert f"missing: {ask.id}" in refusal.message
    assert len(s.pending()) == 2


def test_a_cancel_ends_every_thread_children_first():
    s = story("""
        agent: bot
        turns:
          - call:
              sub_agent: outer
              input: x
              script: { call: { sub_agent: inner, input: y, script: { wait: cancel } } }
    """)
    s.say()
    s.cancel()
    told = s.told()
    assert told[-3:] == ["inner error", "outer error", "turn cancelled"]
    s.say()
    assert s.turn.state is TurnState.RUNNING


def test_thread_ids_are_unique_in_the_session():
    s = story(PARALLEL.replace("INTERLEAVE", ""))
    ids = []
    for _ in range(3):
        s.say()
        ids += [event["thread_id"] for event in s.events() if event["type"] == "thread.created"]
    assert len(set(ids)) == 6
