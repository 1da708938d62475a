"""The files of the gallery, as a reader of their first lines sees them.

Owns: which files there are, their `# shows:` and `# try:` lines. Must not know: servers, what a scenario does.
Next: `gallery_page.py`, the table that is made of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"
_LINE = re.compile(r"# (shows|try): (\S.*)")


@dataclass(frozen=True, slots=True)
class GalleryFile:
    """One scenario. name: its agent's, and the file's stem. shows, message: empty when the line is missing."""

    name: str
    shows: str
    message: str


def gallery_file(path: Path) -> GalleryFile:
    """Read the first two lines of a file."""
    lines = path.read_text(encoding="utf-8").splitlines()[:2]
    found = {match[1]: match[2] for match in map(_LINE.fullmatch, lines) if match}
    return GalleryFile(path.stem, found.get("shows", ""), found.get("try", ""))


def gallery_files() -> list[GalleryFile]:
    """All scenarios, by name; what they share lies in folders below and is none."""
    return [gallery_file(path) for path in sorted(SCENARIOS.glob("*.yaml"))]
