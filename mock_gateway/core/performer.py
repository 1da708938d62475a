"""Playing a script: one thread at a time, one step at a time.

Owns: what each state of a thread does next (`PLAY`, a table), and the facts that come of it.
A thread is played at the time it was due, never at the time somebody noticed; so the same script gives the same times.
Must not know: when a turn begins or ends (`engine.py`), which input fits (`answers.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush

from mock_gateway.core import listed
from mock_gateway.core.authorise import connect, missing_servers
from mock_gateway.core.errors import ScriptError
from mock_gateway.core.events import (
    ApprovalRequired,
    Deltas,
    MessageStarted,
    ResponseRequired,
    SandboxCreated,
    ThreadCreated,
    ThreadDone,
    ToolResponded,
)
from mock_gateway.core.ids import random_for, uuid4
from mock_gateway.core.lifecycle import CALL, THREAD, Happening, ThreadState, move
from mock_gateway.core.messages import compose
from mock_gateway.core.pushed import close_pushed
from mock_gateway.core.scope import incoming_of_call, resolve, resolve_text, thread_scope
from mock_gateway.core.script import NEVER, Branch, Pace, Step, SubAgentCall, ToolCall
from mock_gateway.core.state import Frame, Message, OpenCall, Siblings, Thread, Turn, json_compact

MOST_STEPS = 100_000
"""Steps of one turn; more is a script that goes round without end."""


class TurnFailed(Exception):
    """The main thread's script ends the turn with an error; the text is for a person."""


def schedule(turn: Turn, thread: Thread, due: float) -> None:
    """Play a thread again at a time."""
    turn.ticks += 1
    rank = 0.0
    if thread.siblings is not None and thread.state is ThreadState.SPEAKING:
        rank = thread.siblings.rank(thread.name, thread.id)
    heappush(turn.tasks, (due, rank, turn.ticks, thread))


def play(turn: Turn, thread: Thread, at: float) -> None:
    """Let a thread go on, at the time at which it was due. Raises `TurnFailed`."""
    try:
        PLAY[thread.state](turn, thread, at)
    except ScriptError as error:
        fail(turn, thread, at, str(error))


def shift(thread: Thread, happening: Happening) -> None:
    """Move a thread through its lifecycle."""
    thread.state = move(THREAD, thread.state, happening)


def begin(turn: Turn, thread: Thread, at: float) -> None:
    """Connect the thread's MCP servers and play; or wait for their authorisation (MCP-1)."""
    missing = missing_servers(turn.session, thread, at)
    if missing:
        shift(thread, Happening.LOCK)
        return
    connect(turn, thread, at)
    if thread.is_main and turn.sandbox_first:
        ensure_sandbox(turn, at)
    if thread.state is ThreadState.UNAUTHORISED:
        shift(thread, Happening.GO_ON)
    _next_step(turn, thread, at)


def _next_step(turn: Turn, thread: Thread, at: float) -> None:
    """Take the next step of the script, or end the thread."""
    while thread.frames:
        frame = thread.frames[-1]
        if frame.index >= len(frame.script):
            thread.frames.pop()
            continue
        turn.steps += 1
        if turn.steps > MOST_STEPS:
            raise TurnFailed(f"the script went round {MOST_STEPS} steps without an end")
        thread.step = frame.script[frame.index]
        if not thread.entered:
            turn.trace.append((thread.id, thread.step))
        if not _take(turn, thread, thread.step, at):
            return
    _finish_thread(turn, thread, at)


def _take(turn: Turn, thread: Thread, step: Step, at: float) -> bool:
    """Begin a step. True when it was over at once and the next one can follow."""
    if step.until_cancelled:
        shift(thread, Happening.HOLD)
        return False
    if step.wait and not thread.entered:
        thread.entered = True
        shift(thread, Happening.WAIT)
        schedule(turn, thread, at + step.wait)
        return False
    if step.say is not None or step.calls:
        _start_message(turn, thread, step, at)
        return False
    if step.events and listed.play_events(turn, thread, step.events, at, schedule):
        return False
    return _close_step(turn, thread, step, at)


