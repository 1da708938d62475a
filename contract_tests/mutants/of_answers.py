"""Bugs in going on after a pause, in cancelling, and in several turns at once."""

from __future__ import annotations

from typing import Any

from contract_tests.mutants.adapter import Adapter
from contract_tests.mutants.client import Client, Following
from contract_tests.mutants.errors import Failure
from contract_tests.mutants.fold import Fold, Json
from contract_tests.mutants.sse import Message
from contract_tests.mutants.wire import Answer
from contract_tests.mutants.zoo import mutant


@mutant("asks-once", "ACT-MCP-STILL", fuzzable=False)
class AsksOnce(Adapter):
    """A server that is still not authorised is not told a second time."""

    def op_resume_mcp(self, session_id: str, **reading: Any) -> Fold:
        fold = super().op_resume_mcp(session_id, **reading)
        fold.actions = [action for action in fold.actions if action["kind"] != "auth"]
        return fold


@mutant("decisions-swapped", "ACT-APPR-2EV", fuzzable=False)
class DecisionsSwapped(Adapter):
    """Of several calls the first gets the decision about the last."""

    def op_answer(self, session_id: str, answers: list[Json], **reading: Any) -> Fold:
        places = [{name: answer.get(name) for name in ("kind", "thread", "id")} for answer in answers]
        swapped = [{**answer, **place} for answer, place in zip(answers, reversed(places), strict=True)]
        return super().op_answer(session_id, swapped, **reading)


@mutant("refusal-swallowed", "ACT-UNANSWERED", fuzzable=False)
class RefusalSwallowed(Client):
    """A turn that is refused is told as a turn in which nothing was said."""

    def run(self, session: str, items: list[Json] | None, previous: str | None = None, **reading: Any) -> Fold:
        try:
            return super().run(session, items, previous, **reading)
        except Failure as failure:
            if failure.status not in (400, 412, 422):
                raise
            fold = self.fold()
            fold.status = "done"
            return fold


@mutant("cancel-needs-an-event", "CANC-BEFORE", fuzzable=False)
class CancelNeedsAnEvent(Client):
    """Nothing can be cancelled before the first event was read."""

    def read(
        self,
        following: Following,
        answer: Answer | None,
        stop_after: int | None = None,
        cancel_after: int | None = None,
    ) -> Fold:
        if cancel_after == 0:
            raise Failure("client", "there is no turn yet")
        return super().read(following, answer, stop_after, cancel_after)


@mutant("late-cancel-crashes", "CANC-RACE", fuzzable=False)
class LateCancelCrashes(Client):
    """A gateway that refuses to cancel what is done ends the program."""

    def cancel(self, session: str, turn: str | None = None) -> None:
        try:
            super().cancel(session, turn)
        except Failure as failure:
            raise RuntimeError("cannot cancel") from failure


@mutant("cancelled-is-over", "CANC-APPR", fuzzable=False)
class CancelledIsOver(Client):
    """A session in which something was cancelled takes no more turns."""

    over = ""

    def cancel(self, session: str, turn: str | None = None) -> None:
        super().cancel(session, turn)
        self.over = session

    def run(self, session: str, items: list[Json] | None, previous: str | None = None, **reading: Any) -> Fold:
        if session == self.over:
            raise Failure("client", "the session was cancelled")
        return super().run(session, items, previous, **reading)


class Kept(Answer):
    """An answer that nobody hangs up."""

    def close(self) -> None:
        """Leave it open."""


@mutant("hangs-on", "CANC-CLOSE", fuzzable=False)
class HangsOn(Client):
    """A stream that nobody reads any more is kept open."""

    def read(
        self,
        following: Following,
        answer: Answer | None,
        stop_after: int | None = None,
        cancel_after: int | None = None,
    ) -> Fold:
        if answer is not None and stop_after is not None:
            answer = self.__dict__["kept"] = Kept(answer.connection, answer.response)
        return super().read(following, answer, stop_after, cancel_after)


@mutant("newest-turn-has-all", "CONC-2", fuzzable=False)
class NewestTurnHasAll(Client):
    """Whatever is said in any turn is kept with the turn that was begun last."""

    newest: Fold

    def read(
        self,
        following: Following,
        answer: Answer | None,
        stop_after: int | None = None,
        cancel_after: int | None = None,
    ) -> Fold:
        self.newest = following.fold
        return super().read(following, answer, stop_after, cancel_after)

    def take(self, following: Following, message: Message) -> bool:
        own, following.fold.spoken = following.fold.spoken, self.newest.spoken
        try:
            return super().take(following, message)
        finally:
            following.fold.spoken = own


@mutant("eight-at-most", "CONC-20", fuzzable=False)
class EightAtMost(Client):
    """A ninth stream at the same time is an error."""

    open_streams = 0

    def read(
        self,
        following: Following,
        answer: Answer | None,
        stop_after: int | None = None,
        cancel_after: int | None = None,
    ) -> Fold:
        self.open_streams += 1
        try:
            if self.open_streams > 8:
                raise Failure("client", "there are eight streams already")
            return super().read(following, answer, stop_after, cancel_after)
        finally:
            self.open_streams -= 1


@mutant("comes-back-elsewhere", "CONC-DROP", fuzzable=False)
class ComesBackElsewhere(Client):
    """Of several streams, one that breaks off goes on with another's turn."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.read_now: list[Following] = []

    def read(
        self,
        following: Following,
        answer: Answer | None,
        stop_after: int | None = None,
        cancel_after: int | None = None,
    ) -> Fold:
        self.read_now.append(following)
        return super().read(following, answer, stop_after, cancel_after)

    def open(self, following: Following) -> Answer:
        for other in self.read_now:
            if other is not following and other.fold.turn_id:
                following.session, following.fold.turn_id = other.session, other.fold.turn_id
        return super().open(following)
