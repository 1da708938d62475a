"""The variables under which programs look for a gateway.

Owns: their names. The published SDK reads its key from one; the programs of its documentation read the base URL from
another; ours are for everything else. Must not know: who sets them.
"""

from __future__ import annotations

KEY = "any-key"
"""What stands in for a real key, which has no business with a mock."""


def environment_of(url: str, key: str = KEY) -> dict[str, str]:
    """The variables for a base URL. key: one that the server lets in."""
    return {
        "GATEWAY_BASE_URL": url,
        "TFY_API_KEY": key,
        "MOCK_GATEWAY_URL": url,
        "MOCK_GATEWAY_ADMIN_URL": f"{url}/__admin",
    }
