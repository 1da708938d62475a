"""Bugs in reading a stream to its end, and in coming back to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from contract_tests.mutants.client import Client, Following
from contract_tests.mutants.errors import Failure
from contract_tests.mutants.fold import Fold, Json
from contract_tests.mutants.sse import Message
from contract_tests.mutants.wire import Answer
from contract_tests.mutants.zoo import mutant


@mutant("end-is-done", "LIFE-EOF-NODONE", also=("RES-NONE", "RES-HEADER"))
class EndIsDone(Client):
    """A stream that ends is taken for a turn that is done."""

    def is_over(self, following: Following) -> bool:
        if not following.fold.ended:
            following.fold.status = "done"
        return True


@mutant("never-comes-back", "RES-MID", also=("RES-RST", "RES-DONE", "RES-TIMEOUT", "RES-STALL"))
class NeverComesBack(Client):
    """A stream that breaks off is given up."""

    def is_over(self, following: Following) -> bool:
        if not following.fold.ended:
            raise Failure("transport", "the stream broke off")
        return True


@mutant("from-the-start", "RES-EACH")
class FromTheStart(Client):
    """Coming back, it reads everything again and takes it for new."""

    def cursor(self, following: Following) -> int | None:
        return None

    def is_known(self, following: Following, number: int | None) -> bool:
        return False

    def check_gap(self, following: Following, number: int | None) -> None:
        return


@mutant("one-too-far", "RES-EACH")
class OneTooFar(Client):
    """The cursor is one more than the last event that was delivered."""

    def cursor(self, following: Following) -> int | None:
        return None if following.last is None else following.last + 1

    def check_gap(self, following: Following, number: int | None) -> None:
        return


@mutant("one-too-few", "RES-EACH")
class OneTooFew(Client):
    """The cursor is one less than the last event that was delivered, and that event is taken twice."""

    def cursor(self, following: Following) -> int | None:
        return None if following.last is None else following.last - 1

    def is_known(self, following: Following, number: int | None) -> bool:
        return False


@mutant("doubles-taken", "RES-DUP")
class DoublesTaken(Client):
    """An event that comes a second time is taken a second time."""

    def is_known(self, following: Following, number: int | None) -> bool:
        return False


@mutant("gap-ignored", "RES-GAP")
class GapIgnored(Client):
    """Events that are missing are not missed."""

    def check_gap(self, following: Following, number: int | None) -> None:
        return


@mutant("asks-again", "RES-POST", also=("RES-NONE",))
class AsksAgain(Client):
    """A stream that breaks off is begun again by a new turn."""

    def open(self, following: Following) -> Answer:
        body = {"input": [{"type": "user.message", "content": "hello"}]}
        following.last = None
        return self.wire.send("POST", f"{self.dialect.session(following.session)}/turns", body)


@mutant("asks-again-at-once", "RES-FIRST")
class AsksAgainAtOnce(Client):
    """A stream that breaks off before its first event is begun again by a new turn."""

    def run(self, session: str, items: list[Json] | None, previous: str | None = None, **reading: Any) -> Fold:
        try:
            return super().run(session, items, previous, **reading)
        except Failure as failure:
            if failure.status is not None:
                raise
            return super().run(session, items, previous, **reading)


@mutant("nothing-is-done", "RES-HEADER")
class NothingIsDone(Client):
    """A stream without any event is taken for a turn in which nothing was said."""

    def is_over(self, following: Following) -> bool:
        if not following.fold.events:
            following.fold.status = "done"
        return super().is_over(following)


@mutant("good-order-is-final", "RES-TIMEOUT")
class GoodOrderIsFinal(Client):
    """A stream that the server ends in good order is not gone on with."""

    def deliver(self, following: Following, answer: Answer) -> Iterator[None]:
        following.failed = 0
        yield from super().deliver(following, answer)
        if following.failed == 0 and not following.fold.ended:
            raise Failure("transport", "the stream ended")

    def broken(self, following: Following, failure: Failure) -> None:
        following.failed = 1


@mutant("silence-is-final", "RES-STALL")
class SilenceIsFinal(Client):
    """A stream in which nothing comes any more is given up."""

    def broken(self, following: Following, failure: Failure) -> None:
        if failure.kind == "timeout":
            raise failure


@mutant("reset-is-final", "RES-RST")
class ResetIsFinal(Client):
    """A connection that is reset is not replaced."""

    def broken(self, following: Following, failure: Failure) -> None:
        if "Reset" in failure.message:
            raise failure


@mutant("pauses-shrink", "RES-LOOP-PAUSES", fuzzable=False)
class PausesShrink(Client):
    """The longer nothing comes, the sooner it tries again."""

    def pause(self, following: Following) -> float:
        return 0.8 / following.failed


@mutant("refused-stream-is-empty", "ERR-ASSE", fuzzable=False)
class RefusedStreamIsEmpty(Client):
    """A stream that is refused is taken for one in which nothing came."""

    def follow(self, session: str, turn: str, after: int | None, **reading: Any) -> Fold:
        try:
            return super().follow(session, turn, after, **reading)
        except Failure:
            return self.fold()


@mutant("first-event-in-time", "TIME-FIRSTEVENT", fuzzable=False)
class FirstEventInTime(Client):
    """Half a second after the headers there has to be an event."""

    def check_type(self, answer: Answer) -> None:
        super().check_type(answer)
        answer.connection.sock.settimeout(0.5)


@mutant("stream-in-time", "TIME-SLOW", fuzzable=False)
class StreamInTime(Client):
    """A stream has to end within a second."""

    def deliver(self, following: Following, answer: Answer) -> Iterator[None]:
        began = time.monotonic()
        for _ in super().deliver(following, answer):
            yield
            if time.monotonic() - began > 1:
                return


@mutant("sorted-by-id", "TIME-ULID", dialects=("v1",), fuzzable=False)
class SortedById(Client):
    """An event whose id is below that of the one before is taken for an old one."""

    def take(self, following: Following, message: Message) -> bool:
        id = self.parsed(message.data).get("id", "")
        newest = following.__dict__.setdefault("newest", "")
        following.__dict__["newest"] = max(id, newest)
        if id < newest:
            following.last = (following.last or 0) + 1
            return False
        return super().take(following, message)


@mutant("comes-back-once", "RES-2")
class ComesBackOnce(Client):
    """A stream that breaks off a second time is given up."""

    def come_back(self, following: Following) -> Answer | None:
        if following.__dict__.setdefault("returned", False):
            raise Failure("transport", "the stream broke off again")
        following.__dict__["returned"] = True
        return super().come_back(following)


@mutant("comes-back-for-ever", "RES-LOOP", fuzzable=False)
class ComesBackForEver(Client):
    """It comes back dozens of times, without a pause."""

    most_failures = 60

    def pause(self, following: Following) -> float:
        return 0.0


@mutant("gone-is-an-end", "RES-GONE", dialects=("v1",))
class GoneIsAnEnd(Client):
    """A turn that ended while it was away is told as it was before."""

    def catch_up(self, following: Following) -> None:
        return


@mutant("reads-after-done", "LIFE-AFTER-DONE")
class ReadsAfterDone(Client):
    """What comes after the end of a turn is taken for part of it."""

    def take(self, following: Following, message: Message) -> bool:
        taken = super().take(following, message)
        if following.fold.ended:
            following.__dict__["ended"], following.fold.status = following.fold.status, "running"
        return taken

    def is_over(self, following: Following) -> bool:
        following.fold.status = following.__dict__.get("ended", "running")
        return following.fold.ended


@mutant("bad-json-skipped", "LIFE-BADJSON")
class BadJsonSkipped(Client):
    """An event that is no JSON is left out without a word."""

    def take(self, following: Following, message: Message) -> bool:
        try:
            return super().take(following, message)
        except Failure:
            if following.last is not None:
                following.last += 1
            return False


@mutant("any-type-will-do", "WIRE-MIME-4")
class AnyTypeWillDo(Client):
    """A page of HTML is taken for a stream in which nothing was said."""

    def check_type(self, answer: Answer) -> None:
        return

    def is_over(self, following: Following) -> bool:
        if not following.fold.events:
            following.fold.status = "done"
        return following.fold.ended


@mutant("exact-type", "WIRE-MIME-1", also=("WIRE-MIME-2", "WIRE-MIME-3"))
class ExactType(Client):
    """The type of a stream must have no parameters."""

    def check_type(self, answer: Answer) -> None:
        if answer.header("content-type") != "text/event-stream":
            raise Failure("protocol", "this is no stream")


@mutant("type-in-lower-case", "WIRE-MIME-2")
class TypeInLowerCase(Client):
    """The type of a stream must be in lower case."""

    def check_type(self, answer: Answer) -> None:
        if not answer.header("content-type").startswith("text/event-stream"):
            raise Failure("protocol", "this is no stream")


@mutant("first-event-lost", "LIFE-FIRST")
class FirstEventLost(Client):
    """The first event is not told."""

    def take(self, following: Following, message: Message) -> bool:
        taken = super().take(following, message)
        if following.count == 1:
            following.fold.turn_id = ""
            following.fold.events.clear()
        return taken

    def is_over(self, following: Following) -> bool:
        return True


@mutant("other-turn", "RES-TURN")
class OtherTurn(Client):
    """Coming back, it follows the first turn of the session, whichever broke off."""

    def open(self, following: Following) -> Answer:
        turns = self.list_turns(following.session, None)
        following.fold.turn_id = turns[-1]
        return super().open(following)


@mutant("stale-cursor", "RES-2-FURTHER")
class StaleCursor(Client):
    """The cursor stays where the first break was."""

    def cursor(self, following: Following) -> int | None:
        first: int | None = following.__dict__.setdefault("first_break", following.last)
        return first
