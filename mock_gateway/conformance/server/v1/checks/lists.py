"""What is stored, page by page (V1-LOG, V1-SEV, V1-PAG)."""

from __future__ import annotations

from collections.abc import Sequence

from mock_gateway.conformance.server.beta.worlds import pages, walk
from mock_gateway.conformance.server.client import Json
from mock_gateway.conformance.server.v1.checks.transport import NOBODY, require_error
from mock_gateway.conformance.server.v1.ledger import judge_list
from mock_gateway.conformance.server.v1.place import Place
from mock_gateway.conformance.server.v1.rules import rule
from mock_gateway.conformance.server.v1.scenes import acquit, cut_off, judged, scene
from mock_gateway.conformance.server.v1.worlds import DRAFTS, OWNED, SEARCH, SESSIONS, Heard, Town, turn_id
from mock_gateway.conformance.server.violation import require, require_equal


@rule("V1-LOG-1", "A turn's events are listed in order, without first, last and deltas; order=desc turns them round.")
async def log_1(place: Place) -> None:
    """Content only, messages assembled."""
    await judged(place, "V1-LOG-1")
    for heard in (await scene(place, "contract-crew"))[:2]:
        log = await heard.log()
        require_equal(await heard.talk.log(heard.id, order="asc"), log, "V1-LOG-1", "the list with order=asc")
        backwards = await heard.talk.log(heard.id, order="desc")
        require_equal(backwards, log[::-1], "V1-LOG-1", "the list with order=desc")


@rule("V1-LOG-2", "The events of a running turn are refused with 409, or are those so far.")
async def log_2(place: Place) -> None:
    """Either is read by clients."""
    talk = await place.talk()
    async with await talk.hold() as stream:
        id = turn_id(stream.events)
        answer = await talk.speaker.send("GET", f"{talk.turn_path(id)}/events")
        await talk.stop(stream)
    place.notes["V1-LOG-2"] = "snapshot" if answer.status == 200 else "refuse"
    if answer.status == 200:
        shown = answer.data("V1-LOG-2")
        require_equal(shown, (await talk.log(id))[: len(shown)], "V1-LOG-2", "the events while the turn runs")
    else:
        require_error(answer, (409,), "V1-LOG-2", "the events of a running turn")


@rule("V1-LOG-3", "A stored event is what the stream had, with its id.")
async def log_3(place: Place) -> None:
    """Field by field."""
    await judged(place, "V1-LOG-3", "tool.response", "thread.done")


@rule("V1-LOG-4", "A message that was cut off is not stored; what came before it is.", origin="observed")
async def log_4(place: Place) -> None:
    """By a cancellation."""
    talk, events = await cut_off(place, "V1-LOG-4")
    types = [event["type"] for event in await talk.log(turn_id(events))]
    skipped = ("turn.created", "turn.done", "model.message", "model.message.delta")
    due = [event["type"] for event in events if event["type"] not in skipped]
    require(due, "V1-LOG-4", "something has to come before the message", events)
    require_equal(types, due, "V1-LOG-4", "the events of a turn whose only message was cut off")


@rule("V1-LOG-5", "The events of a turn that was cancelled or failed can be read.")
async def log_5(place: Place) -> None:
    """What was said whole is there."""
    talk = await place.talk()
    for heard in ((await talk.held())[1], await talk.say("fail")):
        answer = await talk.speaker.send("GET", f"{talk.turn_path(heard.id)}/events")
        require(answer.status == 200, "V1-LOG-5", f"the events of a turn that is {heard.status}", answer.shown())
        types = [event.get("type") for event in answer.data("V1-LOG-1")]
        require("model.message" in types, "V1-LOG-5", "what was said before the end is not stored", types)


