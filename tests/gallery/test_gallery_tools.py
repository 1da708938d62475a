"""The agents that call tools which run on the server: alone, together, failing, deferred, in the sandbox."""

from __future__ import annotations

import json

from gallery_talk import Begin, upload

from mock_gateway.client import McpInitialized, SandboxCreated, ThreadDone, ToolResponse, TurnDone


def test_one_tool_is_called_answered_and_used(talk: Begin) -> None:
    heard = talk("one-tool").say("What is the weather in Tromsø?")

    assert heard.kinds == [
        "turn.created",
        "mcp.initialize",
        "model.message",
        "tool.response",
        "model.message",
        "turn.done",
    ]
    assert heard.called == [("get_forecast", {"city": "Tromsø", "days": 1})]
    assert json.loads(heard.results["get_forecast"])["celsius"] == -4.5
    assert heard.said[-1] == "In Tromsø: light snow, -4.5 °C, wind 18 km/h."


def test_one_tool_lives_on_a_server_that_is_connected_once(talk: Begin) -> None:
    weather = talk("one-tool")

    first, second = weather.say("Weather in Oslo?"), weather.say("Weather in Bergen?")

    [connected] = first.all(McpInitialized)
    assert [server.mcp_server_name for server in connected.content] == ["weather"]
    assert second.all(McpInitialized) == []
    assert first.origins["get_forecast"].mcp_server_name == "weather"
    assert first.origins["get_forecast"].original_tool_name == "get_forecast"


def test_parallel_tools_are_answered_in_the_order_of_the_calls(talk: Begin) -> None:
    heard = talk("parallel-tools").say("Plan a weekend in Lisbon.")

    calling = heard.messages[0]
    names = [call.function.name for call in calling.tool_calls]
    assert names == ["find_flights", "find_hotels", "get_forecast"]
    assert calling.finish_reason == "tool_calls"
    assert list(heard.results) == names
    assert heard.said[-1].startswith("Fly TP 571 for 148.00 EUR, sleep at Casa do Jasmim for 96.50 EUR a night.")


def test_a_failing_tool_answers_with_its_error_and_the_agent_goes_on(talk: Begin) -> None:
    heard = talk("failing-tool").say("Where is the night train?")

    assert json.loads(heard.results["live_position"]) == {"error": "no signal since Villach"}
    assert list(heard.results) == ["live_position", "timetable"]
    assert heard.said[-1] == "By the timetable it reaches Salzburg at 04:08."
    assert heard.done.status == "done"


def test_a_repeated_step_calls_its_tool_again_and_again(talk: Begin) -> None:
    printer = talk("polling")

    first, second = printer.say("Print the poster."), printer.say("Print it once more.")

    assert first.called == [("status", {"job": 88})] * 3
    assert first.kinds.count("tool.response") == 3
    assert first.said[-1] == "After 3 looks it is still printing. Get yourself a coffee."
    assert second.said[-1].startswith("After 6 looks")


def test_a_deferred_tool_is_marked_so(talk: Begin) -> None:
    heard = talk("deferred-tool").say("Order the annual statistics.")

    assert heard.origins["request_report"].is_deferred is True
    assert heard.said[-1] == "Your ticket is ST-2025-08; the file will be there tomorrow."


def test_the_sandbox_is_made_at_its_first_use_and_kept(talk: Begin) -> None:
    bikes = talk("sandbox")

    idle, first, second = (bikes.say(text) for text in ("Hello.", "How many in June?", "Compare it with May."))

    assert idle.all(SandboxCreated) == []
    assert [event.sandbox_id for event in first.all(SandboxCreated)] == ["bikes.7f3a91c2"]
    assert first.kinds.index("sandbox.created") < first.kinds.index("tool.response")
    assert second.all(SandboxCreated) == []
    assert second.results == {"run_python": "18412"}


def test_the_sandbox_is_made_at_once_for_a_document(talk: Begin) -> None:
    heard = talk("sandbox").say("Here.", upload("rentals.csv", "text/csv", b"month\n06\n"))

    assert heard.kinds == ["turn.created", "sandbox.created", "model.message", "turn.done"]


def test_listed_events_come_as_they_are_written(talk: Begin) -> None:
    heard = talk("event-list").say("Count the votes.")

    assert heard.kinds == [
        "turn.created",
        "mcp.initialize",
        "model.message",
        "thread.created",
        "model.message",
        "tool.response",
        "thread.done",
        "model.message",
        "turn.done",
    ]
    assert heard.said_in(heard.agents["counter"]) == ["Two hundred and six."]
    by_scan, by_hand = heard.all(ToolResponse)
    assert (by_scan.content, by_hand.content) == ('{"total":206}', "206")
    [counted] = heard.all(ThreadDone)
    assert counted.parent.tool_call_id == by_hand.tool_call_id
    assert isinstance(heard.events[-1], TurnDone)
