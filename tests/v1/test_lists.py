"""Lists of the published contract: sessions, turns, events of a turn, events of a session."""

from __future__ import annotations

import pytest

from tests.v1.desk import SESSIONS, Desk, allow, desk, message, pending, turn_id
from tests.v1.stories import DESK


def times(desk: Desk, prefix: str, count: int) -> list[str]:
    """Make sessions; their ids, oldest first."""
    return [desk.session("desk", prefix).rsplit("/", 1)[1] for _ in range(count)]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_sessions_are_newest_first_or_oldest_first_and_met_once(server: Desk, limit: int) -> None:
    prefix = f"/sessions-{limit}"
    made = times(server, prefix, 5)

    for order, wanted in (("desc", made[::-1]), ("asc", made)):
        found = server.walk(f"{prefix}{SESSIONS}?agent_name=desk&order={order}", limit)
        assert [session["id"] for session in found] == wanted


def test_a_listing_is_of_one_agent_that_there_is(server: Desk) -> None:
    server.session("desk", "/agents")

    assert server.call("GET", f"/agents{SESSIONS}?agent_name=vault")["data"] == []
    server.call("GET", f"/agents{SESSIONS}?agent_name=nobody", None, 404)
    server.call("GET", f"/agents{SESSIONS}", None, 400)


def test_ten_sessions_are_a_page_and_a_hundred_the_most(server: Desk) -> None:
    path = f"{SESSIONS}?agent_name=desk"

    assert server.call("GET", path)["pagination"]["limit"] == 10
    assert server.call("GET", f"{path}&limit=100")["pagination"]["limit"] == 100
    for limit in ("0", "101", "abc"):
        server.call("GET", f"{path}&limit={limit}", None, 400)


def test_the_window_is_inclusive(server: Desk) -> None:
    times(server, "/window", 3)
    path = f"/window{SESSIONS}?agent_name=desk"
    first, second, third = reversed(server.call("GET", path)["data"])

    for start, end, wanted in ((second, third, [third, second]), (first, first, [first])):
        window = {"agent_name": "desk", "start_timestamp": start["created_at"], "end_timestamp": end["created_at"]}
        assert server.call("GET", f"/window{SESSIONS}", params=window)["data"] == wanted
    server.call("GET", f"{path}&start_timestamp=soon", None, 400)


OLD = """
agent: old
sessions:
  - { title: An hour ago, created: 1h ago }
  - { title: A minute ago, created: 1m ago }
"""


def test_a_listing_goes_back_to_the_beginning_unless_read_otherwise() -> None:
    titles = []
    for window in ("all", "half_hour"):
        with desk(OLD, v1_list_window=window) as server:
            titles.append([item["title"] for item in server.call("GET", f"{SESSIONS}?agent_name=old")["data"]])
            past = server.call("GET", f"{SESSIONS}?agent_name=old&start_timestamp=2020-01-01T00:00:00Z")["data"]
            found = server.call("GET", "/v1/x/agents/search-sessions")["data"]
        assert len(past) == len(found) == 2

    assert titles == [["A minute ago", "An hour ago"], ["A minute ago"]]


def test_turns_are_those_that_the_last_one_builds_on_newest_first(server: Desk) -> None:
    path = server.session("desk")
    first, left = (turn_id(server.say(path, "plain")) for _ in range(2))
    fork = turn_id(server.say(path, "plain", previous_turn_id=first))
    last = turn_id(server.say(path, "plain"))

    for limit in (1, 2, 25):
        found = [turn["id"] for turn in server.walk(f"{path}/turns", limit)]
        assert found == [last, fork, first]
        assert left not in found


def test_a_new_root_leaves_the_older_turns_out(server: Desk) -> None:
    path = server.session("desk")
    server.say(path, "plain")

    root = turn_id(server.say(path, "plain", previous_turn_id="none"))

    assert [turn["id"] for turn in server.call("GET", f"{path}/turns")["data"]] == [root]


def test_ten_turns_are_a_page_and_twenty_five_the_most(server: Desk) -> None:
    path = server.session("desk")

    assert server.call("GET", f"{path}/turns") == {"data": [], "pagination": {"limit": 10}}
    server.call("GET", f"{path}/turns?limit=25")
    server.call("GET", f"{path}/turns?limit=26", None, 400)


def test_a_list_of_turns_begins_with_the_running_one(slow_server: Desk) -> None:
    path = slow_server.session("desk")
    slow_server.say(path, "plain")
    running = slow_server.begin(path, "hold")

    (turn,) = slow_server.call("GET", f"{path}/turns?limit=1")["data"]

    assert turn == running


def test_pages_of_turns_hold_while_new_turns_are_made(server: Desk) -> None:
    path = server.session("desk")
    made = [turn_id(server.say(path, "plain")) for _ in range(3)]
    page = server.call("GET", f"{path}/turns?limit=2")

    server.say(path, "plain")

    rest = server.call("GET", f"{path}/turns", params={"limit": 2, "page_token": page["pagination"]["next_page_token"]})
    assert [turn["id"] for turn in page["data"] + rest["data"]] == made[::-1]


