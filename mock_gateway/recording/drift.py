"""Where a gateway and the mock no longer agree: statuses, headers, shapes, and the order of events.

Owns: comparing what was seen of both, and telling it. Must not know: how it was seen (`player.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from mock_gateway.recording.plan import Conversation
from mock_gateway.recording.player import Seen
from mock_gateway.recording.shapes import differences

START, END = "the beginning", "the end"


class Finding(Struct, frozen=True):
    """One thing on which they do not agree. kind: status, header, shape, event or order. where: the operation or event.

    there, here: what the gateway does, and what the mock does.
    """

    kind: str
    contract: str
    where: str
    there: str
    here: str


def compare(contract: str, there: Seen, here: Seen, known: Seen) -> list[Finding]:
    """Everything that differs.

    there, here: the gateway and the mock in the same conversations. known: the mock in all conversations, these too: a
    gateway may well do in one what the mock only does in another.
    """
    found = [
        *_statuses(there, here),
        *_headers(there, known),
        *_answers(there, known),
        *_events(there, here, known),
        *_orders(there, known),
    ]
    return [Finding(kind, contract, where, one, other) for kind, where, one, other in dict.fromkeys(found)]


Row = tuple[str, str, str, str]


def _statuses(there: Seen, here: Seen) -> Iterator[Row]:
    """The first request of each conversation that was answered in another way."""
    for conversation, steps in there.steps.items():
        for (operation, status), (other, mine) in zip(steps, here.steps.get(conversation, ()), strict=False):
            if operation != other:
                break  # the agents went different ways, which is no matter of the contract
            if status != mine:
                yield "status", f"{operation} ({told(conversation)})", str(status), str(mine)
                break


def _headers(there: Seen, known: Seen) -> Iterator[Row]:
    for (operation, status), headers in there.headers.items():
        mine = known.headers.get((operation, status))
        if mine is not None and mine != headers:
            where = f"{operation} {status}"
            yield "header", where, ", ".join(sorted(headers - mine)) or "not there", ", ".join(sorted(mine - headers))


def _answers(there: Seen, known: Seen) -> Iterator[Row]:
    for (operation, status), shape in there.answers.items():
        mine = known.answers.get((operation, status))
        for one in differences(shape, mine) if mine is not None else ():
            yield "shape", f"{operation} {status}: {one.where}", one.there, one.here


def _events(there: Seen, here: Seen, known: Seen) -> Iterator[Row]:
    for kind, shape in there.events.items():
        if kind not in known.events:
            yield "event", kind, "sent", "never sent"
        else:
            for one in differences(shape, known.events[kind]):
                yield "shape", f"event {kind}: {one.where}", one.there, one.here
    for kind in here.events if there.turns else ():
        if kind not in there.events:
            yield "event", kind, "never sent", "sent"


def _orders(there: Seen, known: Seen) -> Iterator[Row]:
    for before, after in sorted(there.pairs - known.pairs):
        kinds = {kind.removesuffix(" of a sub-agent") for kind in (before, after) if kind}
        if kinds <= known.events.keys():
            yield "order", f"{after or END} right after {before or START}", "seen", "never"


def told(conversation: Conversation) -> str:
    """A conversation in a few words."""
    message = conversation.messages[-1]
    short = message if len(message) <= 40 else f"{message[:37]}..."
    return f"{conversation.agent}: {short}"


def report(upstream: str, findings: Sequence[Finding], conversations: int, turns: int, notes: Sequence[str]) -> str:
    """For people: a line for each difference."""
    count = len(findings)
    head = "no drift" if not count else f"{count} difference{'s' if count > 1 else ''}"
    lines = [f"{head} between {upstream} and the mock: {conversations} conversations, {turns} turns"]
    lines += [f"  note: {note}" for note in notes]
    lines += [f"  {one.contract} {one.kind}: {one.where}: there {one.there}, here {one.here}" for one in findings]
    return "\n".join(lines) + "\n"
