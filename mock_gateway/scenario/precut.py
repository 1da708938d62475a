"""Messages that depend on nothing that happens: cut into their pieces when the scenario loads.

Owns: telling such messages, and the pieces of filler, which share their words.
Must not know: how a message is made while a turn runs (`core/messages.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from msgspec.structs import replace

from mock_gateway.core.ids import random_for
from mock_gateway.core.messages import call_arguments
from mock_gateway.core.pieces import Piece, PieceKind, cut_text, message_pieces
from mock_gateway.core.script import Call, Say, SubAgentCall
from mock_gateway.core.state import json_compact
from mock_gateway.scenario.binding import is_static
from mock_gateway.scenario.words import word_piece

_SILENCE = Say()
_UNUSED = Random(0)
_MANY = 100
"""Texts of a message from which on it pays to look for pieces that repeat."""


def cut_now(
    say: Say | None, calls: Sequence[Call], chance: tuple[object, ...], *, in_turn: bool = False
) -> tuple[Piece, ...] | None:
    """All pieces of a message; None when it holds an expression, or when there is no message.

    chance: what a cut that is drawn depends on. in_turn: the calls take turns.
    """
    if say is None and not calls:
        return None
    if say is not None and not (is_static(say.text) and is_static(say.reasoning) and is_static(say.refusal)):
        return None
    if not all(is_static(call.input if isinstance(call, SubAgentCall) else call.arguments) for call in calls):
        return None
    if say is not None and say.texts is not None and len(say.texts) > _MANY:
        whole = _pieces(replace(say, texts=("".join(say.texts),)), calls, chance, in_turn)
        return tuple(_in_words(whole, say.texts))
    return _pieces(say or _SILENCE, calls, chance, in_turn)


def _pieces(say: Say, calls: Sequence[Call], chance: tuple[object, ...], in_turn: bool) -> tuple[Piece, ...]:
    cuts = [say.cut, *(call.cut for call in calls)]
    # Seeding takes longer than cutting, and hardly any message draws.
    random = random_for(*chance) if any(cut.low != cut.high for cut in cuts) else _UNUSED
    return message_pieces(
        reasoning=cut_text(str(say.reasoning), say.cut, random),
        texts=cut_text(str(say.text), say.cut, random) if say.texts is None else say.texts,
        refusal=cut_text(str(say.refusal), say.cut, random),
        arguments=[cut_text(json_compact(call_arguments(call)), call.cut, random) for call in calls],
        in_turn=in_turn,
    )


def _in_words(pieces: Sequence[Piece], texts: Sequence[str]) -> Iterator[Piece]:
    """The same with the one piece of text taken apart."""
    for piece in pieces:
        if piece.kind is PieceKind.TEXT:
            yield from map(word_piece, texts)
        else:
            yield piece
