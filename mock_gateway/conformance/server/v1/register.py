"""The register: every rule of the published contract, with the check that judges it. Nothing else knows them all."""

from __future__ import annotations

from mock_gateway.conformance.server.v1.checks import (
    cancel,
    drafts,
    events,
    input,
    lists,
    sessions,
    stream,
    transport,
    turns,
)
from mock_gateway.conformance.server.v1.rules import RULES

AREAS = (transport, sessions, turns, input, stream, events, lists, cancel, drafts)
REGISTER = dict(RULES)
