"""What the checks share: a client of either kind behind one way of using it, quick sleeps, ears for warnings.

Owns: the list of checks. Must not import anything of this project but its neighbours: the environment has the release
and nothing else.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import truefoundry_gateway_sdk as sdk
from truefoundry_gateway_sdk import agents
from truefoundry_gateway_sdk.core.api_error import ApiError

VERSION = tuple(int(part) for part in sdk.__version__.split("."))
KEY = "test"

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
        """The generated client of drafts."""
        return self.drafts_of(self.raw)

    def drafts_of(self, raw: Any) -> Any:
        """The generated client of drafts in the one of all agents, wherever this release has it."""
        return raw.draft_sessions if VERSION < (0, 2, 0) else raw.private.draft_sessions


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
