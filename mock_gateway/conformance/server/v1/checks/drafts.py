"""Drafts, the caller's sessions, search, and files of sandboxes (V1-DRA, V1-SBX)."""

from __future__ import annotations

from mock_gateway.conformance.server.beta.worlds import walk
from mock_gateway.conformance.server.client import Json
from mock_gateway.conformance.server.v1.checks.transport import NOBODY, require_error
from mock_gateway.conformance.server.v1.place import Place
from mock_gateway.conformance.server.v1.rules import rule
from mock_gateway.conformance.server.v1.scenes import acquit, judged, scene
from mock_gateway.conformance.server.v1.shapes import DRAFT, session_mistakes
from mock_gateway.conformance.server.v1.worlds import DRAFTS, OWNED, SEARCH, SESSIONS, Talk, of_type
from mock_gateway.conformance.server.violation import Violation, require, require_equal

SPEC = {"model": {"name": "contract-talk"}, "instructions": "Be kind.", "config": {"sandbox": {"enabled": False}}}
FILE, CONTENT = "/out/report.txt", "Grüße\r\n as they are".encode()
BOX = "/v1/agents/sandbox/contract.box/file"


@rule("V1-DRA-1", "POST draft-sessions with an agent_spec answers 201 with a draft that shows the spec as it came.")
async def dra_1(place: Place) -> None:
    """Of type session/draft."""
    town = place.town()
    answer = await town.speaker.send("POST", DRAFTS, json={"agent_spec": SPEC})
    require(answer.status == 201, "V1-DRA-1", "201 was due", answer.shown())
    draft = answer.data("V1-DRA-1")
    require_equal(draft.get("agent_spec"), SPEC, "V1-DRA-1", "the spec")
    acquit("V1-DRA-1", (Violation(*found, draft) for found in session_mistakes(draft, DRAFT, "V1-DRA-1")))
    shown = await town.speaker.send("GET", f"{DRAFTS}/{draft['id']}")
    require_equal((shown.status, shown.data("V1-DRA-1")), (200, draft), "V1-DRA-1", "the draft when it is read")


@rule("V1-DRA-2", "A spec without a model is refused.")
async def dra_2(place: Place) -> None:
    """The model is all that is required."""
    speaker = place.speaker()
    bodies: list[Json] = [{}, {"agent_spec": 1}, {"agent_spec": {}}, {"agent_spec": {"model": {}}}]
    for body in bodies:
        require_error(await speaker.send("POST", DRAFTS, json=body), (400, 422), "V1-DRA-2", body)


@rule("V1-DRA-3", "Drafts and saved sessions are apart: each is a 404 under the other's path.")
async def dra_3(place: Place) -> None:
    """That is how a page finds out which it has."""
    town = place.town()
    draft, saved = await town.draft(), await town.create("contract-talk")
    for path in (f"{DRAFTS}/{saved['id']}", f"{SESSIONS}/{draft['id']}"):
        require_error(await town.speaker.send("GET", path), (404,), "V1-DRA-3", path)


@rule("V1-DRA-4", "The turns of a draft are made and read under sessions, with the draft's id.")
async def dra_4(place: Place) -> None:
    """All of it: turns, streams, events, cancelling."""
    town = place.town()
    talk = Talk(town.speaker, (await town.draft())["id"])
    stream = await talk.speaker.open(
        "POST", f"{talk.path}/turns", json={"input": [{"type": "user.message", "content": "hello"}]}
    )
    require(stream.status == 200, "V1-DRA-4", f"a turn of a draft was answered {stream.status}")
    events = await stream.rest()
    id = str(events[0].get("turn_id"))
    require_equal([turn["id"] for turn in await talk.turns()], [id], "V1-DRA-4", "the turns")
    followed = await talk.follow(id)
    require_equal(await followed.rest(), events, "V1-DRA-4", "the stream again")
    require(await talk.log(id) and await talk.diary(), "V1-DRA-4", "the events of a draft's turn are not listed")
    require_equal((await talk.cancel()).status, 200, "V1-DRA-4", "the status of cancelling")


@rule("V1-DRA-5", "PATCH changes the spec; without one it only makes updated_at later.")
async def dra_5(place: Place) -> None:
    """And answers with the draft."""
    town = place.town()
    made = await town.draft()
    path = f"{DRAFTS}/{made['id']}"
    touched = await town.speaker.send("PATCH", path, json={})
    require(touched.status == 200, "V1-DRA-5", "touching a draft was refused", touched.shown())
    require_equal(touched.data("V1-DRA-5").get("agent_spec"), made["agent_spec"], "V1-DRA-5", "the spec after a touch")
    require(touched.data("V1-DRA-5")["updated_at"] >= made["updated_at"], "V1-DRA-5", "updated_at went back", made)
    changed = await town.speaker.send("PATCH", path, json={"agent_spec": SPEC})
    require_equal(changed.data("V1-DRA-5").get("agent_spec"), SPEC, "V1-DRA-5", "the spec after a change")
    shown = (await town.speaker.send("GET", path)).data("V1-DRA-1")
    require_equal(shown.get("agent_spec"), SPEC, "V1-DRA-5", "the spec when it is read")
    require_error(await town.speaker.send("PATCH", f"{DRAFTS}/{NOBODY}", json={}), (404,), "V1-DRA-5", "no draft")


