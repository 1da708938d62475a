"""The less central endpoints of the published contract: drafts, owned and searched sessions, files of a sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mock_gateway.settings import Keys
from tests.v1.desk import SESSIONS, Desk, Json, desk, done
from tests.v1.stories import DESK, VAULT

DRAFTS = "/v1/agents/draft-sessions"
OWNED, SEARCH = "/v1/x/agents/owned-sessions", "/v1/x/agents/search-sessions"
FILE = "/v1/agents/sandbox/box.7f3a/file"
ADA, BOB = {"authorization": "Bearer ada"}, {"authorization": "Bearer bob"}


@pytest.fixture(scope="module")
def shared() -> Iterator[Desk]:
    """A server for two people and a program."""
    keys = Keys(subjects={"ada": "ada@example.test", "bob": "bob@example.test", "ci": "ci-account"})
    with desk(DESK, VAULT, keys=keys) as running:
        yield running


def spec(model: str = "any", **more: object) -> Json:
    return {"agent_spec": {"model": {"name": model}, **more}}


def draft(server: Desk, body: Json, prefix: str = "") -> Json:
    return dict(server.call("POST", prefix + DRAFTS, body, 201)["data"])


def test_a_draft_keeps_its_spec_as_it_came(server: Desk) -> None:
    body = spec("gpt", instructions="Be kind.", config={"sandbox": {"enabled": True}}, new_field=[1, None])

    made = draft(server, body)

    assert made["type"] == "session/draft"
    assert made["agent_spec"] == body["agent_spec"]
    assert made["agent_name"] is None
    assert server.call("GET", f"{DRAFTS}/{made['id']}")["data"] == made


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (spec("vault"), "You said: plain"),
        (spec("any", name="vault"), "You said: plain"),
        ({**spec("desk"), "agent_name": "vault"}, "You said: plain"),
        (spec("unheard of"), "Hello from the desk."),
    ],
    ids=["by the model's name", "by the spec's name", "by the saved agent", "the first scenario"],
)
def test_a_draft_is_played_by_a_scenario(server: Desk, body: Json, said: str) -> None:
    made = draft(server, body)

    frames = server.say(f"{SESSIONS}/{made['id']}", "plain")

    assert done(frames)["output"]["content"] == said


def test_the_turns_of_a_draft_are_under_sessions(server: Desk) -> None:
    path = f"{SESSIONS}/{draft(server, spec())['id']}"
    frames = server.say(path, "plain", previous_turn_id="none")
    turn = f"{path}/turns/{frames[0].event['turn_id']}"

    assert server.call("GET", turn)["data"]["state"] == done(frames)
    assert server.stream(f"{turn}/subscribe") == frames
    assert len(server.call("GET", f"{path}/events")["data"]) == 4
    assert server.call("POST", f"{path}/cancel", {}) == {}
    server.call("GET", path, None, 404)


def test_a_saved_session_is_no_draft(server: Desk) -> None:
    path = server.session("desk")

    server.call("GET", path.replace(SESSIONS, DRAFTS), None, 404)
    server.call("PATCH", path.replace(SESSIONS, DRAFTS), {}, 404)


def test_a_search_for_an_agent_that_there_is_not_finds_nothing(server: Desk) -> None:
    server.session("desk")

    found = server.call("GET", f"{SEARCH}?agent_name=nobody")

    assert found == {"data": [], "pagination": {"limit": 10}}
    server.call("GET", f"{OWNED}?agent_name=nobody", None, 404)


def test_drafts_are_listed_apart(server: Desk) -> None:
    prefix = "/apart"
    saved = server.session("desk", prefix).rsplit("/", 1)[1]
    drafts = [draft(server, body, prefix)["id"] for body in (spec(), {**spec(), "agent_name": "desk"})]

    listed = {
        path: [item["id"] for item in server.call("GET", f"{prefix}{path}")["data"]]
        for path in (
            DRAFTS,
            f"{DRAFTS}?order=asc",
            f"{DRAFTS}?agent_name=desk",
            f"{SESSIONS}?agent_name=desk",
            OWNED,
            f"{OWNED}?agent_name=desk",
            f"{SEARCH}?session_type=session",
            f"{SEARCH}?session_type=session/draft&order=asc",
        )
    }

    assert list(listed.values()) == [
        drafts[::-1],
        drafts,
        drafts[1:],
        [saved],
        [*drafts[::-1], saved],
        [drafts[1], saved],
        [saved],
        drafts,
    ]
    assert [item["id"] for item in server.call("GET", f"{prefix}/sessions?agent_name=desk")["data"]] == [saved]


def test_a_draft_can_be_changed_and_touched(server: Desk) -> None:
    made = draft(server, spec())
    path = f"{DRAFTS}/{made['id']}"
    server.shift(made["id"], 5)

    touched = server.call("PATCH", path, {})["data"]
    changed = server.call("PATCH", path, spec("vault"))["data"]

    assert touched["agent_spec"] == made["agent_spec"]
    assert touched["updated_at"] > made["updated_at"]
    assert changed["agent_spec"] == spec("vault")["agent_spec"]
    assert done(server.say(f"{SESSIONS}/{made['id']}", "plain"))["output"]["content"] == "You said: plain"


def test_a_draft_keeps_its_scenario_once_it_has_a_turn(server: Desk) -> None:
    made = draft(server, spec())
    server.say(f"{SESSIONS}/{made['id']}", "plain")

    server.call("PATCH", f"{DRAFTS}/{made['id']}", spec("vault"))

    assert done(server.say(f"{SESSIONS}/{made['id']}", "plain"))["output"]["content"] == "Hello from the desk."


@pytest.mark.parametrize(
    "body", [{}, {"agent_spec": 1}, {"agent_spec": {}}, {"agent_spec": {"model": "gpt"}}, {"agent_spec": {"model": {}}}]
)
def test_a_draft_without_a_model_is_400(server: Desk, body: Json) -> None:
    server.call("POST", DRAFTS, body, 400)


def test_a_draft_of_an_agent_that_there_is_not_is_404(server: Desk) -> None:
    server.call("POST", DRAFTS, {**spec(), "agent_name": "nobody"}, 404)


def test_a_server_without_scenarios_plays_no_draft() -> None:
    with desk() as server:
        server.call("POST", DRAFTS, spec(), 404)


def test_a_draft_is_its_owners_only(shared: Desk) -> None:
    made = shared.call("POST", DRAFTS, spec(), 201, headers=ADA)["data"]

    shared.call("GET", f"{DRAFTS}/{made['id']}", None, 404, headers=BOB)
    shared.call("PATCH", f"{DRAFTS}/{made['id']}", {}, 404, headers=BOB)
    assert shared.call("GET", DRAFTS, headers=BOB)["data"] == []
    assert shared.call("GET", DRAFTS, headers=ADA)["data"] == [made]


def test_sessions_can_be_searched_by_their_creator(shared: Desk) -> None:
    made = {}
    for name in ("ada", "bob", "ci"):
        headers = {"authorization": f"Bearer {name}"}
        made[name] = shared.call("POST", f"/search{SESSIONS}", {"agent_name": "desk"}, 201, headers=headers)["data"]
    ada = made["ada"]["created_by_subject"]["subject_id"]
    searches: dict[str, list[str]] = {
        "": ["ci", "bob", "ada"],
        f"created_by_subject_id={ada}": ["ada"],
        f"created_by_subject_id={ada}&created_by_subject_type=user": ["ada"],
        f"created_by_subject_id={ada}&created_by_subject_type=team": [],
        "created_by_subject_type=user": ["bob", "ada"],
        "created_by_subject_type=virtualaccount": ["ci"],
        f"session_id={made['bob']['id']}": ["bob"],
        "agent_name=vault": [],
        "order=asc&limit=2": ["ada", "bob"],
    }

    for query, wanted in searches.items():
        found = shared.call("GET", f"/search{SEARCH}?{query}")["data"]
        assert found == [made[name] for name in wanted], query
    owned = shared.call("GET", f"/search{OWNED}", headers=ADA)["data"]
    assert owned == [made["ada"]]
    for query in ("session_type=chat", "created_by_subject_type=cat", "limit=101"):
        shared.call("GET", f"/search{SEARCH}?{query}", None, 400)


@pytest.mark.parametrize("path", [OWNED, SEARCH])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_owned_and_searched_sessions_are_met_once_page_by_page(server: Desk, path: str, order: str) -> None:
    prefix = f"/pages-{order}"
    while len(made := server.call("GET", f"{prefix}{OWNED}?limit=100&order={order}")["data"]) < 5:
        server.session("desk", prefix)

    assert server.walk(f"{prefix}{path}?order={order}", 2) == made


def test_a_file_of_a_sandbox_is_sent_as_it_is(server: Desk) -> None:
    server.say(server.session("box", "/files"), "run")

    for path, content in (("/out/report.txt", "Grüße".encode()), ("/out/empty", b"")):
        answer = server.http.get(f"/files{FILE}", params={"path": path})
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == "application/octet-stream"


def test_a_file_that_cannot_be_had_says_why(server: Desk) -> None:
    server.call("GET", f"/none{FILE}", None, 412, params={"path": "/out/report.txt"})
    server.say(server.session("box", "/none"), "run")

    server.call("GET", f"/none{FILE}", None, 404, params={"path": "/out/nothing"})
    server.call("GET", "/none/v1/agents/sandbox/nobody/file", None, 404, params={"path": "/a"})
    for query in ({}, {"path": ""}, {"path": "out/report.txt"}):
        server.call("GET", f"/none{FILE}", None, 400, params=query)
