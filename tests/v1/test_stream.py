"""Streams of the published contract: framing, order, fields, ids, and what deltas add up to."""

from __future__ import annotations

import json
import re

import pytest

from mock_gateway.core.state import json_bytes
from mock_gateway.wire.v1 import events, messages
from tests.v1.desk import SESSIONS, Desk, Frame, Json, allow, answer, deny, desk, done, message, pending
from tests.v1.stories import BASE, BORN, DELTA, GONE, INIT, RESULT, SAID, STORIES, check_fields, shape

ULID = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}")


def folded(frames: list[Frame]) -> list[Json]:
    """The messages that the deltas of a stream add up to, in the order of their bases."""
    messages: dict[str, Json] = {}
    for frame in frames:
        event = dict(frame.event)
        if frame.type == BASE:
            messages[event["id"]] = event
        elif frame.type == DELTA:
            _fold(messages[event["id"]], event)
    return list(messages.values())


def _fold(message: Json, delta: Json) -> None:
    for name in ("content", "refusal", "reasoning_content"):
        if name in delta:
            message[name] = message.get(name, "") + delta[name]
    for chunk in delta.get("tool_calls", ()):
        calls = message.setdefault("tool_calls", [])
        if chunk["index"] == len(calls):
            calls.append({name: value for name, value in chunk.items() if name != "index"})
        else:
            calls[chunk["index"]]["function"]["arguments"] += chunk["function"]["arguments"]
    for name in ("finish_reason", "usage"):
        if name in delta:
            message[name] = delta[name]


@pytest.mark.parametrize("text", STORIES)
def test_each_story_has_its_events_in_order_and_each_event_its_fields(server: Desk, text: str) -> None:
    frames = server.say(server.session("desk"), text)

    assert shape(frames) == list(STORIES[text])
    assert [frame.number for frame in frames] == list(range(1, len(frames) + 1))
    for frame in frames:
        check_fields(frame.event)


@pytest.mark.parametrize("text", STORIES)
def test_a_frame_is_an_id_line_a_data_line_and_a_blank_line(server: Desk, text: str) -> None:
    path = server.session("desk")

    body = server.http.post(f"{path}/turns", json={"input": [message(text)]}).content

    pattern = rb'(?:id: \d+\ndata: \{"type":"[a-z._]+"[^\n]*\}\n\n)+'
    assert re.fullmatch(pattern, body)


@pytest.mark.parametrize("text", STORIES)
def test_deltas_add_up_to_the_stored_messages(server: Desk, text: str) -> None:
    path = server.session("desk")

    frames = server.say(path, text)

    stored = server.walk(f"{path}/turns/{frames[0].event['turn_id']}/events", 25)
    messages = sorted((item for item in stored if item["type"] == BASE), key=lambda item: str(item["id"]))
    assert messages == folded(frames)


@pytest.mark.parametrize("text", STORIES)
def test_ids_are_ulids_that_sort_as_the_events_came(server: Desk, text: str) -> None:
    frames = server.say(server.session("desk"), text)

    ids = [frame.event["id"] for frame in frames if frame.type != DELTA]
    assert all(ULID.fullmatch(found) for found in ids)
    assert ids == sorted(set(ids))


def test_another_world_gives_the_same_bytes(server: Desk) -> None:
    first, second = (server.session("desk", prefix) for prefix in ("/same/a", "/same/b"))

    texts = ("weather", "helper", "two helpers")

    for text in texts:
        streams = [[frame.raw for frame in server.say(path, text)] for path in (first, second)]
        assert streams[0] == streams[1]


def test_only_the_first_delta_of_a_message_says_when_it_was_made(server: Desk) -> None:
    frames = server.say(server.session("desk"), "weather")

    for base in (frame for frame in frames if frame.type == BASE):
        deltas = [frame.event for frame in frames if frame.type == DELTA and frame.event["id"] == base.event["id"]]
        assert ["created_at" in delta for delta in deltas] == [True] + [False] * (len(deltas) - 1)


def test_the_last_delta_has_the_finish_and_the_usage(server: Desk) -> None:
    frames = server.say(server.session("desk"), "plain")

    last = frames[-2].event
    assert last["finish_reason"] == "stop"
    assert last["usage"] == {
        "input_tokens": 11,
        "output_tokens": 5,
        "input_tokens_breakdown": {
            "harness": 0,
            "skills": 0,
            "instructions": 0,
            "tool_definitions": 0,
            "messages": 11,
        },
    }


def test_reasoning_comes_in_deltas_of_its_own(server: Desk) -> None:
    frames = server.say(server.session("desk"), "think")

    parts = [name for frame in frames for name in ("reasoning_content", "content") if name in frame.event]
    assert parts == ["reasoning_content"] * 3 + ["content"]
    assert done(frames)["output"]["reasoning_content"] == "Two and two."


