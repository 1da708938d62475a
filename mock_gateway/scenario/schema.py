"""The JSON Schema of scenario files, for editors that complete keys and describe them.

Owns: the document around what the shapes say of themselves. What it refuses the reader refuses too; the reader also
knows what a schema cannot say.
"""

from __future__ import annotations

from typing import Any

from mock_gateway.scenario.language import AGENT, SHARED
from mock_gateway.scenario.shape import Schema

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema of scenario files and of the files that they include (draft 2020-12)."""
    definitions: dict[str, Schema] = {}
    agent, shared = AGENT.schema(definitions), SHARED.schema(definitions)
    return {
        "$schema": DRAFT,
        "title": "mock-gateway scenario",
        "description": "One agent and the world around it; or, without `agent`, what such files share.",
        "anyOf": [agent, shared],
        "$defs": definitions,
    }
