"""The documents of the admin API: the page of a world, the reference, the OpenAPI document.

Owns: where they are, and the headers that keep a page to itself: its own script and style by their hashes, its own
server, and nothing else.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from mock_gateway.admin.acts_world import Act
from mock_gateway.admin.answers import Answer, Desk
from mock_gateway.admin.errors import AdminError
from mock_gateway.admin.operation import HTML, YAML

PACKAGE = Path(__file__).resolve().parent.parent
DOCUMENT = "openapi.admin.yaml"

_INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)


def _policy(document: str) -> str:
    parts = ["default-src 'none'", "connect-src 'self'", "img-src data:", "base-uri 'none'", "frame-ancestors 'none'"]
    for kind, content in _INLINE.findall(document):
        digest = b64encode(sha256(content.encode()).digest()).decode()
        parts.append(f"{kind}-src 'sha256-{digest}'")
    return "; ".join(parts)


def _html(path: Path) -> Answer:
    document = path.read_text("utf-8")
    return Answer(
        document, HTML, headers={"content-security-policy": _policy(document), "referrer-policy": "no-referrer"}
    )


def _document(_desk: Desk) -> Answer:
    for path in (PACKAGE / DOCUMENT, PACKAGE.parent / DOCUMENT):
        if path.is_file():
            return Answer(path.read_bytes(), YAML)
    raise AdminError(404, f"{DOCUMENT} is not installed", "not_installed", hint="install mock-gateway again")


PAGE_ACTS: dict[str, Act] = {
    "get_page": lambda _desk: _html(PACKAGE / "admin" / "page.html"),
    "get_reference": lambda _desk: _html(PACKAGE / "openapi" / "reference.admin.html"),
    "get_document": _document,
}
"""By operation."""
