"""Turns: beginning, chaining, states, ends (V1-TRN)."""

from __future__ import annotations

from mock_gateway.conformance.server.beta.worlds import PAUSES, message, text_part
from mock_gateway.conformance.server.client import SSE, Json
from mock_gateway.conformance.server.v1.checks.transport import NOBODY, require_error
from mock_gateway.conformance.server.v1.place import Place
from mock_gateway.conformance.server.v1.rules import rule
from mock_gateway.conformance.server.v1.scenes import acquit, judged, scene
from mock_gateway.conformance.server.v1.shapes import turn_mistakes
from mock_gateway.conformance.server.v1.worlds import Talk, of_type, turn_id
from mock_gateway.conformance.server.violation import Violation, require, require_equal


@rule("V1-TRN-1", "POST turns answers 200 with an event stream when stream is true or absent.")
async def trn_1(place: Place) -> None:
    """Absent, true and null are one."""
    talk = await place.talk()
    for extra in ({}, {"stream": True}):
        stream = await talk.start(body={"input": [message("hello")], **extra})
        await stream.rest()
        require_equal(stream.events[0]["type"], "turn.created", "V1-TRN-1", "the first event")


@rule("V1-TRN-2", "With stream false the turn is answered at once, running, and goes on by itself.")
async def trn_2(place: Place) -> None:
    """Under data; following it cannot fail."""
    talk = await place.talk()
    turn = await talk.queue(message("slow"))
    require_equal(turn.get("state"), {"status": "running"}, "V1-TRN-2", "the state of a turn that was just made")
    state = await talk.outcome(turn["id"])
    require_equal(state.get("status"), "done", "V1-TRN-2", "the status of a turn that nobody followed from the start")


@rule("V1-TRN-3", "null is like absent: for input, previous_turn_id and after_sequence_number.")
async def trn_3(place: Place) -> None:
    """The oldest clients send it."""
    talk = await place.talk()
    first = await talk.run(body={"input": [message("hello")], "previous_turn_id": None})
    answer = await talk.post({"input": None, "previous_turn_id": None, "stream": False})
    require(answer.status == 200, "V1-TRN-3", "a turn with null for its input was refused", answer.shown())
    turn = answer.data("V1-TRN-1")
    require_equal(turn.get("previous_turn_id"), first.id, "V1-TRN-3", "the turn before one with null for it")
    path = f"{talk.turn_path(first.id)}/subscribe"
    async with await talk.speaker.open("POST", path, json={"after_sequence_number": None}) as stream:
        require_equal(stream.status, 200, "V1-TRN-3", "the status of following with null for the cursor")
        await stream.rest()
        require_equal(stream.events, first.events, "V1-TRN-3", "the stream after null")


@rule("V1-TRN-4", "A turn shows id, session_id, previous_turn_id, created_at and a state with a known status.")
async def trn_4(place: Place) -> None:
    """Its fields, wherever it is shown."""
    heard = (await scene(place, "contract-talk"))[0]
    talk = heard.talk
    answer = await talk.speaker.send("GET", talk.turn_path(heard.id))
    require(answer.status == 200, "V1-TRN-4", "200 was due", answer.shown())
    for turn in (answer.data("V1-TRN-4"), *await talk.turns()):
        acquit("V1-TRN-4", (Violation(*found, turn) for found in turn_mistakes(turn)))
        require_equal(turn["session_id"], talk.id, "V1-TRN-4", "the session of a turn")


@rule("V1-TRN-5", "A turn and its turn.created show the input as it was sent.")
async def trn_5(place: Place) -> None:
    """Text, parts and files."""
    talk = await place.talk()
    image = {"type": "file", "name": "a.png", "data": "data:image/png;base64,iVBORw0KGgo="}
    items = [message("hello"), message([text_part("look"), image])]
    heard = await talk.run(*items)
    require_equal(heard.events[0].get("input"), items, "V1-TRN-5", "input of turn.created")
    require_equal((await talk.turn(heard.id)).get("input"), items, "V1-TRN-5", "input of the turn")


@rule("V1-TRN-6", "A turn is chained to the latest one, to none, or to the one that it names; an unknown one is a 404.")
async def trn_6(place: Place) -> None:
    """auto, none, an id."""
    talk = await place.talk()
    first, second = await talk.say("count"), await talk.say("count")
    root = await talk.say("count", previous="none")
    fork = await talk.say("count", previous=first.id)
    chained = await talk.say("count", previous="auto")
    for heard, due in ((first, None), (second, first.id), (root, None), (fork, first.id), (chained, fork.id)):
        found = heard.events[0].get("previous_turn_id")
        require_equal(found, due, "V1-TRN-6", "previous_turn_id of turn.created")
        require_equal((await talk.turn(heard.id)).get("previous_turn_id"), due, "V1-TRN-6", "previous_turn_id")
    count = len(await talk.turns())
    answer = await talk.post({"input": [message("hello")], "previous_turn_id": NOBODY})
    require_error(answer, (404,), "V1-TRN-6", "an unknown previous turn")
    require_equal(len(await talk.turns()), count, "V1-TRN-6", "the number of turns after a refused one")


