"""What has to come of a case: the kinds of expectations, as a table from their name to a function.

Owns: judging one expectation against what a run has left. A new kind is one function here, and a line in
docs/conformance.md.
Must not know: how a run is done (`runner.py`), what a failure is worth (`verdicts.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field, to_builtins

from mock_gateway.conformance.adapters.channel import Live, Reply
from mock_gateway.conformance.bench import SAME, Stage
from mock_gateway.conformance.cases.case import Case, Expectation
from mock_gateway.conformance.observation import FIELDS, Observation
from mock_gateway.conformance.oracle import Difference, differences
from mock_gateway.conformance.sent import SENT_PARTS
from mock_gateway.core.commands import Item, ToolAnswer, ToolApproval
from mock_gateway.core.state import Turn
from mock_gateway.journal import Exchange


class Taken(Struct):
    """A step that was taken. turns: those that it is about, oldest first. began: wall seconds."""

    name: str
    op: str
    args: Mapping[str, Any]
    reply: Reply
    turns: Sequence[Turn] = ()
    began: float = 0.0

    @property
    def seen(self) -> Observation:
        """What the client understood."""
        return self.reply.observation()


class Run(Struct):
    """One run of a case, after its last step."""

    case: Case
    stage: Stage
    taken: dict[str, Taken] = field(default_factory=dict)
    known: list[Exchange] | None = None

    def asked(self, *operations: str, since: float = 0.0) -> list[Exchange]:
        """What was asked, as `Stage.asked` has it; it is looked at once, when the last step is over."""
        if self.known is None:
            self.known = self.stage.asked()
        names = {name for one in operations for name in SAME.get(one, (one,))}
        return [one for one in self.known if one.at >= since and (not names or one.operation in names)]


class NotReported(Exception):
    """The adapter does not report what an expectation is about."""


UNKNOWN = "custom.notice"
"""The type of the event that the fault `unknown-event` inserts by itself."""
Kind = Callable[[Run, Taken, Expectation], Iterator[Difference]]
"""How one kind of expectation is judged: gives what is otherwise; raises `NotReported`."""


def judge(run: Run, wanted: Expectation) -> Iterator[Difference]:
    """What is otherwise than expected; nothing when all is well. Raises `NotReported`."""
    taken = run.taken.get(wanted.of)
    if taken is not None:
        yield from KINDS[wanted.kind](run, taken, wanted)


# -- what was understood -----------------------------------------------------------------------------------------------


def truth(run: Run, taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`truth: all`, or a list of fields: what was understood is what was said, and there was no error.

    With `upto: reported` as far as a client that left early has read; with `turn: last` of the last of several turns.
    """
    if taken.op == "run_turns":
        yield from _truth_of_many(run, taken, wanted)
        return
    seen = taken.seen
    if seen.error is not None:
        yield Difference("error", "no error", _told(seen), "the client gave up")
        return
    if len(taken.turns) != 1 and wanted.options.get("turn") != "last":
        yield Difference("turns", "one turn", f"{len(taken.turns)} turns", "turns that this step has begun")
        return
    fields = FIELDS if wanted.value == "all" else wanted.value
    missing = [name for name in fields if wanted.value != "all" and getattr(seen, name) is None]
    if missing:
        raise NotReported(", ".join(missing))
    _forget_inserted(seen, run.case.faults)
    upto = _reported(seen, taken) if wanted.options.get("upto") == "reported" else None
    yield from differences(run.stage.truth(taken.turns[-1], taken.args.get("after") or 0, upto), seen, fields)


def _reported(seen: Observation, taken: Taken) -> int:
    """The sequence id of the last event that a client tells of. A client that has none still counts its events."""
    if seen.last is None and seen.events is None:
        raise NotReported("last, events")
    return seen.last if seen.last is not None else (taken.args.get("after") or 0) + len(seen.events or ())


def _forget_inserted(seen: Observation, faults: Iterable[Mapping[str, Any]]) -> None:
    """Leave the events that the turn has: a client may well deliver those that a fault has put between them."""
    inserted = {fault.get("type", UNKNOWN): fault for fault in faults if fault.get("fault") == "unknown-event"}
    seen.events = seen.events and [kind for kind in seen.events if kind not in inserted]
    if any(fault.get("number") == "own" for fault in inserted.values()):
        seen.last = None  # all that follows has another number than in the turn


