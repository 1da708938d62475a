"""The scenarios of these tests, and what their streams have to be like.

Owns: one agent that plays every story, the order of events of each story, the fields of every kind of event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.v1.desk import Frame, Json

DESK = """
agent: desk
mcp: { files: {} }
turns:
  - when: { message: plain }
    say: { text: Hello from the desk., cut: words, usage: &usage { input_tokens: 11, output_tokens: 5 } }
  - when: { message: weather }
    say: { text: Let me check., usage: *usage }
    call: { tool: files.get_weather, arguments: { city: Paris }, cut: { size: 8 }, returns: Sunny in Paris }
    then: { say: { text: "Tool said: {{ result }}", usage: *usage } }
  - when: { message: locked }
    call: { tool: files.read, arguments: { path: /x }, fails: the file is locked }
    then: { say: It is locked. }
  - when: { message: delete both }
    say: { usage: *usage }
    call:
      - { tool: files.delete_file, arguments: { path: /a }, approval: required, returns: deleted /a }
      - { tool: files.delete_file, arguments: { path: /b }, approval: required, returns: deleted /b }
      - { tool: files.list_files, returns: [] }
    then: { say: Both are dealt with. }
  - when: { message: delete }
    say: { usage: *usage }
    call: { tool: files.delete_file, arguments: { path: /tmp/x }, approval: required, returns: deleted /tmp/x }
    on_allow: { say: "Tool said: {{ result }}" }
    on_deny: { say: "Then it stays. {{ approval.reason }}" }
  - when: { message: ask first }
    call:
      - { ask: "Sure?", options: [Yes, No] }
      - { tool: files.delete_file, arguments: { path: /d }, approval: required, returns: deleted /d }
    then: { say: "You said {{ answer }}." }
  - when: { message: ask }
    say: { usage: *usage }
    call: { ask: "Which colour?", options: [Red, Blue] }
    then: { say: "Tool said: {{ answer }}" }
  - when: { message: two helpers }
    call:
      - { sub_agent: one, input: do one, script: { say: { text: The first result., cut: words } } }
      - { sub_agent: two, input: do two, script: { say: { text: The second result., cut: words } } }
    then: { say: "{{ results | join(' ') }}" }
  - when: { message: helper fails }
    call: { sub_agent: helper, input: plain subtask, script: { fail: out of paper } }
    then: { say: It failed. }
  - when: { message: silent helper }
    call: { sub_agent: helper, input: nothing, script: { set: { seen: true } } }
    then: { say: It said nothing. }
  - when: { message: helper }
    call: { sub_agent: helper, input: plain subtask, script: { say: Sub-agent result. } }
    then: { say: "Tool said: {{ result }}" }
  - when: { message: think }
    say: { text: Four., reasoning: Two and two., cut: words, usage: { input_tokens: 3, output_tokens: 2,
           cache_read_tokens: 1, cache_write_tokens: 4, cost_in_usd: 0.25 } }
  - when: { message: refuse }
    say: { refusal: I will not say. }
  - when: { message: break }
    say: Wait.
    then: { fail: the model is gone }
  - when: { message: hold }
    say: { text: Holding the line., cut: words }
    then: { wait: cancel }
  - when: { message: pause }
    say: Before.
    then: [{ wait: 500ms }, { say: After the pause. }]
  - when: { message: slow }
    say: { text: one two three four five six, cut: words, pace: 20 tokens/s }
state: { seen: false }
"""

VAULT = """
agent: vault
mcp: { vault: { auth: required }, till: {} }
turns:
  - when: { message: vault }
    call: { tool: vault.open, returns: open }
    then: { say: It is open. }
  - say: "You said: {{ input.text }}"
"""

BOX = """
agent: box
sandbox: { id: box.7f3a }
turns:
  - when: { message: run }
    call: { tool: run_python, sandbox: true, returns: "3" }
    then: { say: Done. }
  - when: { message: hold }
    call: { tool: run_python, sandbox: true, returns: "3" }
    then: { wait: cancel }
