"""docs/programs.md, taken apart: its programs as they stand there, and the conversation that it shows.

Must not know: what the programs do.
"""

from __future__ import annotations

import re

from gallery_files import ROOT

PAGE = ROOT / "docs" / "programs.md"
_SECTION = re.compile(r"^## (?P<title>.+?)\n(?P<body>.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)


def programs() -> dict[str, str]:
    """The program of each section, by the section's title."""
    return {title: blocks["python"] for title, blocks in _sections().items() if "python" in blocks}


def transcript() -> tuple[str, list[str]]:
    """The command line of the conversation and the lines that follow it."""
    [text] = [blocks["text"] for blocks in _sections().values() if "text" in blocks]
    command, *lines = text.splitlines()
    return command, lines


def file_name(title: str) -> str:
    """What the program of a section is called."""
    return title.lower().replace(" ", "_") + ".py"


def _sections() -> dict[str, dict[str, str]]:
    page = PAGE.read_text(encoding="utf-8")
    return {
        section["title"]: {block["language"]: block["code"] for block in _BLOCK.finditer(section["body"])}
        for section in _SECTION.finditer(page)
    }
