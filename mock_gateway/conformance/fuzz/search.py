"""Looking for the smallest story that breaks a client.

Owns: the order of the search, buckets, shrinking, confirming, what is left out after a find, the budget. A story that
fails is made smaller as long as it fails in the same way (its bucket: the verdict and the field that differs).
Must not know: how an adapter is reached, what a find looks like in a file (`finds.py`).

    the base alone -> each feature alone, at a glance -> each feature alone -> wire features in pairs -> features
    together, until the budget is spent
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from random import Random

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import Flaky, HypothesisException, NoSuchExample
from msgspec import Struct, field

from mock_gateway.conformance.adapters.channel import Channel
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.fuzz.features import Feature, singles
from mock_gateway.conformance.fuzz.grow import stories
from mock_gateway.conformance.fuzz.story import Story, one_line
from mock_gateway.conformance.runner import Job, Outcome, Runner
from mock_gateway.conformance.stories import BROKEN_OFF, Stories
from mock_gateway.conformance.verdicts import Result, Verdict
from mock_gateway.core.errors import MockGatewayError

FAILURES = (Verdict.FAIL, Verdict.CRASH, Verdict.TIMEOUT, Verdict.UNTESTABLE)
UNMET = "the client never met the fault"
"""A story in which the fault had no place says nothing."""
ALWAYS = ("as_told", "journal")
"""What is expected of every story."""
ROTATE = 1000
"""Stories in one world; then another one, so that nothing piles up."""
SHRINK_SECONDS = 15.0
"""For making one find smaller; a client that hangs is slow at it."""


class Budget(Struct):
    """What a search may take. stories: in all; seconds: at most; finds: after so many it ends.

    base, glance, single, pair, together: stories of one round of each kind.
    """

    stories: int = 12_000
    seconds: float = 60.0
    finds: int = 10
    base: int = 40
    glance: int = 5
    single: int = 12
    pair: int = 4
    together: int = 40


class Round(Struct, frozen=True):
    """What is looked at together. most: stories."""

    dialect: str
    always: tuple[Feature, ...]
    maybe: tuple[Feature, ...]
    most: int


class Find(Struct, frozen=True):
    """A story that breaks the client. bucket: in which way; result: of its confirmation. tried: stories until then.

    events: of its turns, beside those that begin and end them.
    """

    story: Story
    dialect: str
    bucket: str
    result: Result
    tried: int
    events: int


class Harness(Exception):
    """A defect of ours came up; the search ends. The message says where."""


class Spent(Exception):
    """The budget is spent."""


class Search(Struct):
    """A search of one client. make: gives a way to its adapter. dialects: that it speaks. leave_out: names of features.

    how: the flags that say how the adapter is reached. tell: is told of each find.
    """

    bench: Bench
    make: Callable[[], Channel]
    dialects: tuple[str, ...]
    seed: int = 0
    budget: Budget = field(default_factory=Budget)
    leave_out: frozenset[str] = frozenset()
    how: str = ""
    tell: Callable[[Find], None] = lambda _find: None
    tried: int = 0
    finds: list[Find] = field(default_factory=list)
    channel: Channel | None = None
    worlds: dict[tuple[str, str], Stories] = field(default_factory=dict)
    until: float = 0.0
    known: set[str] = field(default_factory=set)
    events: int = 0

    def run(self) -> list[Find]:
        """Search until the budget is spent. Raises `Harness`, `ChannelError` where the adapter does not start."""
        self.until = time.monotonic() + self.budget.seconds
        self.channel = self.make()
        try:
            capabilities = self.channel.hello().capabilities
            for one in self._rounds(capabilities):
                if len(self.finds) >= self.budget.finds:
                    break
                self._look(one)
        except Spent:
            pass
        finally:
            self._leave_worlds()
            self.channel.close()
        return self.finds

    def _rounds(self, capabilities: frozenset[str]) -> Iterator[Round]:
        """What to look at, one after the other."""
        budget = self.budget
        yield from (Round(dialect, (), (), budget.base) for dialect in self.dialects)
        for most in (budget.glance, budget.single):
            for one in singles(capabilities):
                for dialect in self.dialects:
                    if one in self._usable(dialect, capabilities) and not self._is_found(one):
                        yield Round(dialect, (one,), (), max(1, round(most * one.share)))
        for dialect in self.dialects:
            wires = [
                one for one in self._usable(dialect, capabilities) if one.name.startswith("wire.") and one.share == 1
            ]
            for pair in combinations(wires, 2):
                if not self._is_found(*pair):
                    yield Round(dialect, pair, (), budget.pair)
        random = Random(self.seed)
        while True:
            dialect = random.choice(self.dialects)
            left = [one for one in self._usable(dialect, capabilities) if not self._is_found(one)]
            models = [one for one in left if one.name.startswith(("model.", "ask.")) and not one.alone]
            wires = [one for one in left if one.name.startswith("wire.") and one.share == 1]
            if not models or not wires:
                return
            maybe = tuple(random.sample(wires, min(3, len(wires))))
            yield Round(dialect, (random.choice(models),), maybe, budget.together)

    def _usable(self, dialect: str, capabilities: frozenset[str]) -> list[Feature]:
        left = [one for one in singles(capabilities) if one.name not in self.leave_out]
        return [one for one in left if dialect in one.dialects]

    def _is_found(self, *features: Feature) -> bool:
        """Whether one of these was needed for a find already: it would hide what else there is."""
        needed = {name for found in self.finds for name in found.story.features}
        return any(one.name in needed for one in features)

    # -- one round ---------------------------------------------------------------------------------------------------

    def _look(self, round: Round) -> None:
        """Look for one find in one round; it is made small, confirmed and told."""
        aim = _Aim(self.known)
        names = ",".join(one.name for one in (*round.always, *round.maybe))
        try:
            find(
                stories(round.dialect, round.always, round.maybe),
                lambda story: self._breaks(story, round.dialect, aim),
                settings=settings(
                    max_examples=round.most,
                    database=None,
                    deadline=None,
                    phases=[Phase.generate, Phase.shrink],
                    suppress_health_check=list(HealthCheck),
                ),
                random=Random(f"{self.seed}:{round.dialect}:{names}:{round.most}"),
            )
        except (NoSuchExample, Flaky):
            pass
        except HypothesisException as error:
            raise Harness(f"{type(error).__name__}: {error}") from error
        if aim.smallest is not None:
            self._settle(aim, round.dialect)

    def _breaks(self, story: Story, dialect: str, aim: _Aim) -> bool:
        if aim.is_over:
            return False
        if self.tried >= self.budget.stories or (time.monotonic() > self.until and aim.smallest is None):
            raise Spent
        bucket = bucket_of(self.play(story, dialect))
        return aim.hit(story, bucket, self.events)

    def play(self, story: Story, dialect: str) -> Outcome:
        """Play a story once, in a world that others were played in. Raises `Harness`."""
        assert self.channel is not None
        self.tried += 1
        if self.tried % ROTATE == 0:
            self._leave_worlds()
        place = (dialect, story.clock)
        if place not in self.worlds:
            self._leave_worlds()  # a client is open for one world at a time
            self.worlds[place] = Stories(self.bench, self.channel, dialect, clock=story.clock)
        try:
            outcome = self.worlds[place].tell(story.case())
        except MockGatewayError as error:
            raise Harness(f"{error}\n{one_line(story.document('HARNESS', '', dialect, ''))}") from error
        if outcome.verdict in FAILURES:
            self.events = self.worlds[place].events()
        if outcome.verdict in BROKEN_OFF:
            self._leave_worlds()
        if outcome.verdict is Verdict.HARNESS_ERROR:
            raise Harness(f"{outcome.message}\n{one_line(story.document('HARNESS', '', dialect, ''))}")
        return outcome

    def _leave_worlds(self) -> None:
        while self.worlds:
            self.worlds.popitem()[1].close()

    def _settle(self, aim: _Aim, dialect: str) -> None:
        """Confirm what was found, each time in a world of its own and with a fresh client; only then it is told."""
        story = aim.smallest
        assert story is not None
        self.known.add(aim.bucket)
        if story.faults and bucket_of(self.play(bare(story), dialect)) == aim.bucket:
            story = bare(story)  # the fault has nothing to do with it
        channel = self.make()
        try:
            runner = Runner(self.bench, self.make, self.how)
            result = runner.judge(Job(story.case(f"FUZZ-{len(self.finds) + 1}"), dialect), channel)
        finally:
            channel.close()
        if result.verdict is Verdict.HARNESS_ERROR:
            raise Harness(result.message)
        if result.verdict is not Verdict.PASS:
            self.finds.append(Find(story, dialect, aim.bucket, result, self.tried, aim.events))
            self.tell(self.finds[-1])


class _Aim(Struct):
    """What one round is after: the first bucket that it hits, and the smallest story in it."""

    known: set[str]
    bucket: str = ""
    smallest: Story | None = None
    size: tuple[int, ...] = ()
    events: int = 0
    until: float = 0.0

    @property
    def is_over(self) -> bool:
        """Whether it has been made smaller for long enough."""
        return self.smallest is not None and time.monotonic() > self.until

    def hit(self, story: Story, bucket: str, events: int) -> bool:
        """Whether a story is one to go on with."""
        if not bucket or (self.bucket or bucket) != bucket or bucket in self.known:
            return False
        if self.smallest is None:
            self.bucket, self.until = bucket, time.monotonic() + SHRINK_SECONDS
        size = size_of(story, events)
        if self.smallest is None or size < self.size:
            self.smallest, self.size, self.events = story, size, events
        return True


def bare(story: Story) -> Story:
    """A story without its faults, and without what is expected because of them."""
    left = tuple(one for one in story.expect if next(iter(one)) in ALWAYS)
    return Story(story.agent, story.steps, (), left, story.clock, story.features, story.options)


def size_of(story: Story, events: int) -> tuple[int, ...]:
    """What is smaller counts: faults, steps, events, then everything that is said."""
    text = json.dumps([story.agent, story.steps, story.faults])
    return (len(story.faults), len(story.steps), events, len(text))


def bucket_of(outcome: Outcome) -> str:
    """In which way a story failed; empty when it did not."""
    if outcome.verdict not in FAILURES or outcome.message.startswith(UNMET):
        return ""
    name = outcome.difference.field if outcome.difference is not None else ""
    return f"{outcome.verdict}:{name}"
