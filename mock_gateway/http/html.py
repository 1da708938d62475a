"""HTML that people see: one shell for all pages, and the headers that keep a page to itself.

Owns: escaping, style, the content security policy. Pages run no script and load nothing from anywhere.
Must not know: what the pages say (`pages.py`, `consent.py`).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape

from starlette.responses import HTMLResponse, Response

STYLE = """
:root {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #14171c); --panel: light-dark(#f5f6f8, #1c2128);
  --ink: light-dark(#1c2128, #e3e7ed); --faint: light-dark(#5b6675, #98a3b3);
  --line: light-dark(#dde1e7, #303743); --link: light-dark(#0b57b0, #7db4ff);
  --good: light-dark(#17713a, #63d18f); --bad: light-dark(#a62b2b, #ff9a92);
  --strong: light-dark(#0b57b0, #9cc4ff); --on-strong: light-dark(#ffffff, #10141a);
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif;
  overflow-wrap: anywhere }
main { max-width: 50rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem }
p { margin: .5rem 0 }
a { color: var(--link) }
code, pre { font: .88em/1.55 ui-monospace, Consolas, monospace }
p code, dd code { background: var(--panel); border-radius: 4px; padding: .1em .3em }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .9rem; overflow-x: auto;
  overflow-wrap: normal; margin: .5rem 0 }
.faint { color: var(--faint) }
.links { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; margin: 1rem 0 0 }
dl { margin: 0 }
.agents { border-top: 1px solid var(--line) }
.agents div { display: grid; grid-template-columns: minmax(9rem, 15rem) 1fr; gap: 0 1rem; padding: .4rem 0;
  border-bottom: 1px solid var(--line) }
dt { font-weight: 600 }
dd { margin: 0; color: var(--faint) }
.card { max-width: 30rem; margin: 8vh auto 2rem; padding: 2rem; border: 1px solid var(--line); border-radius: 14px;
  background: var(--panel) }
.card dl { margin: 1.25rem 0; display: grid; grid-template-columns: auto 1fr; gap: .35rem 1rem }
.card dt { font-weight: 400; color: var(--faint) }
.card dd { color: var(--ink) }
.card dd code, .card p code { background: var(--paper) }
.card .faint { font-size: .85rem; margin: 1.5rem 0 0 }
.allowed { color: var(--good) } .refused { color: var(--bad) }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem }
button { font: inherit; font-weight: 600; padding: .55rem 1.6rem; border-radius: 8px; border: 1px solid var(--line);
  background: var(--paper); color: var(--ink); cursor: pointer }
button.first { background: var(--strong); border-color: var(--strong); color: var(--on-strong) }
button:hover { filter: brightness(1.08) }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
@media (max-width: 34rem) { .agents div { grid-template-columns: 1fr } .card { margin-top: 0; padding: 1.25rem } }
"""
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' "
    "rx='4' fill='%230b57b0'/%3E%3Cpath d='M4 12V7a4 4 0 0 1 8 0v5M8 12V8' fill='none' stroke='white' "
    "stroke-width='1.6'/%3E%3C/svg%3E"
)

_INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)


def text(value: object) -> str:
    """A value as HTML text, or inside an attribute's quotes."""
    return escape(str(value), quote=True)


def page(title: str, body: str, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    """A page.

    title: as text. body: HTML, what stands in `<main>`; every value in it has gone through `text`.
    """
    document = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{text(title)}</title>\n<link rel="icon" href="{ICON}">\n<style>{STYLE}</style>\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
    return HTMLResponse(document, status, {**guarded(document), **(headers or {})})


def guarded(document: str) -> dict[str, str]:
    """The headers of a page: its own style and script by their hashes, its own forms, and nothing else."""
    allowed: dict[str, list[str]] = {"style": [], "script": []}
    for kind, content in _INLINE.findall(document):
        digest = b64encode(sha256(content.encode()).digest()).decode()
        allowed[kind].append(f"'sha256-{digest}'")
    parts = ["default-src 'none'", "img-src data:", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]
    parts += [f"{kind}-src {' '.join(hashes)}" for kind, hashes in allowed.items() if hashes]
    return {
        "content-security-policy": "; ".join(parts),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }
