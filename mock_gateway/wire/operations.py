"""What an operation of a dialect is: a name, a method and a path below the base URL.

Owns: the record that the edge, the OpenAPI document and the journal share.
Must not know: any dialect. Each dialect keeps its own table in `wire/<dialect>/operations.py`.
"""

from __future__ import annotations

from msgspec import Struct


class Operation(Struct, frozen=True):
    """One endpoint.

    name: the OpenAPI operation id (snake_case).
    method: GET or POST.
    path: template below the base URL, parameters in braces.
    success: the status of a good answer.
    rule: the contract rule that defines it.
    """

    name: str
    method: str
    path: str
    success: int
    rule: str
