"""Checks of the published client: sessions, turns, streams, lists."""

from __future__ import annotations

from typing import Any

import truefoundry_gateway_sdk as sdk
from truefoundry_gateway_sdk.core.api_error import ApiError

from tests.v1.sdk.kit import SLEPT, VERSION, Kit, check, dumped, merged, numbers


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
