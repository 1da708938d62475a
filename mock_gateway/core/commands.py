"""Wishes: what a client can ask of a session. Dialects parse bytes into these.

Must not know: JSON field names of any dialect.
"""

from __future__ import annotations

from msgspec import Struct

AUTO = "auto"
"""Chain to the latest turn of the session."""
NONE = "none"
"""Begin a new root (one dialect only)."""


class TextPart(Struct, frozen=True):
    """A text part of a user message."""

    text: str


class FilePart(Struct, frozen=True):
    """An uploaded file: its name, the data URI as sent, the URI's MIME type and the payload's size in bytes."""

    name: str
    uri: str
    mime: str
    size: int

    @property
    def is_image(self) -> bool:
        """Whether a model can look at it without a sandbox (INP-7)."""
        return self.mime.startswith("image/")


class UserMessage(Struct, frozen=True):
    """A message: a plain string or parts."""

    content: str | tuple[TextPart | FilePart, ...]

    @property
    def text(self) -> str:
        """All its text, parts joined by line breaks."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content if isinstance(part, TextPart))

    @property
    def files(self) -> tuple[FilePart, ...]:
        """Its uploaded files."""
        if isinstance(self.content, str):
            return ()
        return tuple(part for part in self.content if isinstance(part, FilePart))


class ToolApproval(Struct, frozen=True):
    """A decision on a pending call."""

    thread_id: str
    call_id: str
    allow: bool
    reason: str | None = None


class ToolAnswer(Struct, frozen=True):
    """The result of a client-side call."""

    thread_id: str
    call_id: str
    content: str


Item = UserMessage | ToolApproval | ToolAnswer


class CreateTurn(Struct, frozen=True):
    """Start a turn.

    items: the input, None when absent. previous: a turn id, `auto` or `none`. created_by: subject slug.
    origin: base URL of the request, under which the authorisation pages are.
    """

    items: tuple[Item, ...] | None
    previous: str = AUTO
    created_by: str = ""
    origin: str = ""
