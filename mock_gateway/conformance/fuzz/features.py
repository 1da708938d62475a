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
    """The features that a client can be tried on, in the order in which they are; what takes long comes last."""
    usable = [one for one in FEATURES.values() if capabilities.issuperset(one.needs)]
    return sorted(usable, key=lambda one: (one.is_slow, ORDER.index(one.name.partition(".")[0])))


__all__ = ["FEATURES", "GROUPS", "Feature", "singles"]
