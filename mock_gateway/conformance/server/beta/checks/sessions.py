"""Sessions: their endpoints and rules (API-1 to API-4, SES-1 to SES-6)."""

from __future__ import annotations

from mock_gateway.conformance.server.beta.shapes import is_name
from mock_gateway.conformance.server.beta.worlds import World, message
from mock_gateway.conformance.server.client import Answer, Json, Speaker
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import require, require_equal

LIMITS = (("0", 400), ("1001", 400), ("-1", 400), ("ten", 400), ("1", 200), ("1000", 200))


async def require_list(speaker: Speaker, path: str, rule: str) -> None:
    """What all list endpoints have in common: `data`, `pagination`, the bounds of `limit`."""
    first = await speaker.send("GET", path)
    require_equal(first.status, 200, rule, f"the status of {path}")
    require(isinstance(first.data(rule), list), rule, "data is no list", first.shown())
    require_equal(_pagination(first, rule).get("limit"), 100, rule, "the default limit")
    for limit, status in LIMITS:
        answer = await speaker.send("GET", path, query={"limit": limit})
        require(answer.status == status, rule, f"limit={limit} has to be answered {status}", answer.shown())
        if status == 200:
            require_equal(_pagination(answer, rule).get("limit"), int(limit), rule, "the limit in the answer")


def _pagination(answer: Answer, rule: str) -> Json:
    found = answer.json.get("pagination")
    require(isinstance(found, dict), rule, "there is no pagination", answer.shown())
    return dict(found)


async def api_1(target: Target) -> None:
    """Creating a session."""
    speaker = target.speaker()
    for body in ({"agent_name": "contract-talk"}, {"agent_name": "contract-talk", "title": "A title"}):
        answer = await speaker.send("POST", "/sessions", json=body)
        require(answer.status == 201, "API-1", "creating a session has to be answered 201", answer.shown())
        require(isinstance(answer.data("API-1"), dict), "API-1", "data is no session", answer.shown())


async def api_2(target: Target) -> None:
    """Listing sessions."""
    await require_list(target.speaker(), "/sessions?agent_name=contract-list", "API-2")


async def api_3(target: Target) -> None:
    """Getting a session."""
    world = target.world()
    created = await world.create("contract-talk")
    answer = await world.speaker.send("GET", f"/sessions/{created['id']}")
    require_equal(answer.status, 200, "API-3", "the status")
    require_equal(answer.data("API-3"), created, "API-3", "the session as it was created")


async def api_4(target: Target) -> None:
    """Cancelling what runs in a session."""
    session = await target.session()
    async with await session.hold() as stream:
        answer = await session.cancel()
        require_equal(answer.status, 200, "API-4", "the status")
        require(answer.is_object(), "API-4", "the answer is no JSON object", answer.shown())
        await stream.rest()


async def ses_1(target: Target) -> None:
    """A session is for an agent that there is."""
    world = target.world()
    answer = await world.speaker.send("POST", "/sessions", json={"agent_name": "contract-nobody"})
    require(answer.status == 404, "SES-1", "an unknown agent has to be answered 404", answer.shown())
    named = all(name in answer.message() for name in ("contract-talk", "contract-list"))
    require(named, "SES-1", "the message does not name the agents that there are", answer.shown())
    created = await world.create("contract-talk", title="A title")
    require_equal(created.get("agent_name"), "contract-talk", "SES-1", "agent_name")


async def ses_2(target: Target) -> None:
    """What a session has."""
    world = target.world()
    for title in (None, "Straße 世界"):
        created = await world.create("contract-talk", **({} if title is None else {"title": title}))
        shown = (await world.speaker.send("GET", f"/sessions/{created['id']}")).data("API-3")
        for session in (created, shown):
            _require_session(session, title)


def _require_session(session: Json, title: str | None) -> None:
    for name in ("id", "agent_name", "created_by", "created_at", "updated_at"):
        require(is_name(session.get(name)), "SES-2", f"{name} is {session.get(name)!r}", session)
    require("title" in session, "SES-2", "there is no title", session)
    require_equal(session["title"], title, "SES-2", "the title")


