"""What a client was expected to send, held against what it sent.

Owns: expectations as plain data, and a verdict on each that says what was expected, what came instead, and what was
nearest and in which respect it differs. Pure: entries in, verdicts out; nothing is asked of a running server.
Look next: `matching.py` (one request), `check.py` (the contract), `coverage.py` (the steps that there are).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches

from msgspec import Struct

from mock_gateway.core.script import Agent
from mock_gateway.journal.book import Entry
from mock_gateway.journal.check import PAGE, violations
from mock_gateway.journal.coverage import steps_of
from mock_gateway.journal.entries import Exchange, TurnEntry
from mock_gateway.journal.fit import shown
from mock_gateway.journal.matching import Difference, ExpectationError, RequestMatch, match_of

MOST_SHOWN = 10
"""Requests, steps or violations that one verdict names."""


class Times(Struct, frozen=True):
    """How often. most: None is without end."""

    least: int = 1
    most: int | None = None

    def allows(self, count: int) -> bool:
        """Whether so often is right."""
        return self.least <= count and (self.most is None or count <= self.most)

    def __str__(self) -> str:
        if self.most == 0:
            return "never"
        if self.least == self.most:
            return f"exactly {_times(self.least)}"
        least = f"at least {_times(self.least)}" if self.least else ""
        most = f"at most {_times(self.most)}" if self.most is not None else ""
        return " and ".join(filter(None, (least, most))) or "any number of times"


class IsSent(Struct, frozen=True):
    """A request is expected so often."""

    match: RequestMatch
    times: Times


class InOrder(Struct, frozen=True):
    """Requests are expected one after the other; others may come between."""

    matches: tuple[RequestMatch, ...]


class StepsPlayed(Struct, frozen=True):
    """Every step of a scenario is expected to be played. agent: None means every agent that was given."""

    agent: str | None = None


class AllExpected(Struct, frozen=True):
    """No request is expected besides those that the other expectations name."""


class NoViolations(Struct, frozen=True):
    """No request breaks the contract. remarks: nor is odd."""

    remarks: bool = False


Expectation = IsSent | InOrder | StepsPlayed | AllExpected | NoViolations


class Verdict(Struct, frozen=True):
    """What became of an expectation.

    expected: it, in words. text: what came of it, in words, lines below the first indented. found: ids of the entries
    that fitted. nearest: id of the request that fitted best when too few did. differences: in which respects not.
    """

    ok: bool
    expected: str
    text: str
    found: tuple[str, ...] = ()
    nearest: str | None = None
    differences: tuple[str, ...] = ()

    def json(self) -> dict[str, object]:
        """As JSON."""
        return {
            "ok": self.ok,
            "expected": self.expected,
            "text": self.text,
            "found": list(self.found),
            "nearest": self.nearest,
            "differences": list(self.differences),
        }


class Evidence(Struct, frozen=True):
    """What is judged. exchanges: without pages. agents: whose steps count. named: every request that is expected."""

    exchanges: tuple[Exchange, ...]
    turns: tuple[TurnEntry, ...]
    agents: Mapping[str, Agent]
    named: tuple[RequestMatch, ...]


def verify(
    entries: Iterable[Entry],
    expectations: Iterable[Expectation | Mapping[str, object]],
    agents: Mapping[str, Agent] | None = None,
) -> list[Verdict]:
    """A verdict on each expectation, in their order.

    agents: by name, for `steps_played`. Raises `ExpectationError` for data that is no expectation, `CheckMissing` where
    `no_violations` is expected and jsonschema-rs is not installed.
    """
    wanted = [expectation_of(one) if isinstance(one, Mapping) else one for one in expectations]
    known = list(entries)
    evidence = Evidence(
        tuple(one for one in known if isinstance(one, Exchange) and one.operation != PAGE),
        tuple(one for one in known if isinstance(one, TurnEntry)),
        agents or {},
        tuple(match for one in wanted for match in _named_by(one)),
    )
    return [JUDGE[type(one)](one, evidence) for one in wanted]


def report(verdicts: Iterable[Verdict]) -> str:
    """The texts of those that are not met, one below the other; empty when all are."""
    return "\n".join(verdict.text for verdict in verdicts if not verdict.ok)


def _named_by(expectation: Expectation) -> tuple[RequestMatch, ...]:
    if isinstance(expectation, InOrder):
        return expectation.matches
    return (expectation.match,) if isinstance(expectation, IsSent) and expectation.times.most != 0 else ()


# -- from data ---------------------------------------------------------------------------------------------------------


def expectation_of(data: Mapping[str, object]) -> Expectation:
    """An expectation from plain data. Raises `ExpectationError`."""
    keys = [key for key in READ if key in data]
    if len(keys) != 1:
        strange = next((key for key in data if key not in (*READ, *TIMES)), "")
        near = get_close_matches(str(strange), READ, n=1)
        hint = f"; did you mean {near[0]!r} for {strange!r}?" if near else ""
        raise ExpectationError(f"an expectation has exactly one of {', '.join(READ)}; here are {list(data)}{hint}")
    key = keys[0]
    others = [name for name in data if name != key and not (key == "sent" and name in TIMES)]
    if others:
        raise ExpectationError(f"{key!r} stands alone, or with {', '.join(TIMES)} for 'sent'; not with {others[0]!r}")
    return READ[key](data)


TIMES = ("times", "at_least", "at_most")


def _read_sent(data: Mapping[str, object]) -> Expectation:
    for name in TIMES:
        value = data.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ExpectationError(f"{name} is {shown(value)}; a whole number of at least 0 was expected")
    exact, least, most = (data.get(name) for name in TIMES)
    if exact is not None:
        if least is not None or most is not None:
            raise ExpectationError("'times' says exactly how often; leave out 'at_least' and 'at_most'")
        return IsSent(match_of(data["sent"]), Times(exact, exact))  # type: ignore[arg-type]  # an int, see above
    times = Times((1 if most is None else 0) if least is None else least, most)  # type: ignore[arg-type]
    return IsSent(match_of(data["sent"]), times)


def _read_order(data: Mapping[str, object]) -> Expectation:
    matches = data["in_order"]
    if not isinstance(matches, list | tuple) or not matches:
        raise ExpectationError(f"in_order is {shown(matches)}; a list of requests was expected")
    return InOrder(tuple(map(match_of, matches)))


def _read_steps(data: Mapping[str, object]) -> Expectation:
    agent = data["steps_played"]
    if agent is not True and not isinstance(agent, str):
        raise ExpectationError(f"steps_played is {shown(agent)}; true or the name of an agent was expected")
    return StepsPlayed(None if agent is True else str(agent))


def _read_violations(data: Mapping[str, object]) -> Expectation:
    value = data["no_violations"]
    if value not in (True, "strict"):
        raise ExpectationError(f"no_violations is {shown(value)}; true, or 'strict' for remarks too, was expected")
    return NoViolations(value == "strict")


def _read_all(data: Mapping[str, object]) -> Expectation:
    if data["all_expected"] is not True:
        raise ExpectationError(f"all_expected is {shown(data['all_expected'])}; true was expected")
    return AllExpected()


READ: Mapping[str, Callable[[Mapping[str, object]], Expectation]] = {
    "sent": _read_sent,
    "never": lambda data: IsSent(match_of(data["never"]), Times(0, 0)),
    "in_order": _read_order,
    "steps_played": _read_steps,
    "all_expected": _read_all,
    "no_violations": _read_violations,
}


# -- judging -----------------------------------------------------------------------------------------------------------


def _judge_sent(expectation: IsSent, evidence: Evidence) -> Verdict:
    match, times = expectation.match, expectation.times
    fitting = [one for one in evidence.exchanges if match.fits(one)]
    expected, ids = f"{match}: {times}", tuple(one.id for one in fitting)
    came = f"it came {_times(len(fitting))}" if fitting else "it never came"
    if times.allows(len(fitting)):
        return Verdict(True, expected, f"met: {expected}; {came}", ids)
    lines = [f"not met: {expected}; {came}"]
    if len(fitting) > (times.most or 0) and times.most is not None:
        lines += _listed("it came as", [line_of(one) for one in fitting])
        return Verdict(False, expected, _block(lines), ids)
    return _too_few(expected, lines, match, evidence.exchanges, ids)


def _too_few(
    expected: str, lines: list[str], match: RequestMatch, exchanges: Sequence[Exchange], ids: tuple[str, ...]
) -> Verdict:
    """What is said when something is missing: the nearest other request, and all that came."""
    others = [one for one in exchanges if one.id not in ids]
    if not others:
        return Verdict(False, expected, _block([*lines, "no other request came" if ids else "no request came"]), ids)
    nearest, differences = _nearest(match, others)
    lines.append(f"nearest is {line_of(nearest)}")
    lines += [f"  {one}" for one in differences]
    if len(others) > 1:
        lines += _listed("all that came instead", [line_of(one) for one in others])
    return Verdict(False, expected, _block(lines), ids, nearest.id, tuple(map(str, differences)))


def _nearest(match: RequestMatch, exchanges: Sequence[Exchange]) -> tuple[Exchange, list[Difference]]:
    """The request with the least differences; of equals the first."""
    compared = [(one, match.differences(one)) for one in exchanges]
    return min(compared, key=lambda pair: sum(difference.weight for difference in pair[1]))


def _judge_order(expectation: InOrder, evidence: Evidence) -> Verdict:
    expected = "in this order: " + "; then ".join(map(str, expectation.matches))
    found: list[Exchange] = []
    rest = list(evidence.exchanges)
    for number, match in enumerate(expectation.matches, 1):
        place = next((index for index, one in enumerate(rest) if match.fits(one)), None)
        if place is None:
            return _out_of_order(expected, number, match, found, evidence)
        found.append(rest[place])
        rest = rest[place + 1 :]
    return Verdict(True, expected, f"met: {expected}", tuple(one.id for one in found))


def _out_of_order(
    expected: str, number: int, match: RequestMatch, found: Sequence[Exchange], evidence: Evidence
) -> Verdict:
    ids = tuple(one.id for one in found)
    behind = f" after {line_of(found[-1])}" if found else ""
    lines = [f"not met: {expected}", f"number {number}, {match}, did not come{behind}"]
    earlier = [one for one in evidence.exchanges if match.fits(one)]
    if earlier:
        lines.append(f"it came before: {line_of(earlier[-1])}")
        return Verdict(False, expected, _block(lines), ids, earlier[-1].id, ("it came earlier",))
    return _too_few(expected, lines, match, evidence.exchanges, ids)


def _judge_steps(expectation: StepsPlayed, evidence: Evidence) -> Verdict:
    name = expectation.agent
    expected = f"every step of {name or 'every scenario'} is played"
    if name is not None and name not in evidence.agents:
        known = ", ".join(sorted(evidence.agents)) or "none"
        raise ExpectationError(f"steps_played: there is no agent {name!r}; there are: {known}")
    agents = evidence.agents.values() if name is None else [evidence.agents[name]]
    played = {step.place for turn in evidence.turns for step in turn.story.steps}
    missing = [(place, rule) for agent in agents for place, rule in steps_of(agent).items() if place not in played]
    if not missing:
        return Verdict(True, expected, f"met: {expected}")
    lines = [f"not met: {expected}; {len(missing)} never"]
    by_rule: dict[str, list[str]] = {}
    for place, rule in missing:
        by_rule.setdefault(rule, []).append(place)
    lines += _listed("not played", [_unplayed(rule, places, evidence.turns) for rule, places in by_rule.items()])
    return Verdict(False, expected, _block(lines), differences=tuple(place for place, _ in missing))


def _unplayed(rule: str, places: Sequence[str], turns: Sequence[TurnEntry]) -> str:
    """What of a rule was not played; of one that never was chosen, what came nearest to it."""
    others = [place for place in places if place != rule]
    if any(turn.story.place == rule for turn in turns):
        return ", ".join(places) + (f" of the rule {rule}" if others else "")
    tried = [(turn.id, over.why) for turn in turns for over in turn.story.passed_over if over.place == rule]
    # As many respects in which it did not fit as there are parts.
    nearest = min(tried, key=lambda one: one[1].count("; wanted:"), default=None)
    why = "" if nearest is None else f"; nearest was {nearest[0]}: {nearest[1]}"
    more = f", with {', '.join(others)}" if others else ""
    return f"{rule}{more}: the rule was never chosen{why}"


def _judge_all(_expectation: AllExpected, evidence: Evidence) -> Verdict:
    expected = "no request besides those that are expected"
    strange = [one for one in evidence.exchanges if not any(match.fits(one) for match in evidence.named)]
    if not strange:
        return Verdict(True, expected, f"met: {expected}")
    lines = [f"not met: {expected}; {len(strange)} came"]
    for one in strange[:MOST_SHOWN]:
        lines.append(line_of(one))
        if evidence.named:
            match, differences = min(
                ((match, match.differences(one)) for match in evidence.named),
                key=lambda pair: sum(difference.weight for difference in pair[1]),
            )
            lines.append(f"  nearest expected: {match}")
            lines += [f"    {difference}" for difference in differences]
    lines += _more(len(strange))
    return Verdict(False, expected, _block(lines), tuple(one.id for one in strange))


def _judge_violations(expectation: NoViolations, evidence: Evidence) -> Verdict:
    expected = "no request breaks the contract" + (" or is odd" if expectation.remarks else "")
    found = [(one, violations(one, remarks=expectation.remarks)) for one in evidence.exchanges]
    broken = [(one, list_) for one, list_ in found if list_]
    if not broken:
        return Verdict(True, expected, f"met: {expected}")
    lines = [f"not met: {expected}; {len(broken)} of {len(found)} do"]
    for one, list_ in broken[:MOST_SHOWN]:
        lines += [line_of(one), *(f"  {violation}" for violation in list_)]
    lines += _more(len(broken))
    texts = tuple(f"{one.id} {violation}" for one, list_ in broken for violation in list_)
    return Verdict(False, expected, _block(lines), tuple(one.id for one, _ in broken), differences=texts)


JUDGE: Mapping[type, Callable[..., Verdict]] = {
    IsSent: _judge_sent,
    InOrder: _judge_order,
    StepsPlayed: _judge_steps,
    AllExpected: _judge_all,
    NoViolations: _judge_violations,
}


# -- words -------------------------------------------------------------------------------------------------------------


def line_of(exchange: Exchange) -> str:
    """A request in one line."""
    status = str(exchange.status) if exchange.status else "no answer"
    return f"{exchange.id} {exchange.method} {exchange.path[:200]} -> {status}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times") if count else "never"


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    return [f"{title}:", *(f"  {line}" for line in lines[:MOST_SHOWN]), *_more(len(lines))]


def _more(count: int) -> list[str]:
    return [f"  and {count - MOST_SHOWN} more"] if count > MOST_SHOWN else []


def _block(lines: Sequence[str]) -> str:
    first, *rest = lines
    return "\n".join([first, *(f"  {line}" for line in rest)])
