"""`python tests/gallery/gallery_page.py` writes docs/gallery.md; a test fails while the page is another.

Owns: the text of that page. Must not know: how the first lines of a file are read (`gallery_files.py`).
"""

from __future__ import annotations

from gallery_files import ROOT, GalleryFile, gallery_files

PAGE = ROOT / "docs" / "gallery.md"

_HEAD = """\
# The gallery

Each file in [`scenarios/`](../scenarios) is one small agent that shows one thing; the agent is named like its file.
Serve all of them, then send the message of the last column to the agent of your choice:

```sh
mock-gateway serve --scenarios scenarios
```

`--speed 10` plays everything ten times faster, `--speed 0` at once. Copy the file that is nearest to what you need and
change it: a running server notices. Programs that use them are in [programs.md](programs.md).

| file | what it shows | what to send |
|---|---|---|
"""

_FOOT = """
[`scenarios/common/`](../scenarios/common) holds what several agents share; it is included, never served by itself.
"""


def page() -> str:
    """The whole page, made from the first lines of the files."""
    return _HEAD + "".join(map(_row, gallery_files())) + _FOOT


def _row(file: GalleryFile) -> str:
    return f"| [{file.name}](../scenarios/{file.name}.yaml) | {_cell(file.shows)} | {_cell(file.message)} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
