"""Sessions, turns, streams that survive a drop, lists: what a program does with a gateway.

Owns: which request when, the cursor, when a stream has ended.
Must not know: bytes (`wire.py`, `sse.py`), shapes of events (`dialects.py`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from contract_tests.mutants.dialects import Beta, Reader
from contract_tests.mutants.errors import Failure
from contract_tests.mutants.fold import Bit, Fold
from contract_tests.mutants.sse import Message, Parser
from contract_tests.mutants.wire import Answer, Wire

Json = dict[str, Any]
Tell = Callable[[int, Bit, int | None], None]
"""Is told of each event as it is delivered: its count, what it is, its number."""


class Following:
    """One turn that is being read.

    last: the number of the last event that was delivered, or the cursor. count: events that were delivered. wait:
    seconds before coming back. failed: how often in a row nothing new came. parser: of the stream that is read.
    """

    parser: Parser

    def __init__(self, session: str, reader: Reader, fold: Fold) -> None:
        self.session = session
        self.reader = reader
        self.fold = fold
        self.last: int | None = None
        self.count = 0
        self.wait = 0.02
        self.failed = 0


class Client:
    """A client of one gateway."""

    parser: type[Parser] = Parser
    reader: type[Reader] = Reader
    fold: type[Fold] = Fold
    most_failures = 5

    def __init__(self, wire: Wire, dialect: Beta, tell: Tell) -> None:
        self.wire = wire
        self.dialect = dialect
        self.tell = tell

    # -- sessions and lists

    def create_session(self, agent: str) -> str:
        """A new session; its id."""
        answer = self.wire.send("POST", self.dialect.base, {"agent_name": agent})
        return str(self.wire.json(answer)["data"]["id"])

    def get_session(self, session: str) -> str:
        """Find a session again; its id."""
        return str(self.wire.json(self.wire.send("GET", self.dialect.session(session)))["data"]["id"])

    def pages(self, path: str, query: Json) -> Iterator[Json]:
        """All items of a list."""
        token, seen = None, set()
        while True:
            asked = query if token is None else {**query, "page_token": token}
            page = self.wire.json(self.wire.send("GET", path, query=asked))
            yield from page["data"]
            token = self.next_token(page)
            if not token:
                return
            if token in seen:
                raise Failure("protocol", "the list leads in a circle")
            seen.add(token)

    def next_token(self, page: Json) -> str | None:
        """Where a list goes on."""
        return (page.get("pagination") or {}).get("next_page_token")

    def limit(self, wanted: int | None) -> Json:
        """The size of pages."""
        return {} if wanted is None else {"limit": wanted}

    def list_sessions(self, agent: str, limit: int | None) -> list[str]:
        """All sessions of an agent."""
        items = self.pages(self.dialect.base, {"agent_name": agent, **self.limit(limit)})
        return [item["id"] for item in items]

    def list_turns(self, session: str, limit: int | None) -> list[str]:
        """All turns of a session."""
        return [item["id"] for item in self.pages(f"{self.dialect.session(session)}/turns", self.limit(limit))]

    def list_events(self, session: str, turn: str, limit: int | None) -> Fold:
        """All stored events of a turn."""
        fold, reader = self.fold(), self.reader()
        for event in self.pages(f"{self.dialect.turn(session, turn)}/events", self.limit(limit)):
            bit = reader.read(event)
            fold.events.append(bit.type)
            fold.add(bit)
        fold.turn_id = turn
        return fold

    # -- turns

    def body(self, items: list[Json] | None, previous: str | None) -> Json:
        """What asks for a turn."""
        body: Json = {} if items is None else {"input": items}
        return body if previous is None else {**body, "previous_turn_id": previous}

    def start(self, session: str, items: list[Json] | None, previous: str | None = None) -> tuple[str, str]:
        """A turn without a stream; its id and status."""
        body = {**self.body(items, previous), "stream": False}
        turn = self.wire.json(self.wire.send("POST", f"{self.dialect.session(session)}/turns", body))["data"]
        return turn["id"], turn["state"]["status"]

    def state(self, session: str, turn: str) -> Fold:
        """What the state of a turn tells."""
        state = self.wire.json(self.wire.send("GET", self.dialect.turn(session, turn)))["data"]["state"]
        fold, reader = self.fold(), self.reader()
        for event in self.dialect.output(state):
            fold.add(reader.read(event))
        fold.turn_id = turn
        fold.add(reader.done("turn.done", "main", {"state": state}))
        return fold

    def wait(self, session: str, turn: str) -> Fold:
        """The state of a turn once it has ended."""
        while not (fold := self.state(session, turn)).ended:
            time.sleep(0.01)
        return fold

    def cancel(self, session: str, turn: str | None = None) -> None:
        """Cancel what runs."""
        self.wire.json(self.wire.send("POST", self.dialect.cancel(session, turn), {}))

    def run(self, session: str, items: list[Json] | None, previous: str | None = None, **reading: Any) -> Fold:
        """A turn, read to its end. Raises `Failure` with what was seen in `seen`."""
        following = Following(session, self.reader(), self.fold())
        path, body = f"{self.dialect.session(session)}/turns", self.body(items, previous)
        answer = self.wire.send("POST", path, body)
        return self.read(following, answer, **reading)

    def follow(self, session: str, turn: str, after: int | None, **reading: Any) -> Fold:
        """A turn that there is already, from a cursor on."""
        following = Following(session, self.reader(), self.fold())
        following.fold.turn_id, following.last = turn, after
        return self.read(following, self.open(following), **reading)

    # -- streams

    def open(self, following: Following) -> Answer:
        """The stream behind the last event that was delivered."""
        method, path, body, query = self.dialect.follow(
            following.session, following.fold.turn_id, self.cursor(following)
        )
        return self.wire.send(method, path, body, query)

    def cursor(self, following: Following) -> int | None:
        """Where to go on."""
        return following.last

    def read(
        self,
        following: Following,
        answer: Answer | None,
        stop_after: int | None = None,
        cancel_after: int | None = None,
    ) -> Fold:
        """Read to the end of the turn, coming back as often as it takes. Raises `Failure`."""
        fold = following.fold
        try:
            if cancel_after == 0:
                self.cancel(following.session)
            while answer is not None:
                try:
                    for _ in self.deliver(following, answer):
                        if following.count == cancel_after:
                            self.cancel(following.session)
                        if following.count == stop_after:
                            return fold
                finally:
                    answer.close()
                answer = None if self.is_over(following) else self.come_back(following)
        except Failure as failure:
            failure.__dict__["seen"] = fold
            raise
        return fold

    def is_over(self, following: Following) -> bool:
        """Whether there is nothing more to read: the turn has ended, not merely the stream."""
        return following.fold.ended

    def deliver(self, following: Following, answer: Answer) -> Iterator[None]:
        """The events of one stream, each folded. Returns when it ends or breaks off."""
        self.check_type(answer)
        parser = following.parser = self.parser()
        try:
            for data in answer.pieces():
                for message in parser.feed(data):
                    if self.take(following, message):
                        yield
                    if following.fold.ended:
                        return
            for message in parser.end():
                self.take(following, message)
        except Failure as failure:
            self.broken(following, failure)
        finally:
            if parser.retry is not None:
                following.wait = parser.retry

    def check_type(self, answer: Answer) -> None:
        """An answer that is no stream is no success. Raises `Failure`."""
        if answer.header("content-type").partition(";")[0].strip().lower() != "text/event-stream":
            raise Failure("protocol", f"this is no stream of events: {answer.header('content-type')!r}")

    def broken(self, following: Following, failure: Failure) -> None:
        """A stream broke off: the caller will come back."""

    def take(self, following: Following, message: Message) -> bool:
        """One event. False when it was known already."""
        event = self.parsed(message.data)
        number = self.dialect.number(event, message.id)
        if self.is_known(following, number):
            return False
        self.check_gap(following, number)
        bit = following.reader.read(event)
        following.fold.add(bit)
        following.fold.events.append(bit.type)
        if number is not None:
            following.last = following.fold.last = number
        following.count += 1
        following.failed = 0
        self.tell(following.count, bit, number)
        return True

    def parsed(self, data: str) -> Json:
        """The JSON of an event. Raises `Failure`."""
        try:
            event = json.loads(data)
        except ValueError:
            raise Failure("protocol", f"an event is no JSON: {data[:80]!r}") from None
        if not isinstance(event, dict):
            raise Failure("protocol", "an event is no object")
        return event

    def is_known(self, following: Following, number: int | None) -> bool:
        """Whether an event was delivered before."""
        return number is not None and following.last is not None and number <= following.last

    def check_gap(self, following: Following, number: int | None) -> None:
        """Events must not be missing. Raises `Failure`."""
        due = (following.last or 0) + 1
        if number is not None and number > due:
            raise Failure("protocol", f"event {number} came where {due} was due")

    def come_back(self, following: Following) -> Answer | None:
        """The stream once more; when the turn is over, what was missed comes from its log. Raises `Failure`."""
        if not following.fold.turn_id:
            raise Failure("transport", "the stream ended before its first event")
        while True:
            following.failed += 1
            if following.failed > self.most_failures:
                raise Failure("transport", f"the stream broke off {self.most_failures} times, and nothing new came")
            time.sleep(self.pause(following))
            try:
                return self.open(following)
            except Failure as failure:
                if failure.status in (409, 412):
                    self.catch_up(following)
                    return None
                if failure.kind == "http" and (failure.status or 0) < 500:
                    raise

    def pause(self, following: Following) -> float:
        """Seconds before coming back: longer each time nothing new came."""
        return float(following.wait * 2 ** (following.failed - 1))

    def catch_up(self, following: Following) -> None:
        """The turn ended while the client was away: its state and its log tell all."""
        fold = following.fold
        stored = self.list_events(following.session, fold.turn_id, None)
        state = self.state(following.session, fold.turn_id)
        fold.spoken, fold.results, fold.actions = stored.spoken, stored.results, stored.actions
        fold.status, fold.message, fold.reason = state.status, state.message, state.reason
        fold.events, fold.last = ["turn.created", *stored.events, "turn.done"], None