"""

INIT, BASE, DELTA, SAID = "mcp.initialize", "model.message", "model.message.delta", "said"
APPROVE, RESPOND, RESULT = "tool.approval_required", "tool.response_required", "tool.response"
OPEN, CLOSE = "turn.created", "turn.done"
BORN, GONE = "thread.created", "thread.done"

STORIES: dict[str, Sequence[str]] = {
    "plain": (OPEN, INIT, SAID, CLOSE),
    "weather": (OPEN, INIT, SAID, RESULT, SAID, CLOSE),
    "delete it": (OPEN, INIT, SAID, APPROVE, CLOSE),
    "ask me": (OPEN, INIT, SAID, RESPOND, CLOSE),
    "ask first": (OPEN, INIT, SAID, RESPOND, APPROVE, CLOSE),
    "delete both": (OPEN, INIT, SAID, APPROVE, CLOSE),
    "helper": (OPEN, INIT, SAID, BORN, SAID, RESULT, GONE, SAID, CLOSE),
    "two helpers": (OPEN, INIT, SAID, BORN, BORN, SAID, SAID, RESULT, GONE, RESULT, GONE, SAID, CLOSE),
    "locked": (OPEN, INIT, SAID, RESULT, SAID, CLOSE),
    "helper fails": (OPEN, INIT, SAID, BORN, RESULT, GONE, SAID, CLOSE),
    "silent helper": (OPEN, INIT, SAID, BORN, RESULT, GONE, SAID, CLOSE),
    "think": (OPEN, INIT, SAID, CLOSE),
    "refuse": (OPEN, INIT, SAID, CLOSE),
    "break": (OPEN, INIT, SAID, CLOSE),
}
"""What comes of a message: the kinds of event in order, a base and its deltas as one `said`."""


def shape(frames: Sequence[Frame]) -> list[str]:
    """The kinds of event in order, each message as one `said`, wherever its deltas are."""
    bases = [frame for frame in frames if frame.type == BASE]
    for base in bases:
        assert any(frame.type == DELTA and frame.event["id"] == base.event["id"] for frame in frames)
    return [SAID if frame.type == BASE else frame.type for frame in frames if frame.type != DELTA]


REFS = [{"id": str, "source_event_id": str}]
SUBJECT = {"subject_id": str, "subject_type": str, "subject_slug": str}
PARENT = {"thread_id": str, "tool_call_id": str}
COMMON = {"type": str, "id": str, "created_at": str}
NOWHERE = {"thread_id": type(None)}
SOMEWHERE = {"thread_id": str}

FIELDS: dict[str, dict[str, Any]] = {
    OPEN: COMMON
    | NOWHERE
    | {"turn_id": str, "previous_turn_id": (str, type(None)), "state": dict, "created_by": SUBJECT},
    CLOSE: COMMON | NOWHERE | {"state": dict},
    BASE: COMMON | SOMEWHERE,
    DELTA: {"type": str, "id": str} | SOMEWHERE,
    RESULT: COMMON | SOMEWHERE | {"tool_call_id": str, "content": str},
    APPROVE: COMMON | SOMEWHERE | {"tool_calls": REFS},
    RESPOND: COMMON | SOMEWHERE | {"tool_calls": REFS},
    INIT: COMMON | SOMEWHERE | {"mcp_servers": [{"id": str, "name": str, "session_id": str, "transport_type": str}]},
    "mcp.auth_required": COMMON | NOWHERE | {"mcp_servers": [{"id": str, "name": str, "auth_url": str}]},
    "sandbox.created": COMMON | NOWHERE | {"sandbox_id": str},
    BORN: COMMON | SOMEWHERE | {"title": str, "parent": PARENT, "agent_info": {"type": str, "name": str, "input": str}},
    GONE: COMMON | SOMEWHERE | {"title": str, "parent": PARENT, "state": dict},
}
"""The fields that an event always has, and their JSON types."""

OPTIONAL: dict[str, set[str]] = {
    OPEN: {"input"},
    BASE: {"content", "refusal", "reasoning_content", "tool_calls", "finish_reason", "usage"},
    DELTA: {"created_at", "content", "refusal", "reasoning_content", "tool_calls", "finish_reason", "usage"},
}


def check_fields(event: Json) -> None:
    """An event has all its fields, of the right types, and no other."""
    wanted = FIELDS[event["type"]]
    _check(event, wanted, event["type"])
    assert event.keys() - wanted.keys() <= OPTIONAL.get(event["type"], set())


def _check(value: Any, wanted: Any, path: str) -> None:
    if isinstance(wanted, dict):
        assert isinstance(value, dict) and wanted.keys() <= value.keys(), (path, value)
        for name, kind in wanted.items():
            _check(value[name], kind, f"{path}.{name}")
    elif isinstance(wanted, list):
        assert isinstance(value, list) and value, (path, value)
        for item in value:
            assert set(item) == set(wanted[0]), (path, item)
            _check(item, wanted[0], f"{path}[]")
    else:
        assert isinstance(value, wanted), (path, value)
