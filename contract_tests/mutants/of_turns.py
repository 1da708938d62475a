"""Bugs in what is asked for, and in what is answered."""

from __future__ import annotations

from typing import Any

from contract_tests.mutants.adapter import Adapter
from contract_tests.mutants.client import Client, Following
from contract_tests.mutants.errors import Failure
from contract_tests.mutants.fold import Fold, Json
from contract_tests.mutants.wire import Answer
from contract_tests.mutants.zoo import mutant


@mutant("first-answer-only", "ACT-APPR-N", fuzzable=False)
class FirstAnswerOnly(Adapter):
    """Of several answers only the first is sent."""

    def op_answer(self, session_id: str, answers: list[Json], **reading: Any) -> Fold:
        return super().op_answer(session_id, answers[:1], **reading)


@mutant("deny-is-allow", "ACT-APPR-DENY", fuzzable=False)
class DenyIsAllow(Adapter):
    """Whatever a person decides, the call is allowed."""

    def item(self, answer: Json) -> Json:
        return super().item({**answer, "decision": "allow"})


@mutant("reason-lost", "ACT-APPR-DENY", fuzzable=False)
class ReasonLost(Adapter):
    """The reason of a denial is not sent."""

    def item(self, answer: Json) -> Json:
        return super().item({**answer, "reason": None})


@mutant("answers-in-main", "ACT-APPR-THREAD", fuzzable=False)
class AnswersInMain(Adapter):
    """Every answer is sent for the main thread."""

    def item(self, answer: Json) -> Json:
        return super().item({**answer, "thread": "main"})


@mutant("answers-apart", "ACT-MIX", fuzzable=False)
class AnswersApart(Adapter):
    """Each answer is sent in a turn of its own."""

    def op_answer(self, session_id: str, answers: list[Json], **reading: Any) -> Fold:
        told = [super(AnswersApart, self).op_answer(session_id, [answer], **reading) for answer in answers]
        return told[-1]


@mutant("approval-as-response", "ACT-APPR-1", fuzzable=False)
class ApprovalAsResponse(Adapter):
    """An approval is sent as if it were the result of the call."""

    def item(self, answer: Json) -> Json:
        return super().item({**answer, "kind": "response", "content": answer.get("content") or "allow"})


@mutant("empty-answer", "ACT-RESP", fuzzable=False)
class EmptyAnswer(Adapter):
    """The result of a call that runs on the client is sent without what it is."""

    def item(self, answer: Json) -> Json:
        return super().item({**answer, "content": "ok"} if answer["kind"] == "response" else answer)


@mutant("resume-with-text", "ACT-MCP", fuzzable=False)
class ResumeWithText(Adapter):
    """After an authorisation a message is sent, where there must be no input."""

    def op_resume_mcp(self, session_id: str, **reading: Any) -> Fold:
        return self.client.run(session_id, [{"type": "user.message", "content": "continue"}], **reading)


@mutant("approves-again", "ACT-APPR-ONCE", fuzzable=False)
class ApprovesAgain(Client):
    """A turn whose answer is an error of the server is asked for again, whatever it had in it."""

    def run(self, session: str, items: list[Json] | None, previous: str | None = None, **reading: Any) -> Fold:
        try:
            return super().run(session, items, previous, **reading)
        except Failure as failure:
            if (failure.status or 0) < 500:
                raise
            return super().run(session, items, previous, **reading)


@mutant("no-chain", "LIFE-CHAIN", fuzzable=False)
class NoChain(Client):
    """Every turn asks to be the first of its session."""

    def body(self, items: list[Json] | None, previous: str | None) -> Json:
        return super().body(items, "none")


@mutant("previous-ignored", "LIFE-FORK", fuzzable=False)
class PreviousIgnored(Client):
    """The turn that was named as the previous one is not sent."""

    def body(self, items: list[Json] | None, previous: str | None) -> Json:
        return super().body(items, None)


@mutant("stream-always", "LIFE-NONSTREAM", fuzzable=False)
class StreamAlways(Client):
    """A turn that is to be started without a stream is started with one, and cancelled when its id is known."""

    def start(self, session: str, items: list[Json] | None, previous: str | None = None) -> tuple[str, str]:
        turn = super().start(session, items, previous)
        super().start(session, items, previous)
        return turn


@mutant("leaves-after-cancel", "CANC-READ", fuzzable=False)
class LeavesAfterCancel(Client):
    """After cancelling, the stream is not read to its end."""

    def read(
        self,
        following: Following,
        answer: Answer | None,
        stop_after: int | None = None,
        cancel_after: int | None = None,
    ) -> Fold:
        fold = super().read(following, answer, cancel_after or stop_after)
        if cancel_after is not None:
            self.cancel(following.session)
        return fold


@mutant("cancel-fails-twice", "CANC-TWICE", fuzzable=False)
class CancelFailsTwice(Client):
    """Cancelling what is over is an error."""

    def cancel(self, session: str, turn: str | None = None) -> None:
        turns = self.list_turns(session, 1)
        if turns and self.state(session, turns[0]).ended:
            raise Failure("client", "nothing runs")
        super().cancel(session, turn)