@rule("V1-TRN-7", "What an agent remembers is the chain of its turn.")
async def trn_7(place: Place) -> None:
    """A fork knows what was said before it, and nothing of what came after."""
    talk = await place.talk()
    first = await talk.say("my name is Ada")
    await talk.say("my name is Bob")
    fork = await talk.say("history", previous=first.id)
    require("Ada" in fork.text and "Bob" not in fork.text, "V1-TRN-7", "the fork remembers something else", fork.text)
    root = await talk.say("history", previous="none")
    require("Ada" not in root.text, "V1-TRN-7", "a new root remembers something", root.text)


@rule("V1-TRN-8", "A turn on a running one cancels it with cancelled-for-next-turn, or is refused with 412; never 409.")
async def trn_8(place: Place) -> None:
    """No client repeats a 412; a 409 is repeated and costs seconds."""
    talk = await place.talk()
    async with await talk.hold() as stream:
        running = turn_id(stream.events)
        answer = await talk.post({"input": [message("hello")], "stream": False})
        place.notes["V1-TRN-8"] = "refuse" if answer.status == 412 else "supersede"
        if answer.status == 412:
            await talk.stop(stream)
            return
        if answer.status != 200:
            await talk.stop(stream)
            raise Violation("V1-TRN-8", "a second turn goes first, or is refused with 412", answer.shown())
        await stream.rest("V1-TRN-8")
    state = await talk.state(running)
    found = (state.get("status"), state.get("reason"))
    require_equal(found, ("cancelled", "cancelled-for-next-turn"), "V1-TRN-8", "how the first turn ended")
    turn = answer.data("V1-TRN-1")
    require_equal(turn.get("previous_turn_id"), running, "V1-TRN-8", "the turn that the second is chained to")
    state = await talk.outcome(turn["id"])
    require_equal(state.get("status"), "done", "V1-TRN-8", "the second turn's status")


async def _state_of(place: Place, rule: str, status: str) -> list[Json]:
    """Turns that ended so, and nothing about them that breaks the rule."""
    turns = await (await scene(place, "contract-talk"))[0].talk.turns()
    if status == "cancelled":
        talk = await place.talk()
        _, heard = await talk.held()
        turns = [await talk.turn(heard.id)]
    found = [turn for turn in turns if turn["state"].get("status") == status]
    require(found, rule, f"there has to be a turn that is {status}", turns)
    for turn in found:
        acquit(rule, (Violation(*mistake, turn) for mistake in turn_mistakes(turn)))
    return found


@rule("V1-TRN-9", "A done turn has required_actions, which may be empty, and completed_at.")
async def trn_9(place: Place) -> None:
    """Without them clients drop turn.done."""
    await judged(place, "V1-TRN-9", "turn.done")
    await _state_of(place, "V1-TRN-9", "done")


@rule("V1-TRN-10", "A cancelled turn has a reason, a failed one a message, both completed_at.")
async def trn_10(place: Place) -> None:
    """Both ways not to end well."""
    await judged(place, "V1-TRN-10", "turn.done")
    for status in ("cancelled", "error"):
        await _state_of(place, "V1-TRN-10", status)


@rule("V1-TRN-11", "turn.done has the state that the turn shows, and that state never changes again.")
async def trn_11(place: Place) -> None:
    """Whatever is tried."""
    heard = await scene(place, "contract-talk")
    for one in (*heard, *await scene(place, "contract-gate")):
        require_equal(await one.state(), one.end, "V1-TRN-11", "the state of the turn, next to turn.done")
    talk = await place.talk()
    done = await talk.say("hello")
    for _ in range(2):
        await talk.cancel()
        require_equal(await talk.state(done.id), done.end, "V1-TRN-11", "the state after a cancellation that came late")


@rule("V1-TRN-12", "metrics, where they are, have three totals, and the third is the sum.")
async def trn_12(place: Place) -> None:
    """Part of them is worse than none."""
    heard = (await scene(place, "contract-mind"))[0]
    require(heard.end.get("metrics") is not None, "V1-TRN-12", "this turn has to have metrics", heard.end)
    await judged(place, "V1-TRN-12")


