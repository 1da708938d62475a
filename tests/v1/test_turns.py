"""Creating turns of the published contract: what is taken, what is refused and how, and which turn follows which."""

from __future__ import annotations

from base64 import b64encode

import pytest

from mock_gateway.journal import TurnEntry
from mock_gateway.settings import Keys
from tests.v1.desk import SESSIONS, Desk, Json, allow, answer, deny, desk, done, message, pending, turn_id
from tests.v1.stories import DELTA, DESK, VAULT, shape

PDF = f"data:application/pdf;base64,{b64encode(b'%PDF-').decode()}"
TEXT = f"data:text/plain;base64,{b64encode(b'hello').decode()}"
PICTURE = f"data:image/png;base64,{b64encode(b'png').decode()}"


def file(data: str, name: str = "a.bin") -> Json:
    return {"type": "user.message", "content": [{"type": "file", "name": name, "data": data}]}


# -- the body ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [{}, {"stream": None}, {"stream": True}])
def test_a_turn_is_streamed_unless_told_otherwise(server: Desk, stream: Json) -> None:
    frames = server.stream(f"{server.session('desk')}/turns", {"input": [message("plain")], **stream})

    assert done(frames)["output"]["content"] == "Hello from the desk."


def test_a_turn_that_is_not_streamed_is_returned_as_it_begins_and_goes_on(slow_server: Desk) -> None:
    path = slow_server.session("desk")

    turn = slow_server.begin(path, "slow")

    assert turn["state"] == {"status": "running"}
    assert turn["input"] == [message("slow")]
    assert turn["session_id"] == path.rsplit("/", 1)[1]
    assert done(slow_server.stream(f"{path}/turns/{turn['id']}/subscribe"))["status"] == "done"


@pytest.mark.parametrize("body", [{}, {"input": None, "previous_turn_id": None}, {"input": []}])
def test_null_and_absent_are_the_same_and_an_empty_input_runs_the_model_again(server: Desk, body: Json) -> None:
    path = server.session("desk")
    first = server.say(path, "plain")

    frames = server.stream(f"{path}/turns", body)

    assert frames[0].event["previous_turn_id"] == turn_id(first)
    assert "input" not in frames[0].event
    assert done(frames)["status"] == "done"


def test_a_turn_can_be_made_without_any_body(server: Desk) -> None:
    answer = server.http.post(f"{server.session('desk')}/turns")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"input": "plain"}',
        b'{"input": [1]}',
        b'{"input": [{"content": "plain"}]}',
        b'{"input": [{"type": "user.nothing"}]}',
        b'{"input": [{"type": "user.message"}]}',
        b'{"input": [{"type": "user.message", "content": [{"type": "image"}]}]}',
        b'{"input": [{"type": "user.message", "content": ["plain"]}]}',
        b'{"input": [{"type": "user.tool_approval", "thread_id": "main", "tool_call_id": "c"}]}',
        b'{"input": [{"type": "user.tool_approval", "thread_id": "main", "tool_call_id": "c", "approval": {}}]}',
        b'{"input": [{"type": "user.tool_response", "thread_id": "main", "tool_call_id": "c", "content": ""}]}',
        b'{"stream": "no"}',
        b'{"previous_turn_id": ""}',
        b'{"previous_turn_id": 7}',
    ],
)
def test_a_malformed_body_is_400(server: Desk, body: bytes) -> None:
    answer = server.http.post(f"{server.session('desk')}/turns", content=body)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["message"] and error["type"] == "bad_request"


@pytest.mark.parametrize("content", ["", "  \n", []])
def test_an_empty_user_message_is_422(server: Desk, content: object) -> None:
    body = {"input": [{"type": "user.message", "content": content}]}

    server.call("POST", f"{server.session('desk')}/turns", body, 422)


def test_several_user_messages_are_one_input(server: Desk) -> None:
    frames = server.send(server.session("desk"), message("plain"), message("and simple"))

    assert len(frames[0].event["input"]) == 2


