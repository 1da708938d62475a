"""Whether one condition takes everything that another would: then what stands behind the other is never reached.

Owns: the comparison, part by part; it says yes only when it is sure. Must not know: rules, branches (`lint.py`).
"""

from __future__ import annotations

from mock_gateway.core.script import ConditionPart
from mock_gateway.scenario.matchers import AllOf, CountFits, ResumeFits, StateFits, TextFits, TextTest, same


def covers(wide: ConditionPart | None, narrow: ConditionPart | None) -> bool:
    """Whether the first condition surely fits whenever the second does."""
    resumes = _resumes(narrow)
    if wide is None:
        return not resumes
    if narrow is None or not isinstance(wide, AllOf) or not isinstance(narrow, AllOf) or _resumes(wide) != resumes:
        return False
    return all(any(_implies(one, other) for one in narrow.parts) for other in wide.parts)


def _resumes(when: ConditionPart | None) -> bool:
    return isinstance(when, AllOf) and any(isinstance(part, ResumeFits) for part in when.parts)


def _implies(narrow: ConditionPart, wide: ConditionPart) -> bool:
    if isinstance(wide, CountFits):
        # Visits are counted for each rule by itself.
        if not isinstance(narrow, CountFits) or narrow.of != wide.of or wide.of == "visit":
            return False
        return set(narrow.wanted) <= set(wide.wanted)
    if isinstance(wide, TextFits) and isinstance(narrow, TextFits) and wide.of == narrow.of:
        return all(any(_contained(test, other) for other in wide.tests) for test in narrow.tests)
    if isinstance(wide, StateFits):
        return isinstance(narrow, StateFits) and narrow.name == wide.name and same(narrow.wanted, wide.wanted)
    return narrow == wide


def _contained(narrow: TextTest, wide: TextTest) -> bool:
    if narrow.how == "regex":
        return narrow == wide
    if wide.how == "equals":
        return narrow == wide
    if wide.how == "contains":
        return wide.written.casefold() in narrow.written.casefold()
    return narrow.how == "equals" and wide.match(narrow.written) is not None
