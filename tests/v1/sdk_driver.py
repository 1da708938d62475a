"""What is done with one release of the published client against a server of ours, in that release's environment.

Owns: the checks; `python sdk_driver.py URL` writes one JSON line for each. Every check is run with the synchronous and
with the asynchronous client, and fails when the client logs a warning.
Must not import anything of this project: its environment has the release and nothing else.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import truefoundry_gateway_sdk as sdk
from truefoundry_gateway_sdk import agents
from truefoundry_gateway_sdk.core.api_error import ApiError

VERSION = tuple(int(part) for part in sdk.__version__.split("."))
KEY = "test"
PATIENCE = 60.0
SPEC = {"model": {"name": "vault"}, "instructions": "Be brief."}

Check = Callable[["Kit"], Awaitable[None]]
CHECKS: list[tuple[str, tuple[int, ...], Check]] = []


def check(name: str, since: tuple[int, ...] = (0, 1, 0)) -> Callable[[Check], Check]:
    """Register a check. since: the first release that can do it."""

    def register(function: Check) -> Check:
        CHECKS.append((name, since, function))
        return function

    return register


# -- waiting quickly, and listening ------------------------------------------------------------------------------------

SLEPT: list[float] = []
_sleep, _asleep = time.sleep, asyncio.sleep


def _quick(seconds: float) -> None:
    SLEPT.append(seconds)
    _sleep(min(seconds, 0.05))


async def _aquick(seconds: float, result: object = None) -> object:
    if seconds >= 0.5:
        SLEPT.append(seconds)
    return await _asleep(min(seconds, 0.05), result)


time.sleep = _quick
asyncio.sleep = _aquick  # type: ignore[assignment]


class Warnings(logging.Handler):
    """Everything that is logged at warning level or above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        self.messages.append(f"{record.name}: {record.getMessage()}"[:300])


class Kit:
    """One client, synchronous or not, behind one way of using it."""

    def __init__(self, url: str, mode: str) -> None:
        self.url = url
        self.is_async = mode == "async"
        self.requests: list[str] = []
        self.tenant = f"{url}/{mode}-{'-'.join(map(str, VERSION))}"
        self.client = self.connect(self.tenant)

    def connect(self, base_url: str, key: str = KEY) -> Any:
        """A client for a base URL."""
        if self.is_async:
            http: Any = httpx.AsyncClient(event_hooks={"request": [self._acount]}, timeout=10)
            return agents.AsyncAgentSessionClient(base_url=base_url, api_key=key, httpx_client=http)
        http = httpx.Client(event_hooks={"request": [self._count]}, timeout=10)
        return agents.AgentSessionClient(base_url=base_url, api_key=key, httpx_client=http)

    def _count(self, request: httpx.Request) -> None:
        self.requests.append(f"{request.method} {request.url.path}")

    async def _acount(self, request: httpx.Request) -> None:
        self._count(request)

    async def of(self, value: Any) -> Any:
        """A result, awaited if need be."""
        return await value if inspect.isawaitable(value) else value

    async def all(self, value: Any) -> list[Any]:
        """Everything that an iterator or a pager gives."""
        value = await self.of(value)
        return [item async for item in value] if hasattr(value, "__aiter__") else list(value)

    async def first(self, value: Any, count: int) -> list[Any]:
        """The first things of a stream; the rest is not read."""
        items: list[Any] = []
        if hasattr(value, "__aiter__"):
            async for item in value:
                items.append(item)
                if len(items) == count:
                    await value.aclose()
                    break
        else:
            for item in value:
                items.append(item)
                if len(items) == count:
                    value.close()
                    break
        return items

    async def session(self, agent: str = "desk") -> Any:
        """A new session."""
        return await self.of(self.client.create_session(agent_name=agent))

    async def run(self, session: Any, *items: Any, **more: Any) -> tuple[Any, list[Any]]:
        """A turn followed to its end: the turn, its stream."""
        turn = session.prepare_turn(input=list(items) or None, **more)
        stream = await self.all(turn.execute())
        assert stream[0].event.type == "turn.created" and stream[-1].event.type == "turn.done"
        assert turn.state.status != "running"
        return turn, stream

    async def say(self, session: Any, text: str, **more: Any) -> tuple[Any, list[Any]]:
        """A turn with one user message."""
        return await self.run(session, sdk.UserMessage(content=text), **more)

    async def start(self, session: Any, text: str) -> Any:
        """A turn whose stream is left after its first events."""
        turn = session.prepare_turn(input=[sdk.UserMessage(content=text)])
        await self.first(turn.execute(), 3)
        return turn

    async def refused(self, expected: type[Exception], status: int, work: Any) -> Any:
        """Do what is refused; the body of the error."""
        try:
            await self.of(work() if callable(work) else work)
        except ApiError as error:
            assert type(error) is expected, (type(error), expected)
            assert error.status_code == status, (error.status_code, status)
            message = error.body["error"]["message"] if isinstance(error.body, dict) else error.body.error.message
            assert message
            return error.body
        raise AssertionError(f"{status} was expected, and nothing was refused")

    @property
    def raw(self) -> Any:
        """The generated client below."""
        return self.client._client.agents

    @property
    def drafts(self) -> Any:
        """The generated client of drafts, wherever this release has it."""
        return self.raw.draft_sessions if VERSION < (0, 2, 0) else self.raw.private.draft_sessions


