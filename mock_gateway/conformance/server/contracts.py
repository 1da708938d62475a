"""The contracts that gateways are held against, by name. Must not know: what their rules are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from mock_gateway.conformance.server.beta.register import REGISTER as DOCUMENTED
from mock_gateway.conformance.server.rule import Rule
from mock_gateway.conformance.server.target import Target, opened
from mock_gateway.conformance.server.v1.place import arrived
from mock_gateway.conformance.server.v1.register import REGISTER as PUBLISHED


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract. rules: by id. open: opens a target that its checks can be run on; arguments as `target.opened`."""

    name: str
    rules: Mapping[str, Rule]
    open: Callable[..., AbstractAsyncContextManager[Target]]


CONTRACTS: Mapping[str, Contract] = {
    "beta": Contract("beta", DOCUMENTED, opened),
    "v1": Contract("v1", PUBLISHED, arrived),
}


def family_of(rule: Rule) -> str:
    """The area that a rule belongs to, as `STR` of STR-2 and of V1-STR-2."""
    return rule.id.partition(":")[0] if ":" in rule.id else rule.id.removeprefix("V1-").rpartition("-")[0]


def data_of(dialect: str) -> list[dict[str, Any]]:
    """The rules of a contract as data: id, sentence, level, origin, family."""
    return [
        {"id": one.id, "says": one.text, "level": one.level, "origin": one.origin, "family": family_of(one)}
        for one in CONTRACTS[dialect].rules.values()
    ]
