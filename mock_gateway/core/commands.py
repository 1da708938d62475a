"""Wishes: what a client can ask of a session. Dialects parse bytes into these.

Must not know: JSON field names of any dialect.
"""

from __future__ import annotations

from dataclasses import dataclass

AUTO = "auto"
"""Chain to the latest turn of the session."""
NONE = "none"
"""Begin a new root (one dialect only)."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text part of a user message."""

    text: str


@dataclass(frozen=True, slots=True)
class FilePart:
    """An uploaded file: its name, the data URI as sent, the URI's MIME type and the payload's size in bytes."""

    name: str
    uri: str
    mime: str
    size: int

    @property
    def is_image(self) -> bool:
        """Whether a model can look at it without a sandbox (INP-7)."""
        return self.mime.startswith("image/")


@dataclass(frozen=True, slots=True)
class UserMessage:
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


@dataclass(frozen=True, slots=True)
class ToolApproval:
    """A decision on a pending call."""

    thread_id: str
    call_id: str
    allow: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """The result of a client-side call."""

    thread_id: str
    call_id: str
    content: str


Item = UserMessage | ToolApproval | ToolAnswer


@dataclass(frozen=True, slots=True)
class CreateTurn:
    """Start a turn.

    items: the input, None when absent. previous: a turn id, `auto` or `none`. created_by: subject slug.
    origin: base URL of the request, under which the authorisation pages are.
    """

    items: tuple[Item, ...] | None
    previous: str = AUTO
    created_by: str = ""
    origin: str = ""