def numbers(stream: list[Any]) -> list[Any]:
    """The sequence numbers of a stream."""
    return [item.sequence_number for item in stream]


def dumped(events: list[Any]) -> list[Any]:
    """Events as data."""
    return [event.model_dump(exclude_none=True) for event in events]


def merged(stream: list[Any]) -> list[Any]:
    """The messages of a stream, put together by the client's own function."""
    bases: dict[str, Any] = {}
    for item in stream:
        if item.event.type == "model.message":
            bases[item.event.id] = item.event
        elif agents.is_event_delta(item.event):
            agents.merge_event_delta(bases[item.event.id], item.event)
    return list(bases.values())


def approval(call_id: str, decision: Any) -> Any:
    """An approval of a call in the main thread."""
    return sdk.UserToolApprovalEvent(thread_id="main", tool_call_id=call_id, approval=decision)


# -- sessions ----------------------------------------------------------------------------------------------------------


@check("sessions")
async def sessions(kit: Kit) -> None:
    made = await kit.session()
    found = await kit.of(kit.client.get_session(made.id))
    assert (found.id, found.agent_name, found.created_at) == (made.id, "desk", made.created_at)
    subject = found.created_by_subject
    assert subject.subject_id and subject.subject_type == "user" and subject.subject_slug == "local-user@example.test"
    assert found.title is None
    await kit.say(found, "plain and simple")
    assert (await kit.of(kit.client.get_session(made.id))).title == "plain and simple"


@check("pages of sessions")
async def session_pages(kit: Kit) -> None:
    client = kit.connect(f"{kit.tenant}-pages")
    made = [(await kit.of(client.create_session(agent_name="desk"))).id for _ in range(5)]
    for order, wanted in (("desc", made[::-1]), ("asc", made)):
        for limit in (1, 2, 10):
            listed = await kit.all(client.list_sessions(agent_name="desk", limit=limit, order=order))
            assert [session.id for session in listed] == wanted
    window = await kit.all(client.list_sessions(agent_name="desk", start_timestamp="2100-01-01T00:00:00Z"))
    assert window == []


# -- turns -------------------------------------------------------------------------------------------------------------


@check("streamed turn")
async def streamed(kit: Kit) -> None:
    session = await kit.session()
    turn, stream = await kit.say(session, "weather")
    created, finished = stream[0].event, stream[-1].event
    assert isinstance(created, sdk.TurnCreatedEvent) and isinstance(finished, sdk.TurnDoneEvent)
    assert turn.id == created.turn_id and turn.session_id == session.id
    assert turn.created_by_subject.subject_slug == "local-user@example.test"
    assert isinstance(turn.state, sdk.TurnStateDone) and turn.state.output.content == "Tool said: Sunny in Paris"
    wanted = list(range(1, len(stream) + 1)) if VERSION >= (0, 4, 0) else [None] * len(stream)
    assert numbers(stream) == wanted
    kinds = {type(item.event).__name__ for item in stream}
    assert kinds == {
        "TurnCreatedEvent",
        "McpInitializeEvent",
        "ModelMessageEvent",
        "ModelMessageDeltaEvent",
        "ToolResponseEvent",
        "TurnDoneEvent",
    }


