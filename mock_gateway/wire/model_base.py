"""What the wire models of every dialect are made of: the model base, and patterns of strings.

Owns: tolerance of unknown fields, strictness about known ones. Must not know: any dialect, or which object uses what.
Look next: `wire/<dialect>/models_base.py`, where a dialect names its own strings.

No module that a starting server imports may import this one, or any `models*.py`: they load pydantic, which is for the
OpenAPI documents, the tests and the reference client.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MAIN_THREAD = "main"

_MIME_TOKEN = "[A-Za-z0-9_.+-]+"
_BASE64 = "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})"
DATA_URI_PATTERN = f"^data:{_MIME_TOKEN}/{_MIME_TOKEN}(?:;{_MIME_TOKEN}=[^;,]*)*;base64,{_BASE64}$"
TIMESTAMP_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"
WEB_ADDRESS_PATTERN = r"^https?://\S+$"


class WireModel(BaseModel):
    """One JSON object on the wire: known fields are checked exactly, unknown ones are kept (NET-5)."""

    model_config = ConfigDict(extra="allow", strict=True, use_attribute_docstrings=True)


def not_main(thread_id: str) -> str:
    """Raise ValueError for the root thread, which no event creates or ends (THR-1)."""
    if thread_id == MAIN_THREAD:
        raise ValueError("the root thread is never created or finished by an event (THR-1)")
    return thread_id


Name = Annotated[str, Field(min_length=1)]
"""A string that may not be empty."""
