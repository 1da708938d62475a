"""Checks of the published client: every typed error, real refusals, requests that it repeats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import truefoundry_gateway_sdk as sdk
from truefoundry_gateway_sdk.core.api_error import ApiError

from tests.v1.sdk.kit import SLEPT, VERSION, Kit, check

NAMES = {
    400: "BadRequestError",
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: "NotFoundError",
    409: "ConflictError",
    410: "GoneError",
    412: "PreconditionFailedError",
    413: "ContentTooLargeError",
    422: "UnprocessableEntityError",
    424: "FailedDependencyError",
    500: "InternalServerError",
    502: "BadGatewayError",
    504: "GatewayTimeoutError",
}
"""The classes by status. The server has an agent for each: `refuses-<status>`, whose door answers so."""
TYPED = {
    "create": (400, 401, 403, 404, 409, 422),
    "list": (400, 401, 403, 404, 422),
    "get": (401, 403, 404),
    "cancel": (400, 412, 424),
    "list_turns": (400, 404, 412),
    "create_turn": (400, 403, 404, 412),
    "get_turn": (400, 404),
    "subscribe_to_turn": (400, 404, 412, 504),
    "list_turn_events": (400, 404, 409, 412),
    "list_session_events": (400, 404, 412),
    "create_draft": (400, 401, 404, 422, 500),
    "list_drafts": (400, 401, 404, 422),
    "get_draft": (401, 404),
    "update_draft": (400, 401, 404, 422),
    "list_owned": (400, 401, 404, 422),
    "search": (400, 401, 422),
    "download": (400, 403, 404, 410, 412, 413, 502),
}
UNTYPED = ("list_turn_events", 409, True)
"""What the first two releases have no class for."""


@check("every typed error")
async def typed_errors(kit: Kit) -> None:
    for status, name in NAMES.items():
        client = kit.connect(f"{kit.tenant}-refuses-{status}")
        calls = await endpoints(kit, client, status)
        for endpoint, call in calls.items():
            is_typed = status in TYPED[endpoint] and (endpoint, status, VERSION < (0, 3)) != UNTYPED
            await kit.refused(getattr(sdk, name) if is_typed else ApiError, status, call)


async def endpoints(kit: Kit, client: Any, status: int) -> dict[str, Callable[[], Any]]:
    """One call of each endpoint that the release has, at the door of the agent with this status."""
    agent, api = f"refuses-{status}", client._client.agents.sessions
    session = (await kit.of(client.create_session(agent_name=agent))).id
    calls = {
        "create": lambda: api.create(agent_name=agent),
        "list": lambda: kit.all(api.list(agent_name=agent)),
        "get": lambda: api.get(session),
        "cancel": lambda: api.cancel(session),
        "list_turns": lambda: kit.all(api.list_turns(session)),
        "create_turn": lambda: _created(kit, api, session),
        "get_turn": lambda: api.get_turn(session, "t"),
        "subscribe_to_turn": lambda: kit.all(api.subscribe_to_turn(session, "t")),
        "list_turn_events": lambda: kit.all(api.list_turn_events(session, "t")),
    }
    if VERSION >= (0, 3, 0):
        calls["list_session_events"] = lambda: kit.all(api.list_events(session))
    return calls | await _beside(kit, client._client.agents, status)


async def _beside(kit: Kit, raw: Any, status: int) -> dict[str, Callable[[], Any]]:
    """The less central ones."""
    agent, spec = f"refuses-{status}", sdk.AgentSpec(model=sdk.Model(name="any"))
    drafts = kit.drafts_of(raw)
    draft = (await kit.of(drafts.create(agent_spec=spec, agent_name=agent))).data.id
    calls = {
        "create_draft": lambda: drafts.create(agent_spec=spec, agent_name=agent),
        "list_drafts": lambda: kit.all(drafts.list(agent_name=agent)),
        "get_draft": lambda: drafts.get(draft),
        "update_draft": lambda: drafts.update(draft),
    }
    if VERSION >= (0, 2, 0):
        below = raw if VERSION < (0, 4, 0) else raw.private
        calls["download"] = lambda: kit.all(below.download_sandbox_file(f"box.{status}", path="/a"))
    if VERSION >= (0, 4, 0):
        calls["list_owned"] = lambda: kit.all(raw.private.list_owned_sessions(agent_name=agent))
        calls["search"] = lambda: kit.all(raw.private.search_sessions(agent_name=agent))
    return calls


def _created(kit: Kit, api: Any, session: str) -> Any:
    # Its answer is a stream in the older releases and a turn in the newest one.
    result = api.create_turn(session, input=[sdk.UserMessage(content="x")])
    return kit.all(result) if hasattr(result, "__aiter__") or hasattr(result, "__next__") else result


@check("refusals of a real server")
async def refusals(kit: Kit) -> None:
    await kit.refused(sdk.NotFoundError, 404, lambda: kit.client.create_session(agent_name="nobody"))
    await kit.refused(sdk.NotFoundError, 404, lambda: kit.client.get_session("nope"))
    await kit.refused(sdk.UnauthorizedError, 401, lambda: kit.connect(kit.tenant, "spent").get_session("s"))
    await kit.refused(sdk.ForbiddenError, 403, lambda: kit.connect(kit.tenant, "guest").get_session("s"))
    await kit.refused(
        sdk.BadRequestError, 400, lambda: kit.all(kit.client.list_sessions(agent_name="desk", page_token="x"))
    )
    session = await kit.session()
    await kit.refused(sdk.NotFoundError, 404, lambda: session.get_turn("nope"))
    await kit.refused(sdk.NotFoundError, 404, lambda: kit.say(session, "plain", previous_turn_id="nope"))
    await kit.refused(sdk.BadRequestError, 400, lambda: kit.all(session.list_turns(limit=26)))
    await kit.say(session, "delete it")
    kit.requests.clear()
    await kit.refused(ApiError, 422, lambda: kit.say(session, "plain"))
    busy = await kit.session("busy")
    await kit.start(busy, "hold")
    await kit.refused(sdk.PreconditionFailedError, 412, lambda: kit.say(busy, "plain"))
    assert len(kit.requests) == 4
    await kit.of(busy.cancel())


@check("requests that are repeated")
async def repeating(kit: Kit) -> None:
    for status, wanted in ((503, [1.0]), (429, [7.0])):
        client = kit.connect(f"{kit.tenant}-door-{status}")
        kit.requests.clear()
        SLEPT.clear()
        session = await kit.of(client.create_session(agent_name=f"door-{status}"))
        assert session.id and len(kit.requests) == 2
        assert [round(seconds) for seconds in SLEPT] == wanted, SLEPT
    session = await kit.session("door-turn")
    kit.requests.clear()
    await kit.refused(ApiError, 503, lambda: kit.say(session, "plain"))
    assert len(kit.requests) == 1
    turn, _ = await kit.say(session, "plain")
    assert turn.state.status == "done"