@check("merging deltas")
async def merging(kit: Kit) -> None:
    session = await kit.session()
    for text in ("weather", "think", "refuse", "ask first", "two helpers", "delete both"):
        turn, stream = await kit.say(session, text, previous_turn_id="none")
        stored = await kit.all(turn.list_events())
        messages = sorted((event for event in stored if event.type == "model.message"), key=lambda event: event.id)
        assert dumped(merged(stream)) == dumped(messages)
    assert merged(stream)[0].tool_calls[0].tool_info.server_name == "files"


@check("turn that is not streamed")
async def not_streamed(kit: Kit) -> None:
    session = await kit.session()
    SLEPT.clear()
    turn = session.prepare_turn(input=[sdk.UserMessage(content="slow")])
    state = await kit.of(turn.execute(stream=False))
    assert isinstance(state, sdk.TurnStateDone) and state.output.content == "one two three four five six"
    assert SLEPT and set(SLEPT) == {3.0}
    assert turn.state.status == "done"


@check("waiting after hanging up")
async def waiting(kit: Kit) -> None:
    session = await kit.session()
    turn = await kit.start(session, "slow")
    try:
        await kit.of(turn.wait_for_completion(poll_interval_ms=2999))
    except ValueError:
        pass
    else:
        raise AssertionError("an interval below three seconds was taken")
    state = await kit.of(turn.wait_for_completion())
    assert state.output.content == "one two three four five six"
    assert (await kit.of(turn.refresh())).state.status == "done"


@check("turn without input")
async def without_input(kit: Kit) -> None:
    session = await kit.session()
    first, _ = await kit.say(session, "plain")
    again = session.prepare_turn()
    stream = await kit.all(again.execute())
    assert stream[0].event.previous_turn_id == first.id and again.state.status == "done"
    _, stream = await kit.run(session)
    assert stream[0].event.previous_turn_id == again.id


@check("files and text in one message")
async def parts(kit: Kit) -> None:
    session = await kit.session()
    content = [
        sdk.TextContent(text="plain"),
        sdk.FileContent(name="dot.png", data="data:image/png;base64,aGk="),
    ]
    turn, _ = await kit.run(session, sdk.UserMessage(content=content))
    found = await kit.of(session.get_turn(turn.id))
    assert [part.type for part in found.input[0].content] == ["text", "file"]


@check("subscribing after every number")
async def subscribing(kit: Kit) -> None:
    session = await kit.session()
    for text in ("delete it", "helper"):
        turn, whole = await kit.say(session, text, previous_turn_id="none")
        assert dumped([item.event for item in await kit.all(turn.stream())]) == dumped([item.event for item in whole])
        for cursor in range(len(whole) + 1):
            rest = await kit.all(turn.stream(after_sequence_number=cursor))
            assert dumped([item.event for item in rest]) == dumped([item.event for item in whole[cursor:]])
            assert numbers(rest) == numbers(whole[cursor:])


@check("going on with a running turn")
async def going_on(kit: Kit) -> None:
    session = await kit.session()
    turn = await kit.start(session, "slow")
    rest = await kit.all(turn.stream(after_sequence_number=3))
    text = "".join(getattr(item.event, "content", None) or "" for item in rest if item.event.type.endswith(".delta"))
    assert text == "one two three four five six"
    assert turn.state.status == "done"


@check("silence is bridged")
async def silence(kit: Kit) -> None:
    session = await kit.session()
    _, stream = await kit.say(session, "pause")
    assert merged(stream)[-1].content == "After the pause."


@check("listing turns")
async def listing_turns(kit: Kit) -> None:
    session = await kit.session()
    first, _ = await kit.say(session, "plain")
    second, _ = await kit.say(session, "plain")
    third, _ = await kit.say(session, "plain", previous_turn_id=first.id)
    for limit in (1, 25):
        listed = await kit.all(session.list_turns(limit=limit))
        assert [turn.id for turn in listed] == [third.id, first.id]
    assert (await kit.of(session.get_turn(second.id))).previous_turn_id == first.id
    root, _ = await kit.say(session, "plain", previous_turn_id="none")
    assert [turn.id for turn in await kit.all(session.list_turns())] == [root.id]


