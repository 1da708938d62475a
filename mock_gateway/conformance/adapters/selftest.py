"""Checking an adapter itself: against a gateway that does nothing odd, so that whatever differs is the adapter's.

Owns: the checks, in the order in which a new adapter comes to pass them, and what to do about each. Must not know: how
the adapter is reached. A client's own mistakes are what cases are for; a turn this plain should be beyond them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from mock_gateway.conformance.adapters.channel import Channel, ChannelError, Hello, Reply
from mock_gateway.conformance.adapters.protocol import CAPABILITIES, OPS
from mock_gateway.conformance.bench import KEY, Bench, Stage
from mock_gateway.conformance.observation import FIELDS
from mock_gateway.conformance.oracle import differences

PLAIN = """
agent: plain
turns:
  - when: { message: gate }
    say: I ask.
    call: { tool: shop.pay, arguments: { amount: 1 }, approval: required, returns: paid }
    on_allow: { say: Paid. }
  - when: { message: own }
    call: { tool: get_location, runs: client, arguments: { precise: false } }
    on_answer: { say: "You are in {{ answer }}." }
  - when: { message: team }
    call:
      - { sub_agent: left, input: go, script: { say: I am left. } }
      - { sub_agent: right, input: go, script: { say: I am right. } }
    then: { say: Both are back. }
  - say: { pieces: ["Hel", "lo, ", "world", "."] }
"""


class Finding(Struct, frozen=True):
    """One check. wrong: empty when it passed. hint: what to do. is_warning: it only makes some cases impossible."""

    check: str
    wrong: str = ""
    hint: str = ""
    is_warning: bool = False


class Wrong(Exception):
    """A check that failed. hint: what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Trial(Struct):
    """What the checks work with."""

    channel: Channel
    hello: Hello
    stage: Stage
    agent: str = ""

    def can(self, capability: str) -> bool:
        """Whether the adapter declares something."""
        return capability in self.hello.capabilities

    def ask(self, op: str, **args: Any) -> Reply:
        """An operation that has to work. Raises `Wrong`."""
        reply = self.channel.call(op, args)
        if not reply.ok:
            said = f"{reply.error.kind}: {reply.error.message}" if reply.error else "nothing"
            raise Wrong(f"{op} failed with {said}", OPS[op].says)
        return reply

    def session(self) -> str:
        """A new session."""
        return str(self.ask("create_session", agent=self.agent).result["session_id"])

    def turn(self, session: str, text: str, **args: int) -> Reply:
        """A turn with one message."""
        return self.ask("run_turn", session_id=session, input=message(text), **args)


def message(text: str) -> list[object]:
    """Input that is one message."""
    return [{"type": "user.message", "content": text}]


# -- the checks --------------------------------------------------------------------------------------------------------


def _unknown_operation(trial: Trial) -> None:
    """An operation that there is not is refused as unsupported."""
    reply = trial.channel.call("sing", {})
    if reply.ok or reply.error is None or reply.error.kind != "unsupported":
        hint = '{"id": ..., "ok": false, "error": {"kind": "unsupported"}}'
        raise Wrong("the reply to an operation that is not known is another", f"reply with {hint}")


def _open(trial: Trial) -> None:
    """A client is made for a base URL."""
    stage = trial.stage
    trial.ask("open", base_url=stage.base_url, api_key=KEY, dialect=stage.dialect.name, options={})


def _session(trial: Trial) -> None:
    """A session is made, under the base URL and with the key that `open` gave."""
    session = trial.session()
    if session not in [one.id for one in trial.stage.sessions()]:
        there = [one.path for one in trial.stage.asked()]
        raise Wrong(f"the gateway has no session {session!r}", f"requests that came: {there or 'none'}")


def _turn(trial: Trial) -> None:
    """A plain turn is told as it was."""
    session = trial.session()
    _same(trial, session, trial.turn(session, "hello"))


def _team(trial: Trial) -> None:
    """Threads and tool calls are told apart."""
    session = trial.session()
    _same(trial, session, trial.turn(session, "team"))


def _same(trial: Trial, session: str, reply: Reply) -> None:
    seen = reply.observation()
    found = next(differences(trial.stage.truth(trial.stage.turns(session)[-1]), seen), None)
    if found is not None:
        raise Wrong(f"result.{found.field}: expected {found.expected}, got {found.got}")


def _errors(trial: Trial) -> None:
    """An error of the gateway is told with its status."""
    reply = trial.channel.call("create_session", {"agent": "nobody-is-called-this"})
    if reply.ok:
        raise Wrong("create_session for an agent that there is not is ok")
    if reply.error is None or (reply.error.kind, reply.error.status) != ("http", 404):
        got = None if reply.error is None else (reply.error.kind, reply.error.status)
        raise Wrong(f"a 404 is told as {got}", 'expected "error": {"kind": "http", "status": 404, "message": ...}')


def _after_an_error(trial: Trial) -> None:
    """After an error the next operation works."""
    trial.turn(trial.session(), "hello")


def _approval(trial: Trial) -> None:
    """What waits is told, and answered."""
    if trial.can("approval"):
        _answered(trial, "gate", {"decision": "allow"}, "Paid.")
    if trial.can("response"):
        _answered(trial, "own", {"content": "Ghent"}, "You are in Ghent.")


