"""Filler text: as many words as a scenario asks for, the same in every run.

Owns: the word list, the rhythm of sentences, one piece for each form of a word. Must not know: scenarios.
A scenario may ask for a hundred thousand words, and starting must stay quick: words are drawn as bytes and looked up.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random

from mock_gateway.core.pieces import Piece, PieceKind, text_pieces

_LIST = """
about account after again agent almost along among answer around because before behind below between beyond bridge
bright budget calm careful castle chapter clear close cloud column common corner count course cursor daily detail
dinner during early either engine enough evening event every expected familiar figure final follow further garden
gentle given growth harbour however inside instead invoice journey known large later letter light likely little longer
margin matter measure middle morning narrow nearly notice number often order other outside paper partly pattern period
plain planned quarter quiet rather reason record report result river rough second section several shape should signal
simple small sometimes source steady stream summer table term thread through together toward under until usual value
various version water whether window winter within without yellow yesterday
"""
_WORDS = _LIST.split() * 2
"""128 words, twice: one for each byte."""
_INNER = [f" {word}" for word in _WORDS]
_FIRST = [f" {word.capitalize()}" for word in _WORDS]
_LAST = [f" {word}." for word in _WORDS]
_SHORTEST, _SPREAD = 6, 9
"""Words of the shortest sentence; how many lengths there are."""


def filler(count: int, random: Random) -> tuple[str, ...]:
    """Words of sentences, each but the first with the blank before it."""
    drawn = random.randbytes(count)
    texts = [_INNER[byte] for byte in drawn]
    start = 0
    for length in random.randbytes(count // _SHORTEST + 1):
        if start >= count:
            break
        last = min(start + _SHORTEST + length % _SPREAD, count) - 1
        texts[last] = _LAST[drawn[last]]
        texts[start] = _FIRST[drawn[start]] if start < last else f"{_FIRST[drawn[start]]}."
        start = last + 1
    texts[0] = texts[0].lstrip()
    return tuple(texts)


@lru_cache(4096)
def word_piece(text: str) -> Piece:
    """The piece of one word; of filler there are only a few hundred, which all messages share."""
    return text_pieces(PieceKind.TEXT, [text])[0]