@check("events of a turn")
async def events_of_a_turn(kit: Kit) -> None:
    session = await kit.session()
    turn, _ = await kit.say(session, "helper")
    ascending = await kit.all(turn.list_events(limit=2))
    descending = await kit.all(turn.list_events(limit=25, order="desc"))
    assert dumped(ascending) == dumped(descending[::-1])
    assert ascending[0].type == "mcp.initialize"
    assert not {"turn.created", "turn.done"} & {event.type for event in ascending}
    running = await kit.start(await kit.session(), "hold")
    kit.requests.clear()
    wanted = sdk.ConflictError if VERSION >= (0, 3, 0) else ApiError
    await kit.refused(wanted, 409, lambda: kit.all(running.list_events()))
    assert len(kit.requests) == 3
    await kit.of(running.cancel())


@check("events of a session", (0, 3, 0))
async def events_of_a_session(kit: Kit) -> None:
    session = await kit.session()
    first, stream = await kit.say(session, "weather")
    running = await kit.start(session, "hold")

    async def listed(**more: Any) -> list[Any]:
        if VERSION < (0, 3, 1):
            return await kit.all(kit.raw.sessions.list_events(session.id, **more))
        return await kit.all(session.list_events(**more))

    for limit in (1, 100):
        items = await listed(limit=limit)
        assert {item.turn_id for item in items} == {first.id}
        types = [item.event.type for item in items]
        assert types[0] == "turn.done" and types[-1] == "turn.created"
        assert dumped([items[0].event, items[-1].event]) == dumped([stream[-1].event, stream[0].event])
    assert len(await listed(last_turn_id=first.id)) == len(types)
    await kit.of(running.cancel())


# -- pauses ------------------------------------------------------------------------------------------------------------


@check("approvals")
async def approvals(kit: Kit) -> None:
    for decision, said in (
        (sdk.ApprovalAllow(), "Tool said: deleted /tmp/x"),
        (sdk.ApprovalDeny(reason="too risky"), "Then it stays. too risky"),
        (sdk.ApprovalDeny(), "Then it stays. "),
    ):
        session = await kit.session()
        turn, stream = await kit.say(session, "delete it")
        (action,) = turn.state.required_actions
        assert isinstance(action, sdk.ToolApprovalRequiredEvent) and action.id == stream[-2].event.id
        assert turn.state.output is None
        call = action.tool_calls[0]
        assert call.source_event_id == merged(stream)[0].id
        resumed, stream = await kit.run(session, approval(call.id, decision))
        assert resumed.state.output.content == said
        assert next(item.event for item in stream if item.event.type == "tool.response").tool_call_id == call.id


@check("questions")
async def questions(kit: Kit) -> None:
    session = await kit.session()
    turn, stream = await kit.say(session, "ask first")
    respond, approve = turn.state.required_actions
    assert isinstance(respond, sdk.ToolResponseRequiredEvent)
    call = merged(stream)[0].tool_calls[0]
    assert (call.tool_info.type, call.tool_info.name) == ("truefoundry-system", "ask_user_question")
    assert json.loads(call.function.arguments)["options"] == ["Yes", "No"]
    answer = sdk.UserToolResponseEvent(thread_id="main", tool_call_id=respond.tool_calls[0].id, content="Yes")
    resumed, stream = await kit.run(session, answer, approval(approve.tool_calls[0].id, sdk.ApprovalAllow()))
    assert resumed.state.output.content == "You said Yes."


@check("authorisation of MCP servers")
async def authorisation(kit: Kit) -> None:
    session = await kit.session("vault")
    turn, _ = await kit.say(session, "open the vault")
    (action,) = turn.state.required_actions
    assert isinstance(action, sdk.McpAuthRequiredEvent)
    again, _ = await kit.run(session)
    assert again.state.required_actions[0].mcp_servers[0].name == "vault"
    page = httpx.post(action.mcp_servers[0].auth_url, content="choice=allow", follow_redirects=True)
    assert page.status_code == 200
    resumed, _ = await kit.run(session)
    assert resumed.state.output.content == "It is open."


@check("sub-agents")
async def sub_agents(kit: Kit) -> None:
    session = await kit.session()
    _, stream = await kit.say(session, "two helpers")
    born = [item.event for item in stream if item.event.type == "thread.created"]
    gone = [item.event for item in stream if item.event.type == "thread.done"]
    assert [event.agent_info.name for event in born] == ["one", "two"]
    assert {event.thread_id for event in born} == {event.thread_id for event in gone}
    assert sorted(event.state.output.content for event in gone) == ["The first result.", "The second result."]
    _, stream = await kit.say(session, "helper fails")
    failed = next(item.event for item in stream if item.event.type == "thread.done")
    assert failed.state.status == "error" and failed.state.error == "out of paper"


