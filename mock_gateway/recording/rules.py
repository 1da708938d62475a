"""From plays to rules: which condition leads to which script.

Owns: what tells two plays apart (the message, its files, how often it came, the number of the turn) and what to do when
nothing does. Must not know: YAML, how a script is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from mock_gateway.recording.merge import merged
from mock_gateway.recording.program import Attached, Play

Key = tuple[str | None, tuple[Attached, ...]]


class Occurrence(Struct):
    """A play where it was seen. turn: its number in its chain, from 1. visit: how often its message came there."""

    play: Play
    turn: int
    visit: int


class Rule(Struct):
    """A play with its condition. exact: its message is part of another's, so the whole text has to be asked for."""

    play: Play
    exact: bool = False
    visits: tuple[int, ...] = ()
    turns: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list)


class _Group(Struct):
    play: Play
    visits: set[int]
    turns: set[int]


def rules_of(occurrences: Iterable[Occurrence]) -> list[Rule]:
    """The rules in the order in which their messages first came; the first that fits is the right one."""
    by_key: dict[Key, list[Occurrence]] = {}
    for one in occurrences:
        by_key.setdefault((one.play.message, one.play.files), []).append(one)
    messages = {message.casefold() for message, _ in by_key if message}
    rules = []
    for (message, files), found in by_key.items():
        for rule in _told_apart(_groups(found)):
            rule.exact = message is not None and _is_inside(message.casefold(), messages)
            rules.append((not files, rule))
    # A rule that asks for files as well as a text comes before one that asks for the text alone.
    return [rule for _, rule in sorted(rules, key=lambda pair: pair[0])]


def _is_inside(message: str, messages: set[str]) -> bool:
    return any(message in other and message != other for other in messages)


def _groups(found: Sequence[Occurrence]) -> list[_Group]:
    groups: list[_Group] = []
    for one in found:
        for group in groups:
            both = merged(group.play, one.play)
            if both is not None:
                group.play = both
                group.visits.add(one.visit)
                group.turns.add(one.turn)
                break
        else:
            groups.append(_Group(one.play, {one.visit}, {one.turn}))
    return groups


def _told_apart(groups: Sequence[_Group]) -> list[Rule]:
    if len(groups) == 1:
        return [Rule(groups[0].play)]
    if _disjoint([group.visits for group in groups]):
        *first, last = sorted(groups, key=lambda group: min(group.visits))
        return [*(Rule(group.play, visits=tuple(sorted(group.visits))) for group in first), Rule(last.play)]
    if _disjoint([group.turns for group in groups]):
        *first, last = sorted(groups, key=lambda group: min(group.turns))
        return [*(Rule(group.play, turns=tuple(sorted(group.turns))) for group in first), Rule(last.play)]
    left_out = len(groups) - 1
    note = f"{left_out} other way{'s' if left_out > 1 else ''} it went on: nothing that was sent tells them apart"
    return [Rule(groups[0].play, notes=[note])]


def _disjoint(sets: Sequence[set[int]]) -> bool:
    return sum(map(len, sets)) == len(set().union(*sets))