def test_messages_and_answers_are_not_mixed(server: Desk) -> None:
    path = server.session("desk")
    (call,) = pending(server.say(path, "delete it"))

    server.call("POST", f"{path}/turns", {"input": [message("plain"), allow(call)]}, 400)


@pytest.mark.parametrize(
    ("data", "name"),
    [("nothing", "a"), ("data:text/plain;base64,", "a"), (PICTURE, ""), (PICTURE, "../a"), (PICTURE, "a\\b")],
)
def test_a_bad_file_is_400(server: Desk, data: str, name: str) -> None:
    server.call("POST", f"{server.session('desk')}/turns", {"input": [file(data, name)]}, 400)


def test_a_model_reads_pictures_and_pdfs_and_nothing_else_without_a_sandbox(server: Desk) -> None:
    for data in (PICTURE, PDF):
        frames = server.send(server.session("desk"), file(data, "paper"))
        assert frames[0].event["input"] == [file(data, "paper")]

    server.call("POST", f"{server.session('desk')}/turns", {"input": [file(TEXT)]}, 422)
    assert "sandbox.created" in shape(server.send(server.session("box"), file(TEXT)))
    assert "sandbox.created" not in shape(server.send(server.session("box"), file(PDF)))


# -- what is pending ---------------------------------------------------------------------------------------------------


def test_input_that_does_not_fit_what_is_pending_is_422_and_changes_nothing(server: Desk) -> None:
    path = server.session("desk")
    first, second = pending(server.say(path, "delete both"))
    unfit: list[list[Json]] = [
        [],
        [message("plain")],
        [allow(first)],
        [allow(first), allow(first), allow(second)],
        [allow(first), allow("call_nothing")],
        [allow(first), answer(second, "x")],
        [allow(first), allow(second, "t-1")],
    ]

    for items in unfit:
        server.call("POST", f"{path}/turns", {"input": items}, 422)

    assert len(server.call("GET", f"{path}/turns")["data"]) == 1
    assert done(server.send(path, allow(first), deny(second)))["status"] == "done"


def test_an_answer_when_nothing_is_pending_is_422(server: Desk) -> None:
    path = server.session("desk")
    (call,) = pending(server.say(path, "ask me"))
    server.send(path, answer(call, "Red"))

    server.call("POST", f"{path}/turns", {"input": [answer(call, "Red")]}, 422)


def test_a_user_message_while_authorisation_is_pending_is_refused(server: Desk) -> None:
    path = server.session("vault")
    server.say(path, "open the vault")

    error = server.call("POST", f"{path}/turns", {"input": [message("hello?")]}, 422)["error"]

    assert error["code"] == "message_while_auth_required"


def test_a_user_message_while_authorisation_is_pending_asks_again_when_read_so() -> None:
    with desk(VAULT, v1_message_while_auth="ask_again") as server:
        path = server.session("vault")
        page = server.say(path, "open the vault")[-2].event["mcp_servers"][0]["auth_url"]

        again = server.say(path, "hello?")
        server.http.post(page, content="choice=allow")
        after = server.say(path, "hello??")

    assert [frame.type for frame in again] == ["turn.created", "mcp.auth_required", "turn.done"]
    assert done(after)["output"]["content"] == "It is open."


def test_unfit_input_is_400_when_read_so() -> None:
    with desk(DESK, v1_unfit=400) as server:
        path = server.session("desk")
        server.say(path, "delete it")

        assert server.call("POST", f"{path}/turns", {}, 400)["error"]["code"] == "does_not_fit_pending"


# -- which turn follows which ------------------------------------------------------------------------------------------


def test_a_second_turn_takes_the_place_of_the_running_one(slow_server: Desk) -> None:
    path = slow_server.session("desk")
    first = slow_server.begin(path, "hold")

    second = slow_server.say(path, "plain")

    state = slow_server.call("GET", f"{path}/turns/{first['id']}")["data"]["state"]
    assert (state["status"], state["reason"]) == ("cancelled", "cancelled-for-next-turn")
    assert second[0].event["previous_turn_id"] == first["id"]
    ended = slow_server.stream(f"{path}/turns/{first['id']}/subscribe")
    assert done(ended) == state


