"""What came of a case: the verdicts, what they are worth, and the record of one result.

Owns: `Verdict`, `Result`, the exit code of a run. Must not know: how a case is run, how a result is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

OK, FAILED, USAGE, UNREACHABLE, OUR_FAULT = 0, 1, 2, 3, 4
"""Exit codes; 130 is an interruption."""


class Verdict(StrEnum):
    """What came of a case. `SAYS` explains each."""

    PASS = "PASS"
    NON_STRICT = "NON-STRICT"
    INFO = "INFO"
    FAIL = "FAIL"
    FLAKY = "FLAKY"
    TIMEOUT = "TIMEOUT"
    CRASH = "CRASH"
    UNSUPPORTED = "UNSUPPORTED"
    NOT_OBSERVED = "NOT-OBSERVED"
    UNTESTABLE = "UNTESTABLE"
    HARNESS_ERROR = "HARNESS-ERROR"


SAYS: Mapping[Verdict, str] = {
    Verdict.PASS: "The rule is kept.",
    Verdict.NON_STRICT: "A SHOULD is not kept.",
    Verdict.INFO: "A MAY, or an open point of the contract, is done otherwise.",
    Verdict.FAIL: "A MUST is not kept.",
    Verdict.FLAKY: "A MUST is kept sometimes: the tries differ.",
    Verdict.TIMEOUT: "No answer came in time. A client is killed then.",
    Verdict.CRASH: "The client ended in the middle.",
    Verdict.UNSUPPORTED: "The adapter does not declare what it takes. It does not count.",
    Verdict.NOT_OBSERVED: "The adapter does not report what it takes. It does not count.",
    Verdict.UNTESTABLE: "It could not be tried, because the adapter or a step before it failed. It counts as FAIL.",
    Verdict.HARNESS_ERROR: "A defect of mock-gateway.",
}

BY_LEVEL = {"MUST": Verdict.FAIL, "SHOULD": Verdict.NON_STRICT, "MAY": Verdict.INFO, "INFO": Verdict.INFO}
"""What a broken rule is worth."""
BAD = (Verdict.FAIL, Verdict.FLAKY, Verdict.TIMEOUT, Verdict.CRASH, Verdict.UNTESTABLE)
"""What fails a run."""
WORTH_ANOTHER_TRY = (*BAD[:1], *BAD[2:], Verdict.NON_STRICT)
"""What is confirmed before it is told; nobody fails for an INFO."""


class Injected(Struct, omit_defaults=True):
    """A fault that was done to an answer. at_ms: since the request came. place: where in the answer."""

    name: str
    what: str
    at_ms: float
    place: str = ""


class Write(Struct, omit_defaults=True):
    """One write of an answer, as evidence: a chunk on the wire.

    at_ms: since the request came. data: its bytes, or the first of them; size: of all, where `data` has not all.
    skipped: how many writes before this one are left out.
    """

    at_ms: float
    data: bytes
    size: int = 0
    skipped: int = 0


class Heard(Struct, omit_defaults=True):
    """One event of a stream, as the standard reads its bytes.

    at_ms: since the request came, when its last byte was written. type: empty where the data is no event. thread: empty
    for what belongs to the whole turn. says: the rest of it, shortened. skipped: events before this one, left out.
    """

    at_ms: float
    id: str = ""
    type: str = ""
    thread: str = ""
    says: str = ""
    skipped: int = 0


class Asked(Struct, omit_defaults=True):
    """One request, as evidence. at_ms: since the case began. faults: what was done to its answer.

    headers: of the request, by name; answer: of the answer. size: of the whole answer in bytes.
    """

    at_ms: int
    request: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    answer: dict[str, str] = field(default_factory=dict)
    size: int = 0
    faults: list[Injected] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    events: list[Heard] = field(default_factory=list)


class Spoken(Struct, omit_defaults=True):
    """One operation of the adapter, as evidence."""

    name: str
    op: str
    args: dict[str, Any]
    reply: dict[str, Any] | None = None


class Evidence(Struct, omit_defaults=True):
    """What a verdict rests on: the operations, the requests, what was played, the end of stderr."""

    steps: list[Spoken] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    scenario: str = ""
    faults: list[dict[str, Any]] = field(default_factory=list)
    stderr: str = ""


class Result(Struct, omit_defaults=True):
    """What came of one case in one dialect.

    field, expected, got: the first difference. bucket: equal for what is probably the same defect.
    tries, failures: how often it was run, and how often it did not pass. seconds: of all tries.
    """

    case: str
    dialect: str
    verdict: Verdict
    level: str
    says: str
    family: str
    refs: tuple[str, ...] = ()
    message: str = ""
    field: str = ""
    expected: str = ""
    got: str = ""
    bucket: str = ""
    tries: int = 1
    failures: int = 0
    seconds: float = 0.0
    repeat: str = ""
    evidence: Evidence | None = None


def exit_code(results: Iterable[Result], *, strict: bool = False) -> int:
    """What a run is worth. strict: SHOULD counts as MUST. No results at all is a failure."""
    found = {result.verdict for result in results}
    if Verdict.HARNESS_ERROR in found:
        return OUR_FAULT
    if not found or found & set(BAD) or (strict and Verdict.NON_STRICT in found):
        return FAILED
    return OK