def test_the_events_of_a_turn_are_its_content_in_both_orders(server: Desk) -> None:
    path = server.session("desk")
    events = f"{path}/turns/{turn_id(server.say(path, 'helper'))}/events"

    for limit in (1, 3, 25):
        ascending = server.walk(events, limit)
        assert [event["type"] for event in ascending] == [
            "mcp.initialize",
            "model.message",
            "thread.created",
            "model.message",
            "tool.response",
            "thread.done",
            "model.message",
        ]
        assert server.walk(f"{events}?order=desc", limit) == ascending[::-1]
    assert server.call("GET", events)["pagination"]["limit"] == 25
    server.call("GET", f"{events}?limit=26", None, 400)
    server.call("GET", f"{events}?order=up", None, 400)


def test_the_events_of_a_running_turn_are_409(slow_server: Desk) -> None:
    path = slow_server.session("desk")
    turn = slow_server.begin(path, "hold")

    error = slow_server.call("GET", f"{path}/turns/{turn['id']}/events", None, 409)["error"]

    assert error["type"] == "conflict"


def test_the_events_of_a_running_turn_are_those_stored_so_far_when_read_so() -> None:
    with desk(DESK, speed=1.0, v1_running_turn_events="snapshot") as server:
        path = server.session("desk")
        turn = server.begin(path, "hold")

        assert server.call("GET", f"{path}/turns/{turn['id']}/events")["data"][0]["type"] == "mcp.initialize"


def test_the_events_of_a_session_are_newest_first_with_beginning_and_end_of_each_turn(server: Desk) -> None:
    path = server.session("desk")
    paused = server.say(path, "delete it")
    resumed = server.send(path, allow(pending(paused)[0]))

    for limit in (1, 4, 100):
        items = server.walk(f"{path}/events", limit)
        assert [(item["turn_id"], item["event"]["type"]) for item in items] == [
            (turn_id(resumed), "turn.done"),
            (turn_id(resumed), "model.message"),
            (turn_id(resumed), "tool.response"),
            (turn_id(resumed), "mcp.initialize"),
            (turn_id(resumed), "turn.created"),
            (turn_id(paused), "turn.done"),
            (turn_id(paused), "tool.approval_required"),
            (turn_id(paused), "model.message"),
            (turn_id(paused), "mcp.initialize"),
            (turn_id(paused), "turn.created"),
        ]
        assert items[0]["event"] == resumed[-1].event
        assert items[-1]["event"] == paused[0].event
    assert server.call("GET", f"{path}/events")["pagination"] == {"limit": 100}
    server.call("GET", f"{path}/events?limit=101", None, 400)


def test_the_events_of_a_session_leave_a_running_turn_out(slow_server: Desk) -> None:
    path = slow_server.session("desk")
    first = slow_server.begin(path, "hold")
    assert slow_server.call("GET", f"{path}/events")["data"] == []
    second = slow_server.begin(path, "hold")

    for query in ("", f"?last_turn_id={second['id']}", f"?last_turn_id={first['id']}"):
        items = slow_server.call("GET", f"{path}/events{query}")["data"]
        assert {item["turn_id"] for item in items} == {first["id"]}


def test_the_events_of_a_session_can_begin_with_any_turn(server: Desk) -> None:
    path = server.session("desk")
    first = turn_id(server.say(path, "plain"))
    server.say(path, "plain")

    items = server.walk(f"{path}/events?last_turn_id={first}", 2)

    assert {item["turn_id"] for item in items} == {first}
    server.call("GET", f"{path}/events?last_turn_id=nope", None, 404)


def test_a_page_of_events_goes_on_where_the_last_one_ended_on_its_own_branch(server: Desk) -> None:
    path = server.session("desk")
    first = server.say(path, "plain")
    server.say(path, "plain")
    whole = server.call("GET", f"{path}/events")["data"]
    page = server.call("GET", f"{path}/events?limit=3")

    server.say(path, "plain", previous_turn_id=turn_id(first))

    token = page["pagination"]["next_page_token"]
    rest = server.call("GET", f"{path}/events", params={"page_token": token})
    assert page["data"] + rest["data"] == whole


@pytest.mark.parametrize("name", ["turns", "events"])
def test_a_token_of_another_list_is_400(server: Desk, name: str) -> None:
    path, other = server.session("desk"), server.session("desk")
    for _ in range(2):
        server.say(path, "plain")
    token = server.call("GET", f"{path}/{name}?limit=1")["pagination"]["next_page_token"]

    for wrong in ("garbage", token[:-1], "ä"):
        server.call("GET", f"{path}/{name}", None, 400, params={"page_token": wrong})
    server.call("GET", f"{other}/{name}", None, 400, params={"page_token": token})
    server.call("GET", f"{path}/{name}", params={"page_token": ""})


def test_the_title_is_the_beginning_of_what_was_said_first(server: Desk) -> None:
    path = server.session("desk")
    assert server.call("GET", path)["data"]["title"] is None

    server.send(path, message("  plain " + "and long " * 10))
    server.say(path, "weather")

    assert server.call("GET", path)["data"]["title"] == ("plain " + "and long " * 10)[:50]


def test_a_session_of_either_contract_is_a_session_of_both(server: Desk) -> None:
    made = server.call("POST", "/both/sessions", {"agent_name": "desk", "title": "Mine"}, 201)["data"]

    (session,) = server.call("GET", f"/both{SESSIONS}?agent_name=desk")["data"]

    assert session == {
        "type": "session",
        "id": made["id"],
        "agent_name": "desk",
        "title": "Mine",
        "created_by_subject": session["created_by_subject"],
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
    }
    assert session["created_by_subject"]["subject_slug"] == made["created_by"]
