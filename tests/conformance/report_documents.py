"""Documents for tests of the reports: what a hostile client could say, and as many results as are wanted."""

from __future__ import annotations

from collections.abc import Sequence

from mock_gateway.conformance.results import Client, Document, Known, counts_of, level_of
from mock_gateway.conformance.verdicts import Asked, Evidence, Heard, Injected, Result, Spoken, Verdict, Write

HOSTILE = (
    "</script><script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'> & \"quoted\" \x1b[2J\x00 ]]> "
    "| `tick` ``` [link](http://x.example) @team \ud83d \u202egnp"
)
"""Breaks out of HTML, XML, Markdown and a terminal, where it is let."""


def evidence(text: str = "hello") -> Evidence:
    """Of a stream that was cut: two threads, a fault, bytes that are no text."""
    stream = [
        Write(1.0, b'id: 1\ndata: {"type":"turn.created"}\r\n\r\n'),
        Write(2.0, b"data: caf\xc3"),
        Write(2.5, b"\xa9 \xff" + b"\n\n", skipped=3),
        Write(9.0, b"x" * 2000, 70000),
    ]
    events = [
        Heard(1.0, "1", "turn.created"),
        Heard(2.5, "2", "model.message", "main", text),
        Heard(3.0, "3", "model.message", "side-thread-000001", text),
    ]
    faults = [Injected("cut", text, 2.0, "event 2")]
    asked = [
        Asked(0, "POST /sessions", 201, {"x-test": text}, "{}", {}, 12, writes=[Write(0.5, b'{"data": 1}')]),
        Asked(3, f"POST /turns?x={text}", 200, {"x-test": text}, text, {}, 72050, faults, stream, events),
    ]
    spoken = [Spoken("asked", "run_turn", {"input": text}, {"ok": True, "text": text})]
    return Evidence(spoken, asked, f"agent: a\n# {text}\n", [{"fault": "cut", "at": {"event": 2}}], text)


def result(
    verdict: Verdict = Verdict.PASS, case: str = "LIFE-DONE", dialect: str = "beta", text: str = "said", **more: object
) -> Result:
    """A result whose every text is `text`."""
    level = "SHOULD" if verdict is Verdict.NON_STRICT else "MUST"
    is_bad = verdict not in (Verdict.PASS, Verdict.UNSUPPORTED)
    found = Result(
        case,
        dialect,
        verdict,
        level,
        f"Says {text}",
        "life",
        ("TRN-3",),
        text if is_bad else "",
        repeat="mock-gateway x",
    )
    if is_bad:
        found.field, found.expected, found.got = "text", text, text
    found.evidence = evidence(text)
    for name, value in more.items():
        setattr(found, name, value)
    return found


def document(results: Sequence[Result], name: str = "tester", known: Sequence[Known] = ()) -> Document:
    """A run of these."""
    client = Client(name, "1.0", f"run {name}", "process", ("beta",), ("resume",))
    at = "2026-11-22T12:00:00+00:00"
    counts, level = counts_of(results), level_of(results)
    return Document(client, 7, at, 1.5, level, counts, list(results), list(known))


def every_verdict(text: str = "said") -> Document:
    """One result of each verdict."""
    return document([result(verdict, f"CASE-{place}", text=text) for place, verdict in enumerate(Verdict)], text)
