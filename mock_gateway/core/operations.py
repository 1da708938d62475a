"""The names of everything that can be asked for, in any dialect: what a door or a fault can be set for.

They are the ids of the OpenAPI documents. Must not know: methods, paths, who has which; a test holds the list against
the tables of the dialects.
"""

from __future__ import annotations

OPERATIONS = (
    "cancel_session",
    "cancel_turn",
    "create_draft_session",
    "create_session",
    "create_turn",
    "download_sandbox_file",
    "get_draft_session",
    "get_session",
    "get_turn",
    "list_draft_sessions",
    "list_owned_sessions",
    "list_session_events",
    "list_sessions",
    "list_turn_events",
    "list_turns",
    "search_sessions",
    "stream_turn",
    "subscribe_turn",
    "update_draft_session",
)
