"""Taking one step of a case: from what the case says to the arguments of the protocol, and what it was about.

Owns: the session that a case does not mention, a text as input, answers made from what the client reported. Must not
know: expectations, verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_gateway.conformance.adapters.channel import DEADLINE, Channel
from mock_gateway.conformance.adapters.protocol import OPS, wrong_arguments
from mock_gateway.conformance.bench import KEY, Stage
from mock_gateway.conformance.cases.case import Case, Step, filled
from mock_gateway.conformance.expectations import Run, Taken
from mock_gateway.conformance.verdicts import Spoken
from mock_gateway.core.errors import MockGatewayError, ScriptError


class Untestable(MockGatewayError):
    """A step that cannot be taken, because one before it did not give what it takes."""


class Player:
    """Takes the steps of one run. is_open: the client is there already, for this very stage.

    spoken: every operation with its reply, for evidence.
    """

    def __init__(self, channel: Channel, case: Case, stage: Stage, *, is_open: bool = False) -> None:
        self.run = Run(case, stage)
        self.spoken: list[Spoken] = []
        self._channel = channel
        self._is_open = is_open
        self._session = ""
        self._agent = ""

    def play(self) -> Run:
        """All steps. Raises `ChannelError` and `Untestable`; `run` has what was done until then."""
        case, stage = self.run.case, self.run.stage
        self._agent = stage.play(case.scenario)
        for fault in case.faults:
            stage.put_fault(fault)
        if not self._is_open:
            opened = {"base_url": stage.base_url, "api_key": KEY, "dialect": stage.dialect.name}
            self._call("open", "open", {**opened, "options": dict(case.options)}, None)
        for step in case.steps:
            self._take(step)
        return self.run

    def _take(self, step: Step) -> None:
        args = self._arguments(step)
        stage, session = self.run.stage, args.get("session_id", "")
        before = len(stage.turns(session))
        taken = self._call(step.name, step.op, args, step.within)
        taken.turns = stage.turns(session)[before:]
        if "turn_id" in args:
            taken.turns = [turn for turn in stage.turns(session) if turn.id == args["turn_id"]]

    def _call(self, name: str, op: str, args: dict[str, Any], within: float | None) -> Taken:
        said = Spoken(name, op, args)
        self.spoken.append(said)
        began = self.run.stage.bench.now
        reply = self._channel.call(op, args, within or DEADLINE)
        said.reply = {"ok": reply.ok, **reply.result}
        if reply.error is not None:
            said.reply["error"] = {"kind": reply.error.kind, "message": reply.error.message}
        taken = self.run.taken[name] = Taken(name, op, args, reply, began=began)
        return taken

    # -- arguments -------------------------------------------------------------------------------------------------

    def _arguments(self, step: Step) -> dict[str, Any]:
        scope = {name: taken.reply.result for name, taken in self.run.taken.items()}
        try:
            args: dict[str, Any] = filled(step.args, scope)
        except ScriptError as error:
            raise Untestable(f"{error}; the step before it gave something else") from None
        known = OPS[step.op].args
        if "agent" in known:
            args.setdefault("agent", self._agent)
        if "session_id" in known:
            args.setdefault("session_id", self._usual_session())
        if "turn_id" in known and OPS[step.op].args["turn_id"].required:
            args.setdefault("turn_id", self._last_turn(args["session_id"]))
        if step.op == "answer":
            args = self._answer(args)
        if "turns" in args:
            args["turns"] = [self._one_of_many(one) for one in args["turns"]]
        if isinstance(args.get("input"), str):
            args["input"] = said(args["input"])
        if wrong := wrong_arguments(step.op, args):
            raise Untestable(f"{step.place}: {'; '.join(wrong)}")
        return args

    def _one_of_many(self, given: Mapping[str, Any]) -> dict[str, Any]:
        one = {"session_id": "", **given, "input": said(given["input"])}
        one["session_id"] = one["session_id"] or self._new_session()
        return one

    def _usual_session(self) -> str:
        """The session of the last step that made one, or a new one."""
        made = [taken.reply.result for taken in self.run.taken.values() if taken.op == "create_session"]
        if made and made[-1].get("session_id"):
            return str(made[-1]["session_id"])
        self._session = self._session or self._new_session()
        return self._session

    def _new_session(self) -> str:
        number = sum(one.op == "create_session" for one in self.spoken) + 1
        taken = self._call(f"session{number}", "create_session", {"agent": self._agent}, None)
        if not taken.reply.ok:
            error = taken.reply.error
            raise Untestable(f"the client could not make a session: {error.message if error else ''}")
        return str(taken.reply.result["session_id"])

    def _last_turn(self, session: str) -> str:
        told = [taken.reply.result.get("turn_id") for taken in self.run.taken.values()]
        known = [turn for turn in told if turn] or [turn.id for turn in self.run.stage.turns(session)]
        if not known:
            raise Untestable("there is no turn yet")
        return str(known[-1])

    def _answer(self, args: dict[str, Any]) -> dict[str, Any]:
        """`to`, `decide`, `reason`, `content`: an answer for everything that the client reported as waiting."""
        decide, reason, content = args.pop("decide", "allow"), args.pop("reason", None), args.pop("content", "fine")
        to = args.pop("to", None) or list(self.run.taken)[-1]
        if "answers" in args:
            return args
        waiting = self.run.taken[to].reply.result.get("actions") or []
        decisions = decide if isinstance(decide, list) else [decide] * len(waiting)
        answers = []
        for action, decision in zip(waiting, decisions, strict=False):
            answer = {"kind": action["kind"], "thread": action.get("thread", ""), "id": action.get("id", "")}
            if action["kind"] == "response":
                answer["content"] = content
            else:
                answer |= {"decision": decision} | ({"reason": reason} if reason and decision == "deny" else {})
            answers.append(answer)
        return {**args, "answers": answers}


def said(text: object) -> list[object]:
    """Input that is one message; a list stays as it is."""
    return text if isinstance(text, list) else [{"type": "user.message", "content": text}]