def _answered(trial: Trial, text: str, answer: Mapping[str, str], expected: str) -> None:
    session = trial.session()
    reply = trial.turn(session, text)
    _same(trial, session, reply)
    waiting = reply.result.get("actions") or []
    if len(waiting) != 1:
        raise Wrong(f"one call waits, but result.actions is {waiting}", "an item has kind, id and thread")
    answers = [{**waiting[0], **answer}]
    got = trial.ask("answer", session_id=session, answers=answers).observation()
    if got.text != expected:
        raise Wrong(f"answer: result.text is {got.text!r}; expected {expected!r}", "it is told like run_turn")


def _stop(trial: Trial) -> None:
    """`stop_after` leaves the stream."""
    events = trial.turn(trial.session(), "hello", stop_after=2).result.get("events")
    if events is not None and len(events) != 2:
        raise Wrong(f"stop_after=2, and {len(events)} events are told", "leave the stream after so many events")


def _lists(trial: Trial) -> None:
    """The lists and looks that are declared work."""
    session = trial.session()
    turn = trial.turn(session, "hello").result.get("turn_id") or trial.stage.turns(session)[-1].id
    for capability, op, args in (
        ("turns", "list_turns", {"session_id": session}),
        ("sessions", "list_sessions", {"agent": trial.agent}),
        ("sessions", "get_session", {"session_id": session}),
        ("turn", "get_turn", {"session_id": session, "turn_id": turn}),
        ("turn", "wait_turn", {"session_id": session, "turn_id": turn}),
        ("events", "list_events", {"session_id": session, "turn_id": turn}),
        ("background", "start_turn", {"session_id": session, "input": message("hello")}),
        ("cancel", "cancel", {"session_id": session}),
    ):
        if trial.can(capability):
            trial.ask(op, **args)


def _parallel(trial: Trial) -> None:
    """Several turns at once are all told."""
    if trial.can("parallel"):
        turns = [{"session_id": trial.session(), "input": message("hello")} for _ in range(3)]
        told = trial.ask("run_turns", turns=turns).result["turns"]
        if len(told) != 3:
            raise Wrong(f"run_turns with three turns tells of {len(told)}")


def _live(trial: Trial) -> None:
    """There is an event line for each event, before the reply."""
    if trial.can("live"):
        reply = trial.turn(trial.session(), "hello")
        told = reply.result.get("events") or []
        if [one.type for one in reply.live] != told:
            raise Wrong(f"{len(reply.live)} event lines for {len(told)} events", "write one as each is delivered")


def _reset(trial: Trial) -> None:
    """After `reset`, `open` makes a fresh client."""
    trial.ask("reset")
    _open(trial)
    _turn(trial)


CHECKS: tuple[Callable[[Trial], None], ...] = (
    _unknown_operation,
    _open,
    _session,
    _turn,
    _team,
    _errors,
    _after_an_error,
    _approval,
    _stop,
    _lists,
    _parallel,
    _live,
    _reset,
)
"""In this order; each is called what its docstring says."""


def selftest(channel: Channel, bench: Bench) -> Iterator[Finding]:
    """All checks, in each dialect that the adapter declares; the first without a reply ends them.

    Raises `NotStarted` when it does not say hello.
    """
    hello = channel.hello()
    strange = [name for name in hello.dialects if name not in bench.dialects]
    if strange or not hello.dialects:
        expected = f"expected some of {', '.join(bench.dialects)}"
        yield Finding("hello names its dialects", f"dialects is {list(hello.dialects)}", expected)
        return
    yield Finding("hello names its dialects")
    for dialect in hello.dialects:
        stage = bench.stage("selftest", dialect)
        trial = Trial(channel, hello, stage, stage.play(PLAIN))
        for one in CHECKS:
            finding = _find(trial, one)
            yield finding
            if finding.hint == STOPPED:
                return
        yield from _unreported(trial)


STOPPED = "nothing more can be checked"


def _find(trial: Trial, check: Callable[[Trial], None]) -> Finding:
    name = f"{trial.stage.dialect.name}: {(check.__doc__ or '').rstrip('.')}"
    try:
        check(trial)
    except Wrong as wrong:
        return Finding(name, str(wrong), wrong.hint)
    except ChannelError as error:
        tail = f"\nstderr:\n{error.stderr.rstrip()}" if error.stderr.strip() else ""
        return Finding(name, f"{error}{tail}", STOPPED)
    return Finding(name)


def _unreported(trial: Trial) -> Iterator[Finding]:
    """What is not told makes some cases impossible."""
    seen = trial.turn(trial.session(), "team").observation()
    needed = [name for name in FIELDS if name not in ("message", "reason", "reasoning", "refusal")]
    missing = [name for name in needed if getattr(seen, name) is None]
    if missing:
        what = "cases that look at these are NOT-OBSERVED"
        yield Finding(f"{trial.stage.dialect.name}: all fields are told", f"no {', '.join(missing)}", what, True)
    silent = [name for name in CAPABILITIES if name not in trial.hello.capabilities]
    if silent:
        what = "cases that need these are UNSUPPORTED"
        yield Finding(f"{trial.stage.dialect.name}: all is declared", f"no {', '.join(silent)}", what, True)
