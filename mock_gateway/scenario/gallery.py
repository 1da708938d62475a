"""Where the scenarios are that come with the package."""

from __future__ import annotations

from pathlib import Path


def gallery_path() -> Path:
    """The folder of the gallery: in the installed package, else at the top of the source tree."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "gallery"
    return packaged if packaged.is_dir() else package.parent / "scenarios"
