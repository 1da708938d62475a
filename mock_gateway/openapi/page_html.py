"""Writing HTML that cannot be broken by what it shows.

Owns: elements, escaping, and the little markup that descriptions use (paragraphs, `code`, fenced
blocks, rule ids). A plain `str` is escaped wherever it goes in; only `Html` passes as it is.
Must not know: OpenAPI. The page is put together in `page.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import escape
from typing import Any

_AREAS = "NET|ERR|API|SES|TRN|INP|STR|SEQ|EVT|MSG|THR|TOO|MCP|SBX|LOG|SEV|DRA|CAN|PAG|CLI"
RULE_ID = re.compile(rf"\b(?:V1-)?(?:{_AREAS})-[0-9]+\b")
_MARKED = re.compile(rf"`(?P<code>[^`]+)`|(?P<rule>{RULE_ID.pattern})")
_FENCED = re.compile(r"```\w*\n(.*?)```", re.DOTALL)


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def html(value: object) -> Html:
    """The value as HTML, escaped unless it is HTML already."""
    return value if isinstance(value, Html) else Html(escape(str(value), quote=True))


def join(parts: Iterable[object], separator: str = "") -> Html:
    """The parts as HTML, one after the other; the separator is escaped too."""
    return Html(html(separator).join(html(part) for part in parts))


def element(name: str, *content: object, **attributes: str) -> Html:
    """One element.

    attributes: by name, `_` for `-`; a trailing `_` keeps clear of Python's words (`class_`, `for_`).
    """
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{html(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{written}>{join(content)}</{name}>")


def rule_link(rule: str) -> Html:
    """A rule id that leads to its line in the index of rules."""
    return element("a", rule, class_="rule", href=f"#rule-{rule}")


def inline(text: str) -> Html:
    """One paragraph's text: `code` and rule ids are marked, the rest is escaped."""
    parts: list[object] = []
    end = 0
    for match in _MARKED.finditer(text):
        parts.append(text[end : match.start()])
        code, rule = match["code"], match["rule"]
        parts.append(rule_link(rule) if code is None else element("code", code))
        end = match.end()
    return join([*parts, text[end:]])


def prose(text: str) -> Html:
    """A description: paragraphs and fenced blocks."""
    blocks: list[Html] = []
    for index, piece in enumerate(_FENCED.split(text)):
        if index % 2:
            blocks.append(element("pre", element("code", piece.rstrip("\n"))))
        else:
            blocks += [element("p", inline(part.strip())) for part in piece.split("\n\n") if part.strip()]
    return join(blocks)


def json_block(value: Any) -> Html:
    """A value as indented JSON."""
    return element("pre", element("code", json.dumps(value, indent=2, ensure_ascii=False)))


def fold(summary: object, *content: object) -> Html:
    """Content that opens on a click."""
    return element("details", element("summary", summary), *content)
