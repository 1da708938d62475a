"""The pieces that a model message is delivered in, and how a text is cut into them.

Owns: `Piece`, the ways of cutting, and the order of pieces within one message (text, then calls, then the
finish). A piece that is known when a scenario loads is made then and shared by every message that uses it.
Must not know: turns, threads, time, bytes on a wire beyond the JSON form of a string.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import zip_longest
from random import Random
from typing import NamedTuple

from msgspec import Struct, json


class PieceKind(IntEnum):
    """What a piece carries."""

    TEXT = 0
    REASONING = 1
    REFUSAL = 2
    CALL = 3
    ARGUMENTS = 4
    FINISH = 5


class Piece(NamedTuple):
    """One delta of a message.

    text: the characters it adds; encoded: the same as a JSON string in UTF-8, made once. FINISH adds
    none; it has the whole text of the message, so that a long one is not put together again for every turn that has it.
    call: position of the tool call that a CALL or ARGUMENTS piece belongs to.
    """

    kind: PieceKind
    text: str = ""
    encoded: bytes = b'""'
    call: int = 0


def json_text(text: str) -> bytes:
    """The JSON string of a text, in UTF-8, with the shortest escapes."""
    return json.encode(text)


class Cut(Struct, frozen=True):
    """How a text is cut.

    by: `tokens`, `words`, `characters`, `whole` or `sizes`.
    low, high: with `sizes`, the least and the most characters of a piece; drawn at random between them.
    """

    by: str = "tokens"
    low: int = 1
    high: int = 1


# A token is a short run of letters with the blank before it, or a run of anything else: the rhythm of a model's output.
_TOKEN = re.compile(r"\s?[^\W\d_]{1,6}|\s?\d{1,3}|\s+|[^\w\s]{1,3}|_")
_WORD = re.compile(r"\s*\S+\s?|\s+")


MOST_BY_RHYTHM = 250_000
"""Characters up to which a text from a client is cut by tokens, words or characters."""
LARGE_PIECES = 20_000
"""Pieces of a text beyond that."""


def cut_text(text: str, cut: Cut, random: Random) -> list[str]:
    """Cut a text so that the pieces joined are the text again.

    random: drawn from only for `sizes` with low < high.
    """
    if not text:
        return []
    match cut.by:
        case "whole":
            return [text]
        case "characters":
            return list(text)
        case "words":
            return _WORD.findall(text)
        case "sizes":
            return list(_by_size(text, cut, random))
        case _:
            return _TOKEN.findall(text)


def _by_size(text: str, cut: Cut, random: Random) -> Iterator[str]:
    start = 0
    while start < len(text):
        size = cut.low if cut.low == cut.high else random.randint(cut.low, cut.high)
        yield text[start : start + size]
        start += size


def cut_given(text: str, cut: Cut, random: Random) -> list[str]:
    """Cut a text that came from a client: as `cut_text`, but megabytes are not cut into a million events."""
    if len(text) <= MOST_BY_RHYTHM or cut.by in ("whole", "sizes"):
        return cut_text(text, cut, random)
    size = -(-len(text) // LARGE_PIECES)
    return cut_text(text, Cut("sizes", size, size), random)


def text_pieces(kind: PieceKind, texts: Iterable[str]) -> list[Piece]:
    """One piece of a kind for each text."""
    return [Piece(kind, text, json_text(text)) for text in texts]


def message_pieces(
    *,
    reasoning: Sequence[str] = (),
    texts: Sequence[str] = (),
    refusal: Sequence[str] = (),
    arguments: Sequence[Sequence[str]] = (),
    in_turn: bool = False,
) -> tuple[Piece, ...]:
    """All pieces of one message in the order of delivery, the finish last.

    arguments: for each tool call, its JSON arguments already cut. in_turn: the calls take turns, piece by piece.
    """
    pieces = text_pieces(PieceKind.REASONING, reasoning)
    pieces += text_pieces(PieceKind.TEXT, texts)
    pieces += text_pieces(PieceKind.REFUSAL, refusal)
    calls = [
        [
            Piece(PieceKind.CALL, call=index),
            *(Piece(PieceKind.ARGUMENTS, part, json_text(part), index) for part in parts),
        ]
        for index, parts in enumerate(arguments)
    ]
    rounds = zip_longest(*calls) if in_turn else calls
    pieces += [piece for one_round in rounds for piece in one_round if piece is not None]
    pieces.append(Piece(PieceKind.FINISH, "".join(texts)))
    return tuple(pieces)
