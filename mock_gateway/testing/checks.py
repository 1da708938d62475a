"""What was odd in a world, although every client got its answers.

Owns: the kinds of oddities (`KINDS`, a table), which of them count, how they are told. Must not know: pytest, servers.
Look next: `journal/check.py`, which finds what breaks the contract; `world.py` and `cli/exec.py`, which ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib.util import find_spec

from msgspec import Struct
from msgspec.structs import replace

from mock_gateway.control.facts import waits_for
from mock_gateway.control.scenarios import TEXT_NAME
from mock_gateway.core.errors import MockGatewayError
from mock_gateway.core.rules import passed_over, rule_of
from mock_gateway.core.state import Turn
from mock_gateway.gateway import Gateway
from mock_gateway.journal import Exchange, TurnEntry
from mock_gateway.journal.queries import query
from mock_gateway.journal.verify import Verdict, report
from mock_gateway.testing.transcript import of_requests, transcript


class Oddity(Struct, frozen=True):
    """Something odd. kind: of `KINDS`. where: the entry of the journal or the place in the scenario. what: in words."""

    kind: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.what}"


class Odd(MockGatewayError, AssertionError):
    """Something was odd. found: all of it."""

    def __init__(self, found: Iterable[Oddity], transcripts: str = "") -> None:
        self.found = tuple(found)
        super().__init__(told(self.found, transcripts))


class NotMet(MockGatewayError, AssertionError):
    """Expectations were not met. verdicts: on all of them."""

    def __init__(self, verdicts: Iterable[Verdict]) -> None:
        self.verdicts = tuple(verdicts)
        super().__init__(report(self.verdicts))


def told(found: Iterable[Oddity], transcripts: str = "") -> str:
    """What was odd, a line each, and the transcripts below it."""
    lines = ["the gateway saw what it should not have:", *(f"  {one}" for one in found)]
    return "\n".join([*lines, "", transcripts] if transcripts else lines)


# -- kinds -----------------------------------------------------------------------------------------------------------


def _unmet(gateway: Gateway, prefix: str) -> Iterator[Oddity]:
    """Rules of scenarios that came as text and were never played, and turns that did not come to their end."""
    world = gateway.worlds.get(prefix)
    if world is None:
        return
    sessions = world.sessions.values()
    played = {id(turn.rule) for session in sessions for turn in session.turns}
    for agent in world.agents.values():
        # A file is written for many tests, a text for one.
        for rule in agent.rules if agent.file == TEXT_NAME else ():
            if id(rule) not in played:
                yield Oddity("unmet", str(rule.position or agent.file), f"this rule of {agent.name} was never played")
    asked = {exchange.turn_id for exchange in _exchanges(gateway, prefix)}
    for turn in (session.turns[-1] for session in sessions if session.turns):
        # What a scenario's history left open is no business of this test.
        if turn.id in asked and (waits := _waits(turn)):
            yield Oddity("unmet", f"turn {turn.id} of {turn.session.agent.name}", f"{waits}; its script goes on there")


def _waits(turn: Turn) -> str:
    """Why a turn has not come to the end of its script; empty when it has, also by a cancel or an error."""
    what = waits_for(turn)
    return f"it waits for {what}" if what else "it is still running" if turn.is_running else ""


def _unexpected(gateway: Gateway, prefix: str) -> Iterator[Oddity]:
    """Messages that no rule was written for."""
    for entry in of_requests(query(gateway.journal, world=prefix)):
        turn = entry.source if isinstance(entry, TurnEntry) else None
        if isinstance(turn, Turn) and turn.session.agent.rules and not _is_written(turn):
            over = "; ".join(f"{rule.position or rule.name}: {why}" for rule, why in passed_over(turn)[:3])
            said = turn.text()[:80]
            yield Oddity("unexpected", entry.id, f"no rule of {turn.session.agent.name} fits {said!r}; tried: {over}")


def _violations(gateway: Gateway, prefix: str) -> Iterator[Oddity]:
    """Requests that break their contract, or are of none. Raises `CheckMissing` where that cannot be told."""
    # Loads a document of the contract, which a world without requests needs not.
    from mock_gateway.journal.check import violations

    for exchange in _exchanges(gateway, prefix):
        for violation in violations(exchange, remarks=False):
            yield Oddity("violations", f"{exchange.id} {exchange.method} {exchange.path[:200]}", str(violation))


def _is_written(turn: Turn) -> bool:
    """Whether somebody wrote what a turn plays: not so for an echo, and when nothing fitted."""
    rule = rule_of(turn)
    return rule is not None and (rule.position is not None or rule in turn.session.agent.rules)


def _exchanges(gateway: Gateway, prefix: str) -> Iterator[Exchange]:
    entries = query(gateway.journal, world=prefix, kind="exchange")
    return (entry for entry in entries if isinstance(entry, Exchange))


KINDS: Mapping[str, Callable[[Gateway, str], Iterator[Oddity]]] = {
    "unmet": _unmet,
    "unexpected": _unexpected,
    "violations": _violations,
}
"""What can be odd, by name."""


class Strictness(Struct, frozen=True):
    """Which oddities count.

    kinds: of `KINDS`; none named is all that can be told. allowed: shell patterns of violations that are meant.
    """

    kinds: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()

    def allowing(self, allowed: bool | str | Iterable[str] | None) -> Strictness:
        """The same, but for violations that are meant: True for all of them, or patterns."""
        patterns = ("*",) if allowed is True else (allowed,) if isinstance(allowed, str) else tuple(allowed or ())
        return replace(self, allowed=patterns)


@cache
def known_kinds() -> tuple[str, ...]:
    """The kinds that can be told here: violations need jsonschema-rs, `pip install 'mock-gateway[check]'`."""
    return tuple(kind for kind in KINDS if kind != "violations" or find_spec("jsonschema_rs") is not None)


def oddities(gateway: Gateway, prefix: str, strictness: Strictness) -> list[Oddity]:
    """What was odd in a world, as far as it counts."""
    found = [one for kind in strictness.kinds or known_kinds() for one in KINDS[kind](gateway, prefix)]
    return [one for one in found if not (one.kind == "violations" and _is_allowed(one, strictness))]


def oddities_of_all(gateway: Gateway, strictness: Strictness) -> tuple[list[Oddity], str]:
    """What was odd in any world, and the transcripts of those worlds."""
    prefixes = dict.fromkeys(["", *gateway.worlds])  # also a root world that no request of a contract has made
    found = {prefix: oddities(gateway, prefix, strictness) for prefix in prefixes}
    transcripts = [transcript(gateway, prefix) for prefix, of_world in found.items() if of_world]
    return [one for of_world in found.values() for one in of_world], "\n\n".join(transcripts)


def _is_allowed(one: Oddity, strictness: Strictness) -> bool:
    return any(fnmatchcase(one.what, pattern) for pattern in strictness.allowed)
