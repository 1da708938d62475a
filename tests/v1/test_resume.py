"""Following a turn of the published contract: from any number, by any number of readers, live and after its end."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.v1.desk import SESSIONS, Desk, Json, message
from tests.v1.stories import STORIES


@pytest.mark.parametrize("text", STORIES)
def test_subscribing_after_any_number_gives_the_rest(server: Desk, text: str) -> None:
    path = server.session("desk")
    frames = server.say(path, text)
    turn = f"{path}/turns/{frames[0].event['turn_id']}/subscribe"

    for cursor in range(len(frames) + 2):
        rest = server.stream(turn, {"after_sequence_number": cursor})
        assert [frame.raw for frame in rest] == [frame.raw for frame in frames[cursor:]]


@pytest.mark.parametrize("body", [{}, {"after_sequence_number": None}, {"after_sequence_number": 0}])
def test_no_cursor_is_the_beginning(server: Desk, body: Json) -> None:
    path = server.session("desk")
    frames = server.say(path, "plain")

    assert server.stream(f"{path}/turns/{frames[0].event['turn_id']}/subscribe", body) == frames


def test_the_header_counts_when_the_body_has_no_cursor(server: Desk) -> None:
    path = server.session("desk")
    frames = server.say(path, "plain")
    turn = f"{path}/turns/{frames[0].event['turn_id']}/subscribe"
    header = {"last-event-id": "2"}

    assert server.stream(turn, {}, headers=header) == frames[2:]
    assert server.stream(turn, {"after_sequence_number": None}, headers=header) == frames[2:]
    assert server.stream(turn, {"after_sequence_number": 4}, headers=header) == frames[4:]


@pytest.mark.parametrize("body", [{"after_sequence_number": value} for value in (-1, "3", 1.5, True, [1])])
def test_a_cursor_that_is_none_is_refused(server: Desk, body: Json) -> None:
    path = server.session("desk")
    frames = server.say(path, "plain")

    error = server.call("POST", f"{path}/turns/{frames[0].event['turn_id']}/subscribe", body, 400)["error"]

    assert error["param"] == "after_sequence_number"


def test_a_header_that_is_no_number_is_refused(server: Desk) -> None:
    path = server.session("desk")
    frames = server.say(path, "plain")
    turn = f"{path}/turns/{frames[0].event['turn_id']}/subscribe"

    assert server.call("POST", turn, {}, 400, headers={"last-event-id": "abc"})["error"]["code"] == "bad_cursor"


def test_a_running_turn_goes_on_live_for_every_reader(slow_server: Desk) -> None:
    path = slow_server.session("desk")
    turn = slow_server.begin(path, "hold")
    place = f"{path}/turns/{turn['id']}/subscribe"

    with slow_server.opened(place, {}) as first, slow_server.opened(place, {"after_sequence_number": 3}) as second:
        seen = [next(first) for _ in range(7)]
        assert [next(second).raw for _ in range(4)] == [frame.raw for frame in seen[3:]]
        slow_server.call("POST", f"{path}/cancel", {})
        ends = [list(first), list(second)]

    assert [frame.raw for frame in ends[0]] == [frame.raw for frame in ends[1]]
    assert ends[0][-1].event["state"]["reason"] == "client-cancelled"


def test_a_reader_of_the_other_contract_follows_the_same_running_turn(slow_server: Desk) -> None:
    path = slow_server.session("desk")
    session_id = path.rsplit("/", 1)[1]
    turn = slow_server.begin(path, "slow")["id"]
    other = f"/sessions/{session_id}/turns/{turn}/stream"

    with (
        slow_server.opened(f"{path}/turns/{turn}/subscribe", {}) as mine,
        slow_server.http.stream("GET", other) as theirs,
    ):
        ours = list(mine)
        lines = [line[6:] for line in theirs.iter_lines() if line.startswith("data: ")]

    events = [json.loads(line) for line in lines]
    assert [event["sequence_id"] for event in events] == list(range(1, len(events) + 1))
    assert "".join(frame.event.get("content", "") for frame in ours) == "one two three four five six"
    said = [event["content"] for event in events if event["type"] == "model.message" and "content" in event]
    assert "".join(said) == "one two three four five six"


def test_a_client_that_hangs_up_does_not_stop_the_turn(slow_server: Desk) -> None:
    path = slow_server.session("desk")

    with slow_server.opened(f"{path}/turns", {"input": [message("slow")]}) as frames:
        turn = next(frames).event["turn_id"]

    rest = slow_server.stream(f"{path}/turns/{turn}/subscribe", {"after_sequence_number": 1})
    assert rest[-1].event["state"]["output"]["content"] == "one two three four five six"


def test_a_cursor_from_the_future_waits(slow_server: Desk) -> None:
    path = slow_server.session("desk")
    turn = slow_server.begin(path, "hold")

    with slow_server.opened(f"{path}/turns/{turn['id']}/subscribe", {"after_sequence_number": 9999}) as frames:
        slow_server.call("POST", f"{path}/cancel", {})
        assert list(frames) == []


def test_a_finished_turn_can_be_replayed_for_a_while_and_then_no_more(slow_server: Desk) -> None:
    path = slow_server.session("desk")
    frames = slow_server.say(path, "plain")
    place = f"{path}/turns/{frames[0].event['turn_id']}/subscribe"

    slow_server.shift(path.rsplit("/", 1)[1], 230)
    assert slow_server.stream(place) == frames
    slow_server.shift(path.rsplit("/", 1)[1], 11)

    assert slow_server.call("POST", place, {}, 412)["error"]["code"] == "turn_not_running"


def test_an_unknown_turn_or_session_cannot_be_followed(server: Desk) -> None:
    path = server.session("desk")

    assert server.call("POST", f"{path}/turns/nope/subscribe", {}, 404)["error"]["type"] == "not_found"
    assert server.call("POST", f"{SESSIONS}/nope/turns/nope/subscribe", {}, 404)["error"]["type"] == "not_found"


def test_silence_is_bridged_by_a_comment_of_one_line(slow_server: Desk) -> None:
    path = slow_server.session("desk")
    turn = slow_server.begin(path, "hold")
    seen = b""

    with slow_server.http.stream("POST", f"{path}/turns/{turn['id']}/subscribe", json={}) as answer:
        for data in answer.iter_raw():
            seen += data
            if b": hb\n" in seen:
                break

    assert seen.endswith(b"\n\n: hb\n")


def test_a_stream_names_its_type_and_is_not_kept(server: Desk) -> None:
    path = server.session("desk")

    answer: httpx.Response = server.http.post(f"{path}/turns", json={"input": [message("plain")]})

    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-store"
