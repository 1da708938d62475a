"""What is known to fail: a list with a reason for each, which fails itself when it is no longer true.

Owns: reading `conformance-baseline.yaml`, and holding results against it. Must not know: how a run is done.

    - case: WIRE-EOL-CR
      dialect: v1            # left out: every dialect
      reason: the client reads line ends wrong; the next release does not
      until: 2026-12-31      # from then on it is a failure again
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from mock_gateway.conformance.results import Known
from mock_gateway.conformance.verdicts import BAD, Result, Verdict
from mock_gateway.scenario import Mistake, ScenarioErrors
from mock_gateway.scenario.errors import did_you_mean
from mock_gateway.scenario.source import Node, compose, read_source

KEYS = ("case", "dialect", "reason", "until", "issue")
NOT_AS_IT_SHOULD_BE = (*BAD, Verdict.NON_STRICT)


class Entry(Struct, frozen=True):
    """One line of a baseline. dialect: empty is all. place: file and line, for messages."""

    case: str
    reason: str
    place: str
    dialect: str = ""
    until: date | None = None

    def covers(self, result: Result) -> bool:
        """Whether it speaks of a result."""
        return self.case == result.case and self.dialect in ("", result.dialect)


def read_baseline(path: Path, cases: Collection[str]) -> list[Entry]:
    """The entries of a file. cases: all ids that there are. Raises `ScenarioErrors` with every mistake."""
    root = compose(read_source(path))
    mistakes: list[Mistake] = []
    if root.kind != "list":
        raise ScenarioErrors([root.mistake("expected a list of entries with case and reason")])
    entries = [_entry(node, cases, mistakes) for node in root.value]
    if mistakes:
        raise ScenarioErrors(mistakes)
    return [entry for entry in entries if entry is not None]


def _entry(node: Node, cases: Collection[str], mistakes: list[Mistake]) -> Entry | None:
    if node.kind != "mapping" or not {"case", "reason"} <= node.value.keys():
        mistakes.append(node.mistake("an entry has `case` and `reason`"))
        return None
    mistakes += [
        node.key_mistake(key, f"an entry has no key `{key}`", did_you_mean(key, KEYS))
        for key in node.value
        if key not in KEYS
    ]
    given = {key: str(one.value) for key, one in node.value.items()}
    if given["case"] not in cases:
        hint = did_you_mean(given["case"], sorted(cases))
        mistakes.append(node.value["case"].mistake(f"there is no case {given['case']}", hint))
    until = None
    if "until" in given:
        try:
            until = date.fromisoformat(given["until"])
        except ValueError:
            mistakes.append(node.value["until"].mistake("expected a date such as 2026-12-31"))
    return Entry(given["case"], given["reason"], str(node.position), given.get("dialect", ""), until)


def hold(entries: Sequence[Entry], results: Sequence[Result], today: date) -> tuple[list[Known], list[str]]:
    """What is known of the results, and what is wrong with the baseline: entries that are stale or past their date."""
    known, problems = [], []
    for entry in entries:
        spoken_of = [result for result in results if entry.covers(result)]
        bad = [result for result in spoken_of if result.verdict in NOT_AS_IT_SHOULD_BE]
        if entry.until is not None and entry.until < today:
            problems.append(f"{entry.place}: {entry.case} was to be mended by {entry.until}")
        elif spoken_of and not bad:
            problems.append(f"{entry.place}: {entry.case} passes now; take its entry out")
        else:
            known += [Known(result.case, result.dialect, entry.reason) for result in bad]
    return known, problems


def unknown(results: Sequence[Result], known: Sequence[Known]) -> list[Result]:
    """The results without those that are known: what the exit code is made from."""
    names = {(one.case, one.dialect) for one in known}
    return [result for result in results if (result.case, result.dialect) not in names]
