"""Who is calling: bearer keys (NET-2)."""

from __future__ import annotations

from msgspec import Struct

from mock_gateway.settings import Settings


class Denied(Struct, frozen=True):
    """A key that is not let in. status: 401 or 403."""

    status: int
    message: str
    code: str


MISSING = Denied(
    401, "there is no Authorization header; send 'Authorization: Bearer <key>', any key will do", "missing_key"
)
NOT_BEARER = Denied(401, "the Authorization header is not 'Bearer <key>'; any non-empty key will do", "invalid_key")


def subject_of(header: bytes | None, settings: Settings) -> str | Denied:
    """The subject that a request's key stands for."""
    if header is None:
        return MISSING
    scheme, _, rest = header.partition(b" ")
    key = rest.strip()
    if scheme.lower() != b"bearer" or not key:
        return NOT_BEARER
    keys = settings.keys
    text = key.decode("latin-1")
    if text in keys.refused or (keys.only_known and text not in keys.subjects):
        return Denied(401, "this key is refused", "invalid_key")
    if text in keys.forbidden:
        return Denied(403, "this key may not use the agents here", "forbidden")
    return keys.subjects.get(text, settings.subject)
