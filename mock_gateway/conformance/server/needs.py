"""Which checks need more of a gateway than agents that do the right thing.

Owns: two lists, made by trying: `contract_tests/test_hooks.py` runs every check on agents that say other words, and
without worlds. Must not know: checks.
"""

from __future__ import annotations

WORDS: frozenset[str] = frozenset()
"""Rules whose checks look for the very words that the scenarios of the checks say."""

WORLD: frozenset[str] = frozenset()
"""Rules whose checks look at all sessions of a world, or at two worlds (NET-1)."""
