"""Who may use the admin API: the token, and no page of somebody else's in a browser.

Owns: these two checks. The name under which the server is reached is `http/hosts.py`'s; whether there is an admin API
at all is `http/app.py`'s. Must not know: operations. A token is compared in constant time, and is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest

from mock_gateway.admin.errors import AdminError

CHALLENGE = {"www-authenticate": 'Bearer realm="admin"'}
_WAYS = "send 'Authorization: Bearer <token>' or 'X-Admin-Token: <token>', the token that the server was started with"


def check_token(headers: Mapping[bytes, bytes], token: str | None) -> None:
    """Raises `AdminError` (401) when a token is set that the request lacks. headers: names in small letters."""
    if token is None:
        return
    given = _given(headers)
    if given is None:
        raise AdminError(401, "the admin API asks for a token", "missing_token", hint=_WAYS, headers=CHALLENGE)
    if not compare_digest(given, token.encode()):
        raise AdminError(401, "this is not the admin token", "invalid_token", hint=_WAYS, headers=CHALLENGE)


def _given(headers: Mapping[bytes, bytes]) -> bytes | None:
    own = headers.get(b"x-admin-token")
    if own is not None:
        return own.strip()
    scheme, _, rest = headers.get(b"authorization", b"").partition(b" ")
    return rest.strip() if scheme.lower() == b"bearer" and rest.strip() else None


def check_site(headers: Mapping[bytes, bytes], scheme: str, method: str) -> None:
    """Raises `AdminError` (403) when a browser sends this for a page that is not the server's own.

    A link from elsewhere may be followed: it only shows a page. There are no CORS headers, so no other page reads an
    answer; this is so that none sets anything in motion either.
    """
    origin = headers.get(b"origin")
    host = headers.get(b"host", b"")
    foreign = origin is not None and origin.lower() != scheme.encode() + b"://" + host.lower()
    link = method == "GET" and headers.get(b"sec-fetch-mode") == b"navigate"
    if foreign or (headers.get(b"sec-fetch-site") == b"cross-site" and not link):
        message = "the admin API is not for pages of another site"
        hint = "call it from the test itself, or from a page of this server"
        raise AdminError(403, message, "foreign_origin", hint=hint)
