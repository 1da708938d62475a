"""A badge: the level of one client as a small picture, made here and nowhere else.

Owns: its shape and colours. Must not know: anything but the level.
"""

from __future__ import annotations

from collections.abc import Sequence

from mock_gateway.conformance.reports.text import xml
from mock_gateway.conformance.results import CORE, FULL, STRICT, Document

LABEL = "conformance"
COLOURS = {FULL: "#1a7f37", STRICT: "#2f6f3e", CORE: "#7a5b00"}
"""Dark enough for white letters."""
OTHER = "#b42318"
WIDE, NARROW = frozenset("mwMWCGOQ@"), frozenset("fijlrt .,:;'|!()I")


def render(documents: Sequence[Document]) -> str:
    """The SVG of one document."""
    (document,) = documents
    level = document.level
    left, right = _width(LABEL), _width(level)
    title = f"{LABEL}: {level}"
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" \
aria-label="{xml(title)}">
<title>{xml(title)}</title>
<clipPath id="shape"><rect width="{left + right}" height="20" rx="3"/></clipPath>
<g clip-path="url(#shape)">
<rect width="{left}" height="20" fill="#454545"/>
<rect x="{left}" width="{right}" height="20" fill="{COLOURS.get(level, OTHER)}"/>
</g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="{left / 2:g}" y="14" textLength="{left - 12}">{xml(LABEL)}</text>
<text x="{left + right / 2:g}" y="14" textLength="{right - 12}">{xml(level)}</text>
</g>
</svg>
"""


def _width(text: str) -> int:
    """Pixels of a text with its margins; about right for the fonts that there are."""
    return 12 + round(sum(9.5 if one in WIDE else 4.3 if one in NARROW else 7 for one in text))
