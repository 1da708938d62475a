"""Walking a list page by page (PAG-1).

Owns: the shape of a page and the walk. Must not know: what is listed or how a page is fetched.
Next: `endpoints.py`, which fetches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mock_gateway.client.errors import ProtocolError
from mock_gateway.client.model import WireModel


class Pagination(WireModel):
    """Where the walk goes on. An absent, null or empty next token means that this was the last page."""

    next_page_token: str | None = None


class Page(WireModel):
    """One page of a list."""

    data: list[Any]
    pagination: Pagination | None = None


def walk(fetch: Callable[[str | None], Page]) -> Iterator[Any]:
    """Yield every item of every page in order; a page is fetched when its first item is wanted.

    fetch: gets the page of a token, None for the first page.
    Raises ProtocolError when a token comes again, for the walk would never end.
    """
    seen: set[str] = set()
    token: str | None = None
    while True:
        page = fetch(token)
        yield from page.data
        token = page.pagination.next_page_token if page.pagination else None
        if not token:
            return
        if token in seen:
            raise ProtocolError(f"the page token {token!r} was handed out twice; the list does not end")
        seen.add(token)