@check("sandbox, reasoning, usage, metrics")
async def extras(kit: Kit) -> None:
    session = await kit.session("box")
    _, stream = await kit.say(session, "run")
    assert [item.event.sandbox_id for item in stream if item.event.type == "sandbox.created"] == ["box.7f3a"]
    turn, stream = await kit.say(await kit.session(), "think")
    message = merged(stream)[0]
    assert (message.reasoning_content, message.usage.cache_read_tokens) == ("Two and two.", 1)
    metrics = turn.state.metrics
    total = metrics["total_tokens"] if isinstance(metrics, dict) else metrics.total_tokens
    assert total == 5


# -- endings -----------------------------------------------------------------------------------------------------------


@check("cancelling")
async def cancelling(kit: Kit) -> None:
    session = await kit.session()
    await kit.of(session.cancel())
    for cancel in ("session", "turn"):
        turn = await kit.start(session, "hold")
        await kit.of(session.cancel() if cancel == "session" else turn.cancel())
        state = await kit.of(turn.wait_for_completion())
        assert isinstance(state, sdk.TurnStateCancelled) and state.reason.value == "client-cancelled"
    await kit.of(session.cancel())
    after, _ = await kit.say(session, "plain")
    assert after.state.status == "done"


@check("a turn that takes the place of another")
async def superseding(kit: Kit) -> None:
    session = await kit.session()
    first = await kit.start(session, "hold")
    _, stream = await kit.say(session, "plain")
    assert stream[0].event.previous_turn_id == first.id
    await kit.of(first.refresh())
    assert first.state.reason.value == "cancelled-for-next-turn"


@check("a turn that fails")
async def failing(kit: Kit) -> None:
    turn, _ = await kit.say(await kit.session(), "break")
    assert isinstance(turn.state, sdk.TurnStateError) and turn.state.message == "the model is gone"


# -- errors ------------------------------------------------------------------------------------------------------------

NAMES = {
    400: "BadRequestError",
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: "NotFoundError",
    409: "ConflictError",
    412: "PreconditionFailedError",
    422: "UnprocessableEntityError",
    424: "FailedDependencyError",
    504: "GatewayTimeoutError",
}
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
}
UNTYPED = ("list_turn_events", 409, True)
"""What the first two releases have no class for."""


@check("every typed error")
async def typed_errors(kit: Kit) -> None:
    for status, name in NAMES.items():
        calls = endpoints(kit, kit.connect(f"{kit.url}/fail/{status}")._client.agents.sessions)
        for endpoint, call in calls.items():
            is_typed = status in TYPED[endpoint] and (endpoint, status, VERSION < (0, 3)) != UNTYPED
            await kit.refused(getattr(sdk, name) if is_typed else ApiError, status, call)


def endpoints(kit: Kit, api: Any) -> dict[str, Callable[[], Any]]:
    """One call of each endpoint."""
    return {
        "create": lambda: api.create(agent_name="desk"),
        "list": lambda: kit.all(api.list(agent_name="desk")),
        "get": lambda: api.get("s"),
        "cancel": lambda: api.cancel("s"),
        "list_turns": lambda: kit.all(api.list_turns("s")),
        "create_turn": lambda: _created(kit, api),
        "get_turn": lambda: api.get_turn("s", "t"),
        "subscribe_to_turn": lambda: kit.all(api.subscribe_to_turn("s", "t")),
        "list_turn_events": lambda: kit.all(api.list_turn_events("s", "t")),
    }


def _created(kit: Kit, api: Any) -> Any:
    # Its answer is a stream in the older releases and a turn in the newest one.
    result = api.create_turn("s", input=[sdk.UserMessage(content="x")])
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


# -- drafts, files, other listings -------------------------------------------------------------------------------------