async def ses_3(target: Target) -> None:
    """Listing: newest first, by creator, by time, page by page."""
    world = target.world()
    missing = await world.speaker.send("GET", "/sessions")
    require(missing.status == 400, "SES-3", "agent_name is required", missing.shown())
    made = [(await world.create("contract-list"))["id"] for _ in range(3)]
    every = await world.sessions("contract-list")
    seeds = ["contract-seed-3", "contract-seed-2", "contract-seed-1"]
    require_equal([session["id"] for session in every], [*made[::-1], *seeds], "SES-3", "the order of the list")
    theirs = await world.sessions("contract-list", created_by_subject_slug="ada@example.test")
    ids = [session["id"] for session in theirs]
    require_equal(ids, ["contract-seed-3", "contract-seed-1"], "SES-3", "the sessions of one creator")
    await _windows(world)
    await _walk_while_growing(world, [*made[::-1], *seeds])


async def _windows(world: World) -> None:
    first, second, third = (f"2024-05-0{day}T10:00:00.000Z" for day in (1, 2, 3))
    cases = [
        ({"start_timestamp": second, "end_timestamp": second}, [2]),
        ({"start_timestamp": first, "end_timestamp": second}, [2, 1]),
        ({"end_timestamp": third}, [3, 2, 1]),
        ({"start_timestamp": "2024-05-01T12:00:00.001+02:00", "end_timestamp": third}, [3, 2]),
        ({"end_timestamp": "2024-05-01T09:59:59.999Z"}, []),
    ]
    for window, expected in cases:
        found = [session["id"] for session in await world.sessions("contract-list", **window)]
        require_equal(found, [f"contract-seed-{n}" for n in expected], "SES-3", f"the sessions in {window}")


async def _walk_while_growing(world: World, expected: list[str]) -> None:
    """Every session that was there at the start is met once, whatever is made meanwhile."""
    query: dict[str, object] = {"agent_name": "contract-list", "limit": 2}
    met: list[str] = []
    for _ in range(20):
        answer = await world.speaker.send("GET", "/sessions", query=query)
        page = answer.data("API-2")
        require(len(page) <= 2, "SES-3", "a page is larger than its limit", answer.shown())
        met += [session["id"] for session in page]
        token = answer.json["pagination"].get("next_page_token")
        if not token:
            break
        query["page_token"] = token
        await world.create("contract-list")
    require_equal([id for id in met if id in expected], expected, "SES-3", "the sessions met page by page")


async def ses_4(target: Target) -> None:
    """A session lasts across turns."""
    world = target.world()
    session = await world.session()
    before = (await session.speaker.send("GET", session.path)).data("API-3")
    texts = [(await session.say("count")).text for _ in range(3)]
    require_equal(texts, ["count is 1", "count is 2", "count is 3"], "SES-4", "what the agent remembers")
    answer = await session.speaker.send("GET", session.path)
    require(answer.status < 300, "SES-4", "the session is gone", answer.shown())
    after = answer.data("SES-4")
    for name in ("id", "agent_name", "title", "created_by", "created_at"):
        require_equal(after.get(name), before.get(name), "SES-4", f"{name} after three turns")


async def ses_5(target: Target) -> None:
    """Never two turns at once."""
    session = await target.session()
    async with await session.hold() as stream:
        await session.post({"input": [message("hold")], "stream": False})
        states = [turn["state"]["status"] for turn in await session.turns()]
        require(states.count("running") <= 1, "SES-5", "two turns run at the same time", states)
        await session.cancel()
        await stream.rest()


async def ses_6(target: Target) -> None:
    """Cancelling again, or for nothing, does no harm."""
    session = await target.session()
    await _require_cancel(await session.cancel(), "without a turn")
    told = await (await target.session()).say("hello")
    before = await told.conversation.turn(told.id)
    for _ in range(2):
        await _require_cancel(await told.conversation.cancel(), "with a finished turn")
    require_equal(await told.conversation.turn(told.id), before, "SES-6", "the finished turn")


async def _require_cancel(answer: Answer, when: str) -> None:
    require(answer.status < 300, "SES-6", f"cancelling a session {when} was refused", answer.shown())