def test_a_refusal_comes_in_deltas_of_its_own(server: Desk) -> None:
    frames = server.say(server.session("desk"), "refuse")

    assert [message["refusal"] for message in folded(frames)] == ["I will not say."]
    assert "content" not in done(frames)["output"]


def test_metrics_are_the_sums_of_the_usages(server: Desk) -> None:
    path = server.session("desk")

    assert done(server.say(path, "weather"))["metrics"] == {
        "total_input_tokens": 22,
        "total_output_tokens": 10,
        "total_tokens": 32,
    }
    assert done(server.say(path, "think"))["metrics"] == {
        "total_input_tokens": 3,
        "total_output_tokens": 2,
        "total_tokens": 5,
        "total_cache_read_tokens": 1,
        "total_cache_write_tokens": 4,
        "total_cost_in_usd": 0.25,
    }
    assert "metrics" not in done(server.say(path, "helper fails"))


def test_tools_of_servers_and_of_the_harness_are_told_apart(server: Desk) -> None:
    frames = server.say(server.session("desk"), "ask first")

    calls = folded(frames)[0]["tool_calls"]
    assert calls[0]["tool_info"] == {"type": "truefoundry-system", "name": "ask_user_question"}
    assert calls[1]["tool_info"] == {
        "type": "mcp",
        "server_id": "files",
        "server_name": "files",
        "name": "delete_file",
    }
    assert json.loads(calls[0]["function"]["arguments"]) == {"question": "Sure?", "options": ["Yes", "No"]}


def test_the_first_event_tells_the_turn_and_the_input(server: Desk) -> None:
    path = server.session("desk")
    first = server.say(path, "plain")[0].event

    second = server.say(path, "plain")[0].event

    assert first["input"] == [message("plain")]
    assert first["previous_turn_id"] is None
    assert first["state"] == {"status": "running"}
    assert second["previous_turn_id"] == first["turn_id"]


def test_every_turn_says_which_servers_are_connected(server: Desk) -> None:
    path = server.session("desk")

    inits = [server.say(path, "plain")[1].event["mcp_servers"] for _ in range(2)]

    assert inits[0] == inits[1]


def test_a_pause_ends_the_turn_as_done_with_the_very_events(server: Desk) -> None:
    frames = server.say(server.session("desk"), "ask first")

    state = done(frames)
    assert state["status"] == "done"
    assert state["output"] is None
    assert state["required_actions"] == [frame.event for frame in frames[-3:-1]]
    base = next(frame for frame in frames if frame.type == BASE)
    assert {ref["source_event_id"] for action in state["required_actions"] for ref in action["tool_calls"]} == {
        base.event["id"]
    }


def test_the_state_of_the_turn_is_the_state_of_its_last_event(server: Desk) -> None:
    path = server.session("desk")
    for text in STORIES:
        frames = server.say(path, text, previous_turn_id="none")

        turn = server.call("GET", f"{path}/turns/{frames[0].event['turn_id']}")["data"]

        assert turn["state"] == done(frames)


def test_the_output_is_the_last_message_of_the_main_thread(server: Desk) -> None:
    frames = server.say(server.session("desk"), "helper")

    state = done(frames)
    assert state["output"] == folded(frames)[-1]
    assert state["output"]["content"] == "Tool said: Sub-agent result."
    assert state["required_actions"] == []


def test_an_allowed_call_answers_at_the_start_of_the_next_turn(server: Desk) -> None:
    path = server.session("desk")
    (call,) = pending(server.say(path, "delete it"))

    frames = server.send(path, allow(call))

    assert shape(frames) == ["turn.created", INIT, RESULT, SAID, "turn.done"]
    assert frames[2].event["content"] == "deleted /tmp/x"
    assert frames[2].event["tool_call_id"] == call


@pytest.mark.parametrize(("reason", "told"), [("too risky", "too risky"), (None, "no reason provided")])
def test_a_denied_call_tells_the_model_why(server: Desk, reason: str | None, told: str) -> None:
    path = server.session("desk")
    (call,) = pending(server.say(path, "delete it"))

    frames = server.send(path, deny(call, reason))

    content = json.loads(frames[2].event["content"])
    assert json.loads(content["error"][0]["text"]) == {"error": f"User denied tool call: {told}"}


def test_a_tool_that_fails_gives_its_error_in_parts(server: Desk) -> None:
    frames = server.say(server.session("desk"), "locked")

    result = next(frame.event for frame in frames if frame.type == RESULT)
    assert json.loads(result["content"]) == {"error": [{"type": "text", "text": "the file is locked"}]}


def test_calls_of_one_message_are_decided_and_answered_together(server: Desk) -> None:
    path = server.session("desk")
    first, second = pending(server.say(path, "delete both"))

    frames = server.send(path, deny(second), allow(first))

    results = [frame.event for frame in frames if frame.type == RESULT]
    assert [result["tool_call_id"] for result in results][:2] == [first, second]
    assert len(results) == 3