def _resume_after_wait(turn: Turn, thread: Thread, at: float) -> None:
    shift(thread, Happening.GO_ON)
    _next_step(turn, thread, at)


# -- a message ---------------------------------------------------------------------------------------------------------


def _start_message(turn: Turn, thread: Thread, step: Step, at: float) -> None:
    if thread.is_main:
        turn.iterations += 1
        limit = turn.session.agent.limits.iterations
        if turn.iterations > limit:
            raise TurnFailed(f"iteration limit of {limit} reached")
    message = compose(turn, thread, step, at)
    shift(thread, Happening.SPEAK)
    speak(turn, thread, message, pace_of(turn, step.say.pace if step.say else None), at)


def pace_of(turn: Turn, pace: Pace | None) -> Pace:
    """The pace of a message: its own, or its agent's."""
    return turn.session.agent.pace if pace is None else pace


def speak(turn: Turn, thread: Thread, message: Message, pace: Pace, at: float) -> None:
    """Begin to deliver a message."""
    turn.log.facts.append(MessageStarted(at, message))
    thread.message = message
    thread.calls = message.calls
    thread.position = 0
    thread.pace = pace
    if pace.jitter:
        thread.random = random_for(turn.session.seed, turn.session.number, "pace", message.number)
    schedule(turn, thread, at + pace.first)


def _say_pieces(turn: Turn, thread: Thread, at: float) -> None:
    """Deliver what is due: one piece, or all that is left when nothing can come between."""
    message, pace = thread.message, thread.pace
    assert message is not None and pace is not None
    # The last piece is the end, which a message that is never finished does not come to.
    first, last = thread.position, len(message.pieces) - (message.finish_reason == NEVER)
    if first == last:
        _break_off(turn, thread, at)
        return
    alone = not turn.tasks or turn.tasks[0][0] > at
    stop = last if pace.gap == 0 and alone and turn.stop_at > at else first + 1
    turn.log.facts.append(Deltas(at, message, first, stop))
    thread.position = stop
    if stop < last:
        schedule(turn, thread, at + _gap(thread, pace))
    elif message.finish_reason == NEVER:
        _break_off(turn, thread, at)
    else:
        _end_message(turn, thread, message, at)


def _gap(thread: Thread, pace: Pace) -> float:
    if thread.random is None or not pace.jitter:
        return pace.gap
    return pace.gap * (1 + pace.jitter * (2 * thread.random.random() - 1))


def _break_off(turn: Turn, thread: Thread, at: float) -> None:
    """A message is never finished: the turn fails in the middle of it, or waits until it is cancelled."""
    step = thread.step
    if step is not None and step.fail is not None:
        fail(turn, thread, at, resolve_text(step.fail, thread_scope(turn, thread)))
    else:
        shift(thread, Happening.HOLD)


def _end_message(turn: Turn, thread: Thread, message: Message, at: float) -> None:
    message.complete = True
    turn.messages.append(message)
    thread.last_message = message
    thread.message = thread.random = None
    if thread.step is not None and thread.step.events:
        shift(thread, Happening.GO_ON)
        _next_step(turn, thread, at)
    elif any(call.is_gated for call in thread.calls):
        _pause(turn, thread, at)
    elif thread.calls:
        run_calls(turn, thread, at)
    else:
        shift(thread, Happening.GO_ON)
        _continue(turn, thread, at)


# -- calls -------------------------------------------------------------------------------------------------------------


def _pause(turn: Turn, thread: Thread, at: float) -> None:
    """Ask the user. No other call of the message runs before that (TOO-2)."""
    shift(thread, Happening.PAUSE)
    gated = [call for call in thread.calls if call.is_gated]
    for call in gated:
        call.state = move(CALL, call.state, Happening.PAUSE)
    client = tuple(call for call in gated if not call.needs_approval)
    approve = tuple(call for call in gated if call.needs_approval)
    if client:
        turn.log.facts.append(ResponseRequired(at, thread.id, client))
    if approve:
        turn.log.facts.append(ApprovalRequired(at, thread.id, approve))


