"""The clients of the published matrix, how each is run, and what is known of it.

Owns: that list. `known` has a baseline for each: what it does otherwise, with the reason that the matrix prints.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec import Struct

from mock_gateway.conformance.adapters.process import ProcessChannel
from mock_gateway.conformance.baseline import Entry, read_baseline
from mock_gateway.conformance.check import Plan, catalogue
from mock_gateway.conformance.verdicts import Result, Verdict
from tests.conformance import adapters
from tests.v1.releases import ALL, environment

KNOWN = Path(__file__).parent / "known"
NEWEST = ALL[-1]


class Checked(Struct, frozen=True):
    """One client. command: makes it ready, and gives the command of its adapter. shown: the command, for a reader.

    known: names of baselines. is_steady: everything known has to be so again; not with a client whose luck differs from
    run to run, nor with an old release, of which less may be known than of the newest. jobs: adapters side by side.
    left_out: features that the fuzzer does not use, because what they find is known and spends the whole budget.
    """

    name: str
    command: Callable[[], str]
    shown: str
    known: tuple[str, ...] = ()
    is_steady: bool = True
    jobs: int = 4
    left_out: tuple[str, ...] = ()

    def plan(self) -> Plan:
        """How it is checked."""
        command = self.command()
        return Plan(
            make=partial(ProcessChannel, command), command=self.shown, jobs=self.jobs, baseline=tuple(self.entries())
        )

    def entries(self) -> list[Entry]:
        """What is known of it."""
        cases = {case.id for case in catalogue()}
        return [entry for name in self.known for entry in read_baseline(KNOWN / f"{name}.yaml", cases)]


def is_chance(result: Result) -> bool:
    """Whether a SHOULD was kept in some tries only: these are about time, and a machine that tests is busy."""
    return result.verdict is Verdict.NON_STRICT and result.failures < result.tries


def _release(version: str) -> Checked:
    is_newest = version == NEWEST
    return Checked(
        name=f"SDK {version}",
        command=lambda: adapters.sdk(environment(version)),
        shown="python {adapters}/sdk.py",
        known=("sdk",),
        is_steady=is_newest,
        left_out=("ask.circle",),
    )


CLIENTS: tuple[Checked, ...] = (
    *map(_release, ALL),
    Checked("reference", lambda: adapters.REFERENCE, "python -m mock_gateway.conformance.adapters.reference"),
    Checked("small", lambda: adapters.SMALL, "python -m contract_tests.mutants"),
    Checked("fetch", lambda: adapters.FETCH, "node {adapters}/fetch.mjs"),
    Checked(
        "browser",
        lambda: adapters.BROWSER,
        "python -m mock_gateway.conformance.adapters.browser",
        known=("browser",),
        is_steady=False,
        jobs=2,
    ),
)
