"""One fault as a user wrote it: in a scenario, or as JSON over the control paths; the form is the same.

Owns: reading and checking it, its defaults, writing it again. Must not know: where it is set (`board.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mock_gateway.core.operations import OPERATIONS
from mock_gateway.faults.catalogue import FAULTS
from mock_gateway.faults.kinds import REQUIRED, STREAMS, FaultError, FaultKind
from mock_gateway.faults.params import nearest, worth
from mock_gateway.faults.places import Place, place_json, read_place

COMMON = ("fault", "at", "on", "request", "every", "probability", "turn")
"""The keys that every fault may have."""
_LIMIT = "a fault is limited where it is put, not in what it says: {} over HTTP, {} in Python"
LIMITS: Mapping[str, str] = {
    "session": _LIMIT.format("`?session=`", "`session=`"),
    "turn_id": _LIMIT.format("`?session=` and `?turn=`", "`turn_id=`"),
    "world": _LIMIT.format("the base path before `/__admin`", "the world"),
}
"""Keys that users look for in a fault, and where they belong."""
GROUPS_OF_OPERATIONS: Mapping[str, tuple[str, ...]] = {"streams": STREAMS, "all": ()}


class FaultSpec(Struct, frozen=True):
    """One fault.

    kind: what it is. at: where. on: names of operations; empty means all. request: which of the matching requests, from
    1; empty means every one. probability: chance for each of those, or None. turn: which turns of their session, from
    1; empty means any. params: what each parameter is worth. given: the parameters as they were written.
    """

    kind: FaultKind
    at: Place | None
    on: tuple[str, ...]
    request: tuple[int, ...]
    probability: float | None
    turn: tuple[int, ...]
    params: Mapping[str, Any]
    given: Mapping[str, object]
    written_on: tuple[str, ...] = ()

    @property
    def fault(self) -> str:
        """Its name."""
        return self.kind.name

    @property
    def streams_only(self) -> bool:
        """Whether an answer that is no stream is left alone."""
        return _streams_only(self.kind, self.at, named=bool(self.written_on))

    def __getitem__(self, name: str) -> Any:
        return self.params[name]

    def __str__(self) -> str:
        return f"{self.kind.name} at {self.at}" if self.at is not None else self.kind.name


def parse_fault(data: object) -> FaultSpec:
    """A fault from its written form. Raises `FaultError` with the key at fault and what is allowed there."""
    if isinstance(data, str):
        data = {"fault": data}
    if not isinstance(data, Mapping):
        raise FaultError("fault", f"expected a mapping with `fault` and its parameters, found {data!r}")
    kind = _kind(data)
    params, given = _params(kind, data)
    at = read_place(kind, data.get("at"))
    if at is not None and params.get("comments") is not None and (at.byte, at.character) != (None, None):
        raise FaultError("comments", "no comment can come inside of a line: leave `byte` and `character` out")
    written, on = _operations(kind, at, data.get("on"))
    probability = _probability(data.get("probability"))
    return FaultSpec(
        kind=kind,
        at=at,
        on=on,
        request=_requests(data, probability),
        probability=probability,
        turn=_turns(kind, data.get("turn")),
        params=params,
        given=given,
        written_on=written,
    )


def fault_json(spec: FaultSpec) -> dict[str, object]:
    """The written form; parsed again it gives an equal fault."""
    found: dict[str, object] = {"fault": spec.fault}
    if spec.at is not None:
        found["at"] = place_json(spec.at)
    if spec.written_on:
        found["on"] = list(spec.written_on)
    if not spec.request and spec.probability is None:
        found["every"] = True
    elif spec.request and (spec.request != (1,) or spec.probability is not None):
        found["request"] = list(spec.request)
    if spec.probability is not None:
        found["probability"] = spec.probability
    if spec.turn:
        found["turn"] = list(spec.turn)
    return found | dict(spec.given)


def _kind(data: Mapping[str, object]) -> FaultKind:
    name = data.get("fault")
    if name is None:
        raise FaultError("fault", f"`fault` is missing; there is: {', '.join(FAULTS)}")
    kind = FAULTS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise FaultError("fault", f"there is no fault {name!r}; {nearest(name, FAULTS)}")
    return kind


def _params(kind: FaultKind, data: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, object]]:
    names = [param.name for param in kind.params]
    for key in data:
        if key in LIMITS:
            raise FaultError(str(key), LIMITS[str(key)])
        if key not in COMMON and key not in names:
            raise FaultError(str(key), f"{kind.name} has no such key; {nearest(key, (*names, *COMMON[1:]))}")
    params: dict[str, Any] = {}
    for param in kind.params:
        if param.name in data:
            params[param.name] = worth(param, data[param.name], param.name)
        elif param.default == REQUIRED:
            raise FaultError(param.name, f"`{param.name}` is missing: {param.says[:1].lower()}{param.says[1:]}")
        else:
            params[param.name] = None if param.default is None else worth(param, param.default, param.name)
    return params, {name: data[name] for name in names if name in data}


def _streams_only(kind: FaultKind, at: Place | None, *, named: bool) -> bool:
    """A place that is counted from the beginning of the body can be in any answer, if the user names the operation."""
    if not named:
        return kind.streams_only or kind.on == STREAMS
    return kind.streams_only and not (kind.cuts_any_body and at is not None and at.event is None)


def _operations(kind: FaultKind, at: Place | None, value: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What was written, and the operations that it means; those of the kind when nothing was."""
    if value is None:
        return (), kind.on
    if kind.scope == "server":
        raise FaultError("on", f"{kind.name} comes before anything of a request is known")
    items = [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]
    known = (*GROUPS_OF_OPERATIONS, *OPERATIONS)
    names: list[str] = []
    for item in items:
        if item not in known:
            raise FaultError("on", f"there is no operation {item!r}; {nearest(item, known)}")
        names += GROUPS_OF_OPERATIONS.get(item, (item,))
    if not items:
        raise FaultError("on", "expected at least one operation")
    if _streams_only(kind, at, named=True) and not set(names or STREAMS).intersection(STREAMS):
        raise FaultError("on", f"{kind.name} is for streams: {', '.join(STREAMS)}")
    return tuple(items), () if "all" in items else tuple(dict.fromkeys(names))


def _requests(data: Mapping[str, object], probability: float | None) -> tuple[int, ...]:
    every, value = data.get("every"), data.get("request")
    if every is not None and not isinstance(every, bool):
        raise FaultError("every", f"expected true or false, found {every!r}")
    if every:
        if value is not None:
            raise FaultError("request", "`request` and `every` exclude each other")
        return ()
    if value is None:
        return () if probability is not None else (1,)
    return _numbers("request", value)


def _turns(kind: FaultKind, value: object) -> tuple[int, ...]:
    if value is None:
        return ()
    if kind.scope == "server":
        raise FaultError("turn", f"{kind.name} comes before anything of a request is known")
    return _numbers("turn", value)


def _numbers(field: str, value: object) -> tuple[int, ...]:
    items = value if isinstance(value, list | tuple) else [value]
    good = all(isinstance(item, int) and not isinstance(item, bool) and item >= 1 for item in items)
    if not items or not good:
        raise FaultError(field, f"expected a whole number from 1, or a list of them, found {value!r}")
    return tuple(sorted(set(items)))


def _probability(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise FaultError("probability", f"expected a number from 0 to 1, found {value!r}")
    return float(value)
