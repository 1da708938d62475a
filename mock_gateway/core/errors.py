"""The error tree.

    MockGatewayError
    +-- Refusal              a request that the contract does not allow; an edge turns it into a status
    +-- ScriptError          a script that cannot go on (an unknown name in a template); it ends the turn
    +-- LifecycleError       a bug of ours: a fact that the lifecycle tables do not allow
    +-- ScenarioError        a scenario file with mistakes (scenario/errors.py)
    +-- UsageError           a setting or flag that makes no sense (cli/errors.py)

Raise where the wrong thing entered; convert to a status once, at the edge.
"""

from __future__ import annotations

from enum import StrEnum


class MockGatewayError(Exception):
    """Everything that this package raises on purpose."""


class Reason(StrEnum):
    """Why a request is refused, in terms of the contract and not of HTTP."""

    MALFORMED = "malformed"
    MIXED_INPUT = "mixed_input"
    BAD_FILE = "bad_file"
    BAD_CURSOR = "bad_cursor"
    BAD_PAGE_TOKEN = "bad_page_token"
    UNKNOWN_AGENT = "agent_not_found"
    UNKNOWN_SESSION = "session_not_found"
    UNKNOWN_TURN = "turn_not_found"
    UNKNOWN_SANDBOX = "sandbox_not_found"
    UNKNOWN_FILE = "file_not_found"
    SANDBOX_STOPPED = "sandbox_stopped"
    SANDBOX_NOT_STARTED = "sandbox_not_started"
    TURN_RUNNING = "turn_running"
    TURN_NOT_RUNNING = "turn_not_running"
    SESSION_CANCELLED = "session_cancelled"
    DOES_NOT_FIT_PENDING = "does_not_fit_pending"
    MESSAGE_WHILE_PENDING = "message_while_pending"
    MESSAGE_WHILE_AUTH = "message_while_auth_required"
    NOTHING_TO_DO = "user_message_required"
    SANDBOX_REQUIRED = "sandbox_required"
    FOREIGN_SESSION = "not_your_session"
    SCRIPTED = "scripted"


class Refusal(MockGatewayError):
    """A request that changes nothing.

    reason: why. message: for a person: what, where, what was allowed. param: the field or query parameter.
    status, retry_after (seconds): only for SCRIPTED refusals at the door.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        param: str | None = None,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.param = param
        self.status = status
        self.retry_after = retry_after


class ScriptError(MockGatewayError):
    """A script cannot go on; the message names the place in the scenario file."""


class LifecycleError(MockGatewayError):
    """A fact that the lifecycle tables do not allow: a defect of the engine, never of a user."""
