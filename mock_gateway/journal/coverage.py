"""What a journal exercised, and what it did not: events, statuses, pauses, and the rules and steps of scenarios.

Owns: what there is to exercise, and the counts. Pure: entries and agents in, figures out.
Must not know: any event or status; the contracts' documents list them (`openapi/lookup.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import asdict

from mock_gateway.core.script import Agent, Rule, Script, SubAgentCall
from mock_gateway.journal.book import Entry
from mock_gateway.journal.entries import PAUSES, Exchange, TurnEntry
from mock_gateway.journal.frames import frames_of
from mock_gateway.openapi.lookup import event_types, operations

Json = dict[str, object]


class Share(Struct, frozen=True):
    """How often each of some things was seen. counts: all of them, in the order of the contract or file. beyond: what
    was seen and is not among them."""

    counts: Mapping[str, int]
    beyond: Mapping[str, int] = field(default_factory=dict)

    @property
    def unseen(self) -> list[str]:
        """What never was."""
        return [name for name, count in self.counts.items() if not count]

    @property
    def seen(self) -> int:
        """How many of them were."""
        return len(self.counts) - len(self.unseen)

    def __str__(self) -> str:
        return f"{self.seen} of {len(self.counts)}"


class Coverage(Struct, frozen=True):
    """What was exercised.

    events: by dialect. statuses: by `dialect operation`. pauses: how turns can wait. rules, steps: by agent; a place in
    the scenario file for each, a rule without one by its name.
    """

    events: Mapping[str, Share]
    statuses: Mapping[str, Share]
    pauses: Share
    rules: Mapping[str, Share]
    steps: Mapping[str, Share]

    def json(self) -> Json:
        """As JSON: for each share what was seen, how often, and what was not."""
        groups: Json = {}
        for name, group in asdict(self).items():
            groups[name] = (
                _share(group) if isinstance(group, Share) else {key: _share(share) for key, share in group.items()}
            )
        return groups

    def text(self) -> str:
        """A few lines for a person: what was seen of how much, and what was not."""
        return "\n".join(_lines(self)) + "\n"


def _share(share: Share) -> Json:
    seen = {name: count for name, count in share.counts.items() if count}
    return {"seen": seen, "unseen": share.unseen, "beyond": dict(share.beyond)}


def coverage(
    entries: Iterable[Entry], agents: Mapping[str, Agent] | None = None, dialects: Sequence[str] = ("beta", "v1")
) -> Coverage:
    """What some entries exercised.

    agents: whose rules and steps count, by name. dialects: whose events and statuses count; one of which nothing was
    asked is left out.
    """
    known = list(entries)
    exchanges = [entry for entry in known if isinstance(entry, Exchange)]
    turns = [entry for entry in known if isinstance(entry, TurnEntry)]
    spoken = [name for name in dialects if any(one.dialect == name for one in exchanges)]
    return Coverage(
        events={name: _events(name, exchanges) for name in spoken},
        statuses={key: share for name in spoken for key, share in _statuses(name, exchanges)},
        pauses=_count(PAUSES.values(), (pause for turn in turns for pause in turn.story.pauses)),
        rules={name: _rules(agent, turns) for name, agent in (agents or {}).items()},
        steps={name: _steps(agent, turns) for name, agent in (agents or {}).items()},
    )


def _count(known: Iterable[str], seen: Iterable[str]) -> Share:
    counter = Counter(seen)
    counts = {name: counter.pop(name, 0) for name in known}
    return Share(counts, dict(counter))


def _events(dialect: str, exchanges: Iterable[Exchange]) -> Share:
    frames = (frame for one in exchanges if one.dialect == dialect and one.sent for frame in frames_of(one))
    return _count(event_types(dialect), (frame.type for frame in frames if frame.type not in ("", "comment")))


def _statuses(dialect: str, exchanges: Sequence[Exchange]) -> Iterator[tuple[str, Share]]:
    for name, operation in operations(dialect).items():
        answered = (str(one.status) for one in exchanges if one.operation == name and one.dialect == dialect)
        yield f"{dialect} {name}", _count(map(str, operation.statuses), (text for text in answered if text != "0"))


# -- scenarios ---------------------------------------------------------------------------------------------------------


def rules_of(agent: Agent) -> list[Rule]:
    """The rules of an agent, what it does otherwise included."""
    return [*agent.rules, *([agent.otherwise] if isinstance(agent.otherwise, Rule) else [])]


def place_of(rule: Rule) -> str:
    """Where a rule is, or else its name."""
    return str(rule.position or rule.name)


def steps_of(agent: Agent) -> dict[str, str]:
    """The places of all steps of an agent, those of its branches and sub-agents included, each with its rule's."""
    places: dict[str, str] = {}
    for rule in rules_of(agent):
        for script in (rule.script, rule.on_refused or ()):
            for place in _places(script):
                places.setdefault(place, place_of(rule))
    return places


def _places(script: Script) -> Iterator[str]:
    for step in script:
        if step.position is not None:
            yield str(step.position)
        for branch in (*step.on_allow, *step.on_deny, *step.on_answer):
            yield from _places(branch.script)
        for call in step.calls:
            if isinstance(call, SubAgentCall):
                yield from _places(call.script)


def _rules(agent: Agent, turns: Iterable[TurnEntry]) -> Share:
    stories = [turn.story for turn in turns if turn.agent == agent.name]
    played = (story.place or story.rule for story in stories if story.rule and not story.goes_on)
    return _count(map(place_of, rules_of(agent)), played)


def _steps(agent: Agent, turns: Iterable[TurnEntry]) -> Share:
    stories = [turn.story for turn in turns if turn.agent == agent.name]
    return _count(steps_of(agent), (step.place for story in stories for step in story.steps if step.place))


# -- text --------------------------------------------------------------------------------------------------------------

MOST_NAMED = 12
"""What was not seen and is named in a line of the text."""


def _lines(found: Coverage) -> Iterator[str]:
    for dialect, share in found.events.items():
        yield _line(f"events of {dialect}", share) + _beyond(share)
    for operation, share in found.statuses.items():
        if share.seen or share.beyond:
            yield _line(f"statuses of {operation}", share) + _beyond(share)
    silent = [operation for operation, share in found.statuses.items() if not share.seen and not share.beyond]
    if silent:
        yield f"operations without a request: {_named(silent)}"
    yield _line("pauses", found.pauses)
    for name, share in found.rules.items():
        yield _line(f"rules of {name}", share)
        yield _line(f"steps of {name}", found.steps[name])


def _line(title: str, share: Share) -> str:
    rest = f"; not seen: {_named(share.unseen)}" if share.unseen else ""
    return f"{title}: {share}{rest}"


def _beyond(share: Share) -> str:
    return f"; not in the contract: {_named(list(share.beyond))}" if share.beyond else ""


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
