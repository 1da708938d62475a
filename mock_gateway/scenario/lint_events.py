"""Explicit lists of events that would break the contract.

Owns: following a list event by event (which threads live, which calls are open) and naming what a server that keeps the
contract never sends: TOO-1, THR-1, THR-2, V1-THR-3, SBX-1. Must not know: how events are played (`core/listed.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct, field

from mock_gateway.core.script import NEVER, ListedEvent, Position, ToolCall
from mock_gateway.scenario.errors import did_you_mean

Finding = tuple[Position | None, str, str]
"""Where, what, what to do."""

MAIN = "main"
_MAKE_CALL = "make it with { message: { call: { id: ..., tool: ... } } }"


class StoryCall(Struct):
    """A call that a message made. started: the label of the thread that it began."""

    thread: str
    tool: ToolCall
    answered: bool = False
    started: str = ""


class StoryThread(Struct):
    """A thread. parent: its parent's label. call: the label of the call that started it."""

    parent: str
    call: str = ""
    ended: bool = False


class Story(Struct):
    """What happened in a list so far: calls and threads by their labels."""

    calls: dict[str, StoryCall] = field(default_factory=dict)
    threads: dict[str, StoryThread] = field(default_factory=lambda: {MAIN: StoryThread("")})
    sandboxes: int = 0


def lint_events(events: tuple[ListedEvent, ...]) -> Iterator[Finding]:
    """Everything in a list that breaks the contract."""
    story = Story()
    for event in events:
        yield from follow(story, event)
    for label, thread in story.threads.items():
        if label != MAIN and not thread.ended:
            hint = f"add {{ thread_done: {{ thread: {label} }} }}"
            yield events[-1].position, f"the thread `{label}` is still there when the list ends (THR-2)", hint


def follow(story: Story, event: ListedEvent) -> Iterator[Finding]:
    """What one more event breaks; the story goes on with it."""
    yield from _FOLLOW[event.kind](story, event)


def _living(story: Story, event: ListedEvent, label: str) -> Iterator[Finding]:
    thread = story.threads.get(label)
    if thread is None:
        hint = did_you_mean(label, list(story.threads))
        yield event.position, f"the thread `{label}` was not created before (THR-2)", hint
    elif thread.ended:
        yield event.position, f"the thread `{label}` has ended before (THR-2)", "move the event before its thread_done"


def _known(story: Story, event: ListedEvent) -> Iterator[Finding]:
    if event.call not in story.calls:
        hint = did_you_mean(event.call, list(story.calls))
        yield event.position, f"no call `{event.call}` was made before (TOO-1)", hint or _MAKE_CALL


def _message(story: Story, event: ListedEvent) -> Iterator[Finding]:
    yield from _living(story, event, event.thread)
    if event.say is not None and event.say.finish_reason == NEVER:
        yield event.position, "a listed message cannot break off: the list goes on behind it", "say it in a step"
    for label, call in event.calls:
        if label in story.calls:
            yield call.position, f"the label `{label}` names an earlier call already", "give every call its own label"
        story.calls[label] = StoryCall(event.thread, call)


def _tool_response(story: Story, event: ListedEvent) -> Iterator[Finding]:
    yield from _living(story, event, event.thread)
    yield from _known(story, event)
    call = story.calls.get(event.call)
    if call is None:
        return
    if call.thread != event.thread:
        message = f"the call `{event.call}` was made in the thread `{call.thread}`, not in `{event.thread}` (TOO-1)"
        yield event.position, message, f"write `thread: {call.thread}`"
    if call.answered:
        yield event.position, f"the call `{event.call}` was answered before (TOO-1)", ""
    call.answered = True


def _thread_created(story: Story, event: ListedEvent) -> Iterator[Finding]:
    yield from _living(story, event, event.parent)
    yield from _known(story, event)
    if event.thread == MAIN:
        yield event.position, "`main` is there from the start; it is never created (THR-1)", "give the thread a label"
    elif event.thread in story.threads:
        yield (
            event.position,
            f"the thread `{event.thread}` was created before (THR-2)",
            "each thread has its own label",
        )
    else:
        story.threads[event.thread] = StoryThread(event.parent, event.call)
    call = story.calls.get(event.call)
    if call is None:
        return
    if call.thread != event.parent:
        message = f"the call `{event.call}` was made in the thread `{call.thread}`, not in `{event.parent}` (THR-2)"
        yield event.position, message, f"write `parent: {call.thread}`"
    if call.answered:
        message = f"the call `{event.call}` was answered before; it starts no thread any more (THR-2)"
        yield event.position, message, "move the event before its tool_response"
    if call.started:
        yield event.position, f"the call `{event.call}` started the thread `{call.started}` already (THR-2)", ""
    call.started = event.thread


def _thread_done(story: Story, event: ListedEvent) -> Iterator[Finding]:
    if event.thread == MAIN:
        yield event.position, "`main` never ends by thread_done (THR-1)", "the turn ends by itself after the list"
        return
    yield from _living(story, event, event.thread)
    for label, thread in story.threads.items():
        if thread.parent == event.thread and not thread.ended:
            message = f"the thread `{label}` would outlive `{event.thread}`, which started it (THR-2)"
            yield event.position, message, "end the inner thread first"
    yield from _answered_above(story, event)
    if event.thread in story.threads:
        story.threads[event.thread].ended = True


def _answered_above(story: Story, event: ListedEvent) -> Iterator[Finding]:
    thread = story.threads.get(event.thread)
    call = story.calls.get(thread.call) if thread is not None and not thread.ended else None
    # A thread that fails may leave its call without a result.
    if thread is not None and call is not None and not call.answered and event.error is None:
        message = f"the thread `{event.thread}` is done, and its call `{thread.call}` has no result yet (V1-THR-3)"
        yield event.position, message, f"put its tool_response before: {{ tool_response: {{ call: {thread.call} }} }}"


def _mcp_initialize(story: Story, event: ListedEvent) -> Iterator[Finding]:
    yield from _living(story, event, event.thread)


def _sandbox_created(story: Story, event: ListedEvent) -> Iterator[Finding]:
    story.sandboxes += 1
    if story.sandboxes > 1:
        yield event.position, "a session has one sandbox (SBX-1)", "leave one of them out"


_FOLLOW: dict[str, Callable[[Story, ListedEvent], Iterator[Finding]]] = {
    "message": _message,
    "tool_response": _tool_response,
    "thread_created": _thread_created,
    "thread_done": _thread_done,
    "mcp_initialize": _mcp_initialize,
    "sandbox_created": _sandbox_created,
}
