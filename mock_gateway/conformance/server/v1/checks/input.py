"""Input and answers (V1-INP)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mock_gateway.conformance.server.beta.checks.input import wrong_answers
from mock_gateway.conformance.server.beta.worlds import Pending, deny, message, reply_to, respond, text_part
from mock_gateway.conformance.server.client import Json
from mock_gateway.conformance.server.v1.checks.transport import require_error
from mock_gateway.conformance.server.v1.place import Place
from mock_gateway.conformance.server.v1.rules import rule
from mock_gateway.conformance.server.v1.worlds import Heard, Talk, file_of, of_type
from mock_gateway.conformance.server.violation import require, require_equal

IMAGE = "data:image/png;base64,iVBORw0KGgo="
PAPER = "data:application/pdf;base64,JVBERi0xLjQ="
TABLE = "data:text/csv;base64,MSwy"
UNFIT = (422, 400)
"""Which of the two a gateway answers to input that does not fit is open."""


@rule("V1-INP-1", "User messages are not mixed with answers (400); approvals and responses are, in any order.")
async def inp_1(place: Place) -> None:
    """Two kinds."""
    talk = await place.talk("contract-gate")
    asked = await talk.say("approve and ask")
    replies = [reply_to(call) for call in asked.pending]
    require_equal(len(replies), 2, "V1-INP-1", "the number of calls that wait")
    for mixed in ([message("hello"), *replies], [*replies, message("hello")]):
        require_error(await talk.post({"input": mixed}), (400,), "V1-INP-1", "messages mixed with answers")
    heard = await talk.run(*reversed(replies))
    require_equal(heard.status, "done", "V1-INP-1", "the status of the turn after both answers")


@rule("V1-INP-2", "A file's data URI parses, decodes and is not empty, and its name has no path (400).")
async def inp_2(place: Place) -> None:
    """Bad files, and a good one."""
    talk = await place.talk()
    bad = [
        ("a.png", uri)
        for uri in ("no URI", "data:image/png,plain", "data:image/png;base64,", "data:image/png;base64,@@")
    ]
    bad += [(name, IMAGE) for name in ("../a.png", "/etc/passwd", "..")]
    for name, uri in bad:
        answer = await talk.post({"input": [message([file_of(name, uri)])]})
        require_error(answer, (400,), "V1-INP-2", [name, uri])
    heard = await talk.run(message([file_of("a.png", IMAGE)]))
    require_equal(heard.status, "done", "V1-INP-2", "the status of a turn with a good file")


async def _asked_in_threads(place: Place) -> tuple[Heard, list[Pending]]:
    talk = await place.talk("contract-gate")
    earlier = await talk.say("ask")
    await talk.run(*[reply_to(call) for call in earlier.pending])
    return await talk.say("ask in threads"), earlier.pending


@rule(
    "V1-INP-3",
    "Each pending call, in any thread, gets exactly one fitting answer; the refusal names those missing.",
    origin="observed",
)
async def inp_3(place: Place) -> None:
    """Too few, too many, wrong kind, wrong thread, wrong time."""
    asked, before = await _asked_in_threads(place)
    talk = asked.talk
    require_equal(len({call.thread_id for call in asked.pending}), 2, "V1-INP-3", "the threads that wait")
    for name, items, ids in wrong_answers(asked.pending, before):
        answer = await talk.post({"input": items})
        require_error(answer, UNFIT, "V1-INP-3", name)
        for id in ids:
            require(id in answer.message(), "V1-INP-3", f"{name}: the message does not name {id}", answer.shown())
    heard = await talk.run(*[reply_to(call) for call in reversed(asked.pending)])
    require_equal(heard.done["state"].get("status"), "done", "V1-INP-3", "the turn after right answers, in any order")
    nothing = await talk.post({"input": [reply_to(asked.pending[0])]})
    require_error(nothing, UNFIT, "V1-INP-3", "an answer when nothing is pending")


@rule("V1-INP-4", "While calls are pending a user message is refused.", origin="observed")
async def inp_4(place: Place) -> None:
    """Approvals and questions."""
    for text in ("approve", "ask"):
        talk = await place.talk("contract-gate")
        await talk.say(text)
        require_error(await talk.post({"input": [message("hello")]}), UNFIT, "V1-INP-4", "a message")


@rule("V1-INP-5", "While authorisation is pending, empty input resumes; a message is refused, or asked again.")
async def inp_5(place: Place) -> None:
    """Which of the two is open."""
    talk = await place.talk("contract-auth")
    await talk.say("go")
    answer = await talk.post({"input": [message("hello")], "stream": False})
    place.notes["V1-INP-5"] = "ask_again" if answer.status == 200 else "refuse"
    if answer.status == 200:
        await talk.outcome(answer.data("V1-TRN-1")["id"])
    else:
        require_error(answer, UNFIT, "V1-INP-5", "a message before the authorisation")
    bodies: list[Json] = [{}, {"input": []}, {"input": None}]
    for body in bodies:
        answer = await talk.post({**body, "stream": False})
        require(answer.status == 200, "V1-INP-5", f"resuming with {body} was refused", answer.shown())
        await talk.outcome(answer.data("V1-TRN-1")["id"])


@rule("V1-INP-6", "Several user messages may come in one turn, each a text or parts.")
async def inp_6(place: Place) -> None:
    """The agent gets all of them."""
    talk = await place.talk()
    heard = await talk.run(message("hello"), message([text_part("and"), text_part("again")]))
    for word in ("hello", "again"):
        require(word in heard.text, "V1-INP-6", f"the agent did not get {word!r}", heard.text)


@rule("V1-INP-7", "A user message that is empty is refused.", origin="observed")
async def inp_7(place: Place) -> None:
    """Blank, and no parts."""
    talk = await place.talk()
    contents: list[object] = ["", "  \n", []]
    for content in contents:
        require_error(await talk.post({"input": [message(content)]}), UNFIT, "V1-INP-7", repr(content))


@rule("V1-INP-8", "Images and PDFs need no sandbox, any other file does.", origin="observed")
async def inp_8(place: Place) -> None:
    """Refused without one."""
    plain, boxed = await place.talk(), await place.talk("contract-box")
    answer = await plain.post({"input": [message([file_of("a.csv", TABLE)])]})
    require_error(answer, UNFIT, "V1-INP-8", "a table without a sandbox")
    for talk, uri in ((plain, IMAGE), (plain, PAPER), (boxed, TABLE), (boxed, PAPER)):
        heard = await talk.post({"input": [message([file_of("a.bin", uri)])], "stream": False})
        require(heard.status == 200, "V1-INP-8", "a file was refused", [uri, heard.shown()])
        await talk.outcome(heard.data("V1-TRN-1")["id"])


def malformed_items(call: Pending) -> Iterator[Json]:
    """Items that are none."""
    ids = {"thread_id": call.thread_id, "tool_call_id": call.call_id}
    yield {"type": "user.nonsense"}
    yield {"content": "hello"}
    yield message([{"type": "nonsense"}])
    yield message(7)
    yield {"type": "user.tool_approval", **ids}
    yield {"type": "user.tool_approval", **ids, "approval": {"status": "perhaps"}}
    yield {"type": "user.tool_approval", "tool_call_id": call.call_id, "approval": {"status": "allow"}}
    yield respond(call, "")
    yield {"type": "user.tool_response", **ids}


@rule("V1-INP-9", "An item of an unknown type or another shape is a 400, so is an empty response.", origin="observed")
async def inp_9(place: Place) -> None:
    """While something is pending, so that the answers could be meant."""
    talk = await place.talk("contract-gate")
    asked = await talk.say("ask")
    for item in malformed_items(asked.pending[0]):
        require_error(await talk.post({"input": [item]}), (400,), "V1-INP-9", item)


@rule("V1-INP-10", "A request that is refused changes nothing.", origin="observed")
async def inp_10(place: Place) -> None:
    """The session, its turns, what is pending."""
    asked, before = await _asked_in_threads(place)
    talk = asked.talk
    seen = await _everything(talk)
    refused: list[object] = [items for _, items, _ in wrong_answers(asked.pending, before)]
    refused += [[message("hello")], [message("hello"), *map(reply_to, asked.pending)], [{"type": "nonsense"}], "text"]
    for items in refused:
        answer = await talk.post({"input": items})
        require(answer.status >= 400, "V1-INP-10", "wrong input was accepted", [items, answer.shown()])
    require_equal(await _everything(talk), seen, "V1-INP-10", "the session after refused requests")
    heard = await talk.run(*[reply_to(call) for call in asked.pending])
    require_equal(heard.text, "Refund RF-3., Painted green.", "V1-INP-10", "the turn after refused requests")


async def _everything(talk: Talk) -> object:
    return (await talk.get()).data("V1-SES-7"), await talk.turns(), await talk.diary()


@rule("V1-INP-11", "An approved call runs at the start of the next turn, and the agent goes on with its result.")
async def inp_11(place: Place) -> None:
    """Before its next message, with those that were held back."""
    talk = await place.talk("contract-gate")
    asked = await talk.say("approve and ask")
    heard = await talk.run(*[reply_to(call) for call in asked.pending])
    call = next(call.call_id for call in asked.pending if call.type == "tool.approval_required")
    told = [event.get("tool_call_id") or event["type"] for event in heard.events]
    require(call in told, "V1-INP-11", "the approved call has no result", told)
    require(told.index(call) < told.index("model.message"), "V1-INP-11", "the result comes after a message", told)
    require_equal(heard.text, "Allowed, and green.", "V1-INP-11", "what the agent says to that")


@rule("V1-INP-12", "A denied call is answered with an error that says why, and the agent goes on.", origin="observed")
async def inp_12(place: Place) -> None:
    """With a reason, and without."""
    for reason, told in (("it is too much", "it is too much"), (None, "no reason provided")):
        talk = await place.talk("contract-gate")
        asked = await talk.say("approve")
        heard = await talk.run(deny(asked.pending[0], reason))
        responses = of_type(heard.events, "tool.response")
        require_equal(len(responses), 1, "V1-INP-12", "the number of results of a denied call")
        content = _error_in(responses[0])
        require(told in content, "V1-INP-12", f"the result does not say {told!r}", responses[0])
        require("Refund" not in heard.text, "V1-INP-12", "a call that was denied was made", heard.text)
        require_equal(heard.status, "done", "V1-INP-12", "the status of the turn after a denial")


def _error_in(response: Json) -> str:
    try:
        value = json.loads(response["content"])
    except ValueError:
        value = None
    require(isinstance(value, dict) and value.get("error"), "V1-INP-12", "the content is no error", response)
    return json.dumps(value)


@rule("V1-INP-13", "An answer of the user reaches the agent, without an event of its own.", origin="observed")
async def inp_13(place: Place) -> None:
    """Questions are answered in text."""
    talk = await place.talk("contract-gate")
    asked = await talk.say("ask")
    heard = await talk.run(respond(asked.pending[0], "ultramarine"))
    require("ultramarine" in heard.text, "V1-INP-13", "the agent did not hear the answer", heard.text)
    require_equal(of_type(heard.events, "tool.response"), [], "V1-INP-13", "results in the turn of an answer")


@rule("V1-INP-14", "A question is a tool of the harness with a question and options for its arguments.")
async def inp_14(place: Place) -> None:
    """That is how a page knows it."""
    talk = await place.talk("contract-gate")
    asked = await talk.say("ask")
    log = of_type(await asked.log(), "model.message")
    call = (log[0].get("tool_calls") or [{}])[0] if log else {}
    require_equal(
        call.get("tool_info"), {"type": "truefoundry-system", "name": "ask_user_question"}, "V1-INP-14", "tool_info"
    )
    given = json.loads(call["function"]["arguments"])
    require_equal(given.get("question"), "Which colour?", "V1-INP-14", "the question")
    require_equal(given.get("options"), ["red", "green"], "V1-INP-14", "the options")
