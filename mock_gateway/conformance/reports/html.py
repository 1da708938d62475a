"""One page that has everything in it: several clients side by side, every case with its events and bytes.

Owns: the data of the page, and that nothing in them can act: they are packed (gzip, base64), the page runs one script,
named by its hash, and may load nothing. Must not know: how it looks (`page/`).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import msgspec

from mock_gateway.conformance.reports.text import one_line
from mock_gateway.conformance.results import CORE, FULL, NONE, STRICT, Document
from mock_gateway.conformance.verdicts import SAYS, Result

PAGE = Path(__file__).with_name("page")
LEVELS: Mapping[str, str] = {
    FULL: "Every rule is kept, and the client can do all that the cases ask for.",
    STRICT: "Every rule that could be tried is kept.",
    CORE: "Every MUST is kept, not every SHOULD.",
    NONE: "A MUST is not kept, or could not be tried.",
}
"""What a client may call itself."""


def render(documents: Sequence[Document]) -> str:
    """The page."""
    style = (PAGE / "page.css").read_text("utf-8")
    script = (PAGE / "page.js").read_text("utf-8") + (PAGE / "panel.js").read_text("utf-8")
    names = ", ".join(f"{one.client.name} {one.client.version}".strip() for one in documents)
    return (
        (PAGE / "page.html")
        .read_text("utf-8")
        .format(
            title=escape(one_line(f"Conformance: {names}")),
            style=style,
            style_hash=_hash(style),
            script=script,
            script_hash=_hash(script),
            data=_packed(data(documents)),
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _packed(value: Any) -> str:
    # ASCII, so that half of a surrogate pair gets through. No time in it: equal results give an equal page.
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(text, 6, mtime=0)).decode()


def data(documents: Sequence[Document]) -> dict[str, Any]:
    """What the page shows: clients, rows with a place in `results` for each client, texts of agents once each."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    results: list[dict[str, Any]] = []
    scenarios: dict[str, int] = {}
    for place, document in enumerate(documents):
        known = {(one.case, one.dialect): one.reason for one in document.known}
        for result in document.results:
            key = (result.case, result.dialect)
            row = rows.setdefault(key, {**_row(result), "cells": [None] * len(documents)})
            row["cells"][place] = len(results)
            results.append(_result(result, known.get(key), scenarios))
    families = list(dict.fromkeys(row["family"] for row in rows.values()))
    return {
        "clients": [_client(document) for document in documents],
        "rows": sorted(rows.values(), key=lambda row: families.index(row["family"])),
        "results": results,
        "scenarios": list(scenarios),
        "says": {verdict.value: text for verdict, text in SAYS.items()},
        "levels": LEVELS,
    }


def _client(document: Document) -> dict[str, Any]:
    own = {name: getattr(document, name) for name in ("level", "seed", "at", "seconds", "counts", "problems")}
    return {**msgspec.to_builtins(document.client), **own}


def _row(result: Result) -> dict[str, Any]:
    return {name: getattr(result, name) for name in ("case", "dialect", "family", "level", "says", "refs")}


def _result(result: Result, known: str | None, scenarios: dict[str, int]) -> dict[str, Any]:
    plain: dict[str, Any] = {name: value for name, value in _fields(result) if value not in ("", None)}
    if known is not None:
        plain["known"] = known
    if result.evidence is not None:
        evidence = msgspec.to_builtins(result.evidence)
        text = evidence.pop("scenario", "")
        if text:
            evidence["scenario"] = scenarios.setdefault(text, len(scenarios))
        plain["evidence"] = evidence
    return plain


def _fields(result: Result) -> Iterator[tuple[str, Any]]:
    yield "verdict", result.verdict.value
    for name in ("message", "field", "expected", "got", "tries", "failures", "seconds", "repeat"):
        yield name, getattr(result, name)
