"""Whole scenarios as one would write them: they load, and they say what they seem to say."""

from __future__ import annotations

from scenario_texts import warnings_of

from mock_gateway.core.script import Incoming, SubAgentCall, ToolCall
from mock_gateway.scenario import load_text
from mock_gateway.scenario.binding import evaluate

REFUND = """
# shows: a refund that a person must allow, with both answers
agent: support-bot
turns:
  - when: { message: refund }
    say: Let me look that up.
    call:
      tool: billing.process_refund
      arguments: { invoice_id: INV-2031, amount: 1240.0 }
      approval: required
      returns: { refund_id: RF-9914, status: completed }
    on_allow: { say: "Refund {{ result.refund_id }} was processed." }
    on_deny: { say: "Understood. {{ approval.reason }}" }
sessions:
  - id: sess-abc123
    title: Refund of INV-2031
    created_by: ada@example.test
    created: 2h ago
    history: ["Refund invoice INV-2031.", { allow: process_refund }]
"""

STANDUP = """
# shows: authorisation of two MCP servers, one by a person, one by itself after 5 s
agent: standup-bot
mcp:
  github: { auth: required }
  linear: { auth: required, allowed_after: 5s }
turns:
  - when: { message: standup }
    call:
      - { tool: github.list_issues, returns: [{ number: 7, title: Login is slow }] }
      - { tool: linear.list_tickets, returns: [] }
    then: { say: "Yesterday: {{ results[0][0].title }}. No tickets." }
"""

RELEASE = """
# shows: two sub-agents in parallel; the second one needs approval and goes on in the next turn
agent: release-bot
turns:
  - when: { message: '/release (?P<version>\\S+)/' }
    call:
      - sub_agent: tester
        input: "Test {{ match.version }}"
        script:
          - say: Running 1,204 tests.
            call: { tool: ci.run, takes: 2s, returns: { passed: 1204 } }
          - say: All green.
      - sub_agent: publisher
        input: "Publish {{ match.version }}"
        script:
          - call: { tool: registry.publish, approval: required, returns: { ok: true } }
            on_deny: { fail: "not published: {{ approval.reason }}" }
          - say: Published.
    then: { say: "{{ match.version }} is out." }
"""

RESEARCH = """
# shows: a turn that only ends by cancel or by the agent's timeout
agent: researcher
limits: { timeout: 10m }
turns:
  - when: { message: research }
    say: { words: 4000, pace: 40 tokens/s }
    call: { tool: web.crawl, takes: 30m }
sessions:
  - { title: Still working, history: ["Run a long research task."], running: true }
"""

BUSY = """
# shows: the second turn is refused once, then works
agent: busy-bot
door:
  - { on: create_turn, nth: 2, answer: 429, retry_after: 3s }
turns:
  - say: "You said: {{ input.text }}"
"""


def test_no_sketch_is_odd() -> None:
    for text in (REFUND, STANDUP, RELEASE, RESEARCH, BUSY):
        assert warnings_of(text) == []


def test_a_refund_has_an_approval_and_two_ways_to_go_on() -> None:
    (step,) = load_text(REFUND).rules[0].script

    (call,) = step.calls
    assert isinstance(call, ToolCall) and call.approval and call.server == "billing"
    allowed, denied = step.on_allow[0].script[0].say, step.on_deny[0].script[0].say
    assert allowed is not None and denied is not None
    assert evaluate(allowed.text, {"result": call.returns}) == "Refund RF-9914 was processed."
    assert evaluate(denied.text, {"approval": {"reason": "Too dear."}}) == "Understood. Too dear."


def test_a_standup_asks_two_servers_that_need_authorisation() -> None:
    agent = load_text(STANDUP)
    calling, saying = agent.rules[0].script

    assert agent.rules[0].servers == ("github", "linear")
    assert [server.allowed_after for server in agent.mcp] == [None, 5.0]
    results = [call.returns for call in calling.calls if isinstance(call, ToolCall)]
    assert saying.say is not None
    assert evaluate(saying.say.text, {"results": results}) == "Yesterday: Login is slow. No tickets."


def test_a_release_runs_two_sub_agents() -> None:
    (rule,) = load_text(RELEASE).rules
    assert rule.when is not None

    assert rule.when.match(Incoming("message", "release 1.2.0 please")) == {"version": "1.2.0"}
    tester, publisher = rule.script[0].calls
    assert isinstance(tester, SubAgentCall) and isinstance(publisher, SubAgentCall)
    assert evaluate(tester.input, {"match": {"version": "1.2.0"}}) == "Test 1.2.0"
    assert publisher.script[0].on_deny[0].script[0].fail is not None


def test_a_research_takes_longer_than_its_limit() -> None:
    agent = load_text(RESEARCH)
    (step,) = agent.rules[0].script
    (call,) = step.calls

    assert step.say is not None and step.say.texts is not None and len(step.say.texts) == 4000
    assert isinstance(call, ToolCall) and call.takes > agent.limits.timeout
    assert agent.sessions[0].running


def test_a_busy_bot_refuses_at_the_door() -> None:
    (door,) = load_text(BUSY).door

    assert (door.on, door.attempts, door.status, door.retry_after) == ("create_turn", (2,), 429, 3.0)
