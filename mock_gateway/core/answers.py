"""What input fits (INP-1, INP-3 to INP-8), and taking it in.

Owns: admission, all or nothing, before anything changes; then copying the threads that wait, with their
answers.
A turn starts from a copy, so that another turn can still start from the same place.
"""

from __future__ import annotations

from collections.abc import Sequence

from mock_gateway.core.commands import Item, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.core.lifecycle import CALL, Happening, ThreadState, move
from mock_gateway.core.script import Agent
from mock_gateway.core.state import Frame, OpenCall, Siblings, Thread

Answer = ToolApproval | ToolAnswer

SHOWN = 80
"""Characters of an id that somebody made up: an error does not repeat all that was sent."""
MOST = 10
"""Ids of that kind in one error."""


def admit(agent: Agent, rest: Sequence[Thread], items: Sequence[Item], *, empty_runs: bool = False) -> None:
    """Check input against what is pending.

    rest: the threads that live on from the turn that this one chains to.
    empty_runs: whether input may be empty when nothing is pending.
    Raises `Refusal`; nothing is changed (INP-8).
    """
    messages = [item for item in items if isinstance(item, UserMessage)]
    answers = [item for item in items if not isinstance(item, UserMessage)]
    if messages and answers:
        raise Refusal(
            Reason.MIXED_INPUT,
            "input mixes user messages with approvals or tool responses; send one kind or the other",
            param="input",
        )
    pending = [call for thread in rest for call in thread.pending()]
    locked = any(thread.state is ThreadState.UNAUTHORISED for thread in rest)
    if pending:
        _admit_answers(pending, messages, answers)
    elif locked:
        _admit_resume(messages, answers)
    else:
        _admit_messages(agent, messages, answers, empty_runs=empty_runs)


def _admit_messages(
    agent: Agent, messages: Sequence[UserMessage], answers: Sequence[Answer], *, empty_runs: bool
) -> None:
    if answers:
        ids = _listed([answer.call_id[:SHOWN] for answer in answers])
        raise Refusal(
            Reason.DOES_NOT_FIT_PENDING,
            f"no tool call is pending, but input answers {ids}; send a user message",
            param="input",
        )
    if not messages and not empty_runs:
        raise Refusal(
            Reason.NOTHING_TO_DO, "nothing is pending, so input needs at least one user message", param="input"
        )
    if agent.sandbox is None:
        for file in (file for message in messages for file in message.files if not file.is_image):
            raise Refusal(
                Reason.SANDBOX_REQUIRED,
                f"file {file.name[:SHOWN]!r} ({file.mime[:SHOWN]}) is no image, and agent {agent.name!r} has "
                "no sandbox; send images only, or enable the agent's sandbox",
                param="input",
            )


def _admit_resume(messages: Sequence[UserMessage], answers: Sequence[Answer]) -> None:
    if messages:
        raise Refusal(
            Reason.MESSAGE_WHILE_AUTH,
            "the previous turn ended with mcp.auth_required; resume it with no input, "
            "a user message is not allowed before that",
            param="input",
        )
    if answers:
        ids = _listed([answer.call_id[:SHOWN] for answer in answers])
        raise Refusal(
            Reason.DOES_NOT_FIT_PENDING,
            f"authorisation is pending, no tool call is, but input answers {ids}; resume with no input",
            param="input",
        )


def _admit_answers(pending: Sequence[OpenCall], messages: Sequence[UserMessage], answers: Sequence[Answer]) -> None:
    if messages:
        ids = ", ".join(call.id for call in pending)
        raise Refusal(
            Reason.MESSAGE_WHILE_PENDING,
            f"tool calls are pending ({ids}); answer each of them, a user message is not allowed before that",
            param="input",
        )
    wrong = _mistakes(pending, answers)
    if wrong:
        raise Refusal(
            Reason.DOES_NOT_FIT_PENDING,
            "input has to hold exactly one item for each pending tool call: " + "; ".join(dict.fromkeys(wrong)),
            param="input",
        )


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - MOST} more" if len(ids) > MOST else ""
    return ", ".join(ids[:MOST]) + more


def _mistakes(pending: Sequence[OpenCall], answers: Sequence[Answer]) -> list[str]:
    by_id = {call.id: call for call in pending}
    seen: set[str] = set()
    wrong = []
    strange = []
    for answer in answers:
        call = by_id.get(answer.call_id)
        if call is None:
            strange.append(repr(answer.call_id[:SHOWN]))
        elif answer.call_id in seen:
            wrong.append(f"{answer.call_id} is answered twice")
        elif answer.thread_id != call.thread_id:
            wrong.append(f"{answer.call_id} is in thread {call.thread_id}, not {answer.thread_id[:SHOWN]!r}")
        elif call.needs_approval != isinstance(answer, ToolApproval):
            kind = "user.tool_approval" if call.needs_approval else "user.tool_response"
            wrong.append(f"{answer.call_id} needs a {kind}")
        seen.add(answer.call_id)
    if strange:
        wrong.append(f"not pending: {_listed(strange)}")
    missing = [call.id for call in pending if call.id not in seen]
    if missing:
        wrong.append("missing: " + ", ".join(missing))
    return wrong


def wake_copies(rest: Sequence[Thread], items: Sequence[Item]) -> list[Thread]:
    """Copy the threads that wait, with their answers filled in."""
    answers = {item.call_id: item for item in items if not isinstance(item, UserMessage)}
    copies: dict[int, Thread] = {}
    calls: dict[int, OpenCall] = {}
    for thread in rest:
        copy = _copy_thread(thread, calls)
        copy.parent = copies[id(thread.parent)] if thread.parent is not None else None
        copy.parent_call = calls[id(thread.parent_call)] if thread.parent_call is not None else None
        copies[id(thread)] = copy
    threads = list(copies.values())
    for thread in threads:
        for call in list(thread.pending()):
            _decide(call, answers[call.id])
    return threads


def _copy_thread(thread: Thread, calls: dict[int, OpenCall]) -> Thread:
    for call in thread.calls:
        calls[id(call)] = _copy_call(call)
    return Thread(
        id=thread.id,
        name=thread.name,
        frames=[Frame(frame.script, frame.index, frame.rounds) for frame in thread.frames],
        siblings=_copy_siblings(thread.siblings),
        rule=thread.rule,
        servers=thread.servers,
        bound=dict(thread.bound),
        state=thread.state,
        step=thread.step,
        entered=thread.entered,
        message=thread.message,
        calls=tuple(calls[id(call)] for call in thread.calls),
        children=thread.children,
        last_message=thread.last_message,
    )


def _copy_call(call: OpenCall) -> OpenCall:
    return OpenCall(
        call.id,
        call.call,
        call.arguments,
        call.message,
        call.thread_id,
        call.state,
        call.allowed,
        call.reason,
        call.answer,
        call.result,
    )


def _copy_siblings(siblings: Siblings | None) -> Siblings | None:
    # Siblings share one record; after a pause each goes on with its own, which keeps the order deterministic.
    return None if siblings is None else Siblings(siblings.policy, siblings.random)


def _decide(call: OpenCall, answer: Answer) -> None:
    call.state = move(CALL, call.state, Happening.DECIDE)
    if isinstance(answer, ToolApproval):
        call.allowed = answer.allow
        call.reason = answer.reason
    else:
        call.answer = answer.content
        call.result = answer.content
