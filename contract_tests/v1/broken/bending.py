"""Ways of breaking a gateway that the published contract needs besides those of `contract_tests/broken/edits.py`.

Owns: the table of broken gateways, and layers that bend a state wherever it is shown, swap two events, or put one in.
Must not know: which checks there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from contract_tests.broken.edits import Broken, rules
from contract_tests.broken.layers import Asked, Json, Layer, Reply
from mock_gateway.http.app import App

ZOO: list[Broken] = []
"""All broken gateways; `zoo.py` imports the modules that fill it."""


def broken(red: str, name: str, blocked: Mapping[str, str] | None = None) -> Callable[[type[Layer]], type[Layer]]:
    """Puts a layer class into the zoo."""

    def add(layer: type[Layer]) -> type[Layer]:
        ZOO.append(Broken(name, rules(red), layer, blocked or {}))
        return layer

    return add


def instead_of(red: str, name: str, when: Callable[[Asked], object], reply: Reply) -> Broken:
    """Some requests are answered without the gateway."""

    class Bent(Layer):
        async def instead(self, asked: Asked) -> Reply | None:
            return Reply(reply.status, reply.body, list(reply.headers)) if when(asked) else None

    return Broken(name, rules(red), Bent)


def bent_state(red: str, name: str, bend: Callable[[Json], None], *, shown_only: bool = False) -> Broken:
    """The state of a turn is changed, in turn.done and wherever turns are shown; shown_only: not in events."""

    class Bent(Layer):
        def event(self, _asked: Asked, event: Json) -> list[Json]:
            self.stored(_asked, event)
            return [event]

        def stored(self, _asked: Asked, event: Json) -> None:
            if event["type"] == "turn.done" and not shown_only:
                bend(event["state"])

        def turn(self, _asked: Asked, turn: Json) -> None:
            bend(turn["state"])

    return Broken(name, rules(red), Bent)


def bent_session(red: str, name: str, bend: Callable[[Asked, Json], None]) -> Broken:
    """A session is changed wherever it is shown."""

    class Bent(Layer):
        def session(self, asked: Asked, session: Json) -> None:
            bend(asked, session)

    return Broken(name, rules(red), Bent)


def bent_pages(red: str, name: str, operation: str, bend: Callable[[Asked, Json], None]) -> Broken:
    """A page of a list is changed."""

    class Bent(Layer):
        async def reply(self, asked: Asked, reply: Reply) -> None:
            if asked.operation == operation and reply.status == 200:
                body = reply.json
                bend(asked, body)
                reply.json = body

    return Broken(name, rules(red), Bent)


def bent_log(red: str, name: str, bend: Callable[[list[Json]], list[Json]], operation: str) -> Broken:
    """The events of a page of a list are changed; operation: of which list."""

    class Bent(Layer):
        def log(self, asked: Asked, events: list[Json]) -> list[Json]:
            return bend(events) if asked.operation == operation else events

    return Broken(name, rules(red), Bent)


class Swapping(Layer):
    """Swaps two events that follow each other, in streams, lists and states."""

    def swaps(self, first: Json, second: Json) -> bool:
        """Whether these two are to be swapped. They come in the right order."""
        raise NotImplementedError

    def _could_be_first(self, event: Json) -> bool:
        return self.swaps(event, event) or event["type"] == "tool.response_required"

    def event(self, asked: Asked, event: Json) -> list[Json]:
        held = asked.seen.pop("held", None)
        if event["type"] == "turn.done" and event["state"].get("required_actions"):
            event["state"]["required_actions"] = self._swapped(event["state"]["required_actions"])
        if held is not None and self.swaps(held, event):
            first, second = held["sequence_id"], event["sequence_id"]
            return [{**event, "sequence_id": first}, {**held, "sequence_id": second}]
        if self._could_be_first(event):
            asked.seen["held"] = event
            return [] if held is None else [held]
        return [event] if held is None else [held, event]

    def turn(self, _asked: Asked, turn: Json) -> None:
        if turn["state"].get("required_actions"):
            turn["state"]["required_actions"] = self._swapped(turn["state"]["required_actions"])

    def log(self, asked: Asked, events: list[Json]) -> list[Json]:
        if asked.query.get("order") == "desc" or asked.operation == "list_session_events":
            return self._swapped(events[::-1])[::-1]
        return self._swapped(events)

    def _swapped(self, events: list[Json]) -> list[Json]:
        done, index = list(events), 0
        while index + 1 < len(done):
            first, second = (item.get("event", item) for item in done[index : index + 2])
            if self.swaps(first, second):
                done[index : index + 2] = done[index + 1], done[index]
                index += 1
            index += 1
        return done


class Inserting(Layer):
    """Puts an event in front of another, in streams and in the lists of their turns."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.added: dict[str, tuple[str, Json]] = {}

    def extra(self, asked: Asked, event: Json) -> Json | None:
        """The event to put in front of this one."""
        raise NotImplementedError

    def event(self, asked: Asked, event: Json) -> list[Json]:
        if event["type"] == "turn.created":
            asked.seen["turn"] = f"{asked.session}/turns/{event['turn_id']}"
        turn, number = asked.seen.get("turn", ""), event["sequence_id"] + asked.seen.get("shift", 0)
        extra = self.extra(asked, event) if turn and not asked.seen.get("shift") else None
        if extra is None:
            return [{**event, "sequence_id": number}]
        asked.seen["shift"] = 1
        self.added[turn] = (event["id"], extra)
        return [{**extra, "sequence_id": number}, {**event, "sequence_id": number + 1}]

    def log(self, asked: Asked, events: list[Json]) -> list[Json]:
        if asked.operation != "list_turn_events" or asked.turn not in self.added:
            return events
        before, extra = self.added[asked.turn]
        ids = [event["id"] for event in events]
        place = ids.index(before) if before in ids else len(events)
        return [*events[:place], extra, *events[place:]]
