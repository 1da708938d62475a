"""The base of every typed value on the wire, and the two ways in: JSON text and plain values.

Owns: tolerance of unknown fields (NET-5, EVT-13), the turning of a misfit into a ProtocolError.
Must not know: which values there are. Next: `events.py`, `inputs.py`, `states.py`.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from mock_gateway.client.errors import ProtocolError

_SURROGATE = re.compile("[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class WireModel(BaseModel):
    """A value of the contract: immutable, keeps fields it does not know, `model_dump()` is JSON-able."""

    model_config = ConfigDict(extra="allow", frozen=True)

    def __str__(self) -> str:
        return repr(self)


_M = TypeVar("_M", bound=WireModel)


def read_model(model: type[_M], value: object, what: str) -> _M:
    """Make a typed value of a decoded JSON value.

    what: names it in the error. Raises ProtocolError naming the first fields that do not fit.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise ProtocolError(f"{what} does not fit the contract: {_summary(error)}") from error


def _summary(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False)[:3]
    return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'value'}: {item['msg']}" for item in found)


def read_json(text: str | bytes, what: str) -> Any:
    """Decode JSON. A lone surrogate escape becomes U+FFFD, for it can be neither printed nor sent.

    what: names the text in the error. Raises ProtocolError when it is not JSON.
    """
    try:
        source = text if isinstance(text, str) else text.decode("utf-8")
        value = json.loads(source, parse_constant=_refuse_constant)
        return _whole_text(value) if _SURROGATE_ESCAPE.search(source) else value
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"{what} is not JSON: {error}") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _whole_text(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole_text(item) for item in value]
    if isinstance(value, dict):
        return {_whole_text(key): _whole_text(item) for key, item in value.items()}
    return value