def _truth_of_many(run: Run, taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """Every turn of a step that began several, each in a session of its own."""
    if not taken.reply.ok:
        yield Difference("error", "no error", _told(taken.seen), "the client gave up")
        return
    for args, result in zip(taken.args["turns"], taken.reply.result["turns"], strict=False):
        turns = run.stage.turns(args["session_id"])
        reply = Reply(result.get("error") is None, result)
        one = Taken(taken.name, "run_turn", args, reply, turns[-1:])
        yield from truth(run, one, wanted)


def seen(_run: Run, taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`seen: { status: done }`: fields of the observation have certain values."""
    told = to_builtins(taken.seen)
    for name, value in wanted.value.items():
        if name not in told and taken.seen.error is not None:
            yield Difference("error", "no error", _told(taken.seen), "the client gave up")
            return
        if name not in told and getattr(taken.seen, name) is None:
            raise NotReported(name)
        if not _fits(value, told.get(name)):
            yield Difference(name, _in_words(value), repr(told.get(name)))


def fails(_run: Run, taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`fails: { kind: http, status: 429 }`: the client gave up, and said why."""
    error = taken.seen.error
    if error is None:
        yield Difference("error", _in_words(wanted.value), "no error", "the client noticed nothing")
        return
    told = {"message": "", **to_builtins(error)}
    for name, value in wanted.value.items():
        if not _fits(value, told.get(name)):
            yield Difference(f"error.{name}", _in_words(value), repr(told.get(name)), error.message[:200])


def result(_run: Run, taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`result: { session_id: ... }`: what an operation gave that is no observation."""
    if not taken.reply.ok:
        yield Difference("error", "no error", _told(taken.seen), f"{taken.op} failed")
        return
    for name, value in wanted.value.items():
        if not _fits(value, taken.reply.result.get(name)):
            yield Difference(f"result.{name}", _in_words(value), repr(taken.reply.result.get(name)))


def listed(run: Run, taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`listed: turns` or `sessions`: each once, newest first."""
    if not taken.reply.ok:
        yield Difference("error", "no error", _told(taken.seen), f"{taken.op} failed")
        return
    if wanted.value == "turns":
        there = [turn.id for turn in run.stage.turns(taken.args["session_id"])][::-1]
        got = taken.reply.result["turn_ids"]
    else:
        there = [session.id for session in run.stage.sessions()][::-1]
        got = taken.reply.result["session_ids"]
    yield from _same_list(wanted.value, there, got)


def _same_list(what: str, there: list[str], got: list[str]) -> Iterator[Difference]:
    if there != got:
        lost, doubled = set(there) - set(got), len(got) - len(set(got))
        told = (
            f"{len(lost)} lost, {doubled} twice, {len(set(got) - set(there))} strange" if lost or doubled else "moved"
        )
        yield Difference(what, f"{len(there)} in order", f"{len(got)}: {told}")


def live(_run: Run, taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`live: { event: 2, before_next_ms: 150 }`: event 2 was delivered so long before the one after it."""
    lines: list[Live] = taken.reply.live
    place = wanted.value["event"]
    if not lines:
        raise NotReported("live event lines")
    if len(lines) <= place:
        yield Difference("live", f"more than {place} events", f"{len(lines)} events")
        return
    gap = (lines[place].at - lines[place - 1].at) * 1000
    if gap < wanted.value["before_next_ms"]:
        expected = f"at least {wanted.value['before_next_ms']} ms before event {place + 1}"
        yield Difference("live", expected, f"{gap:.0f} ms", f"event {place} was delivered late")


# -- what was sent -----------------------------------------------------------------------------------------------------


def sent(run: Run, taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`sent: create_turn`: what the client asked for, in the whole case or, with `in: step`, since that step began.

    `follow_turn` is the stream of a turn that there is already, `cancel` any cancellation, in every dialect. A list
    means any of these operations.
    """
    operations = wanted.value if isinstance(wanted.value, list) else [wanted.value]
    since = taken.began if wanted.options.get("in") == "step" else 0.0
    asked = run.asked(*operations, since=since)
    for name, part in SENT_PARTS.items():
        if name in wanted.options:
            yield from part.judge(run.stage, asked, "+".join(operations), wanted.options[name])


def journal(run: Run, _taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`journal: { no_violations: true }`: an expectation, or a list of these, as the journal verifies them."""
    from mock_gateway.journal.verify import verify

    expectations = wanted.value if isinstance(wanted.value, list) else [wanted.value]
    for verdict in verify(run.asked(), expectations):
        if not verdict.ok:
            yield Difference("journal", verdict.expected, verdict.text)


def turns(run: Run, taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`turns: 1`: how many there are in the session of the step."""
    there = len(run.stage.turns(taken.args.get("session_id", "")))
    if there != wanted.value:
        yield Difference("turns", str(wanted.value), str(there), "turns in the session")


def as_told(_run: Run, taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`as_told: true`: the turn that the step began has the input, and the previous turn, that the client was told."""
    if not taken.turns:
        return
    turn = taken.turns[-1]
    told = sorted(map(_item_told, [*taken.args.get("input", ()), *taken.args.get("answers", ())]))
    got = sorted(map(_item_sent, turn.items or ()))
    if wanted.value and told != got:
        yield Difference("as_told.input", repr(told), repr(got), "what the client sent is not what it was told")
    previous = taken.args.get("previous_turn_id")
    if previous is not None and (turn.previous is None or turn.previous.id != previous):
        sent = "no turn" if turn.previous is None else turn.previous.id
        yield Difference("as_told.previous_turn_id", previous, sent)


def _item_told(item: Mapping[str, Any]) -> tuple[str, ...]:
    kind = item.get("kind")
    if kind == "approval":
        reason = item.get("reason") if item["decision"] == "deny" else None
        return (item["thread"], item["id"], item["decision"], reason or "")
    if kind == "response":
        return (item["thread"], item["id"], item["content"])
    return ("message", str(item.get("content")))


def _item_sent(item: Item) -> tuple[str, ...]:
    match item:
        case ToolApproval():
            return (item.thread_id, item.call_id, "allow" if item.allow else "deny", item.reason or "")
        case ToolAnswer():
            return (item.thread_id, item.call_id, item.content)
        case _:
            return ("message", item.text)


def unbroken(run: Run, _taken: Taken, _wanted: Expectation) -> Iterator[Difference]:
    """`unbroken: true`: one stream was enough; the client has not lost anything that it had to read again."""
    again = len(run.asked("follow_turn"))
    if again:
        yield Difference("unbroken", "one stream", f"{again} more", "the client has read the turn again")


def closed(run: Run, _taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`closed: 1000`: so many milliseconds after the last step, the client has let go of every stream."""
    run.known = None  # whoever leaves late may ask for something too
    if not run.stage.all_closed(wanted.value / 1000):
        yield Difference("closed", f"no open stream after {wanted.value} ms", "an open stream")


def took(_run: Run, taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`took: { least: 1900 }`: how many milliseconds a step may take."""
    milliseconds = taken.reply.took * 1000
    if not _fits(wanted.value, milliseconds):
        yield Difference("took", f"{_in_words(wanted.value)} ms", f"{milliseconds:.0f} ms")


def any_of(run: Run, _taken: Taken, wanted: Expectation) -> Iterator[Difference]:
    """`any: [[...], [...]]`: one of several lists of expectations. The one that came furthest tells the difference."""
    furthest, told = -1, None
    unreported: NotReported | None = None
    for branch in wanted.value:
        try:
            met, difference = _met(run, branch)
        except NotReported as missing:
            unreported = missing
            continue
        if difference is None:
            return
        if met > furthest:
            furthest, told = met, difference
    if unreported is not None:
        raise unreported
    if told is not None:
        yield told


def _met(run: Run, branch: Sequence[Expectation]) -> tuple[int, Difference | None]:
    """How many expectations are met before the first that is not, and in what that one differs."""
    for place, one in enumerate(branch):
        difference = next(judge(run, one), None)
        if difference is not None:
            return place, difference
    return len(branch), None


KINDS: Mapping[str, Kind] = {
    "truth": truth,
    "seen": seen,
    "fails": fails,
    "result": result,
    "listed": listed,
    "live": live,
    "sent": sent,
    "journal": journal,
    "turns": turns,
    "as_told": as_told,
    "unbroken": unbroken,
    "closed": closed,
    "took": took,
    "any": any_of,
}
"""The kinds by the key that they begin with."""
UNDERSTOOD = ("truth", "seen", "fails", "result", "listed", "any")
"""Kinds that say what the client understood: a step with one of these is not held against the truth by itself."""


# -- values ------------------------------------------------------------------------------------------------------------


def _fits(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, list):
        return got == wanted or any(_fits(one, got) for one in wanted)
    if isinstance(wanted, Mapping) and "has" in wanted:
        return isinstance(got, str) and str(wanted["has"]) in got
    if isinstance(wanted, Mapping) and "item" in wanted:
        return isinstance(got, list) and any(wanted["item"].items() <= one.items() for one in got)
    if isinstance(wanted, Mapping) and ("least" in wanted or "most" in wanted):
        return isinstance(got, int | float) and wanted.get("least", got) <= got <= wanted.get("most", got)
    return bool(wanted == got)


def _in_words(wanted: Any) -> str:
    if isinstance(wanted, list):
        return " or ".join(map(_in_words, wanted))
    if isinstance(wanted, Mapping):
        return ", ".join(f"{name} {_in_words(value)}" for name, value in wanted.items())
    return repr(wanted)


def _told(seen: Observation) -> str:
    error = seen.error
    if error is None:
        return "no error"
    status = "" if error.status is None else f" {error.status}"
    return f"{error.kind}{status}: {error.message}"[:300]


def default_expectations(case: Case, observing: Iterable[str]) -> Iterator[Expectation]:
    """What is expected of steps that no expectation speaks of: the truth."""
    spoken = {wanted.of for wanted in case.expect if wanted.kind in UNDERSTOOD}
    for step in case.steps:
        if step.name not in spoken and (step.op in observing or step.op == "run_turns"):
            yield Expectation("truth", "all", {}, step.name, step.place)
