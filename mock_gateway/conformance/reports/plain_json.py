"""The results as JSON, as `results.schema.json` describes them."""

from __future__ import annotations

from collections.abc import Sequence

from mock_gateway.conformance.results import Document, to_json


def render(documents: Sequence[Document]) -> str:
    """The one document itself."""
    (document,) = documents
    return to_json(document).decode()
