"""docs/recording.md: its conversation is recorded, its file is what comes of it, its difference is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_gateway.cli.drift import OF_DRIFT
from mock_gateway.cli.main import main
from mock_gateway.cli.record import OF_RECORD
from mock_gateway.scenario import load_text
from tests.docs.pages import Page
from tests.recording.recording_desk import DIALECTS, Talker, mock, recording, served
from tests.recording.test_drift import Bent, replaced
from tests.recording.test_record_gallery import client

PAGE = Page("recording.md")


def block(note: str) -> str:
    """The text of the block that is marked so."""
    (found,) = [one.text for one in PAGE.blocks if one.note == note]
    return found


def talk(url: str, dialect: str) -> None:
    """Send what the page says."""
    talker: Talker | None = None
    with client(url) as http:
        for line in block("conversation").splitlines():
            said = line.removeprefix("> ")
            if said == "(new session)":
                talker = Talker(http, DIALECTS[dialect], "refunds")
                continue
            assert talker is not None
            if said == "(allow)":
                talker.allow()
            elif said.startswith("(deny) "):
                talker.deny(said.removeprefix("(deny) "))
            else:
                talker.say(said)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_conversation_of_the_page_gives_its_file(dialect: str) -> None:
    gateway = load_text(block("gateway"))
    with served(mock({"refunds": gateway})) as upstream, recording(upstream) as (url, recorder):
        talk(url, dialect)

    assert recorder.texts()["refunds"] == block("recorded")


def test_the_difference_of_the_page_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "refunds.yaml").write_text(block("recorded"))
    bent = Bent(replaced(rb'("type":"tool.response")', rb'\1,"took_ms":7'), block("gateway"))

    with served(bent) as url:
        arguments = ("--upstream", url, "--scenarios", str(tmp_path), "--contract", "beta")
        code = main(["drift", *arguments])

    assert code == 1
    assert capsys.readouterr().out.replace(url, "http://127.0.0.1:4010") == block("drift")


def test_the_page_has_every_option() -> None:
    text = "\n".join(PAGE.lines)

    assert [one.flag for one in (*OF_RECORD.values(), *OF_DRIFT.values()) if f"`{one.flag}" not in text] == ["--quiet"]


def test_the_links_of_the_page_lead_somewhere() -> None:
    own = [link for link in PAGE.links() if link.startswith("#")]
    pages = [link for link in PAGE.links() if not link.startswith("#")]

    assert {link.removeprefix("#") for link in own} <= PAGE.anchors()
    assert all((Path(__file__).parents[2] / "docs" / link.partition("#")[0]).is_file() for link in pages)
