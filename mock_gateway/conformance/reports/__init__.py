"""Reports: each makes a text from a `results.Document`, and knows nothing of how the run was done.

`REPORTS` is the table that `check` takes its flags from: a new report is a module with `render(document) -> str`, and
one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import NamedTuple

from mock_gateway.conformance.results import Document


class Report(NamedTuple):
    """One report. module: in this package; flag: of `check`; says: what it is, for the help."""

    flag: str
    module: str
    says: str


REPORTS: tuple[Report, ...] = (Report("json", "plain_json", "Write the results as JSON, with all evidence."),)
"""The files that `check` can write."""


def renderer(report: Report) -> Callable[[Document], str]:
    """What makes its text; loaded when it is asked for."""
    render: Callable[[Document], str] = import_module(f"mock_gateway.conformance.reports.{report.module}").render
    return render


__all__ = ["REPORTS", "Mapping", "Report", "renderer"]
