"""A summary in Markdown, for the page of a job: the level, the counts, what failed and how to repeat it.

Owns: its words. Everything that came from outside goes through `text.markdown`. Must not know: how a run is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mock_gateway.conformance.reports.text import fenced, markdown
from mock_gateway.conformance.results import Document
from mock_gateway.conformance.verdicts import BAD, Result, Verdict

MOST = 100
"""Failures that are told; job pages take a megabyte."""
TOLD = (*BAD, Verdict.HARNESS_ERROR, Verdict.NON_STRICT)


def render(documents: Sequence[Document]) -> str:
    """All documents: how they compare, then each."""
    lines = [*_compared(documents)] if len(documents) > 1 else []
    for document in documents:
        lines += [*_one(document), ""]
    return "\n".join(lines)


def _name(document: Document) -> str:
    return markdown(f"{document.client.name} {document.client.version}".strip())


def _compared(documents: Sequence[Document]) -> Iterator[str]:
    verdicts = [verdict.value for verdict in Verdict if any(verdict.value in one.counts for one in documents)]
    yield "## Conformance"
    yield ""
    yield from _table(["client", "level", *verdicts])
    for document in documents:
        counts = [str(document.counts.get(verdict, "")) for verdict in verdicts]
        yield _row([_name(document), document.level, *counts])
    yield ""


def _table(names: Sequence[str]) -> Iterator[str]:
    yield _row(names)
    yield _row(["---"] * len(names))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _one(document: Document) -> Iterator[str]:
    yield f"## {_name(document)}: {markdown(document.level)}"
    yield ""
    counts = ", ".join(f"{number} {verdict}" for verdict, number in document.counts.items())
    yield f"{counts or 'No case was selected'}; in {document.seconds:.1f} s, seed {document.seed}."
    known = {(one.case, one.dialect): one.reason for one in document.known}
    bad = [one for one in document.results if one.verdict in TOLD and (one.case, one.dialect) not in known]
    if bad:
        yield from ("", *_table(["verdict", "case", "contract", "what is asked for", "what was otherwise"]))
        yield from (_failed(result) for result in bad[:MOST])
        yield from _again(bad[:MOST])
    if len(bad) > MOST:
        yield from ("", f"And {len(bad) - MOST} more.")
    if known:
        yield from ("", *_table(["known", "contract", "reason"]))
        yield from (_row([*map(markdown, (*one, reason))]) for one, reason in known.items())
    if document.problems:
        yield from ("", "The baseline is not true any more:", "")
        yield from (f"- {markdown(problem)}" for problem in document.problems)


def _failed(result: Result) -> str:
    seen = result.message
    if result.field:
        seen = f"{result.field}: expected {result.expected}, got {result.got}"
    refs = f" [{', '.join(result.refs)}]" if result.refs else ""
    return _row([*map(markdown, (result.verdict, result.case, result.dialect, result.says + refs, seen))])


def _again(results: Sequence[Result]) -> Iterator[str]:
    yield from ("", "<details><summary>How to repeat each</summary>", "")
    yield fenced("\n".join(result.repeat.replace("\n", " ") for result in results))
    yield from ("", "</details>")
