"""What schemathesis has to know about the admin API, beyond the document: loaded by `schemathesis.toml`.

Owns steering: three of four good requests are pointed at a session, a scenario, a fault or an entry that is there, and
get a body that is not only of the right form but makes sense. Bad data, and every fourth request, stay as they were
drawn. Must not know: which findings are expected; none are.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any
from zlib import crc32

import httpx
import schemathesis
import yaml
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation as At

URL, TOKEN = "GATEWAY_URL", "GATEWAY_TOKEN"
"""Names of the environment variables with the gateway's address and its admin token."""

SCENARIO = "agent: spare\nturns:\n  - say: Good morning.\n"
Json = dict[str, Any]


@cache
def http() -> httpx.Client:
    """A client of the gateway and of its admin API."""
    headers = {"authorization": f"Bearer {os.environ[TOKEN]}"}
    return httpx.Client(base_url=os.environ[URL], headers=headers, timeout=10.0, trust_env=False)


def get(path: str) -> Json:
    """What the admin API answers."""
    found: Json = http().get(f"/__admin{path}").raise_for_status().json()
    return found


def new_session() -> str:
    """A session whose clock is paused, with a turn that stands at its beginning."""
    made = http().post("/sessions", json={"agent_name": "hello"}).raise_for_status()
    session = str(made.json()["data"]["id"])
    http().post(f"/__admin/sessions/{session}/clock/pause").raise_for_status()
    body = {"input": [{"type": "user.message", "content": "Hello!"}]}
    with http().stream("POST", f"/sessions/{session}/turns", json=body) as answer:
        answer.raise_for_status()
    return session


def new_fault() -> str:
    """The id of a fault."""
    made = http().post("/__admin/faults", json={"fault": "reset", "at": {"event": 3}}).raise_for_status()
    return str(made.json()["id"])


def new_entry() -> str:
    """The id of an entry of the journal."""
    http().get("/sessions/none")
    return str(get("/journal?newest=true&limit=1")["entries"][0]["id"])


def new_scenario() -> str:
    """The name of a scenario that only this world has."""
    made = http().post("/__admin/scenarios", content=SCENARIO, headers={"content-type": "application/yaml"})
    return str(made.raise_for_status().json()["name"])


PLACES: dict[str, Callable[[], str]] = {
    "session_id": new_session,
    "fault_id": new_fault,
    "entry_id": new_entry,
    "scenario": new_scenario,
}
"""Parameters of paths to something that is there."""


class Words(yaml.SafeLoader):
    """YAML in which `on` is a word."""


Words.yaml_implicit_resolvers = {
    first: found for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items() if first not in "oO"
}


@cache
def catalogue() -> list[Json]:
    """An example of every kind of fault that belongs to a world."""
    kinds = get("/faults/catalogue")["faults"]
    return [yaml.load(kind["example"], Words) for kind in kinds if kind["name"] != "refuse-connection"]


def sensible_scenario(case: Any) -> Any:
    """A scenario, in the form that was drawn."""
    return {**case.body, "text": SCENARIO} if isinstance(case.body, dict) else SCENARIO


BODIES: dict[str, Callable[[Any], Any]] = {
    "put_fault": lambda case: catalogue()[drawn(case, len(catalogue()))],
    "play_scenario": sensible_scenario,
    "replace_scenario": sensible_scenario,
    "select_scenario": lambda case: {"name": "hello" if case.body["name"] else None},
    "import_state": lambda _case: get("/state"),
    "push_event": lambda _case: {"message": {"say": "Still here."}},
}
"""Bodies that make sense, by operation."""


def drawn(case: Any, choices: int) -> int:
    """A number below `choices` that depends on nothing but the data that was drawn."""
    data = [case.operation.label, dict(case.path_parameters or {}), dict(case.query or {}), repr(case.body)]
    return crc32(repr(data).encode("utf-8", "backslashreplace")) % choices


def is_good(case: Any, place: At) -> bool:
    """Whether this part of the request was drawn to fit the document."""
    return not case.meta.is_negative_at(place)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:  # noqa: ARG001
    """Steer a request to what is there."""
    if case.meta is None or case.method != case.operation.method.upper():
        return
    name = case.operation.definition.raw["operationId"]
    if name == "follow_events" and is_good(case, At.HEADER) and is_good(case, At.QUERY):
        # Nobody else makes something happen while it is read: ask for what has happened.
        case.query = {"after_event": 0}
        case.headers = {name: value for name, value in case.headers.items() if name.lower() != "last-event-id"}
    if not drawn(case, 4):
        return
    if is_good(case, At.PATH) and case.path_parameters:
        case.path_parameters = {place: PLACES[place]() for place in case.path_parameters}
    if is_good(case, At.QUERY) and name == "put_fault":
        case.query = {}
    if is_good(case, At.BODY) and name in BODIES and case.body is not NOT_SET:
        case.body = BODIES[name](case)
