"""Worlds: how many there may be, and what the sessions in them start with."""

from __future__ import annotations

from mock_gateway.core.commands import UserMessage
from mock_gateway.gateway import Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import load_text
from mock_gateway.settings import Settings
from mock_gateway.wire.asks import CreateSession, StartTurn
from tests.stories import ME, story


def gateway_of(text: str, **settings: int) -> Gateway:
    agent = load_text(text, name="world.yaml")
    return Gateway({agent.name: agent}, Settings(speed=0, **settings), runtime=Runtime())


def test_too_many_worlds_forget_the_oldest_but_never_the_root_or_one_where_a_turn_runs():
    gateway = gateway_of("{agent: bot, turns: [{wait: cancel}]}", worlds=3)
    busy = gateway.world("/busy")
    session = gateway.create_session(busy, CreateSession("bot"), ME)
    gateway.start_turn(busy, StartTurn(session.id, (UserMessage("x"),)), ME)
    for prefix in ("", "/a", "/b", "/c"):
        gateway.world(prefix)
    assert sorted(gateway.worlds) == ["", "/busy", "/c"]


def test_a_seeded_pause_has_a_whole_address():
    gateway = gateway_of("""
agent: bot
mcp: { github: { auth: required } }
turns: [ { call: { tool: github.issues, returns: [] }, then: { say: ok } } ]
sessions: [ { id: sess-1, history: [ Look. ] } ]
""")
    gateway.base_url = "http://127.0.0.1:9"
    session = gateway.world("/tenant").sessions["sess-1"]
    fact = session.turns[0].pauses()[0]
    assert fact.servers[0][1].startswith("http://127.0.0.1:9/tenant/__auth/sess-1/github?key=")


def test_an_echo_repeats_a_bounded_part():
    s = story("agent: bot")
    s.say("x" * 1_000_000)
    assert s.text().endswith("... (1000000 characters)")
    assert len(s.text()) < 11_000
