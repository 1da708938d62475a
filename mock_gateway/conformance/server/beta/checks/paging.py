"""Paging, over all lists (PAG-1, PAG-2)."""

from __future__ import annotations

from typing import Any

from mock_gateway.conformance.server.beta.worlds import World, pages
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import require, require_equal

Lists = list[tuple[str, str, dict[str, Any]]]
LIMITS = (1, 2, 3, 5, 7, 1000)


async def _lists(world: World, agent: str) -> Lists:
    """A list of each kind, with more than one item: path, the rule of its endpoint, query."""
    for _ in range(4):
        await world.create(agent)
    session = await world.session(agent)
    told = [await session.say(text) for text in ("one", "two", "three", "four", "many")]
    return [
        ("/sessions", "API-2", {"agent_name": agent}),
        (f"{session.path}/turns", "API-6", {}),
        (f"{session.path}/turns", "API-6", {"order": "asc"}),
        (f"{session.turn_path(told[-1].id)}/events", "API-9", {}),
        (f"{session.turn_path(told[-1].id)}/events", "API-9", {"order": "desc"}),
    ]


async def pag_1(target: Target) -> None:
    """Every item once, in order, whatever the size of the pages."""
    world = target.world()
    for path, rule, query in await _lists(world, "contract-pages"):
        whole = [item for page in await pages(world.speaker, path, rule, query) for item in page["data"]]
        require(len(whole) >= 5, "PAG-1", f"{path} has to have at least five items", whole)
        for limit in LIMITS:
            found = await pages(world.speaker, path, rule, {**query, "limit": limit})
            items = [item for page in found for item in page["data"]]
            require_equal(items, whole, "PAG-1", f"the items of {path} with limit={limit}")
            sizes = [len(page["data"]) for page in found]
            require(max(sizes) <= limit, "PAG-1", f"a page of {path} is larger than its limit {limit}", sizes)


async def pag_2(target: Target) -> None:
    """Tokens of others are refused."""
    world = target.world()
    lists = await _lists(world, "contract-talk")
    for path, rule, query in lists:
        for token in ("made-up", "AAAA", "%00", "eyJvZmZzZXQiOjJ9", "世界"):
            answer = await world.speaker.send("GET", path, query={**query, "page_token": token})
            require(answer.status == 400, "PAG-2", f"{path} with the token {token!r}", answer.shown())
        first = (await pages(world.speaker, path, rule, {**query, "limit": 2}))[0]
        token = first["pagination"]["next_page_token"]
        require(isinstance(token, str) and token, "PAG-2", f"{path} has no second page", first["pagination"])
        answer = await world.speaker.send("GET", path, query={**query, "page_token": token + "x"})
        require(answer.status == 400, "PAG-2", f"{path} with a token that was changed", answer.shown())
