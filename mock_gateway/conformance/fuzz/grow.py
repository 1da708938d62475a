"""Drawing stories: the base, with features on top.

Owns: the strategy. Must not know: which features there are in particular, who plays a story.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from mock_gateway.conformance.fuzz.feature import Feature, base
from mock_gateway.conformance.fuzz.plan import Plan
from mock_gateway.conformance.fuzz.story import Story


@st.composite
def stories(draw: Any, dialect: str, always: Sequence[Feature], maybe: Sequence[Feature] = ()) -> Story:
    """Stories with some features for certain, and some of others; the fewer the smaller."""
    plan = Plan(dialect)
    base(plan, draw)
    for one in [*always, *(other for other in maybe if draw(st.booleans()))]:
        one.add(plan, draw)
        plan.features.append(one.name)
    return plan.story()
