"""The dialects that there are: the only place that selects one.

Whoever needs dialects asks here and gets them behind their interface (`wire/dialect.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

from mock_gateway.wire.beta import story as beta_story
from mock_gateway.wire.beta.dialect import Beta
from mock_gateway.wire.dialect import Dialect
from mock_gateway.wire.story import Cast, Event, Line
from mock_gateway.wire.v1 import story as v1_story
from mock_gateway.wire.v1.dialect import V1
from mock_gateway.wire.v1.readings import Readings

if TYPE_CHECKING:
    from mock_gateway.wire.recorded import Reader
    from mock_gateway.wire.spoken import WriteItem


class Choices(Protocol):
    """The settings that dialects read."""

    @property
    def v1_concurrent_turn(self) -> Literal["supersede", "refuse"]: ...
    @property
    def v1_list_window(self) -> Literal["all", "half_hour"]: ...
    @property
    def v1_unfit(self) -> Literal[422, 400]: ...
    @property
    def v1_message_while_auth(self) -> Literal["refuse", "ask_again"]: ...
    @property
    def v1_running_turn_events(self) -> Literal["refuse", "snapshot"]: ...
    @property
    def v1_replay(self) -> float: ...
    @property
    def v1_foreign_turn(self) -> Literal["refuse", "allow"]: ...


class Voice(Struct, frozen=True):
    """A dialect, how to tell the story of its streams, how a recorder reads it, how a client writes input."""

    dialect: Dialect
    tell: Callable[[Sequence[Event], Cast], list[Line]]
    read: Reader
    write: WriteItem


def documented() -> Dialect:
    """The dialect of the documentation: the default where one has to be chosen."""
    return Beta()


def all_dialects(choices: Choices) -> tuple[Dialect, ...]:
    """Every dialect that a server speaks, the documented one first."""
    readings = Readings(
        concurrent_turn=choices.v1_concurrent_turn,
        list_window=choices.v1_list_window,
        unfit=choices.v1_unfit,
        message_while_auth=choices.v1_message_while_auth,
        running_turn_events=choices.v1_running_turn_events,
        replay=choices.v1_replay,
        foreign_turn=choices.v1_foreign_turn,
    )
    return (Beta(), V1(readings))


def voices() -> tuple[Voice, ...]:
    """Every dialect with its teller and reader, in the same order."""
    from mock_gateway.wire.beta import recorded as beta_recorded
    from mock_gateway.wire.beta.render import input_item
    from mock_gateway.wire.v1 import recorded as v1_recorded
    from mock_gateway.wire.v1.inputs import shown

    return (Voice(Beta(), beta_story.tell, beta_recorded, input_item), Voice(V1(), v1_story.tell, v1_recorded, shown))
