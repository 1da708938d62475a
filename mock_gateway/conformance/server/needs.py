"""Which checks need more of a gateway than agents that do the right thing.

Owns: two lists, made by trying: `contract_tests/test_hooks.py` runs every check on agents that say other words, and
without worlds. Must not know: checks.
"""

from __future__ import annotations

WORDS = frozenset(
    (
        *("NET-4", "NET-5", "SES-4", "TRN-4", "TRN-5", "INP-2", "INP-8", "THR-3", "TOO-2"),
        *("V1-NET-4", "V1-TRN-7", "V1-INP-6", "V1-INP-10", "V1-INP-11", "V1-INP-13", "V1-THR-4"),
    )
)
"""Rules whose checks look for the very words that the scenarios of the checks say."""

WORLD = frozenset(
    ("NET-1", "V1-NET-1", "V1-SES-5", "V1-DRA-6", "V1-DRA-7", "V1-DRA-8", "V1-PAG-1", "V1-SBX-3"),
)
"""Rules whose checks look at all sessions of a world, or at two worlds (NET-1)."""
