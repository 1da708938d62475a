"""Page tokens: opaque to clients, checked when they come back (PAG-1, PAG-2).

A token holds the position of the last item of a page and the list that it belongs to; it is refused in any other list.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b

from mock_gateway.core.errors import Reason, Refusal

Position = list[float]


def _mark(payload: bytes) -> bytes:
    return blake2b(payload, digest_size=4, person=b"page token").digest()


def encode(listing: str, position: Position) -> str:
    """A token for the items after `position` of a listing."""
    payload = json.dumps([listing, position], separators=(",", ":")).encode()
    return urlsafe_b64encode(_mark(payload) + payload).decode().rstrip("=")


def decode(listing: str, token: str | None) -> Position | None:
    """The position in a token, None without one. Raises `Refusal` when it is not ours, or of another listing."""
    if token is None:
        return None
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        raise _not_ours(token) from None
    mark, payload = raw[:4], raw[4:]
    if mark != _mark(payload) or encode(listing, json.loads(payload)[1]) != token:
        raise _not_ours(token)
    position: Position = json.loads(payload)[1]
    return position


def _not_ours(token: str) -> Refusal:
    return Refusal(
        Reason.BAD_PAGE_TOKEN,
        f"page_token {token[:40]!r} is not one of this listing; pass on next_page_token as it came, "
        "or leave it out for the first page",
        param="page_token",
    )
