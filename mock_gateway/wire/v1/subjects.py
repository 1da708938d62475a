"""Subjects: who made a session or a turn, as an object made from the slug that the engine knows."""

from __future__ import annotations

from functools import lru_cache

from mock_gateway.core.ids import digest

TYPES = ("user", "team", "serviceaccount", "virtualaccount", "agent-identity", "role")
"""The kinds of subject that a search can ask for."""


@lru_cache(maxsize=1024)
def subject_id(slug: str) -> str:
    """The id that stands for a slug, always the same."""
    return f"sub-{digest(8, 'subject', slug).hex()}"


def subject_type(slug: str) -> str:
    """A person has an e-mail address for a slug; anything else is a virtual account."""
    return "user" if "@" in slug else "virtualaccount"


def subject(slug: str) -> dict[str, object]:
    """Subject: all three fields, which the newest releases require."""
    return {"subject_id": subject_id(slug), "subject_type": subject_type(slug), "subject_slug": slug}
