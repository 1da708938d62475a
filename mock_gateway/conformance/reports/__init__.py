"""Reports: each makes a text from the documents of one run or of several, and knows nothing of how they were done.

`REPORTS` is the table that `check` and `report` take their flags from: a new report is a module with
`render(documents) -> str`, and one row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

from mock_gateway.conformance.results import Document


class Report(NamedTuple):
    """One report. flag: of the commands; module: in this package; says: what it is, for the help.

    of_many: whether it can show several clients side by side.
    """

    flag: str
    module: str
    says: str
    of_many: bool = True


REPORTS: tuple[Report, ...] = (
    Report("json", "plain_json", "Write the results as JSON, with all evidence.", of_many=False),
    Report("html", "html", "Write a page to look through: every case, its requests, its bytes."),
    Report("junit", "junit", "Write JUnit XML, a suite for each family of cases."),
    Report("markdown", "markdown", "Write a summary in Markdown, as jobs show it."),
    Report("badge", "badge", "Write a badge in SVG with the level.", of_many=False),
)
"""The files that can be written."""


def renderer(report: Report) -> Callable[[Sequence[Document]], str]:
    """What makes its text; loaded when it is asked for."""
    module = import_module(f"mock_gateway.conformance.reports.{report.module}")
    render: Callable[[Sequence[Document]], str] = module.render
    return render


__all__ = ["REPORTS", "Report", "renderer"]
