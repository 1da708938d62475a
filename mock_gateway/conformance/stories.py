"""Many small cases through one adapter, one after the other in one world: hundreds a second.

Owns: keeping the client open from one story to the next. What it finds is to be confirmed by a `Runner`, which gives
every try a world and a client of its own. Must not know: where stories come from.
"""

from __future__ import annotations

from mock_gateway.conformance.adapters.channel import Channel
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.cases.case import Case
from mock_gateway.conformance.runner import Outcome, tried
from mock_gateway.conformance.steps import Player
from mock_gateway.conformance.verdicts import Verdict

BROKEN_OFF = (Verdict.CRASH, Verdict.TIMEOUT, Verdict.UNTESTABLE)
"""After these the adapter is another one."""


class Stories:
    """One adapter in one world. dialect: of the world; clock: `virtual` or `real`."""

    def __init__(self, bench: Bench, channel: Channel, dialect: str, *, clock: str = "virtual") -> None:
        self.stage = bench.stage("stories", dialect, clock=clock)
        self._channel = channel
        self._is_open = False
        self._options: object = {}

    def tell(self, case: Case) -> Outcome:
        """Play a case as it is, without variants, and judge it; once."""
        self.stage.clear()
        is_open = self._is_open and case.options == self._options
        outcome = tried(Player(self._channel, case, self.stage, is_open=is_open))
        self._options = case.options
        self._is_open = outcome.verdict not in BROKEN_OFF
        return outcome

    def events(self) -> int:
        """How many events the turns of the last story had, beside those that begin and end them."""
        sessions = self.stage.sessions()
        turns = sessions[-1].turns if sessions else ()
        kinds = [kind for turn in turns for kind in self.stage.truth(turn).events or ()]
        return sum(kind not in ("turn.created", "turn.done") for kind in kinds)

    def close(self) -> None:
        """Forget the world."""
        self.stage.close()