def run_calls(turn: Turn, thread: Thread, at: float) -> None:
    """Run the calls of the last message that may run; together they take as long as the longest."""
    shift(thread, Happening.CALL)
    running = [call.call for call in thread.calls if isinstance(call.call, ToolCall) and _runs(call)]
    if any(call.in_sandbox for call in running):
        ensure_sandbox(turn, at)
    takes = max((call.takes for call in running), default=0.0)
    schedule(turn, thread, at + takes)


def _runs(call: OpenCall) -> bool:
    return not call.is_client_side and not call.is_denied


def ensure_sandbox(turn: Turn, at: float) -> None:
    """Make the session's sandbox, once (SBX-1)."""
    session, sandbox = turn.session, turn.session.agent.sandbox
    if sandbox is None or session.sandbox_id is not None:
        return
    session.sandbox_id = sandbox.id or f"sandbox-{uuid4(session.seed, session.number, 'sandbox')[:8]}"
    turn.log.facts.append(SandboxCreated(at, session.sandbox_id))


def _close_calls(turn: Turn, thread: Thread, at: float) -> None:
    """Results in the order of the calls, then the sub-agents (THR-2)."""
    scope = thread_scope(turn, thread)
    for call in thread.calls:
        if isinstance(call.call, ToolCall):
            _close_call(turn, thread, call, call.call, scope, at)
    spawned = [call for call in thread.calls if isinstance(call.call, SubAgentCall)]
    if turn.stopping:
        return
    if spawned:
        shift(thread, Happening.SPAWN)
        _spawn(turn, thread, spawned, scope, at)
    else:
        shift(thread, Happening.GO_ON)
        _continue(turn, thread, at)


def _close_call(
    turn: Turn, thread: Thread, call: OpenCall, plan: ToolCall, scope: dict[str, object], at: float
) -> None:
    call.state = move(CALL, call.state, Happening.FINISH)
    if call.is_client_side:
        return
    if call.is_denied:
        reason = call.reason or "no reason provided"
        call.result = {"error": f"User denied tool call: {reason}"}
    elif plan.fails is not None:
        call.result = {"error": resolve_text(plan.fails, scope)}
    else:
        call.result = resolve(plan.returns, scope)
    content = call.result if isinstance(call.result, str) else json_compact(call.result)
    turn.log.facts.append(ToolResponded(at, thread.id, call.id, content))


def _spawn(turn: Turn, parent: Thread, calls: list[OpenCall], scope: dict[str, object], at: float) -> None:
    assert parent.step is not None
    session = turn.session
    siblings = Siblings(parent.step.interleave, random_for(session.seed, session.number, "order", calls[0].id))
    parent.children = len(calls)
    threads = [new_thread(turn, parent, call, siblings, scope) for call in calls]
    for thread in threads:
        turn.log.facts.append(ThreadCreated(at, thread))
    for thread in threads:
        schedule(turn, thread, at)


def new_thread(turn: Turn, parent: Thread, call: OpenCall, siblings: Siblings, scope: dict[str, object]) -> Thread:
    """A thread for a sub-agent call."""
    plan, session = call.call, turn.session
    assert isinstance(plan, SubAgentCall)
    session.threads += 1
    task = resolve(plan.input, scope)
    thread = Thread(
        id=uuid4(session.seed, session.number, "thread", session.threads),
        name=plan.name,
        frames=[Frame(plan.script)],
        parent=parent,
        parent_call=call,
        siblings=siblings,
        servers=plan.servers,
        bound={**parent.bound, "task": task},
    )
    turn.threads.append(thread)
    return thread


# -- going on ----------------------------------------------------------------------------------------------------------


def _continue(turn: Turn, thread: Thread, at: float) -> None:
    """The step has everything it asked for: close it and go on."""
    step = thread.step
    assert step is not None
    if _close_step(turn, thread, step, at):
        _next_step(turn, thread, at)


