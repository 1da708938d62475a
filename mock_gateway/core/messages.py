"""Making a model message from a step: its pieces, its calls with their ids.

A message that does not depend on what happened was cut when the scenario loaded; here it only gets its ids.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.core.ids import digest, random_for
from mock_gateway.core.pieces import Piece, cut_given, message_pieces
from mock_gateway.core.scope import resolve, resolve_text, thread_scope
from mock_gateway.core.script import Call, Say, Step, SubAgentCall
from mock_gateway.core.state import Message, OpenCall, Thread, Turn, json_compact

SILENCE = Say()


def compose(turn: Turn, thread: Thread, step: Step, at: float) -> Message:
    """The message of a step. Raises `ScriptError` when a template cannot be evaluated."""
    session, say = turn.session, step.say or SILENCE
    number = session.messages + 1
    if step.pieces is not None and not step.calls:
        pieces, arguments = step.pieces, []
    else:
        scope = thread_scope(turn, thread)
        arguments = [json_compact(resolve(call_arguments(call), scope)) for call in step.calls]
        pieces = step.pieces if step.pieces is not None else _cut(turn, number, say, step, arguments, scope)
    session.messages = number
    finish = say.finish_reason or ("tool_calls" if step.calls else "stop")
    message = Message(number, thread.id, at, pieces, finish)
    message.usage = say.usage
    message.plain = not (say.reasoning or say.refusal)
    message.calls = tuple(
        open_call(turn, thread, call, text, message) for call, text in zip(step.calls, arguments, strict=True)
    )
    return message


def call_arguments(call: Call) -> object:
    """The arguments of a call as data."""
    if isinstance(call, SubAgentCall):
        return {"name": call.name, "input": call.input}
    return call.arguments


def open_call(turn: Turn, thread: Thread, call: Call, arguments: str, message: Message) -> OpenCall:
    """A call with an id of its own."""
    session = turn.session
    session.calls += 1
    call_id = "call_" + digest(6, session.seed, session.number, "call", session.calls).hex()
    return OpenCall(call_id, call, arguments, message, thread.id)


def _cut(
    turn: Turn, number: int, say: Say, step: Step, arguments: list[str], scope: Mapping[str, object]
) -> tuple[Piece, ...]:
    random = random_for(turn.session.seed, turn.session.number, "cut", number)
    return message_pieces(
        reasoning=cut_given(resolve_text(say.reasoning, scope), say.cut, random),
        texts=say.texts if say.texts is not None else cut_given(resolve_text(say.text, scope), say.cut, random),
        refusal=cut_given(resolve_text(say.refusal, scope), say.cut, random),
        arguments=[cut_given(text, call.cut, random) for call, text in zip(step.calls, arguments, strict=True)],
        in_turn=step.interleave.by == "calls",
    )
