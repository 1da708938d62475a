"""What the client gives up with.

Owns: `Failure`, in the words of the adapter protocol.
"""

from __future__ import annotations

from typing import Any


class Failure(Exception):
    """The client gives up. kind: of the adapter protocol. status: of HTTP. retry_after: seconds."""

    def __init__(self, kind: str, message: str, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status = status
        self.retry_after = retry_after

    def told(self) -> dict[str, Any]:
        """As an adapter tells it."""
        told: dict[str, Any] = {"kind": self.kind, "message": self.message}
        if self.status is not None:
            told["status"] = self.status
        if self.retry_after is not None:
            told["retry_after_s"] = self.retry_after
        return told
