"""For tests of programs that talk to a gateway: `MockGateway`, and the pytest plugin.

Nothing is loaded before it is asked for: pytest imports this package in every run in which it is installed.
Look next at `mock.py`, `world.py`, `plugin.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mock_gateway.testing.mock import MockGateway as MockGateway
    from mock_gateway.testing.world import GatewayWorld as GatewayWorld

__all__ = ["GatewayWorld", "MockGateway"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mock_gateway.testing.mock import MockGateway
    from mock_gateway.testing.world import GatewayWorld

    return {"MockGateway": MockGateway, "GatewayWorld": GatewayWorld}[name]