def test_the_journal_tells_of_the_turn_that_was_cancelled_for_the_next_one() -> None:
    with desk(DESK, speed=1.0) as server:
        path = server.session("desk")
        first = server.begin(path, "hold")
        server.say(path, "plain")

    ends = [entry for entry in server.gateway.journal.entries if isinstance(entry, TurnEntry)]
    assert [entry.state for entry in ends] == ["cancelled", "done"]
    assert (ends[0].turn_id, ends[0].detail) == (first["id"], "cancelled-for-next-turn")


def test_a_second_turn_is_refused_with_412_and_never_409_when_read_so() -> None:
    with desk(DESK, speed=1.0, v1_concurrent_turn="refuse") as server:
        path = server.session("desk")
        first = server.begin(path, "hold")

        server.call("POST", f"{path}/turns", {"input": [message("plain")]}, 412)

        assert server.call("GET", f"{path}/turns/{first['id']}")["data"]["state"] == {"status": "running"}


def test_the_scenario_can_say_that_a_second_turn_is_refused() -> None:
    busy = "agent: busy\nreadings: { concurrent_turn: refuse }\nturns: [{ wait: cancel }]"
    with desk(busy, speed=1.0) as server:
        path = server.session("busy")
        server.begin(path, "hold")

        server.call("POST", f"{path}/turns", {"input": [message("plain")]}, 412)


@pytest.mark.parametrize("previous", ["none", "older"])
def test_a_running_turn_makes_way_for_a_new_root_and_a_branch_too(slow_server: Desk, previous: str) -> None:
    path = slow_server.session("desk")
    older = turn_id(slow_server.say(path, "plain"))
    running = slow_server.begin(path, "hold")

    new = slow_server.begin(path, "plain", previous_turn_id="none" if previous == "none" else older)

    state = slow_server.call("GET", f"{path}/turns/{running['id']}")["data"]["state"]
    assert (state["status"], state["reason"]) == ("cancelled", "cancelled-for-next-turn")
    assert new["previous_turn_id"] == (None if previous == "none" else older)


@pytest.mark.parametrize(("reading", "statuses"), [("refuse", (200, 403, 200)), ("allow", (200, 200, 200))])
def test_a_turn_in_somebody_elses_session_is_403_for_a_key_that_says_who_it_is(
    reading: str, statuses: tuple[int, ...]
) -> None:
    keys = Keys(subjects={"ada": "ada@example.test", "bob": "bob@example.test"})
    with desk(DESK, keys=keys, v1_foreign_turn=reading) as server:
        made = server.call("POST", SESSIONS, {"agent_name": "desk"}, 201, headers={"authorization": "Bearer ada"})
        path = f"{SESSIONS}/{made['data']['id']}"
        body = {"input": [message("plain")], "stream": False}

        for key, status in zip(("ada", "bob", "anybody"), statuses, strict=True):
            server.call("POST", f"{path}/turns", body, status, headers={"authorization": f"Bearer {key}"})

        assert len(server.call("GET", f"{path}/turns")["data"]) == statuses.count(200)


def test_a_turn_can_follow_an_older_one_or_none(server: Desk) -> None:
    path = server.session("desk")
    first, second = (turn_id(server.say(path, "plain")) for _ in range(2))

    fork = server.say(path, "plain", previous_turn_id=first)[0].event
    root = server.say(path, "plain", previous_turn_id="none")[0].event
    after = server.say(path, "plain", previous_turn_id="auto")[0].event

    assert fork["previous_turn_id"] == first != second
    assert root["previous_turn_id"] is None
    assert after["previous_turn_id"] == root["turn_id"]


