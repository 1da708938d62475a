"""The engine: turns that begin, go on, pause, are cancelled and end.

Owns: everything that happens to a turn as a whole. Same session, same commands, same times: same facts.
Must not know: HTTP, YAML, wall time. Whoever calls it says what time it is (session time, seconds).

    create_turn(session, command, at)   admit the input, choose a rule, begin               -> Turn or Refusal
    advance(turn, until)                play everything that is due by then
    play_next(turn)                     play one thing, whenever it is due
    cancel_turn(turn, at, delay)        ask it to stop
    next_due / next_skip on Turn        when to come back
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop
from math import inf

from msgspec import Struct

from mock_gateway.core import authorise
from mock_gateway.core.answers import admit, wake_copies
from mock_gateway.core.commands import AUTO, NONE, CreateTurn, UserMessage
from mock_gateway.core.deeds import Began, Cancelled, Closed, progress
from mock_gateway.core.errors import Reason, Refusal, ScriptError
from mock_gateway.core.events import ThreadDone, TurnCreated, TurnDone
from mock_gateway.core.ids import uuid7
from mock_gateway.core.lifecycle import SESSION, TURN, CallState, Happening, SessionState, ThreadState, TurnState, move
from mock_gateway.core.performer import TurnFailed, play, schedule, shift
from mock_gateway.core.pushed import close_pushed
from mock_gateway.core.rules import choose_rule
from mock_gateway.core.script import SubAgentCall
from mock_gateway.core.state import MAIN, Frame, Session, Thread, Turn

CLIENT_CANCELLED = "client-cancelled"
TIMEOUT = "server-execution-timeout"
NEXT_TURN = "cancelled-for-next-turn"


class Policy(Struct, frozen=True):
    """The readings in force for one request (section 12).

    supersede: a running turn is cancelled for the new one instead of refusing it.
    empty_runs: empty input with nothing pending runs the model again instead of being refused.
    ask_again: a user message while only the main thread waits for authorisation is taken instead of being refused; the
    agent goes on with what it was asked before, or asks for the authorisation again.
    """

    supersede: bool = False
    empty_runs: bool = False
    ask_again: bool = False


def create_turn(session: Session, command: CreateTurn, at: float, policy: Policy | None = None) -> Turn:
    """Begin a turn.

    Raises `Refusal` (SES-5, TRN-4, INP-1 to INP-8); then nothing has changed.
    """
    policy = policy or Policy()
    if session.state is SessionState.CANCELLED:
        raise Refusal(
            Reason.SESSION_CANCELLED,
            f"session {session.id} was cancelled and takes no more turns; create a new session",
        )
    previous = _previous(session, command.previous)
    running = session.running
    if running is not None and not policy.supersede:
        raise Refusal(
            Reason.TURN_RUNNING,
            f"turn {running.id} of session {session.id} is running, and only one can; "
            "wait for its turn.done or cancel it first",
        )
    items = command.items or ()
    rest = previous.rest if previous is not None else ()
    if running is not None and previous is running:
        rest = ()  # it will be cancelled, and nothing of it lives on
    waiting = () if policy.ask_again and _waits_alone(rest) else rest
    admit(session.agent, waiting, items, empty_runs=policy.empty_runs)
    played = progress(running)
    if running is not None:
        stop_turn(running, at, NEXT_TURN)
    turn = _new_turn(session, command, previous, at)
    session.deeds.append(Began(played, turn))
    turn.log.facts.append(TurnCreated(at))
    turn.threads = wake_copies(rest, items)
    _start(turn, at)
    return turn


def _previous(session: Session, wanted: str) -> Turn | None:
    if wanted == AUTO:
        return session.turns[-1] if session.turns else None
    if wanted == NONE:
        return None
    turn = session.find(wanted)
    if turn is None:
        raise Refusal(
            Reason.UNKNOWN_TURN,
            f"session {session.id} has no turn {wanted[:80]!r} to chain to; use a turn id of this session, or 'auto'",
            param="previous_turn_id",
        )
    return turn


def _waits_alone(rest: Sequence[Thread]) -> bool:
    """Whether nothing but the main thread waits, and for nothing but authorisation."""
    return len(rest) == 1 and rest[0].state is ThreadState.UNAUTHORISED


def _new_turn(session: Session, command: CreateTurn, previous: Turn | None, at: float) -> Turn:
    turn_id = uuid7(at, session.seed, session.number, "turn", len(session.turns) + 1)
    turn = Turn(session, turn_id, previous, command.items, at)
    turn.created_by = command.created_by or session.created_by
    turn.origin = command.origin
    session.turns.append(turn)
    session.by_id[turn_id] = turn
    session.running = turn
    session.updated_at = at
    return turn


def _start(turn: Turn, at: float) -> None:
    """Set the threads going: those that were paused, or a new main thread with a rule."""
    if not turn.threads:
        try:
            rule = choose_rule(turn)
        except ScriptError as error:
            _fail_turn(turn, at, str(error))
            return
        turn.rule = rule
        main = Thread(MAIN, MAIN, [Frame(rule.script)], rule=rule, servers=rule.servers, bound=dict(turn.captures))
        turn.threads = [main]
    else:
        _apply_refused(turn)
    main = turn.threads[0]
    fresh = main.state in (ThreadState.READY, ThreadState.UNAUTHORISED)
    if not fresh:
        authorise.connect(turn, main, at)
    turn.sandbox_first = fresh and _needs_sandbox(turn, main)
    for thread in turn.threads:
        if thread.state in (ThreadState.READY, ThreadState.PAUSED, ThreadState.UNAUTHORISED):
            schedule(turn, thread, at)


def _needs_sandbox(turn: Turn, main: Thread) -> bool:
    """Whether the main thread begins with a sandbox: always, or for a document that came now or before a lock."""
    sandbox = turn.session.agent.sandbox
    if sandbox is None:
        return False
    before = turn.previous if main.state is ThreadState.UNAUTHORISED else None
    files = (file for item in turn.items or () if isinstance(item, UserMessage) for file in item.files)
    return sandbox.at_once or any(not file.is_image for file in files) or (before is not None and before.sandbox_first)


def _apply_refused(turn: Turn) -> None:
    """A person refused a server that the main thread waits for: play the rule's `on_refused`, if it has one."""
    main = turn.threads[0]
    if main.state is not ThreadState.UNAUTHORISED or main.rule is None or main.rule.on_refused is None:
        return
    records = turn.session.authorisations
    if any(records[name].state == "refused" for name in main.servers if name in records):
        main.frames = [Frame(main.rule.on_refused)]
        main.servers = ()


