"""The variables under which programs look for a gateway.

Owns: their names. The published SDK reads its key from one; the programs of its documentation read the base URL from
another; ours are for everything else. Must not know: who sets them.
"""

from __future__ import annotations

KEY = "any-key"
"""What stands in for a real key, which has no business with a mock."""


def environment_of(url: str, key: str = KEY, *, admin: str | None = None, token: str | None = None) -> dict[str, str]:
    """The variables for a base URL.

    key: one that the server lets in. admin: base URL of the admin API, when it is another one. token: what that asks
    for; None is none.
    """
    variables = {
        "GATEWAY_BASE_URL": url,
        "TFY_API_KEY": key,
        "MOCK_GATEWAY_URL": url,
        "MOCK_GATEWAY_ADMIN_URL": f"{admin or url}/__admin",
    }
    return variables if token is None else {**variables, "MOCK_GATEWAY_ADMIN_TOKEN": token}