def test_a_fork_can_decide_a_pending_call_again(server: Desk) -> None:
    path = server.session("desk")
    paused = server.say(path, "delete it")
    (call,) = pending(paused)

    ends = [
        done(server.stream(f"{path}/turns", {"input": [item], "previous_turn_id": turn_id(paused)}))
        for item in (allow(call), deny(call, "no"))
    ]

    assert [end["output"]["content"] for end in ends] == ["Tool said: deleted /tmp/x", "Then it stays. no"]


def test_an_unknown_previous_turn_is_404(server: Desk) -> None:
    body = {"input": [message("plain")], "previous_turn_id": "nope"}

    assert server.call("POST", f"{server.session('desk')}/turns", body, 404)["error"]["param"] == "previous_turn_id"


# -- cancelling --------------------------------------------------------------------------------------------------------


def test_cancelling_ends_the_running_turn_and_leaves_the_session_usable(slow_server: Desk) -> None:
    path = slow_server.session("desk")
    turn = slow_server.begin(path, "hold")

    assert slow_server.call("POST", f"{path}/cancel", {}) == {}

    state = done(slow_server.stream(f"{path}/turns/{turn['id']}/subscribe"))
    assert (state["status"], state["reason"]) == ("cancelled", "client-cancelled")
    assert "output" not in state and "required_actions" not in state
    assert slow_server.say(path, "plain")[0].event["previous_turn_id"] == turn["id"]


def test_a_message_that_was_cut_short_is_not_stored(slow_server: Desk) -> None:
    path = slow_server.session("desk")
    turn = slow_server.begin(path, "slow")

    with slow_server.opened(f"{path}/turns/{turn['id']}/subscribe", {}) as frames:
        assert any(frame.type == DELTA for frame in frames)
        slow_server.call("POST", f"{path}/cancel")
        *_, last = frames

    stored = slow_server.walk(f"{path}/turns/{turn['id']}/events", 25)
    assert last.event["state"]["status"] == "cancelled"
    assert [item["type"] for item in stored] == ["mcp.initialize"]


def test_cancelling_when_nothing_runs_is_200(server: Desk) -> None:
    path = server.session("desk")

    assert server.call("POST", f"{path}/cancel", {}) == {}
    server.say(path, "plain")
    assert server.call("POST", f"{path}/cancel") == {}
    server.call("POST", f"{SESSIONS}/nope/cancel", {}, 404)


def test_a_server_that_cancels_whole_sessions_for_the_other_contract_does_not_here() -> None:
    with desk(DESK, cancel="session") as server:
        path = server.session("desk")

        server.call("POST", f"{path}/cancel", {})

        assert done(server.say(path, "plain"))["status"] == "done"


def test_a_session_that_its_scenario_ends_for_good_is_412() -> None:
    with desk("agent: once\nreadings: { cancel: session }") as server:
        path = server.session("once")
        server.call("POST", f"{path}/cancel", {})

        assert server.call("POST", f"{path}/turns", {"input": [message("hi")]}, 412)["error"]["type"] == (
            "precondition_failed"
        )


def test_a_timeout_is_named_as_the_reason() -> None:
    short = "agent: short\nlimits: { timeout: 2s }\nturns: [{ say: { text: a b c d, cut: words, pace: 1 tokens/s } }]"
    with desk(short) as server:
        state = done(server.say(server.session("short"), "hi"))

    assert state["reason"] == "server-execution-timeout"


def test_a_sandbox_that_a_cancel_has_stopped_wakes_with_the_next_turn(slow_server: Desk) -> None:
    path = slow_server.session("box")
    turn = slow_server.begin(path, "hold")
    slow_server.call("POST", f"{path}/cancel", {})
    slow_server.stream(f"{path}/turns/{turn['id']}/subscribe")
    place = "/v1/agents/sandbox/box.7f3a/file"

    assert slow_server.call("GET", place, None, 410, params={"path": "/a"})["error"]["type"] == "gone"
    slow_server.say(path, "run")
    assert slow_server.call("GET", place, None, 404, params={"path": "/a"})["error"]["code"] == "file_not_found"
