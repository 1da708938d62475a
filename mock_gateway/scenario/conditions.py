"""From what was read under `when` to conditions.

Owns: which key becomes which condition. Must not know: YAML, where a condition is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mock_gateway.core.script import ConditionPart
from mock_gateway.scenario.matchers import (
    AllOf,
    CountFits,
    FileFits,
    FileTest,
    Property,
    ResumeFits,
    StateFits,
    TextFits,
    TextTest,
    texts_in,
)
from mock_gateway.scenario.records import Record

_TEXTS: tuple[Property, ...] = ("message", "tool", "reason", "answer")


def condition(record: Record) -> AllOf:
    """The condition of a rule or of a branch."""
    return AllOf(tuple(_parts(record)))


def groups(when: AllOf) -> frozenset[str]:
    """The names that a condition may capture."""
    return frozenset[str]().union(*(test.groups for test in texts_in(when)))


def _parts(record: Record) -> Iterator[ConditionPart]:
    for key in _TEXTS:
        if key in record:
            yield TextFits(key, tuple(_text_test(item) for item in record[key]))
    if "file" in record:
        yield FileFits(tuple(FileTest(**item.values) for item in record["file"]))
    if "files" in record:
        yield CountFits("files", (record["files"],))
    if "turn" in record:
        yield CountFits("turn", record["turn"])
    if "state" in record:
        for name, value in record["state"].items():
            yield StateFits(name, value)
    if "resumed" in record:
        yield ResumeFits()
    # Last, because a visit counts only when everything else fits.
    if "visit" in record:
        yield CountFits("visit", record["visit"])


def _text_test(item: Any) -> TextTest:
    return item if isinstance(item, TextTest) else TextTest("equals", item["equals"])