def test_an_answered_question_has_no_tool_response(server: Desk) -> None:
    path = server.session("desk")
    (call,) = pending(server.say(path, "ask me"))

    frames = server.send(path, answer(call, "Red"))

    assert shape(frames) == ["turn.created", INIT, SAID, "turn.done"]
    assert done(frames)["output"]["content"] == "Tool said: Red"


def test_a_sub_agent_has_a_thread_between_its_call_and_its_result(server: Desk) -> None:
    frames = server.say(server.session("desk"), "helper")

    by_type = {frame.type: frame.event for frame in frames}
    born, gone, result = by_type[BORN], by_type[GONE], by_type[RESULT]
    call = folded(frames)[0]["tool_calls"][0]
    assert born["parent"] == gone["parent"] == {"thread_id": "main", "tool_call_id": call["id"]}
    assert born["title"] == gone["title"] == "helper"
    assert born["agent_info"] == {"type": "dynamic", "name": "helper", "input": "plain subtask"}
    assert (result["thread_id"], result["tool_call_id"], result["content"]) == ("main", call["id"], "")
    assert gone["state"] == {"status": "done", "output": folded(frames)[1]}
    assert gone["state"]["output"]["thread_id"] == born["thread_id"]


def test_a_sub_agent_that_fails_says_why_and_the_turn_goes_on(server: Desk) -> None:
    frames = server.say(server.session("desk"), "helper fails")

    gone = next(frame.event for frame in frames if frame.type == GONE)
    assert gone["state"] == {"status": "error", "error": "out of paper"}
    assert done(frames)["status"] == "done"


def test_a_sub_agent_that_says_nothing_ends_with_an_empty_message(server: Desk) -> None:
    frames = server.say(server.session("desk"), "silent helper")

    gone = next(frame.event for frame in frames if frame.type == GONE)
    check_fields(gone["state"]["output"])
    assert gone["state"]["output"]["content"] == ""
    assert ULID.fullmatch(gone["state"]["output"]["id"])


def test_two_sub_agents_interleave_and_each_keeps_its_ids(server: Desk) -> None:
    frames = server.say(server.session("desk"), "two helpers")

    types = [frame.type for frame in frames]
    assert types.index(BORN) + 1 == types.index(BORN, types.index(BORN) + 1)
    texts = [message["content"] for message in folded(frames)[1:]]
    assert texts == ["The first result.", "The second result.", "The first result. The second result."]


def test_a_failed_turn_says_why(server: Desk) -> None:
    frames = server.say(server.session("desk"), "break")

    state = done(frames)
    assert (state["status"], state["message"]) == ("error", "the model is gone")
    assert state["completed_at"] == frames[-1].event["created_at"]


def test_a_sandbox_is_made_once_and_belongs_to_no_thread(server: Desk) -> None:
    path = server.session("box")

    first, second = (shape(server.say(path, "run")) for _ in range(2))

    assert first.count("sandbox.created") == 1
    assert "sandbox.created" not in second


def test_authorisation_pauses_before_anything_else_and_is_resumed_without_input(server: Desk) -> None:
    path = server.session("vault")

    asked = server.say(path, "open the vault")
    again = server.stream(f"{path}/turns", {"input": None, "previous_turn_id": None})

    for frames in (asked, again):
        assert [frame.type for frame in frames][-2:] == ["mcp.auth_required", "turn.done"]
        check_fields(frames[-2].event)
        assert done(frames)["required_actions"] == [frames[-2].event]
    assert "input" not in again[0].event
    page = asked[-2].event["mcp_servers"][0]["auth_url"]
    assert page.startswith(server.url)
    assert server.http.post(page, content="choice=allow", follow_redirects=True).status_code == 200
    assert done(server.stream(f"{path}/turns"))["output"]["content"] == "It is open."


def test_both_contracts_follow_the_same_turn_each_with_its_own_numbers(server: Desk) -> None:
    path = server.session("desk", "/shared")
    frames = server.say(path, "think")
    session_id = path.rsplit("/", 1)[1]

    other = server.call("GET", f"/shared/sessions/{session_id}/turns/{frames[0].event['turn_id']}")["data"]

    assert other["state"]["output"][-1]["content"] == done(frames)["output"]["content"] == "Four."
    assert other["state"]["output"][-1]["sequence_id"] < len(frames)
    assert server.call("GET", f"/shared{SESSIONS}/{session_id}")["data"]["id"] == session_id


def test_a_delta_costs_no_json_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0

    def counting(value: object) -> bytes:
        nonlocal written
        written += 1
        return json_bytes(value)

    for module in (events, messages):
        monkeypatch.setattr(module, "json_bytes", counting)
    with desk("agent: long\nturns: [{ say: { words: 2000 } }]") as server:
        frames = server.say(server.session("long"), "go")

    assert len(frames) > 2000
    assert written < 20
