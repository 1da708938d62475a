"""In which order sub-agents took turns: by itself, or by a list that is gone through again and again.

Owns: the shortest list that gives an order that was seen. It follows `core.state.Siblings`, which plays such lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise


def interleave(order: Sequence[str], names: Sequence[str]) -> list[str] | None:
    """The list for `interleave`; None when taking turns one by one gives the order that was seen.

    order: of the pieces, by the names of the sub-agents. names: of all that began, in the order in which they did.
    """
    if len(set(order)) < 2 or _in_turn(order, names):
        return None
    for length in range(2, len(order)):
        if set(order[:length]) == set(order) and _listed(order, order[:length]):
            return list(order[:length])
    return list(order)


def _in_turn(order: Sequence[str], names: Sequence[str]) -> bool:
    counts: Counter[str] = Counter()
    ranks = []
    for name in order:
        ranks.append((counts[name], names.index(name)))
        counts[name] += 1
    return ranks == sorted(ranks)


def _listed(order: Sequence[str], names: Sequence[str]) -> bool:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    counts: Counter[str] = Counter()
    ranks = []
    for name in order:
        cycle, nth = divmod(counts[name], len(places[name]))
        ranks.append(cycle * len(names) + places[name][nth])
        counts[name] += 1
    return all(one < two for one, two in pairwise(ranks))