@check("drafts")
async def drafts(kit: Kit) -> None:
    spec = sdk.AgentSpec(**SPEC)
    made = (await kit.of(kit.drafts.create(agent_spec=spec))).data
    assert made.type == "session/draft" and made.agent_spec.model.name == "vault"
    assert (await kit.of(kit.drafts.get(made.id))).data.agent_spec.instructions == "Be brief."
    changed = (await kit.of(kit.drafts.update(made.id, agent_spec=sdk.AgentSpec(model=sdk.Model(name="desk"))))).data
    assert changed.agent_spec.model.name == "desk"
    touched = (await kit.of(kit.drafts.update(made.id))).data
    assert touched.agent_spec.model.name == "desk"
    linked = (await kit.of(kit.drafts.create(agent_spec=spec, agent_name="vault"))).data
    assert linked.agent_name == "vault"
    listed = await kit.all(kit.drafts.list(limit=1))
    assert [draft.id for draft in listed][:2] == [linked.id, made.id]
    await kit.refused(sdk.NotFoundError, 404, lambda: kit.drafts.get("nope"))
    result = kit.raw.sessions.create_turn(made.id, input=[sdk.UserMessage(content="plain")])
    if VERSION < (0, 4, 2):
        await kit.all(result)
    else:
        await kit.of(result)
    turns = await kit.all(kit.raw.sessions.list_turns(made.id))
    assert [turn.session_id for turn in turns] == [made.id]


@check("files of a sandbox", (0, 2, 0))
async def files(kit: Kit) -> None:
    await kit.say(await kit.session("box"), "run")
    below = kit.raw if VERSION < (0, 4, 0) else kit.raw.private

    async def fetch(sandbox_id: str, path: str) -> bytes:
        return b"".join(await kit.all(below.download_sandbox_file(sandbox_id, path=path)))

    assert await fetch("box.7f3a", "/out/report.txt") == "Grüße".encode()
    await kit.refused(sdk.NotFoundError, 404, lambda: fetch("box.7f3a", "/nope"))
    await kit.refused(sdk.NotFoundError, 404, lambda: fetch("nobody", "/nope"))
    await kit.refused(sdk.BadRequestError, 400, lambda: fetch("box.7f3a", "nope"))


@check("drafts, owned and searched sessions as objects", (0, 4, 0))
async def private(kit: Kit) -> None:
    from truefoundry_gateway_sdk.agents import private as more

    kind = more.AsyncPrivateAgentSessionClient if kit.is_async else more.PrivateAgentSessionClient
    client: Any = kind(base_url=f"{kit.tenant}-owned", api_key=KEY)
    saved = await kit.of(kit.connect(f"{kit.tenant}-owned").create_session(agent_name="desk"))
    draft = await kit.of(client.create_draft_session(agent_spec=sdk.AgentSpec(**SPEC)))
    turn, _ = await kit.say(draft, "plain")
    assert turn.state.output.content == "You said: plain" and turn.session is draft
    await kit.of(draft.update())
    assert [item.id for item in await kit.all(client.list_draft_sessions(limit=1))] == [draft.id]
    assert [item.type for item in await kit.all(client.list_owned_sessions(limit=1))] == ["session/draft", "session"]
    subject = saved.created_by_subject.subject_id
    found = await kit.all(client.search_sessions(created_by_subject_id=subject, session_type="session"))
    assert [item.id for item in found] == [saved.id]
    assert await kit.all(client.search_sessions(created_by_subject_id="nobody")) == []
    await kit.say(await kit.of(kit.connect(f"{kit.tenant}-owned").create_session(agent_name="box")), "run")
    content = await kit.all(client.download_sandbox_file("box.7f3a", path="/out/report.txt"))
    assert b"".join(content) == "Grüße".encode()


# -- running them ------------------------------------------------------------------------------------------------------


def run_one(url: str, mode: str, name: str, function: Check) -> dict[str, object]:
    """One check with one client: what came of it."""
    heard = Warnings()
    logging.getLogger().addHandler(heard)
    failure = asyncio.run(_failure(function, url, mode))
    logging.getLogger().removeHandler(heard)
    detail = "".join(traceback.format_exception(failure)[-4:]) if failure is not None else "; ".join(heard.messages)
    return {"check": name, "mode": mode, "ok": not detail, "detail": detail}


async def _failure(function: Check, url: str, mode: str) -> BaseException | None:
    task = asyncio.ensure_future(function(Kit(url, mode)))
    await asyncio.wait([task], timeout=PATIENCE)
    return task.exception() if task.done() else TimeoutError(f"not done in {PATIENCE} seconds")


def main(url: str) -> None:
    """Run all checks that the release can do, and say of the others since when they can be done."""
    for name, since, function in CHECKS:
        for mode in ("sync", "async"):
            if since <= VERSION:
                result = run_one(url, mode, name, function)
            else:
                result = {"check": name, "mode": mode, "ok": None, "detail": ".".join(map(str, since))}
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
