"""Running cases: each in a world of its own, side by side over several adapters, confirmed when it fails.

Owns: the order of things in one try, how often it is tried, what a try comes to. Must not know: how an adapter is
reached (`adapters/`), what expectations mean (`expectations.py`), how results are shown (`reports/`).
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue

from msgspec import Struct

from mock_gateway.conformance.adapters.channel import Channel, ChannelError, Crashed, Hung, NotStarted
from mock_gateway.conformance.adapters.protocol import OPS
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.cases.case import Case
from mock_gateway.conformance.evidence import evidence_of
from mock_gateway.conformance.expectations import UNDERSTOOD, NotReported, Run, default_expectations, judge
from mock_gateway.conformance.oracle import Difference
from mock_gateway.conformance.steps import Player, Untestable
from mock_gateway.conformance.verdicts import BY_LEVEL, WORTH_ANOTHER_TRY, Evidence, Result, Verdict

TRIES = 3
"""How often what does not pass is run in all."""
OBSERVING = tuple(name for name, op in OPS.items() if op.observes)


class Job(Struct, frozen=True):
    """One case in one dialect."""

    case: Case
    dialect: str


class Outcome(Struct):
    """What one try came to. difference: None unless something was otherwise than expected."""

    verdict: Verdict
    message: str = ""
    difference: Difference | None = None
    evidence: Evidence | None = None


def select(
    cases: Iterable[Case], dialects: Sequence[str], run: Sequence[str] = ("*",), skip: Sequence[str] = ()
) -> list[Job]:
    """The cases to run, by patterns of ids, in each dialect that they are for."""
    chosen = [case for case in cases if case.fits(tuple(run)) and not case.fits(tuple(skip))]
    return [Job(case, dialect) for case in chosen for dialect in dialects if dialect in case.dialects]


class Runner:
    """Runs cases. make: gives a new way to an adapter. how: the flags that say so, for the command to repeat.

    tell: is told of each result as it comes, one at a time.
    """

    def __init__(
        self,
        bench: Bench,
        make: Callable[[], Channel],
        how: str = "",
        *,
        jobs: int = 4,
        tries: int = TRIES,
        tell: Callable[[Result], None] = lambda _result: None,
    ) -> None:
        self.bench = bench
        self._make = make
        self._how = how
        self._jobs = jobs
        self._tries = tries
        self._tell = tell
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._channels: list[Channel] = []

    def run(self, jobs: Sequence[Job]) -> list[Result]:
        """All of them; the results in the order of the jobs."""
        waiting: SimpleQueue[tuple[int, Job]] = SimpleQueue()
        # What waits in real time goes first, so that the rest is done beside it.
        for number in sorted(range(len(jobs)), key=lambda place: jobs[place].case.clock != "real"):
            waiting.put((number, jobs[number]))
        results: dict[int, Result] = {}
        threads = [
            threading.Thread(target=self._work, args=(waiting, results), name=f"cases-{number}")
            for number in range(max(1, min(self._jobs, len(jobs))))
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException:
            self._stopped.set()
            with self._lock:
                for channel in self._channels:
                    channel.close()  # whoever waits for its adapter waits no longer
            raise
        return [results[number] for number in sorted(results)]

    def _work(self, waiting: SimpleQueue[tuple[int, Job]], results: dict[int, Result]) -> None:
        channel = self._make()
        with self._lock:
            self._channels.append(channel)
        try:
            while not self._stopped.is_set():
                try:
                    number, job = waiting.get_nowait()
                except Empty:
                    return
                result = self.judge(job, channel)
                if self._stopped.is_set():
                    return  # what was cut short says nothing
                with self._lock:
                    results[number] = result
                    self._tell(result)
        finally:
            channel.close()

    # -- one case --------------------------------------------------------------------------------------------------

    def judge(self, job: Job, channel: Channel) -> Result:
        """Run a case until it is certain what comes of it."""
        started = time.monotonic()
        outcomes = [self.attempt(job, channel)]
        # A client that hangs costs its whole deadline every time: once more has to be enough.
        most = min(self._tries, 2) if outcomes[0].verdict is Verdict.TIMEOUT else self._tries
        while outcomes[0].verdict in WORTH_ANOTHER_TRY and len(outcomes) < most:
            outcomes.append(self.attempt(job, channel))
        failed = [one for one in outcomes if one.verdict is not Verdict.PASS]
        told = next((one for one in failed if one.verdict is Verdict.HARNESS_ERROR), (failed or outcomes)[0])
        case, verdict, message = job.case, told.verdict, told.message
        if failed and len(failed) < len(outcomes) and verdict is not Verdict.HARNESS_ERROR:
            message = f"failed {len(failed)} of {len(outcomes)} tries: {message}"
            verdict = Verdict.FLAKY if case.level == "MUST" else verdict
        difference = told.difference
        return Result(
            case=case.id,
            dialect=job.dialect,
            verdict=verdict,
            level=case.level,
            says=case.says,
            family=case.family,
            refs=case.refs,
            message=message,
            field="" if difference is None else difference.field,
            expected="" if difference is None else difference.expected,
            got="" if difference is None else difference.got,
            bucket="" if difference is None else f"{case.id}:{difference.field}",
            tries=len(outcomes),
            failures=len(failed),
            seconds=round(time.monotonic() - started, 3),
            repeat=self._repeat(job),
            evidence=told.evidence,
        )

    def _repeat(self, job: Job) -> str:
        which = f"--dialect {job.dialect} --run {job.case.id} --seed {self.bench.seed}"
        return f"mock-gateway check client {self._how} {which}"

    def attempt(self, job: Job, channel: Channel) -> Outcome:
        """One try, in a world of its own. Raises nothing: a mistake of ours is a verdict too."""
        case = job.case
        missing = case.capabilities - channel.hello().capabilities
        if missing:
            return Outcome(Verdict.UNSUPPORTED, f"needs {', '.join(sorted(missing))}")
        outcome = Outcome(Verdict.PASS)
        variants = case.variants or (case,)
        for variant in variants:
            outcome = self._alone(variant, job.dialect, channel, is_last=variant is variants[-1])
            if outcome.verdict is not Verdict.PASS:
                outcome.message = f"{variant.variant}: {outcome.message}" if variant.variant else outcome.message
                return outcome
        return outcome

    def _alone(self, case: Case, dialect: str, channel: Channel, *, is_last: bool) -> Outcome:
        # Whatever goes wrong on our side must neither end the run nor be held against the client.
        try:
            stage = self.bench.stage(case.id, dialect, clock=case.clock)
            try:
                began, player = time.time(), Player(channel, case, stage)
                outcome = tried(player)
                if outcome.evidence is None and is_last:
                    # What passes is shown too: a report has what the client was put through.
                    outcome.evidence = evidence_of(player, began)
                return outcome
            finally:
                stage.close()
        except Exception as error:
            where = "".join(traceback.format_exception(error)[-2:])
            return Outcome(Verdict.HARNESS_ERROR, f"{type(error).__name__}: {error}", evidence=Evidence(stderr=where))


def tried(player: Player) -> Outcome:
    """Play a case and judge it. Raises nothing that a client could cause."""
    began = time.time()
    try:
        outcome = judged(player.play())
    except Crashed as error:
        outcome = Outcome(Verdict.CRASH, str(error), evidence=Evidence(stderr=error.stderr))
    except Hung as error:
        outcome = Outcome(Verdict.TIMEOUT, str(error), evidence=Evidence(stderr=error.stderr))
    except (ChannelError, Untestable) as error:
        outcome = _stuck(player.run, error)
    if outcome.verdict is not Verdict.PASS:
        stderr = outcome.evidence.stderr if outcome.evidence else ""
        outcome.evidence = evidence_of(player, began, stderr)
    return outcome


def _stuck(run: Run, error: ChannelError | Untestable) -> Outcome:
    """A step could not be taken: because of what the client did before, if that was wrong already."""
    outcome = judged(run, partly=True)
    if outcome.difference is not None:
        return outcome
    stderr = error.stderr if isinstance(error, ChannelError) else ""
    return Outcome(Verdict.UNTESTABLE, str(error), evidence=Evidence(stderr=stderr))


def judged(run: Run, *, partly: bool = False) -> Outcome:
    """What a run comes to. partly: not all steps were taken, so that only what there is can be wrong."""
    case = run.case
    for taken in run.taken.values():
        if taken.reply.error is not None and taken.reply.error.kind == "unsupported":
            difference = Difference("capability", f"{taken.op} done", "unsupported", "declared, but not implemented")
            return Outcome(BY_LEVEL[case.level], str(difference), difference)
    for wanted in [*default_expectations(case, OBSERVING), *case.expect]:
        if partly and wanted.kind not in UNDERSTOOD:
            continue
        try:
            found = next(judge(run, wanted), None)
        except NotReported as missing:
            return Outcome(Verdict.NOT_OBSERVED, f"the adapter does not report {missing}")
        if found is not None:
            return Outcome(BY_LEVEL[case.level], f"{wanted.of}: {found}", found)
    left = run.stage.faults_left() if case.faults else []
    if left:
        # What was to go wrong has not: a client that never asks for it has proved nothing.
        return Outcome(Verdict.UNTESTABLE, f"the client never met the fault: {', '.join(left)}")
    return Outcome(Verdict.PASS)


__all__ = ["Job", "NotStarted", "Outcome", "Runner", "judged", "select"]
