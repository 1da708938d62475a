"""Checks of the published client: what a turn waits for, who works in it, how it ends."""

from __future__ import annotations

import json

import httpx
import truefoundry_gateway_sdk as sdk

from tests.v1.sdk.kit import Kit, approval, check, merged


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
