"""An agent carries what it was compiled from, and is compiled again from that alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from mock_gateway.scenario import Library, ScenarioErrors, gallery_path
from mock_gateway.scenario.again import compile_again

GALLERY = Library.load([str(gallery_path())], seed=5).agents


@pytest.mark.parametrize("name", sorted(GALLERY))
def test_a_gallery_agent_is_compiled_again_from_its_text(name: str) -> None:
    agent = GALLERY[name]
    assert agent.written is not None

    again = compile_again(agent.written, agent.seed)

    assert (again.name, again.file, again.written) == (agent.name, agent.file, agent.written)
    assert [rule.position for rule in again.rules] == [rule.position for rule in agent.rules]
    assert [[step.pieces for step in rule.script] for rule in again.rules] == [
        [step.pieces for step in rule.script] for rule in agent.rules
    ]


def test_includes_that_go_up_and_down_are_carried_by_their_paths(tmp_path: Path) -> None:
    for folder, name, text in (
        (
            "a/b",
            "bot.yaml",
            "{ agent: bot, include: [../../all.yaml, x.yaml], turns: [{ use: one }, { use: two }] }",
        ),
        ("", "all.yaml", "{ fragments: { one: [{ say: 1 }] }, include: [a/more.yaml] }"),
        ("a", "more.yaml", "{ fragments: { two: [{ say: '{{ params.n }}' }] } }"),
        ("a/b", "x.yaml", "{ params: { n: 2 } }"),
    ):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / name).write_text(text.replace("say: 1", "say: one"))
    [agent] = Library.load([tmp_path / "a/b/bot.yaml"], params={"n": 3}).agents.values()
    assert agent.written is not None
    assert [path for path, _, _ in agent.written.included] == ["all.yaml", "a/more.yaml", "a/b/x.yaml"]
    assert agent.written.folder == "a/b"

    again = compile_again(agent.written, agent.seed)

    assert again.params == {"n": 3}
    assert again.rules[1].script[0].say == agent.rules[1].script[0].say


def test_what_is_not_carried_along_is_missed() -> None:
    agent = next(agent for agent in GALLERY.values() if agent.written and agent.written.included)
    assert agent.written is not None
    with pytest.raises(ScenarioErrors, match="is not carried along"):
        compile_again(replace(agent.written, included=()), agent.seed)
    with pytest.raises(ScenarioErrors, match="`agent` is missing"):
        compile_again(replace(agent.written, text="params: { a: 1 }"), agent.seed)
