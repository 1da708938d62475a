"""Texts of strangers, made harmless: what a client, its adapter or a server said must not act where it is shown.

Owns: one function for each place where text ends up. Must not know: any report.
"""

from __future__ import annotations

import re
from html import escape

PLAIN = frozenset(" ,-()/='+.:;")
"""Punctuation that means nothing to Markdown within a line."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINKS = re.compile(r"(?i)(?<=www)\.|:(?=/)")


def printable(text: str) -> str:
    """For a terminal: control characters, which could move its cursor, as escapes; lines and tabs stay."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in "\n\t" else repr(one)[1:-1] for one in text)


def one_line(text: str, most: int = 400) -> str:
    """The same on one line, and not endless."""
    cut = text if len(text) <= most else text[:most] + "…"
    return printable(cut).replace("\n", "\\n").replace("\t", "\\t")


def xml(text: str) -> str:
    """For XML, between tags or in quotes; what XML cannot hold at all becomes an escape."""
    return escape(_NOT_XML.sub(lambda found: repr(found[0])[1:-1], text))


def markdown(text: str) -> str:
    """For Markdown within a line, in a table too: nothing in it is markup, HTML or a link."""
    flat = one_line(text)
    safe = "".join(one if one.isalnum() or one in PLAIN or ord(one) > 127 else f"&#{ord(one)};" for one in flat)
    return _LINKS.sub(lambda found: f"&#{ord(found[0])};", safe)


def fenced(text: str) -> str:
    """For Markdown as a block of code, whatever is in it."""
    runs = [len(run) for run in re.findall("`+", text)]
    fence = "`" * max(3, *(run + 1 for run in runs), 0)
    return f"{fence}\n{printable(text)}\n{fence}"
