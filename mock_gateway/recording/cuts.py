"""How texts were cut: the rule that gives the same pieces, if there is one.

Owns: finding it, and which rule most texts of an agent follow. Must not know: scripts beyond their texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from mock_gateway.core.pieces import Cut, cut_text
from mock_gateway.recording.program import Play, Script

RULES = ("tokens", "words", "characters", "whole")
_UNUSED = Random(0)


def rules_for(pieces: Sequence[str]) -> list[str | int]:
    """The rules that cut a text into these pieces, by name; a number is a size."""
    if not pieces:
        return []
    whole = "".join(pieces)
    found: list[str | int] = [rule for rule in RULES if cut_text(whole, Cut(rule), _UNUSED) == [*pieces]]
    size = len(pieces[0])
    if len(pieces) > 1 and cut_text(whole, Cut("sizes", size, size), _UNUSED) == [*pieces]:
        found.append(size)
    return found


def written(rule: str | int) -> object:
    """As it stands under `cut`."""
    return {"size": rule} if isinstance(rule, int) else rule


def common_cut(plays: Iterable[Play]) -> str | int:
    """The rule that most texts follow; `tokens` when none does."""
    counts: Counter[str | int] = Counter()
    for play in plays:
        for pieces in _texts([*play.script, *(play.refused or ())]):
            counts.update(rule for rule in rules_for(pieces) if isinstance(rule, str))
    best = max(counts.values(), default=0)
    return "tokens" if counts["tokens"] == best else next(rule for rule, count in counts.items() if count == best)


def _texts(script: Script) -> Iterator[Sequence[str]]:
    for step in script:
        yield from (step.text, step.reasoning, step.refusal)
        for call in step.calls:
            yield call.arguments
            yield from _texts(call.script)
        for outcome in step.outcomes:
            yield from _texts(outcome.script)
