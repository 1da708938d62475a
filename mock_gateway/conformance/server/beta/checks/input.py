"""What may be sent into a turn, and what happens when it does not fit (INP-1 to INP-8)."""

from __future__ import annotations

from collections.abc import Iterator

from mock_gateway.conformance.server.beta.worlds import (
    Conversation,
    Pending,
    Told,
    allow,
    deny,
    file_part,
    message,
    reply_to,
    respond,
)
from mock_gateway.conformance.server.client import Answer, Json
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import require, require_equal

IMAGE = "data:image/png;base64,iVBORw0KGgo="
PAPER = "data:application/pdf;base64,JVBERi0xLjQ="
BAD_URIS = (
    "not a data URI",
    "data:image/png,plain",
    "data:image/png;base64,",
    "data:image/png;base64,@@@@",
    "data:;base64,aGk=",
    "https://example.test/picture.png",
)


def _refused(answer: Answer, status: int, rule: str, what: object) -> None:
    require(answer.status == status, rule, f"{status} was due for {what}", answer.shown())


async def inp_1(target: Target) -> None:
    """Messages do not mix with answers; answers mix with each other."""
    asked = await (await target.session("contract-gate")).say("approve and ask")
    replies = [reply_to(call) for call in asked.pending]
    for mixed in ([message("hello"), *replies], [*replies, message("hello")]):
        _refused(await asked.conversation.post({"input": mixed}), 400, "INP-1", "messages mixed with answers")
    good = await asked.conversation.post({"input": replies, "stream": False})
    require(good.status < 300, "INP-1", "an approval and a response may come together", good.shown())


async def inp_2(target: Target) -> None:
    """A data URI has to parse, decode and hold something."""
    session = await target.session("contract-box")
    for uri in BAD_URIS:
        answer = await session.post({"input": [message([file_part("a.png", uri)])]})
        _refused(answer, 400, "INP-2", uri)
    told = await session.run(message([file_part("a.png", IMAGE)]))
    require_equal(told.text, "a.png image/png 8", "INP-2", "what the agent got")


def wrong_answers(calls: list[Pending], before: list[Pending]) -> Iterator[tuple[str, list[Json], tuple[str, ...]]]:
    """Ways of not answering what is pending: a name, the items, ids that the refusal has to name.

    calls: what is pending, of both types and in two threads. before: calls that were answered in an earlier turn.
    """
    right = [reply_to(call) for call in calls]
    first, second = calls[0], calls[-1]
    unknown = Pending(first.thread_id, "call_nobody_made", first.type)
    moved = Pending("nowhere", first.call_id, first.type)
    yield "nothing", [], (first.call_id, second.call_id)
    yield "the first alone", right[:1], (second.call_id,)
    yield "an unknown call", [*right, reply_to(unknown)], (unknown.call_id,)
    yield "an unknown call instead", [*right[:-1], reply_to(unknown)], (unknown.call_id, second.call_id)
    yield "one twice", [*right, right[0]], (first.call_id,)
    yield "one twice, differently", [*right, deny(first) if "approval" in first.type else respond(first, "no")], ()
    yield "another thread", [reply_to(moved), *right[1:]], (first.call_id,)
    for call in calls:
        wrong = respond(call, "no") if "approval" in call.type else allow(call)
        others = [reply_to(other) for other in calls if other is not call]
        yield f"the wrong kind for {call.type}", [wrong, *others], (call.call_id,)
    for call in before:
        yield "a call that was answered before", [*right, reply_to(call)], (call.call_id,)


async def _asked_in_threads(target: Target) -> tuple[Told, list[Pending]]:
    session = await target.session("contract-gate")
    earlier = await session.say("ask")
    await session.run(*[reply_to(call) for call in earlier.pending])
    return await session.say("ask in threads"), earlier.pending


