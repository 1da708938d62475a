"""Checks of the published client: drafts, files of a sandbox, owned and searched sessions."""

from __future__ import annotations

from typing import Any

import truefoundry_gateway_sdk as sdk

from tests.v1.sdk.kit import KEY, VERSION, Kit, check

SPEC = {"model": {"name": "vault"}, "instructions": "Be brief."}


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