def advance(turn: Turn, until: float) -> None:
    """Play everything that is due by `until` (session time), in order."""
    while turn.state is TurnState.RUNNING:
        tasks = turn.tasks
        due = tasks[0][0] if tasks else inf
        stop = min(turn.stop_at, turn.deadline)
        if due > until and stop > until:
            break
        _play_first(turn, due, stop)
    turn.log.wake()


def play_next(turn: Turn) -> None:
    """Play the one thing that is due first, whenever that is; of what is due together, the first alone."""
    if turn.next_due() < inf:
        due = turn.tasks[0][0] if turn.tasks else inf
        _play_first(turn, due, min(turn.stop_at, turn.deadline))
    turn.log.wake()


def _play_first(turn: Turn, due: float, stop: float) -> None:
    """due: when the first task is. stop: when a cancellation or the timeout is."""
    if due <= stop:
        thread = heappop(turn.tasks)[3]
        _play(turn, thread, due)
        if not turn.tasks:
            _settle(turn, due)
    elif turn.deadline <= turn.stop_at:
        stop_turn(turn, turn.deadline, TIMEOUT)
    else:
        _stop_gently(turn, turn.stop_at)


def _play(turn: Turn, thread: Thread, at: float) -> None:
    try:
        play(turn, thread, at)
    except TurnFailed as error:
        _fail_turn(turn, at, str(error))


