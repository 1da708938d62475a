"""Stories below the contract: HEAD, OPTIONS, other methods, pages in a browser, odd paths (NET)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from contract_tests.runs import Address
from mock_gateway.conformance.server.beta.checks.transport import every_operation
from mock_gateway.conformance.server.beta.worlds import Conversation, message, turn_id
from mock_gateway.conformance.server.client import Answer
from mock_gateway.conformance.server.target import Target

PAGE = {"origin": "http://localhost:5173"}


async def a_session_and_a_turn(target: Target) -> tuple[Conversation, str]:
    """A session with a finished turn."""
    told = await (await target.session()).say("hello")
    return told.conversation, told.id


def test_head_is_get_without_its_body(address: Address) -> None:
    async def story(target: Target) -> list[tuple[Answer, Answer]]:
        session, turn = await a_session_and_a_turn(target)
        paths = [path for method, path, _ in every_operation(session, turn) if method == "GET"]
        return [(await session.speaker.send("GET", path), await session.speaker.send("HEAD", path)) for path in paths]

    for got, head in address.run(story):
        assert (head.status, head.body) == (got.status, b"")
        assert head.headers["content-length"] == str(len(got.body))


def test_head_of_a_stream_does_not_wait_for_the_turn(address: Address) -> None:
    async def story(target: Target) -> Answer:
        session = await target.session()
        async with await session.hold() as stream:
            answer = await session.speaker.send("HEAD", f"{session.turn_path(turn_id(stream.events))}/stream")
            await session.stop(stream)
        return answer

    answer = address.run(story)

    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "text/event-stream", b"")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_a_method_that_a_path_does_not_have_is_refused_with_those_it_has(address: Address, method: str) -> None:
    async def story(target: Target) -> list[tuple[set[str], Answer]]:
        session, turn = await a_session_and_a_turn(target)
        operations = every_operation(session, turn)
        methods: dict[str, set[str]] = {}
        for known, path, _ in operations:
            methods.setdefault(path.partition("?")[0], set()).add(known)
        return [(names, await session.speaker.send(method, path)) for path, names in methods.items()]

    for known, answer in address.run(story):
        allowed = {name.strip() for name in answer.headers["allow"].split(",")}
        assert answer.status == 405
        assert allowed == known | {"OPTIONS"} | ({"HEAD"} if "GET" in known else set())
        assert method in answer.message()


def test_options_needs_no_key_and_tells_the_methods(address: Address) -> None:
    async def story(target: Target) -> Answer:
        return await target.speaker().as_(None).send("OPTIONS", "/sessions")

    answer = address.run(story)

    assert answer.status == 204
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_a_browser_may_ask_first_and_then_send_what_it_asked_for(address: Address) -> None:
    asks = {**PAGE, "access-control-request-method": "POST", "access-control-request-headers": "authorization,x-trace"}

    async def story(target: Target) -> Answer:
        return await target.speaker().as_(None).send("OPTIONS", "/sessions", headers=asks)

    answer = address.run(story)

    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "authorization,x-trace"


def test_a_browser_may_read_every_answer_also_refusals_and_streams(address: Address) -> None:
    async def story(target: Target) -> list[str | None]:
        session, turn = await a_session_and_a_turn(target)
        paths = [path for method, path, _ in every_operation(session, turn) if method == "GET"]
        answers = [await session.speaker.send("GET", path, headers=PAGE) for path in [*paths, "/nowhere"]]
        answers.append(await session.speaker.as_(None).send("GET", session.path, headers=PAGE))
        body = {"input": [message("hello")]}
        stream = await session.speaker.open("POST", f"{session.path}/turns", json=body, headers=PAGE)
        await stream.rest()
        headers = [*(answer.headers for answer in answers), stream.headers]
        return [found.get("access-control-allow-origin") for found in headers]

    assert set(address.run(story)) == {"*"}


def test_an_answer_to_nobody_in_particular_says_nothing_of_origins(address: Address) -> None:
    async def story(target: Target) -> Answer:
        session, _ = await a_session_and_a_turn(target)
        return await session.speaker.send("GET", session.path)

    assert "access-control-allow-origin" not in address.run(story).headers


def test_a_stream_is_not_kept_by_caches(address: Address) -> None:
    async def story(target: Target) -> dict[str, str]:
        return dict((await (await target.session()).say("hello")).stream.headers)

    headers = address.run(story)

    assert headers["cache-control"] == "no-store"
    assert "content-length" not in headers


@pytest.mark.parametrize("id", ["a%2Fb", "%20", "%E4%B8%96", "..%2F..", "%25", "a?b=c"])
def test_an_odd_id_is_just_unknown(address: Address, id: str) -> None:
    async def story(target: Target) -> Answer:
        return await target.speaker().send("GET", f"/sessions/{id}")

    assert address.run(story).status == 404


def test_a_path_that_is_no_text_is_malformed(address: Address) -> None:
    async def story(target: Target) -> Answer:
        return await target.speaker().send("GET", "/sessions/%FF%FE")

    assert address.run(story).status == 400


@pytest.mark.parametrize("prefix", ["/a", "/a/b/c", "/sessions-of/me", "/%E4%B8%96", "/v2"])
def test_a_prefix_may_be_any_path(address: Address, prefix: str) -> None:
    async def story(target: Target) -> str:
        world = target.world(f"/contract-{uuid4().hex[:12]}{prefix}")
        return (await (await world.session()).say("count")).text

    assert address.run(story) == "count is 1"