@rule("V1-DRA-6", "Drafts are listed apart, newest first, of one agent or of all.")
async def dra_6(place: Place) -> None:
    """Saved sessions are not among them."""
    town = place.town()
    await town.create("contract-talk")
    ids = [(await town.draft(**more))["id"] for more in ({}, {"agent_name": "contract-talk"}, {})]
    cases: list[tuple[Json, list[str]]] = [
        ({}, ids[::-1]),
        ({"order": "asc"}, ids),
        ({"agent_name": "contract-talk"}, ids[1:2]),
    ]
    for query, due in cases:
        found = [draft["id"] for draft in await town.listed(DRAFTS, **query)]
        require_equal(found, due, "V1-DRA-6", f"the drafts with {query}")
    saved = [session["id"] for session in await town.listed(SESSIONS, agent_name="contract-talk")]
    require(not set(ids) & set(saved), "V1-DRA-6", "a draft is listed with the saved sessions", saved)


@rule("V1-DRA-7", "The caller's own sessions are listed together, saved ones and drafts.")
async def dra_7(place: Place) -> None:
    """Those that others have made are not."""
    town = place.town()
    saved, draft = await town.create("contract-talk"), await town.draft()
    found = [(session["id"], session.get("type")) for session in await town.listed(OWNED)]
    due = [(draft["id"], "session/draft"), (saved["id"], "session")]
    require_equal(found, due, "V1-DRA-7", "the caller's sessions")


@rule("V1-DRA-8", "Sessions are searched by agent, type, id and creator; an unknown type is refused.")
async def dra_8(place: Place) -> None:
    """Every filter alone."""
    town = place.town()
    saved, draft = await town.create("contract-talk"), await town.draft()
    creator = saved["created_by_subject"]
    cases: list[tuple[Json, list[str]]] = [
        ({"session_type": "session", "agent_name": "contract-talk"}, [saved["id"]]),
        ({"session_type": "session/draft"}, [draft["id"]]),
        ({"session_id": saved["id"]}, [saved["id"]]),
        ({"created_by_subject_id": creator["subject_id"]}, [draft["id"], saved["id"]]),
        ({"created_by_subject_id": "nobody"}, []),
        ({"agent_name": "nobody"}, []),
        ({"created_by_subject_type": "team"}, []),
    ]
    for query, due in cases:
        found = [session["id"] for session in await walk(town.speaker, SEARCH, "V1-DRA-8", query)]
        require_equal(found, due, "V1-DRA-8", f"what is found with {query}")
    for strange in ("session_type=chat", "created_by_subject_type=cat"):
        require_error(await town.speaker.send("GET", f"{SEARCH}?{strange}"), (400, 422), "V1-DRA-8", strange)


@rule("V1-SBX-1", "A session's sandbox is created once.", origin="chosen")
async def sbx_1(place: Place) -> None:
    """Whatever runs in it."""
    await judged(place, "V1-SBX-1", "sandbox.created")
    made = [event for heard in await scene(place, "contract-box") for event in of_type(heard.events, "sandbox.created")]
    require_equal(len(made), 1, "V1-SBX-1", "how often the sandbox was created")


@rule("V1-SBX-2", "A file of a sandbox is sent byte by byte.")
async def sbx_2(place: Place) -> None:
    """Whatever the bytes are."""
    talk = await place.talk("contract-mind")
    await talk.say("fetch")
    for path, content in ((FILE, CONTENT), ("/out/empty", b"")):
        answer = await talk.speaker.send("GET", BOX, query={"path": path})
        require_equal((answer.status, answer.body), (200, content), "V1-SBX-2", f"the file {path}")


@rule(
    "V1-SBX-3", "A file that cannot be had says why: 400, 404, or 412 before the sandbox was started.", origin="chosen"
)
async def sbx_3(place: Place) -> None:
    """In the order in which one meets them."""
    talk = await place.talk("contract-mind")
    early = await talk.speaker.send("GET", BOX, query={"path": FILE})
    require_error(early, (412,), "V1-SBX-3", "a sandbox that was not started")
    await talk.say("fetch")
    for query, status in (({}, 400), ({"path": "out"}, 400), ({"path": "/nothing"}, 404)):
        require_error(await talk.speaker.send("GET", BOX, query=query), (status,), "V1-SBX-3", query)
    nobody = await talk.speaker.send("GET", "/v1/agents/sandbox/nobody/file", query={"path": FILE})
    require_error(nobody, (404,), "V1-SBX-3", "an unknown sandbox")