def _settle(turn: Turn, at: float) -> None:
    """Nothing is left to play: the turn is over, paused, or held."""
    if turn.state is not TurnState.RUNNING:
        return
    if turn.stopping:
        stop_turn(turn, at, CLIENT_CANCELLED)
        return
    if any(thread.state is ThreadState.HELD for thread in turn.threads):
        return
    if turn.pushed is not None:
        close_pushed(turn, at)
    alive = [thread for thread in turn.threads if thread.state is not ThreadState.ENDED]
    if any(thread.state is ThreadState.UNAUTHORISED for thread in alive):
        authorise.ask(turn, at)
    turn.rest = tuple(alive)
    _end(turn, Happening.FINISH, at)


def _end(turn: Turn, happening: Happening, at: float) -> None:
    turn.state = move(TURN, turn.state, happening)
    turn.completed_at = at
    turn.session.updated_at = at
    if turn.session.running is turn:
        turn.session.running = None
    turn.tasks = []
    turn.threads = []
    turn.log.facts.append(TurnDone(at))


def _fail_turn(turn: Turn, at: float, text: str) -> None:
    _close_threads(turn, at, "the turn failed")
    turn.error = text
    _end(turn, Happening.FAIL, at)


def cancel_turn(turn: Turn, at: float, delay: float = 0.0) -> None:
    """Ask a turn to stop (CAN-1): it takes effect after `delay` seconds; a finished turn is left alone (CAN-4)."""
    if turn.is_running and turn.stop_at == inf and not turn.stopping:
        turn.session.deeds.append(Cancelled(progress(turn), at, delay))
        turn.stop_at = at + delay


def close_session(session: Session) -> None:
    """Let a session take no more turns; what runs goes on."""
    session.deeds.append(Closed(progress(session.running)))
    session.state = move(SESSION, session.state, Happening.CANCEL)


def cancel_session(session: Session, at: float, delay: float = 0.0, *, for_good: bool = False) -> None:
    """Cancel the running turn, if any (SES-6); for_good: the session takes no more turns (reading `cancel`)."""
    if for_good:
        close_session(session)
    turn = session.running
    if turn is not None:
        cancel_turn(turn, at, delay)


def _stop_gently(turn: Turn, at: float) -> None:
    """Abort what can be aborted; a tool that runs is waited for (CAN-2)."""
    turn.stop_at = inf
    running = [entry for entry in turn.tasks if entry[3].state is ThreadState.CALLING]
    if not any(_has_running_tool(entry[3]) for entry in running):
        stop_turn(turn, at, CLIENT_CANCELLED)
        return
    turn.stopping = True
    turn.tasks = sorted(running, key=lambda entry: entry[:3])


def _has_running_tool(thread: Thread) -> bool:
    return any(not isinstance(call.call, SubAgentCall) and call.state is not CallState.CLOSED for call in thread.calls)


def stop_turn(turn: Turn, at: float, reason: str) -> None:
    """End a turn as cancelled, now."""
    _close_threads(turn, at, "cancelled")
    if turn.session.sandbox_id is not None:
        turn.session.sandbox_stopped = True
    turn.cancel_reason = reason
    _end(turn, Happening.CANCEL, at)
    turn.log.wake()


def _close_threads(turn: Turn, at: float, why: str) -> None:
    """End every thread, children before parents (THR-2)."""
    for thread in reversed(turn.threads):
        if thread.state is ThreadState.ENDED:
            continue
        shift(thread, Happening.CANCEL)
        if not thread.is_main:
            turn.log.facts.append(ThreadDone(at, thread, error=why))


def waiting_threads(session: Session) -> Sequence[Thread]:
    """The threads of the latest turn that wait for the user."""
    return session.turns[-1].rest if session.turns else ()