def _by_turn(items: Sequence[Json]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for item in items:
        found.setdefault(item["turn_id"], []).append(item["event"])
    return found


async def _told(place: Place) -> tuple[list[Heard], list[Json]]:
    heard = await scene(place, "contract-talk")
    return heard, await heard[0].talk.diary()


@rule("V1-SEV-1", "A session's events are listed with their turn, newest first, first and last of each turn too.")
async def sev_1(place: Place) -> None:
    """Never a delta."""
    heard, items = await _told(place)
    turns = _by_turn(items)
    require_equal(list(turns), [one.id for one in heard[::-1]], "V1-SEV-1", "the turns, newest first")
    for one in heard:
        require_equal(turns[one.id][0], one.done, "V1-SEV-1", "the newest event of a turn")
        listed = turns[one.id][::-1]
        require_equal(listed[0]["type"], "turn.created", "V1-SEV-1", "the oldest event of a turn")
        acquit("V1-SEV-1", judge_list(one.events, listed, "V1-SEV-1", ends=True))


@rule("V1-SEV-2", "They are those of the last turn's chain, or of the one that last_turn_id names.")
async def sev_2(place: Place) -> None:
    """Abandoned branches are left out."""
    talk = await place.talk()
    first, left = await talk.say("hello"), await talk.say("hello")
    fork = await talk.say("hello", previous=first.id)
    cases: list[tuple[Json, list[str]]] = [
        ({}, [fork.id, first.id]),
        ({"last_turn_id": left.id}, [left.id, first.id]),
        ({"last_turn_id": first.id}, [first.id]),
    ]
    for query, due in cases:
        found = list(_by_turn(await talk.diary(**query)))
        require_equal(found, due, "V1-SEV-2", f"the turns whose events are listed with {query}")


@rule("V1-SEV-3", "A running turn is left out, and its parent's chain is listed; a first one gives nothing.")
async def sev_3(place: Place) -> None:
    """Until it has ended."""
    talk = await place.talk()
    async with await talk.hold() as stream:
        require_equal(await talk.diary(), [], "V1-SEV-3", "the events while the first turn runs")
        await talk.stop(stream)
    first = turn_id(stream.events)
    async with await talk.hold() as stream:
        second = turn_id(stream.events)
        for query in ({}, {"last_turn_id": second}):
            found = list(_by_turn(await talk.diary(**query)))
            require_equal(found, [first], "V1-SEV-3", f"the turns whose events are listed with {query}")
        await talk.stop(stream)
    require_equal(list(_by_turn(await talk.diary())), [second, first], "V1-SEV-3", "the turns after the end")


@rule("V1-SEV-4", "A last_turn_id that there is not is a 404; next to a page token it is ignored.")
async def sev_4(place: Place) -> None:
    """It counts for the first page."""
    talk = await place.talk()
    first = await talk.say("hello")
    await talk.say("hello")
    require_error(await talk.get("/events", last_turn_id=NOBODY), (404,), "V1-SEV-4", "an unknown last turn")
    page = await talk.get("/events", limit=2)
    token = page.json["pagination"].get("next_page_token")
    plain, named = [
        (await talk.get("/events", limit=2, page_token=token, **more)).data("V1-SEV-4")
        for more in ({}, {"last_turn_id": first.id})
    ]
    require_equal(named, plain, "V1-SEV-4", "the second page with last_turn_id")


LIMITS = (
    ("sessions", 10, 100),
    ("turns", 10, 25),
    ("events", 25, 25),
    ("session events", 100, 100),
    ("drafts", 10, 100),
)
"""List, default, most."""


async def _lists(place: Place) -> dict[str, tuple[Town, str, Json]]:
    """A path and a query for each kind of list, with seven items or more."""

    async def look() -> dict[str, tuple[Town, str, Json]]:
        town = place.town()
        talk = await town.talk("contract-pages")
        for text in ("hello", "hello", "many", "hello", "hello", "hello", "many"):
            heard = await talk.say(text)
        for _ in range(6):
            await town.talk("contract-pages")
            await town.draft()
        return {
            "sessions": (town, SESSIONS, {"agent_name": "contract-pages"}),
            "turns": (town, f"{talk.path}/turns", {}),
            "events": (town, f"{talk.turn_path(heard.id)}/events", {}),
            "session events": (town, f"{talk.path}/events", {}),
            "drafts": (town, DRAFTS, {}),
            "owned": (town, OWNED, {}),
            "found": (town, SEARCH, {}),
        }

    return await place.once("lists", look)


@rule("V1-PAG-1", "The pages of a list have every item once and in order at any limit, and none is larger.")
async def pag_1(place: Place) -> None:
    """The last one has no token."""
    for name, (town, path, query) in (await _lists(place)).items():
        whole = await walk(town.speaker, path, "V1-PAG-1", query)
        require(len(whole) >= 6, "V1-PAG-1", f"the list of {name} is too short for this", len(whole))
        for limit in (1, 3, 7):
            found = await pages(town.speaker, path, "V1-PAG-1", {**query, "limit": limit})
            items = [item for page in found for item in page["data"]]
            require_equal(items, whole, "V1-PAG-1", f"the list of {name} in pages of {limit}")
            sizes = [len(page["data"]) for page in found]
            require(max(sizes) <= limit, "V1-PAG-1", f"a page of {name} has more than {limit}", sizes)


@rule("V1-PAG-2", "Each list has its default and its most for limit; one beyond is refused.")
async def pag_2(place: Place) -> None:
    """10 and 100, 10 and 25, 25 and 25, 100 and 100."""
    lists = await _lists(place)
    for name, default, most in LIMITS:
        town, path, query = lists[name]
        for asked, due in ((None, default), (most, most)):
            more = {} if asked is None else {"limit": asked}
            page = await town.speaker.send("GET", path, query={**query, **more})
            found = page.json.get("pagination", {}).get("limit")
            require_equal(found, due, "V1-PAG-2", f"the limit of {name} when asked for {asked}")
        for wrong in (0, most + 1, "abc"):
            answer = await town.speaker.send("GET", path, query={**query, "limit": wrong})
            require_error(answer, (400, 422), "V1-PAG-2", f"{name} with limit {wrong}")


@rule("V1-PAG-3", "A page token that is not of this list is a 400.", origin="observed")
async def pag_3(place: Place) -> None:
    """Garbage, and another list's."""
    lists = await _lists(place)
    tokens = {}
    for name, (town, path, query) in lists.items():
        page = await town.speaker.send("GET", path, query={**query, "limit": 1})
        tokens[name] = page.json["pagination"].get("next_page_token")
    for name, (town, path, query) in lists.items():
        for token in ("garbage", f"{tokens[name]}x", tokens["turns" if name != "turns" else "events"]):
            answer = await town.speaker.send("GET", path, query={**query, "page_token": token})
            require_error(answer, (400,), "V1-PAG-3", f"{name} with the token {token}")


@rule("V1-PAG-4", "Pages hold while new items are made: nothing comes twice, nothing is lost.")
async def pag_4(place: Place) -> None:
    """Turns, events and sessions."""
    town = place.town()
    talk = await town.talk("contract-pages")
    for _ in range(3):
        await talk.say("hello")
    query = {"agent_name": "contract-pages"}
    others = [await town.talk("contract-pages") for _ in range(3)]
    cases: list[tuple[str, Json, int]] = [
        (f"{talk.path}/turns", {}, 2),
        (f"{talk.path}/events", {}, 4),
        (SESSIONS, query, 2),
    ]
    for path, more, limit in cases:
        whole = await walk(town.speaker, path, "V1-PAG-4", more)
        first = await town.speaker.send("GET", path, query={**more, "limit": limit})
        await others[0].say("hello")
        await talk.say("hello")
        await town.talk("contract-pages")
        token = first.json["pagination"].get("next_page_token")
        rest = await walk(town.speaker, path, "V1-PAG-4", {**more, "limit": limit, "page_token": token})
        ids = [_name(item) for item in first.data("V1-PAG-4") + rest]
        require_equal(ids, [_name(item) for item in whole], "V1-PAG-4", f"the pages of {path}")


def _name(item: Json) -> object:
    return item.get("id") or item["event"]["id"]


@rule("V1-PAG-5", "Every list has pagination with its limit.")
async def pag_5(place: Place) -> None:
    """Clients drop a page without."""
    for name, (town, path, query) in (await _lists(place)).items():
        page = await town.speaker.send("GET", path, query={**query, "limit": 5})
        pagination = page.json.get("pagination") if isinstance(page.json, dict) else None
        good = isinstance(pagination, dict) and pagination.get("limit") == 5
        require(good, "V1-PAG-5", f"the list of {name} has no pagination with its limit", page.shown())