async def inp_3(target: Target) -> None:
    """Exactly one answer for each pending call, of the right kind, in the right thread."""
    asked, before = await _asked_in_threads(target)
    require_equal(len({call.thread_id for call in asked.pending}), 2, "INP-3", "the threads that wait")
    for name, items, ids in wrong_answers(asked.pending, before):
        answer = await asked.conversation.post({"input": items})
        _refused(answer, 422, "INP-3", name)
        for id in ids:
            require(id in answer.message(), "INP-3", f"{name}: the message does not name {id}", answer.shown())
    told = await asked.conversation.run(*[reply_to(call) for call in reversed(asked.pending)])
    require_equal(told.done.get("status"), "done", "INP-3", "the turn after right answers, in any order")
    nothing = await asked.conversation.post({"input": [reply_to(asked.pending[0])]})
    _refused(nothing, 422, "INP-3", "an answer when nothing is pending")


async def inp_4(target: Target) -> None:
    """No message while calls are pending."""
    for text in ("approve", "ask"):
        asked = await (await target.session("contract-gate")).say(text)
        _refused(await asked.conversation.post({"input": [message("hello")]}), 422, "INP-4", "a message")


async def inp_5(target: Target) -> None:
    """After asking for authorisation: no input, or an empty one."""
    session = await target.session("contract-auth")
    await session.say("go")
    _refused(await session.post({"input": [message("hello")]}), 422, "INP-5", "a message")
    stranger = Pending("main", "call_nobody_made", "tool.approval_required")
    _refused(await session.post({"input": [allow(stranger)]}), 422, "INP-5", "an approval")
    bodies: list[Json] = [{}, {"input": []}]
    for body in bodies:
        answer = await session.post({**body, "stream": False})
        require(answer.status < 300, "INP-5", f"resuming with {body} was refused", answer.shown())
        await session.outcome(answer.data("API-5")["id"])


async def inp_6(target: Target) -> None:
    """With nothing pending there has to be a message."""
    session = await target.session()
    bodies: list[Json] = [{}, {"input": []}, {"input": None}]
    for body in bodies:
        _refused(await session.post(body), 422, "INP-6", body)
    await session.say("hello")
    for body in bodies:
        _refused(await session.post(body), 422, "INP-6", body)


async def inp_7(target: Target) -> None:
    """Files that are no images need a sandbox."""
    plain, boxed = await target.session(), await target.session("contract-box")
    paper, image = message([file_part("a.pdf", PAPER)]), message([file_part("a.png", IMAGE)])
    _refused(await plain.post({"input": [paper]}), 422, "INP-7", "a PDF without a sandbox")
    for session, item in ((plain, image), (boxed, paper), (boxed, image)):
        answer = await session.post({"input": [item], "stream": False})
        require(answer.status < 300, "INP-7", "a file was refused", answer.shown())
        await session.outcome(answer.data("API-5")["id"])


async def inp_8(target: Target) -> None:
    """A refused request changes nothing."""
    asked, before = await _asked_in_threads(target)
    session = asked.conversation
    seen = await _everything(session, asked)
    refused: list[tuple[str, object]] = [("INP-3", items) for _, items, _ in wrong_answers(asked.pending, before)]
    refused.append(("INP-4", [message("hello")]))
    refused.append(("INP-1", [message("hello"), *map(reply_to, asked.pending)]))
    refused += [("NET-4", [{"type": "nonsense"}]), ("NET-4", "text")]
    for rule, items in refused:
        answer = await session.post({"input": items})
        require(answer.status >= 400, rule, "wrong input was accepted", [items, answer.shown()])
    require_equal(await _everything(session, asked), seen, "INP-8", "the session after refused requests")
    told = await session.run(*[reply_to(call) for call in asked.pending])
    require_equal(told.text, "Refund RF-3., Painted green.", "INP-8", "the turn after refused requests")


async def _everything(session: Conversation, told: Told) -> object:
    shown = (await session.speaker.send("GET", session.path)).data("API-3")
    return shown, await session.turns(), await told.log()
