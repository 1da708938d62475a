"""What the errors of other parts become here.

Owns: status, code and field for each kind of error (`TRANSLATIONS`, a table). A value that does not fit its schema is a
400, refused before anything is asked of the others; one that fits and makes no sense is a 422. Must not know: HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_gateway.admin.errors import AdminError
from mock_gateway.control import Cause, ControlError
from mock_gateway.core.errors import MockGatewayError, Refusal
from mock_gateway.faults.kinds import FaultError
from mock_gateway.journal.fit import CheckMissing
from mock_gateway.journal.matching import ExpectationError
from mock_gateway.scenario.errors import Mistake, ScenarioErrors

_STATUS = {Cause.UNKNOWN: 404, Cause.CONFLICT: 409, Cause.INVALID: 422}
MOST_NAMES = 100
"""What `allowed` lists at most."""


def admin_error(error: MockGatewayError) -> AdminError:
    """The error of the admin API for any error of this package."""
    for kind, translate in TRANSLATIONS.items():
        if isinstance(error, kind):
            return translate(error)
    return AdminError(422, str(error), "invalid")


def _control(error: ControlError) -> AdminError:
    code = f"{error.field}_{error.cause}" if error.field.isidentifier() else str(error.cause)
    allowed = list(error.allowed[:MOST_NAMES]) if error.allowed or error.cause is Cause.UNKNOWN else None
    param = error.field or None
    return AdminError(_STATUS[error.cause], error.message, code, param=param, allowed=allowed, hint=error.hint)


def _fault(error: FaultError) -> AdminError:
    hint = "GET /__admin/faults/catalogue lists every fault with its fields"
    return AdminError(422, error.message, "fault_invalid", param=error.field or None, hint=hint)


def _scenario(error: ScenarioErrors) -> AdminError:
    mistakes = [_mistake(mistake) for mistake in error.mistakes]
    count = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "a mistake"
    message = f"the scenario has {count}: {error.mistakes[0].message}" if mistakes else str(error)
    return AdminError(422, message, "scenario_invalid", param="text", mistakes=mistakes, hint="nothing was changed")


def _mistake(mistake: Mistake) -> dict[str, Any]:
    place = mistake.position
    return {
        "message": mistake.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "hint": mistake.hint or None,
        "excerpt": mistake.excerpt or None,
    }


def _refusal(error: Refusal) -> AdminError:
    return AdminError(error.status or 422, error.message, str(error.reason), param=error.param)


TRANSLATIONS: Mapping[type[MockGatewayError], Callable[[Any], AdminError]] = {
    AdminError: lambda error: error,
    ControlError: _control,
    FaultError: _fault,
    ScenarioErrors: _scenario,
    Refusal: _refusal,
    ExpectationError: lambda error: AdminError(422, str(error), "expectation_invalid", param="expect"),
    CheckMissing: lambda error: AdminError(501, str(error), "check_missing"),
}
"""By kind of error."""