@rule("V1-TRN-13", "A client that hangs up does not stop the turn.")
async def trn_13(place: Place) -> None:
    """The older clients hang up after turn.created, always."""
    talk = await place.talk()
    async with await talk.start(message("long tool")) as stream:
        await stream.count(1)
        id = turn_id(stream.events)
    state = await talk.outcome(id)
    require_equal(state.get("status"), "done", "V1-TRN-13", "the status of a turn whose client has gone")


@rule("V1-TRN-14", "Turns are listed newest first along the chain of the last one, a running one first.")
async def trn_14(place: Place) -> None:
    """Abandoned branches are left out."""
    talk = await place.talk()
    first, left = await talk.say("hello"), await talk.say("hello")
    fork = await talk.say("hello", previous=first.id)
    listed = [turn["id"] for turn in await talk.turns()]
    require_equal(listed, [fork.id, first.id], "V1-TRN-14", f"the turns, without the branch {left.id}")
    async with await talk.hold() as stream:
        page = (await talk.get("/turns", limit=1)).data("V1-TRN-14")
        ids = [(turn["id"], turn["state"].get("status")) for turn in page]
        require_equal(ids, [(turn_id(stream.events), "running")], "V1-TRN-14", "the first turn of the list")
        await talk.stop(stream)
    root = await talk.say("hello", previous="none")
    require_equal([turn["id"] for turn in await talk.turns()], [root.id], "V1-TRN-14", "the turns of a new root")


@rule(
    "V1-TRN-15",
    "Input that is empty, with nothing pending, runs the agent again; such a turn shows none.",
    origin="observed",
)
async def trn_15(place: Place) -> None:
    """No body, no input, an empty one."""
    talk = await place.talk()
    bodies: list[Json] = [{}, {"input": []}]
    for body in bodies:
        heard = await talk.run(body=body)
        require_equal(heard.status, "done", "V1-TRN-15", f"the status of the turn for {body}")
        require(not heard.events[0].get("input"), "V1-TRN-15", "turn.created shows input", heard.events[0])
    bare = await talk.speaker.send("POST", f"{talk.path}/turns")
    kind = bare.headers.get("content-type", "")
    require(bare.status == 200 and kind.startswith(SSE), "V1-TRN-15", "a turn without a body", bare.shown())


@rule(
    "V1-TRN-16",
    "At the time limit a turn is cancelled by the server, at the iteration limit it fails.",
    origin="observed",
)
async def trn_16(place: Place) -> None:
    """Two limits, two ends."""
    talk = await place.talk("contract-limits")
    late = await talk.say("wait")
    found = (late.status, late.end.get("reason"))
    require_equal(found, ("cancelled", "server-execution-timeout"), "V1-TRN-16", "the end at the time limit")
    require_equal((await talk.say("loop")).status, "error", "V1-TRN-16", "the end at the iteration limit")


@rule("V1-TRN-17", "The output of a done turn is the last message of main, assembled.")
async def trn_17(place: Place) -> None:
    """In turn.done, and so in the state."""
    await judged(place, "V1-TRN-17", "turn.done")


@rule("V1-TRN-18", "A turn that waits for the user is done, with output null.")
async def trn_18(place: Place) -> None:
    """A pause is an end."""
    await judged(place, "V1-TRN-18", *PAUSES)
    paused = [one for one in await scene(place, "contract-gate") if of_type(one.events, *PAUSES)]
    paused += [one for one in await scene(place, "contract-auth") if of_type(one.events, *PAUSES)]
    for one in paused:
        require_equal(one.status, "done", "V1-TRN-18", "the status of a turn that waits")
        require(one.end.get("required_actions"), "V1-TRN-18", "a turn that waits requires nothing", one.end)


@rule("V1-TRN-19", "A turn in a session that somebody else has created is refused with 403, or taken.", origin="chosen")
async def trn_19(place: Place) -> None:
    """The session is there for everybody to see; it exists from the start, and its creator is nobody who has a key."""
    talk = Talk(place.town().speaker, "contract-foreign")
    (await talk.get()).data("V1-SES-7")
    answer = await talk.post({"input": [message("hello")], "stream": False})
    require(answer.status in (200, 403), "V1-TRN-19", "a turn in it is refused with 403, or taken", answer.shown())
    place.notes["V1-TRN-19"] = "refuse" if answer.status == 403 else "allow"
    due = 0 if answer.status == 403 else 1
    require_equal(len(await talk.turns()), due, "V1-TRN-19", "how many turns the session has after that")
