"""Sessions (V1-SES)."""

from __future__ import annotations

from mock_gateway.conformance.server.beta.worlds import message, text_part
from mock_gateway.conformance.server.v1.checks.transport import require_error
from mock_gateway.conformance.server.v1.place import Place
from mock_gateway.conformance.server.v1.rules import rule
from mock_gateway.conformance.server.v1.scenes import acquit, scene
from mock_gateway.conformance.server.v1.shapes import DRAFT, session_mistakes, turn_mistakes
from mock_gateway.conformance.server.v1.worlds import SESSIONS, Town
from mock_gateway.conformance.server.violation import Violation, require, require_equal

SEEDS = ["contract-seed-3", "contract-seed-2", "contract-seed-1"]
"""Sessions that are there from the start, newest first."""


@rule("V1-SES-1", "POST sessions with the agent's name answers 201 with the new session under data.")
async def ses_1(place: Place) -> None:
    """A name is all it takes."""
    town = place.town()
    answer = await town.speaker.send("POST", SESSIONS, json={"agent_name": "contract-talk"})
    require(answer.status == 201, "V1-SES-1", "201 was due", answer.shown())
    require_equal(answer.data("V1-SES-1").get("agent_name"), "contract-talk", "V1-SES-1", "the agent")
    ids = {(await town.create("contract-talk"))["id"] for _ in range(3)}
    require_equal(len(ids), 3, "V1-SES-1", "the number of different ids")


@rule("V1-SES-2", "A session shows type session, id, agent_name, title or null, created_at and updated_at.")
async def ses_2(place: Place) -> None:
    """Its fields, wherever it is shown."""
    town = place.town()
    made = await town.create("contract-talk")
    require("title" in made, "V1-SES-2", "a session without a title has null for it", made)
    for session in (made, *await town.listed(SESSIONS, agent_name="contract-list")):
        acquit("V1-SES-2", (Violation(*found, session) for found in session_mistakes(session)))


@rule("V1-SES-3", "Who made a session or a turn is shown with subject_id, subject_type and subject_slug.")
async def ses_3(place: Place) -> None:
    """All three: the newest clients need them."""
    talk = (await scene(place, "contract-talk"))[0].talk
    session, draft = (await talk.get()).data("V1-SES-7"), await Town(talk.speaker).draft()
    acquit("V1-SES-3", (Violation(*found, session) for found in session_mistakes(session)))
    acquit("V1-SES-3", (Violation(*found, draft) for found in session_mistakes(draft, DRAFT)))
    for turn in await talk.turns():
        acquit("V1-SES-3", (Violation(*found, turn) for found in turn_mistakes(turn)))


@rule("V1-SES-4", "An agent that there is not is a 404, when creating and when listing.")
async def ses_4(place: Place) -> None:
    """A message says why."""
    speaker = place.speaker()
    for answer in (
        await speaker.send("POST", SESSIONS, json={"agent_name": "contract-nobody"}),
        await speaker.send("GET", f"{SESSIONS}?agent_name=contract-nobody"),
    ):
        require_error(answer, (404,), "V1-SES-4", "an unknown agent")


@rule("V1-SES-5", "Sessions of an agent are listed newest first by created_at, or oldest first with order=asc.")
async def ses_5(place: Place) -> None:
    """One agent's, in both orders, whatever happened in them later."""
    town = place.town()
    listed = [session["id"] for session in await town.listed(SESSIONS, agent_name="contract-list")]
    require_equal(listed, SEEDS, "V1-SES-5", "the sessions, newest first")
    backwards = await town.listed(SESSIONS, agent_name="contract-list", order="asc")
    require_equal([session["id"] for session in backwards], SEEDS[::-1], "V1-SES-5", "the sessions, oldest first")
    talks = [await town.talk("contract-talk") for _ in range(3)]
    await talks[0].say("hello")
    ids = [session["id"] for session in await town.listed(SESSIONS, agent_name="contract-talk")]
    require_equal(ids, [talk.id for talk in talks[::-1]], "V1-SES-5", "the sessions after a turn in the oldest")
    nameless = await town.speaker.send("GET", SESSIONS)
    require_error(nameless, (400, 422), "V1-SES-5", "a listing without an agent")


@rule("V1-SES-6", "start_timestamp and end_timestamp bound created_at, and are inside.")
async def ses_6(place: Place) -> None:
    """Inclusive on both sides."""
    town = place.town()
    newest, middle, oldest = await town.listed(SESSIONS, agent_name="contract-list")
    cases = [
        (oldest, oldest, [oldest]),
        (middle, newest, [newest, middle]),
        (oldest, newest, [newest, middle, oldest]),
    ]
    for start, end, due in cases:
        window = {"start_timestamp": start["created_at"], "end_timestamp": end["created_at"]}
        found = await town.listed(SESSIONS, agent_name="contract-list", **window)
        require_equal(found, due, "V1-SES-6", f"the sessions in {window}")


@rule("V1-SES-7", "GET of a session answers 200 with what creating it has shown.")
async def ses_7(place: Place) -> None:
    """The same object."""
    town = place.town()
    made = await town.create("contract-talk")
    answer = await town.speaker.send("GET", f"{SESSIONS}/{made['id']}")
    require(answer.status == 200, "V1-SES-7", "200 was due", answer.shown())
    require_equal(answer.data("V1-SES-7"), made, "V1-SES-7", "the session")


@rule("V1-SES-8", "The title is the beginning of what was said first, 50 characters, and stays.", origin="observed")
async def ses_8(place: Place) -> None:
    """From the first text of the first turn."""
    talk = await place.talk()
    text = "Tell me " + "more and " * 12
    await talk.run(message([text_part(text)]))
    await talk.say("hello")
    title = (await talk.get()).data("V1-SES-7").get("title")
    require_equal(title, text[:50], "V1-SES-8", "the title")


@rule("V1-SES-9", "A session lasts across turns, and takes another after one that failed.")
async def ses_9(place: Place) -> None:
    """It stays as it was."""
    talk = await place.talk()
    before = (await talk.get()).data("V1-SES-7")
    await talk.say("fail")
    heard = await talk.say("hello")
    require_equal(heard.status, "done", "V1-SES-9", "the status of a turn after a failed one")
    after = await talk.get()
    require(after.status < 300, "V1-SES-9", "the session is gone", after.shown())
    for name in ("id", "agent_name", "created_at", "created_by_subject"):
        require_equal(after.data("V1-SES-7").get(name), before.get(name), "V1-SES-9", f"{name} after two turns")
