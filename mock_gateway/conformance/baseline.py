"""What is known to fail: a list with a reason for each, which fails itself when it is no longer true.

Owns: reading `conformance-baseline.yaml`, writing one, holding results against it. Must not know: how a run is done.

    - case: WIRE-EOL-CR
      dialect: v1            # left out: every dialect
      reason: the client reads line ends wrong; the next release does not
      until: 2026-12-31      # after that day it is a failure again
      issue: CLIENT-204      # where it is followed
      sometimes: true        # passes at times: no reason to take the entry out
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from mock_gateway.conformance.reports.text import one_line
from mock_gateway.conformance.results import Known
from mock_gateway.conformance.verdicts import BAD, Result, Verdict
from mock_gateway.scenario import Mistake, ScenarioErrors
from mock_gateway.scenario.errors import did_you_mean
from mock_gateway.scenario.source import Node, compose, read_source
from mock_gateway.wire.dialects import voices

Value = TypeVar("Value", str, bool)

KEYS = ("case", "dialect", "reason", "until", "issue", "sometimes")
TRUTHS = {"true": True, "false": False}
GRACE = timedelta(days=90)
"""How long an entry that was written by itself holds."""
NOT_AS_IT_SHOULD_BE = (*BAD, Verdict.NON_STRICT)


class Entry(Struct, frozen=True):
    """One entry of a baseline. dialect: empty is all. place: file and line, for messages. until: the last day.

    sometimes: the case passes at times, so that a pass does not make the entry stale.
    """

    case: str
    reason: str
    place: str
    dialect: str = ""
    until: date | None = None
    issue: str = ""
    sometimes: bool = False

    @property
    def says(self) -> str:
        """Its reason, with what else it says, for a report."""
        more = [self.issue, f"until {self.until}" if self.until else ""]
        told = ", ".join(one for one in more if one)
        return f"{self.reason} ({told})" if told else self.reason

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
    seen: set[tuple[str, str]] = set()
    for entry, node in zip(entries, root.value, strict=True):
        if entry is not None and (entry.case, entry.dialect) in seen:
            mistakes.append(node.mistake(f"{entry.case} has an entry already"))
        elif entry is not None:
            seen.add((entry.case, entry.dialect))
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
    if not given["reason"].strip():
        mistakes.append(node.value["reason"].mistake("the reason is empty"))
    return Entry(
        given["case"],
        given["reason"],
        str(node.position),
        _one_of(node, "dialect", {voice.dialect.name: voice.dialect.name for voice in voices()}, "", mistakes),
        _until(node, mistakes),
        given.get("issue", ""),
        _one_of(node, "sometimes", TRUTHS, False, mistakes),
    )


def _until(node: Node, mistakes: list[Mistake]) -> date | None:
    if "until" not in node.value:
        return None
    try:
        return date.fromisoformat(str(node.value["until"].value))
    except ValueError:
        mistakes.append(node.value["until"].mistake("expected a date such as 2026-12-31"))
        return None


def _one_of(node: Node, key: str, allowed: Mapping[str, Value], default: Value, mistakes: list[Mistake]) -> Value:
    if key not in node.value:
        return default
    given = str(node.value[key].value)
    if given.lower() not in allowed:
        mistakes.append(node.value[key].mistake(f"expected one of {', '.join(allowed)}"))
    return allowed.get(given.lower(), default)


def hold(entries: Sequence[Entry], results: Sequence[Result], today: date) -> tuple[list[Known], list[str]]:
    """What is known of the results, and what is wrong with the baseline: entries that are stale or past their date."""
    known, problems = [], []
    for entry in entries:
        spoken_of = [result for result in results if entry.covers(result)]
        bad = [result for result in spoken_of if result.verdict in NOT_AS_IT_SHOULD_BE]
        if entry.until is not None and entry.until < today:
            problems.append(f"{entry.place}: {entry.case} was to be mended by {entry.until}")
        elif spoken_of and not bad and not entry.sometimes:
            is_pass = all(result.verdict is Verdict.PASS for result in spoken_of)
            now = "passes now" if is_pass else f"is {spoken_of[0].verdict} now"
            problems.append(f"{entry.place}: {entry.case} {now}; take its entry out")
        else:
            known += [Known(result.case, result.dialect, entry.says) for result in bad]
    return known, problems


def unknown(results: Sequence[Result], known: Sequence[Known]) -> list[Result]:
    """The results without those that are known: what the exit code is made from."""
    names = {(one.case, one.dialect) for one in known}
    return [result for result in results if (result.case, result.dialect) not in names]


# -- writing one -------------------------------------------------------------------------------------------------------


def written(results: Sequence[Result], entries: Sequence[Entry], today: date, *, strict: bool = False) -> str:
    """A baseline of what fails now. Entries that still hold stay as they are. strict: of what is no MUST too."""
    counted = NOT_AS_IT_SHOULD_BE if strict else BAD
    bad = [result for result in results if result.verdict in counted]
    ran = {result.case for result in results}
    kept = [entry for entry in entries if entry.case not in ran or any(map(entry.covers, bad)) or entry.sometimes]
    new = [result for result in bad if not any(entry.covers(result) for entry in kept)]
    lines = ["# What is known to fail, and why. An entry that is not true any more fails the run."]
    for entry in [*kept, *_entries(new, results, today)]:
        lines += _yaml(entry)
    return "\n".join(lines if len(lines) > 1 else [*lines, "[]"]) + "\n"


def _entries(new: Sequence[Result], results: Sequence[Result], today: date) -> Iterator[Entry]:
    for case in dict.fromkeys(result.case for result in new):
        failed = [result for result in new if result.case == case]
        # One entry is enough where the case fails wherever it ran.
        everywhere = len(failed) == len([result for result in results if result.case == case])
        for result in failed[:1] if everywhere else failed:
            reason = one_line(f"{result.verdict} on {today}: {result.message}", 200)
            sometimes = any(one.verdict is Verdict.FLAKY for one in failed)
            yield Entry(case, reason, "", "" if everywhere else result.dialect, today + GRACE, sometimes=sometimes)


def _yaml(entry: Entry) -> Iterator[str]:
    yield f"- case: {entry.case}"
    if entry.dialect:
        yield f"  dialect: {entry.dialect}"
    # JSON is YAML: whatever a client said stays a text.
    yield f"  reason: {json.dumps(entry.reason, ensure_ascii=False)}"
    if entry.until is not None:
        yield f"  until: {entry.until}"
    if entry.issue:
        yield f"  issue: {json.dumps(entry.issue, ensure_ascii=False)}"
    if entry.sometimes:
        yield "  sometimes: true"
