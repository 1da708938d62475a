"""The agents with servers that somebody has to authorise first: a person on a page, or time."""

from __future__ import annotations

import re

import httpx
import pytest
from gallery_talk import Begin, Heard, Talk

from mock_gateway.client import McpAuthRequired, McpInitialized, Unprocessable


def urls(heard: Heard) -> dict[str, str]:
    """The page of each server that is not authorised."""
    return {server.mcp_server_name: server.auth_url for event in heard.all(McpAuthRequired) for server in event.servers}


def choose(url: str, choice: str) -> None:
    """What a person does on such a page: look, then press a button."""
    page = httpx.get(url, trust_env=False)
    assert re.search(rf'value="?{choice}\b', page.text), page.text
    httpx.post(url, data={"choice": choice}, follow_redirects=True, trust_env=False).raise_for_status()


def connected(heard: Heard) -> list[str]:
    """The servers that were connected in a turn."""
    return [server.mcp_server_name for event in heard.all(McpInitialized) for server in event.content]


def test_a_locked_calendar_asks_before_anything_is_said(talk: Begin) -> None:
    heard = talk("mcp-auth").say("What is on my calendar today?")

    assert heard.kinds == ["turn.created", "mcp.auth_required", "turn.done"]
    [server] = heard.all(McpAuthRequired)[0].servers
    assert (server.mcp_server_name, server.thread_ids) == ("calendar", ["main"])
    assert heard.done.status == "done"


def test_a_calendar_that_was_allowed_is_read_in_the_resumed_turn(talk: Begin) -> None:
    calendar = talk("mcp-auth")
    choose(urls(calendar.say("What is on my calendar today?"))["calendar"], "allow")

    heard = calendar.resume()

    assert connected(heard) == ["calendar"]
    assert list(heard.results) == ["list_events"]
    assert heard.said == ["2 entries. The first is Budget review at 10:00."]


def test_a_calendar_stays_open_for_the_rest_of_the_session(talk: Begin) -> None:
    calendar = talk("mcp-auth")
    choose(urls(calendar.say("My calendar?"))["calendar"], "allow")
    calendar.resume()

    assert calendar.say("My calendar, again?").said == ["2 entries. The first is Budget review at 10:00."]


def test_a_person_can_refuse_the_calendar(talk: Begin) -> None:
    calendar = talk("mcp-auth")
    choose(urls(calendar.say("My calendar?"))["calendar"], "refuse")

    assert calendar.resume().said == ["Then your calendar stays private. You can ask again whenever you like."]


def test_who_resumes_too_early_is_asked_again(talk: Begin) -> None:
    calendar = talk("mcp-auth")
    first = calendar.say("My calendar?")

    second = calendar.resume()

    assert second.kinds == first.kinds
    assert urls(second) == urls(first)


def test_a_message_does_not_open_the_calendar(talk: Begin) -> None:
    calendar = talk("mcp-auth")
    calendar.say("My calendar?")

    with pytest.raises(Unprocessable):
        calendar.say("Please?")


def test_other_questions_need_no_calendar(talk: Begin) -> None:
    assert talk("mcp-auth").say("Hello").said == ["You said: Hello"]


def begin_standup(talk: Begin) -> tuple[Talk, Heard]:
    standup = talk("two-servers")
    return standup, standup.say("Prepare the standup.")


def test_two_servers_are_asked_for_in_one_event(talk: Begin) -> None:
    _, first = begin_standup(talk)

    assert len(first.all(McpAuthRequired)) == 1
    assert first.locked == ["github", "linear"]


def test_one_of_two_servers_opens_by_itself(talk: Begin) -> None:
    standup, _ = begin_standup(talk)

    second = standup.resume()

    assert second.locked == ["github"]


def test_one_of_two_servers_opens_after_its_time_where_time_passes(talk: Begin) -> None:
    standup = talk("two-servers", speed=20)
    asked = [standup.say("Prepare the standup.").locked]

    while "linear" in asked[-1]:
        asked.append(standup.resume().locked)

    assert asked[0] == ["github", "linear"]
    assert asked[-1] == ["github"]


def test_two_servers_that_are_open_are_used_together(talk: Begin) -> None:
    standup, first = begin_standup(talk)
    choose(urls(first)["github"], "allow")

    heard = standup.resume()

    assert connected(heard) == ["github", "linear"]
    assert {name: info.mcp_server_id for name, info in heard.origins.items()} == {
        "list_issues": "srv-github-01",
        "list_tickets": "linear",
    }
    assert heard.said == ["Open: #7 Login is slow; 0 tickets."]
