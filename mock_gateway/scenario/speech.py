"""What an agent says: messages, how they are cut and paced.

Owns: `Say`, `Cut` and `Pace` of the core from what was read. Must not know: steps (`scripts.py`).
"""

from __future__ import annotations

from typing import Any

from mock_gateway.core.ids import random_for
from mock_gateway.core.pieces import Cut
from mock_gateway.core.script import Pace, Say, Usage
from mock_gateway.scenario.records import Record
from mock_gateway.scenario.scopes import Place
from mock_gateway.scenario.templates import Template
from mock_gateway.scenario.words import filler
from mock_gateway.scenario.workshop import Workshop


def make_cut(value: Any, shop: Workshop) -> Cut:
    """How a text is cut; the agent's way when nothing was said."""
    if value is None:
        return shop.cut
    if isinstance(value, str):
        return Cut(value)
    if "size" in value:
        return Cut("sizes", value["size"], value["size"])
    low, high = value["sizes"]
    if low > high:
        shop.mistakes.append(
            value.mistake(f"the least is {low} and the most {high}", "put the least first", key="sizes")
        )
    return Cut("sizes", low, high)


def make_pace(value: Any) -> Pace | None:
    """How fast pieces come; None when nothing was said."""
    if value is None:
        return None
    if isinstance(value, Record):
        rate = value.get("rate")
        return Pace(value.get("first", 0.0), 1 / rate if rate else 0.0, value.get("jitter", 0.0))
    return Pace() if value == "instant" else Pace(gap=1 / value)


def make_say(value: str | Template | Record, place: Place, path: str, shop: Workshop) -> Say:
    """A message from its text or from its record."""
    if not isinstance(value, Record):
        return Say(text=shop.text(value, place), cut=shop.cut)
    texts = _texts(value, path, shop)
    usage = value.get("usage")
    return Say(
        text="".join(texts) if texts is not None else shop.text(value.get("text", ""), place),
        texts=texts if "cut" not in value else None,
        cut=make_cut(value.get("cut"), shop),
        pace=make_pace(value.get("pace")),
        finish_reason=value.get("finish"),
        reasoning=shop.text(value.get("reasoning", ""), place),
        refusal=shop.text(value.get("refusal", ""), place),
        usage=Usage(**usage.values) if usage else None,
    )


def _texts(value: Record, path: str, shop: Workshop) -> tuple[str, ...] | None:
    """The pieces of a text that is not cut by rule."""
    if "words" in value:
        return filler(value["words"], random_for(shop.seed, shop.file, path, "words"))
    pieces: tuple[str, ...] | None = value.get("pieces")
    return pieces
