"""Both contracts tell the same story of every gallery scenario, compared as data; and the command that shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mock_gateway.cli.compare import conversation, rows, run, suggested, table
from mock_gateway.core.script import Agent
from mock_gateway.scenario import Library, gallery_path
from mock_gateway.settings import Settings
from mock_gateway.wire.dialects import voices
from mock_gateway.wire.story import Cast, Line

GALLERY = Library.load([str(gallery_path())]).agents
REFUSED = {"door-broken", "door-busy", "door-locked"}
"""Agents whose door refuses; what they say is told by the turns that get in."""


def stories(agent: Agent) -> list[list[Line]]:
    """One story per dialect."""
    spoken = voices()
    casts, told = [Cast() for _ in spoken], [[] for _ in spoken]
    for turn in conversation(agent, [suggested(agent)], Settings(speed=0)):
        found = rows(turn, spoken)
        for index, voice in enumerate(spoken):
            told[index] += voice.tell([event for row in found for event in row.cells[index]], casts[index])
    return told


@pytest.mark.parametrize("name", sorted(set(GALLERY) - REFUSED))
def test_both_contracts_tell_the_same_story(name):
    beta, v1 = stories(GALLERY[name])
    assert beta == v1
    assert beta[-1].did.startswith("turn ")


def test_a_story_has_its_people_and_what_they_did():
    beta, _ = stories(GALLERY["approval"])
    did = [line.did for line in beta]
    assert did == ["said", "called", "asks leave for", "turn done", "got", "said", "turn done"]


def test_a_difference_is_seen():
    beta, v1 = stories(GALLERY["hello"])
    assert [*v1[:-1], Line("", "turn error", "x")] != beta


def test_every_fact_is_one_row_and_runs_of_text_are_joined():
    spoken = voices()
    turn = next(conversation(GALLERY["hello"], ["hello"], Settings(speed=0)))
    found = rows(turn, spoken)
    types = [row.cells[0][0]["type"] if row.cells[0] else None for row in found]
    assert types == ["turn.created", None, "model.message", "model.message", "turn.done"]
    assert [len(row.cells[1]) for row in found][1] == 1
    assert len(found[2].cells[0]) == len(found[2].cells[1]) > 1


def test_the_table_keeps_to_its_width():
    spoken = voices()
    turn = next(conversation(GALLERY["approval"], ["pay"], Settings(speed=0)))
    lines = list(table(rows(turn, spoken), ["beta", "v1"], 120))
    assert max(map(len, lines)) <= 120
    assert all(" |" in line or "-+-" in line for line in lines)


def test_the_command_prints_a_table_and_the_verdict(capsys, monkeypatch):
    monkeypatch.chdir(Path(__file__).parent)
    assert run(["hello", "--message", "hi"]) == 0
    printed = capsys.readouterr().out
    assert "turn 1: hi" in printed
    assert "model.message.delta" in printed
    assert "the same story" in printed


def test_the_command_prints_json_for_machines(capsys, monkeypatch):
    monkeypatch.chdir(Path(__file__).parent)
    assert run(["hello", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["stories"]["beta"] == shown["stories"]["v1"]
    assert shown["rows"]
