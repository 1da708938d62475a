"""The gallery as a whole: what every file must have, and that its page does not lag."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from gallery_files import SCENARIOS, GalleryFile, gallery_files
from gallery_page import PAGE, page
from gallery_talk import Begin

from mock_gateway.gateway import Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import Library
from mock_gateway.seeding import check_histories
from mock_gateway.settings import Settings

FILES = gallery_files()
HELD = {"held-turn"}
"""Agents whose first turn is meant to run until somebody cancels it."""
ENDS = {
    "iteration-limit": "error",
    "turn-error": "error",
    "slow-turn": "cancelled",
    "timeout": "cancelled",
}
"""How the first turns end that do not end well."""
SCREEN = 75
"""Characters of a `shows` line that the first screen of a server has room for."""

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


def driven_agents() -> set[str]:
    """The agents that a test beside this one talks to by name: `talk("hello")`."""
    modules = Path(__file__).parent.glob("test_gallery_*.py")
    calls = [node for path in modules for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    names = [call.args[0] for call in calls if call.args and isinstance(call.func, ast.Name) and call.func.id == "talk"]
    return {name.value for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str)}


def test_every_file_is_driven_by_a_test_of_its_own() -> None:
    assert driven_agents() == {file.name for file in FILES}


def test_the_gallery_is_large_enough_to_find_something_in_it() -> None:
    assert len(FILES) >= 28


@each_file
def test_a_file_says_what_it_shows_and_what_to_send(file: GalleryFile) -> None:
    assert file.shows, "the first line has to be `# shows: ...`"
    assert file.message, "the second line has to be `# try: ...`"


@each_file
def test_a_file_fits_the_screen_and_opens_its_agent_by_its_own_name(file: GalleryFile) -> None:
    lines = (SCENARIOS / f"{file.name}.yaml").read_text(encoding="utf-8").splitlines()

    assert lines[2] == f"agent: {file.name}"
    assert max(map(len, lines)) <= 122
    assert file.name == "support-bot" or (len(file.shows) <= SCREEN and len(lines) <= 40)


def test_all_files_load_without_mistakes_and_without_remarks() -> None:
    library = Library.load([SCENARIOS])

    assert set(library.agents) == {file.name for file in FILES}
    assert library.warnings == ()


def test_all_histories_can_be_played() -> None:
    gateway = Gateway(Library.load([SCENARIOS]).agents, Settings(speed=0), runtime=Runtime())

    assert check_histories(gateway) == []


@pytest.mark.parametrize("file", [file for file in FILES if file.name not in HELD], ids=lambda file: file.name)
def test_what_a_file_says_to_send_gives_a_turn_that_ends(talk: Begin, file: GalleryFile) -> None:
    heard = talk(file.name).say(file.message)

    assert heard.done.status == ENDS.get(file.name, "done")
    assert not any(text.startswith("You said:") for text in heard.said)


@pytest.mark.parametrize("name", sorted(HELD))
def test_what_is_meant_to_be_held_runs_until_it_is_cancelled(talk: Begin, name: str) -> None:
    [message] = [file.message for file in FILES if file.name == name]
    talking = talk(name)

    turn = talking.session.create_turn(input=[{"type": "user.message", "content": message}], stream=False)
    status = turn.state().status
    turn.cancel()

    assert status == "running"
    assert turn.wait().status == "cancelled"


def test_the_page_of_the_gallery_is_made_from_the_files() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/gallery/gallery_page.py"


def test_the_page_of_the_gallery_links_to_every_file() -> None:
    links = re.findall(r"\]\(\.\./scenarios/([a-z-]+)\.yaml\)", page())

    assert links == [file.name for file in FILES]
