"""The contract from the other side: what a gateway has to do, rule by rule, black box over HTTP.

Three layers, each knowing only those before it; one set for each contract, in `beta/` and `v1/`:

    http11.py, client.py, worlds.py    the vocabulary: what one can say to a gateway, and hear
    shapes.py, fold.py, grammar.py     the judge: which events a turn may have, in which order, rule by rule
    checks/, register.py               the checks: one per rule of the contract, and the table of all rules

Owns: all of that, and the scenarios that the checks talk to. Must not know: anything of the gateway in this package; it
imports nothing of it, so that no mistake can hide behind the same mistake. Start reading at `trials.py`.
"""

from __future__ import annotations

from pathlib import Path

SCENARIOS = Path(__file__).with_name("scenarios")
"""The agents that the checks of both contracts talk to."""
