"""Folders of scenarios, and what changes in them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from mock_gateway.scenario import Library, Reload, ScenarioErrors, gallery_path

_CLOCK = count(1_700_000_000)


def put(path: Path, text: str) -> Path:
    """Write a file with a time of change of its own, however fast the test is."""
    path.write_text(text)
    now = next(_CLOCK)
    os.utime(path, (now, now))
    return path


def said(library: Library, agent: str) -> object:
    say = library.agents[agent].rules[0].script[0].say
    assert say is not None
    return say.text


def test_a_folder_gives_its_scenarios_and_not_those_of_its_folders(tmp_path: Path) -> None:
    put(tmp_path / "b.yaml", "agent: bee")
    put(tmp_path / "a.yml", "agent: ay")
    put(tmp_path / ".hidden.yaml", "agent: hidden")
    put(tmp_path / "notes.txt", "agent: notes")
    put(tmp_path / "common.yaml", "fragments: { f: { say: x } }")
    (tmp_path / "inner").mkdir()
    put(tmp_path / "inner" / "c.yaml", "agent: cee")

    assert list(Library.load([tmp_path]).agents) == ["ay", "bee"]


def test_files_and_folders_can_be_mixed_and_doubled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = put(tmp_path / "a.yaml", "agent: a")
    monkeypatch.chdir(tmp_path)

    assert list(Library.load([str(one), tmp_path, one, "a.yaml", "."]).agents) == ["a"]


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def iterdir(_path: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", iterdir)

    with pytest.raises(ScenarioErrors, match="this cannot be read: permission denied"):
        Library.load([tmp_path])


def test_all_mistakes_of_all_files_are_told(tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", "agent: 1")
    put(tmp_path / "b.yaml", "agent: b\nturns: [{ sya: x }]")
    put(tmp_path / "c.yaml", "{}")

    with pytest.raises(ScenarioErrors) as caught:
        Library.load([tmp_path, tmp_path / "none"])

    assert [mistake.message.split("`")[1] if "`" in mistake.message else "" for mistake in caught.value.mistakes] == [
        "", "agent", "sya", "agent",
    ]  # fmt: skip
    assert "there is no such file or folder" in str(caught.value)


def test_an_agent_is_defined_once(tmp_path: Path) -> None:
    put(tmp_path / "one.yaml", "agent: a")
    put(tmp_path / "two.yaml", "# shows: x\nagent: a")

    with pytest.raises(ScenarioErrors) as caught:
        Library.load([tmp_path])

    (mistake,) = caught.value.mistakes
    assert str(mistake.position).endswith("two.yaml:2:1")
    assert "one.yaml already" in mistake.message


def test_settings_reach_every_agent(tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", "agent: a\nparams: { who: x }\nturns: [{ say: '{{ params.who }}' }]")
    put(tmp_path / "b.yaml", "agent: b")

    library = Library.load([tmp_path], seed=7, strict=True, params={"who": "Ada"})

    assert said(library, "a") == "Ada"
    assert [(agent.seed, agent.otherwise) for agent in library.agents.values()] == [(7, "error")] * 2


def test_a_parameter_that_no_scenario_has_is_a_mistake(tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", "agent: a\nparams: { company: x }")

    with pytest.raises(ScenarioErrors, match="no scenario has a parameter `compny`\n  hint: did you mean `company`"):
        Library.load([tmp_path], params={"compny": "y"})


def test_warnings_are_those_of_all_agents(tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", "agent: a\nturns: [{ say: x }, { say: y }]")
    put(tmp_path / "b.yaml", "agent: b")

    (warning,) = Library.load([tmp_path]).warnings

    assert "never reached" in warning.message


# -- looking again -----------------------------------------------------------------------------------------------------


def test_nothing_changed_is_nothing_done(tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", "agent: a")
    library = Library.load([tmp_path])
    before = library.agents["a"]

    assert library.reload() == Reload()
    assert not library.reload()
    assert library.agents["a"] is before


def test_only_the_file_that_changed_is_read_again(tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", "agent: a\nturns: [{ say: one }]")
    put(tmp_path / "b.yaml", "agent: b")
    library = Library.load([tmp_path])
    other = library.agents["b"]

    put(tmp_path / "a.yaml", "agent: a\nturns: [{ say: two }, { say: odd }]")
    found = library.reload()

    assert (found.changed, found.removed, found.errors) == (("a",), (), ())
    assert len(found.warnings) == 1
    assert said(library, "a") == "two"
    assert library.agents["b"] is other


def test_files_come_and_go(tmp_path: Path) -> None:
    one = put(tmp_path / "a.yaml", "agent: a")
    library = Library.load([tmp_path])

    one.unlink()
    put(tmp_path / "b.yaml", "agent: b")
    found = library.reload()

    assert (found.changed, found.removed) == (("b",), ("a",))
    assert list(library.agents) == ["b"]


def test_a_renamed_agent_goes_and_comes(tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", "agent: old")
    library = Library.load([tmp_path])

    put(tmp_path / "a.yaml", "agent: new")

    assert library.reload() == Reload(changed=("new",), removed=("old",))


def test_a_broken_file_keeps_its_last_good_version_and_is_told_once(tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", "agent: a\nturns: [{ say: good }]")
    library = Library.load([tmp_path])

    put(tmp_path / "a.yaml", "agent: a\nturns: [{ say: {{ bad }} }]")
    found = library.reload()

    assert (found.changed, found.removed, len(found.errors)) == ((), (), 1)
    assert said(library, "a") == "good"
    assert not library.reload()
    put(tmp_path / "a.yaml", "agent: a\nturns: [{ say: mended }]")
    assert library.reload().changed == ("a",)
    assert said(library, "a") == "mended"


def test_a_new_file_that_is_broken_is_told_and_adds_nothing(tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", "agent: a")
    library = Library.load([tmp_path])

    put(tmp_path / "b.yaml", "agent: b\nxyz: 1")

    assert len(library.reload().errors) == 1
    assert list(library.agents) == ["a"]


def test_a_change_in_an_included_file_changes_those_that_include_it(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    put(folder / "c.yaml", "include: d.yaml\nfragments: { f: { use: g } }")
    put(folder / "d.yaml", "fragments: { g: { say: one } }")
    put(tmp_path / "a.yaml", "agent: a\ninclude: shared/c.yaml\nturns: [{ use: f }]")
    put(tmp_path / "b.yaml", "agent: b")
    library = Library.load([tmp_path])

    put(folder / "d.yaml", "fragments: { g: { say: two } }")

    assert library.reload() == Reload(changed=("a",))
    assert said(library, "a") == "two"


def test_a_broken_include_keeps_its_users_and_is_told_once(tmp_path: Path) -> None:
    put(tmp_path / "c.yaml", "fragments: { f: { say: good } }")
    for name in ("a", "b"):
        put(tmp_path / f"{name}.yaml", f"agent: {name}\ninclude: c.yaml\nturns: [{{ use: f }}]")
    library = Library.load([tmp_path])

    put(tmp_path / "c.yaml", "fragments: { f: { sya: bad } }")
    found = library.reload()

    assert len(found.errors) == 1 and not found.changed
    assert said(library, "a") == said(library, "b") == "good"
    put(tmp_path / "c.yaml", "fragments: { f: { say: mended } }")
    assert library.reload().changed == ("a", "b")


def test_an_include_that_was_missing_is_looked_for_again(tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", "agent: a\ninclude: c.txt\nturns: [{ use: f }]")
    library = Library([tmp_path])
    assert library.reload().errors

    put(tmp_path / "c.txt", "fragments: { f: { say: here } }")

    assert library.reload().changed == ("a",)


def test_who_has_a_name_keeps_it_until_it_goes(tmp_path: Path) -> None:
    first = put(tmp_path / "b.yaml", "agent: x\nturns: [{ say: first }]")
    library = Library.load([tmp_path])

    put(tmp_path / "a.yaml", "agent: x\nturns: [{ say: second }]")
    found = library.reload()

    assert len(found.errors) == 1 and not found.changed
    assert said(library, "x") == "first"
    first.unlink()
    assert library.reload() == Reload(changed=("x",))
    assert said(library, "x") == "second"


def test_a_folder_that_goes_takes_its_agents(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    one = put(folder / "a.yaml", "agent: a")
    library = Library.load([folder])

    one.unlink()
    folder.rmdir()

    assert library.reload().removed == ("a",)


def test_what_is_drawn_does_not_depend_on_where_the_file_lies(tmp_path: Path) -> None:
    text = "agent: a\nturns: [{ say: { words: 20, cut: { sizes: [1, 9] } } }]"
    (tmp_path / "other").mkdir()
    one, other = put(tmp_path / "a.yaml", text), put(tmp_path / "other" / "a.yaml", text)

    pieces = [Library.load([path]).agents["a"].rules[0].script[0].pieces for path in (one, other)]

    assert pieces[0] == pieces[1]


# -- around it ---------------------------------------------------------------------------------------------------------


def test_every_scenario_of_the_gallery_loads_without_a_warning() -> None:
    library = Library.load([gallery_path()])

    assert [str(warning) for warning in library.warnings] == []
    assert library.agents and all(agent.description for agent in library.agents.values())


def test_loading_imports_nothing_that_only_mistakes_need() -> None:
    code = "import sys, mock_gateway.scenario as s; s.load_text('agent: a'); print(*sys.modules)"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert {"difflib", "pydantic", "jinja2", "jsonschema_rs", "http"}.isdisjoint(found)
