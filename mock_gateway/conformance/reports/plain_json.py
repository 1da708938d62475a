"""The results as JSON, as `results.schema.json` describes them."""

from __future__ import annotations

from mock_gateway.conformance.results import Document, to_json


def render(document: Document) -> str:
    """The document itself."""
    return to_json(document).decode()
