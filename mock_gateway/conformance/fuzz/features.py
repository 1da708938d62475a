"""All features by their names, each of which is a flag of the command too.

Owns: gathering the table; the order in which stories are looked at. Look next: `feature.py` for the record, `of_*.py`
for the features.
"""

from __future__ import annotations

from mock_gateway.conformance.fuzz import of_agents, of_asking, of_breaks, of_bytes, of_errors, of_requests
from mock_gateway.conformance.fuzz.feature import FEATURES, Feature

ORDER = ("model", "ask", "wire", "tolerance", "error", "fault")
GROUPS = (of_agents, of_asking, of_requests, of_bytes, of_breaks, of_errors)
"""Each has put its features into the table."""


def singles(capabilities: frozenset[str]) -> list[Feature]:
    """The features that a client can be tried on, in the order in which they are looked at.

    What waits in real time comes late; coming back last, as a client may take its time for that every time.
    """
    usable = [one for one in FEATURES.values() if capabilities.issuperset(one.needs)]
    return sorted(usable, key=_place)


def _place(one: Feature) -> tuple[bool, bool, int]:
    group = ORDER.index(one.name.partition(".")[0])
    comes_back = ORDER[group] == "fault" and not one.is_slow
    return comes_back, one.is_slow, group


__all__ = ["FEATURES", "GROUPS", "Feature", "singles"]