def _close_step(turn: Turn, thread: Thread, step: Step, at: float) -> bool:
    """Remember results, set state, fail, choose branches. False when the thread has ended."""
    if thread.calls:
        _bind_results(thread)
    if step.set:
        scope = thread_scope(turn, thread)
        turn.values = {**turn.values, **{name: resolve(value, scope) for name, value in step.set.items()}}
    if step.fail is not None:
        fail(turn, thread, at, resolve_text(step.fail, thread_scope(turn, thread)))
        return False
    frame = thread.frames[-1]
    frame.rounds += 1
    if step.repeat and frame.rounds >= step.repeat:
        frame.index += 1
        frame.rounds = 0
    calls, thread.calls, thread.entered = thread.calls, (), False
    for branch in _branches(turn, thread, step, calls):
        thread.frames.append(Frame(branch.script))
    return True


def _bind_results(thread: Thread) -> None:
    bound, calls = thread.bound, thread.calls
    bound["results"] = [call.result for call in calls]
    bound["result"] = calls[-1].result
    decided = [call for call in calls if call.allowed is not None]
    for call in sorted(decided, key=lambda call: call.is_denied)[-1:]:
        status = "deny" if call.is_denied else "allow"
        bound["approval"] = {"status": status, "reason": call.reason or "", "tool": call.name}
    answers = [call.answer for call in calls if call.answer is not None]
    if answers:
        bound["answers"], bound["answer"] = answers, answers[0]


def _branches(turn: Turn, thread: Thread, step: Step, calls: tuple[OpenCall, ...]) -> list[Branch]:
    """The branches to take, last one first: after an answer, then after a decision."""
    denied = [call for call in calls if call.is_denied]
    allowed = [call for call in calls if call.allowed]
    decided = (step.on_deny, denied) if denied else (step.on_allow, allowed)
    answered = (step.on_answer, [call for call in calls if call.answer is not None])
    chosen = [_choose(turn, thread, branches, about) for branches, about in (decided, answered) if about]
    return [branch for branch in chosen if branch is not None]


def _choose(turn: Turn, thread: Thread, branches: tuple[Branch, ...], calls: list[OpenCall]) -> Branch | None:
    for branch in branches:
        if branch.when is None:
            return branch
        for call in calls:
            captures = branch.when.match(incoming_of_call(turn, call))
            if captures is not None:
                if captures:
                    thread.bound["match"] = captures
                return branch
    return None


def _finish_thread(turn: Turn, thread: Thread, at: float) -> None:
    shift(thread, Happening.FINISH)
    thread.step = None
    if thread.parent is None:
        return
    output = thread.last_message
    result = output.text() if output is not None else ""
    _report(turn, thread, at, result, "")
    turn.log.facts.append(ThreadDone(at, thread, output=output))
    _join(turn, thread.parent, at)


def fail(turn: Turn, thread: Thread, at: float, text: str) -> None:
    """End a sub-agent's thread with an error (THR-3). In the main thread: raises `TurnFailed`."""
    if thread.parent is None:
        raise TurnFailed(text)
    shift(thread, Happening.FAIL)
    _report(turn, thread, at, {"error": text}, json_compact({"error": text}))
    turn.log.facts.append(ThreadDone(at, thread, error=text))
    _join(turn, thread.parent, at)


def _report(turn: Turn, thread: Thread, at: float, result: object, content: str) -> None:
    """Answer the parent's call. Its content is empty when all went well: the text is in `thread.done` (chosen)."""
    call, parent = thread.parent_call, thread.parent
    assert call is not None and parent is not None
    if turn.pushed is not None:
        close_pushed(turn, at, thread)
    call.state = move(CALL, call.state, Happening.FINISH)
    call.result = result
    turn.log.facts.append(ToolResponded(at, parent.id, call.id, content))


def _join(turn: Turn, parent: Thread, at: float) -> None:
    parent.children -= 1
    if parent.children == 0:
        schedule(turn, parent, at)


def _after_join(turn: Turn, thread: Thread, at: float) -> None:
    shift(thread, Happening.GO_ON)
    _continue(turn, thread, at)


PLAY: dict[ThreadState, Callable[[Turn, Thread, float], None]] = {
    ThreadState.READY: begin,
    ThreadState.UNAUTHORISED: begin,
    ThreadState.WAITING: _resume_after_wait,
    ThreadState.SPEAKING: _say_pieces,
    ThreadState.PAUSED: run_calls,
    ThreadState.CALLING: _close_calls,
    ThreadState.JOINING: _after_join,
}
