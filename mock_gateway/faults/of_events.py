"""The faults of events: which of them come, in which order, with which numbers and fields."""

from __future__ import annotations

from mock_gateway.faults.kinds import REQUIRED, FaultKind, Param

_FIELD = Param("field", "text", REQUIRED, "The field; dots lead inside, numbers into lists: `output.0.content`.")
_COMPLAIN = "Say that the stream is broken, or go on without the event; never crash."
_EVENT = Param("event", "mapping", REQUIRED, "The event, as the contract spells it.")

KINDS: tuple[FaultKind, ...] = (
    FaultKind(
        name="skip-event",
        group="events",
        sentence="The event is left out.",
        client_should="Notice the gap in the sequence ids, and fetch what is missing from the last id that it has "
        "seen.",
        example="{ fault: skip-event, at: { event: 3 } }",
        breaks=True,
        needs="event",
    ),
    FaultKind(
        name="double-event",
        group="events",
        sentence="The event comes twice, with the same sequence id.",
        client_should="Drop the second one: its sequence id is known.",
        example="{ fault: double-event, at: { event: 3 } }",
        breaks=True,
        needs="event",
    ),
    FaultKind(
        name="swap-events",
        group="events",
        sentence="The event and the one behind it change places; each keeps its sequence id.",
        client_should="Notice that the sequence goes back.",
        example="{ fault: swap-events, at: { event: 3 } }",
        breaks=True,
        needs="event",
    ),
    FaultKind(
        name="sequence-gap",
        group="events",
        sentence="From the event on, sequence ids are higher than they should be.",
        client_should="Notice the gap; it cannot tell it from lost events.",
        example="{ fault: sequence-gap, at: { event: 3 }, by: 2 }",
        breaks=True,
        params=(Param("by", "integer", 1, "How much higher.", least=1, most=1_000_000),),
        needs="event",
    ),
    FaultKind(
        name="sequence-repeat",
        group="events",
        sentence="The event has the sequence id of the one before it.",
        client_should="Notice that the sequence stands still; it cannot tell it from an event that came twice.",
        example="{ fault: sequence-repeat, at: { event: 3 } }",
        breaks=True,
        needs="event",
    ),
    FaultKind(
        name="unknown-event",
        group="events",
        sentence="An event of a type that nobody knows comes before the event; unless it has a number of its own, "
        "cursors stay true.",
        client_should="Go on without it (EVT-13), or hand it out as unknown.",
        example="{ fault: unknown-event, at: { event: 3 }, type: weather.changed, fields: { wind: 7 } }",
        breaks=False,
        params=(
            Param("type", "text", "custom.notice", "Its type."),
            Param("fields", "mapping", None, "Its other fields."),
            Param(
                "number",
                "choice",
                "none",
                "Its sequence id: none at all, that of the event before it, or one of its own, so that those behind it "
                "are one higher.",
                words=("none", "previous", "own"),
            ),
        ),
        needs="event",
    ),
    FaultKind(
        name="unknown-field",
        group="events",
        sentence="The event has a field that nobody knows; without `at` every event has it.",
        client_should="Ignore it (EVT-13).",
        example='{ fault: unknown-field, name: x_region, value: "eu-1" }',
        breaks=False,
        params=(
            Param("name", "text", "x_new", "The name of the field."),
            Param("value", "data", 1, "Its value."),
        ),
        needs="events",
    ),
    FaultKind(
        name="missing-field",
        group="events",
        sentence="A field of the event is missing.",
        client_should=_COMPLAIN,
        example="{ fault: missing-field, at: { event: turn.created }, field: turn_id }",
        breaks=True,
        params=(_FIELD,),
        needs="event",
    ),
    FaultKind(
        name="wrong-type",
        group="events",
        sentence="A field of the event has a value of another type: text becomes a number, everything else text, "
        "unless "
        "`value` says what it becomes.",
        client_should=_COMPLAIN,
        example="{ fault: wrong-type, at: { event: 3 }, field: thread_id, value: [main] }",
        breaks=True,
        params=(_FIELD, Param("value", "data", None, "What it becomes.")),
        needs="event",
    ),
    FaultKind(
        name="bad-json",
        group="events",
        sentence="The data of the event is no JSON object: cut in its middle, with a comma too many, in single quotes, "
        "with NaN, plain text, or an array.",
        client_should=_COMPLAIN,
        example="{ fault: bad-json, at: { event: 3 }, form: comma }",
        breaks=True,
        params=(
            Param(
                "form",
                "choice",
                "cut",
                "What is wrong with it.",
                words=("cut", "comma", "quotes", "nan", "text", "array"),
            ),
        ),
        needs="event",
    ),
    FaultKind(
        name="unknown-enum",
        group="events",
        sentence="A field that has one of a few words has another one; by itself the status of `turn.done`.",
        client_should="Take the word as it is, and end all the same at `turn.done`.",
        example="{ fault: unknown-enum, at: { event: turn.done }, value: paused }",
        breaks=True,
        params=(
            Param("field", "text", None, "The field; the turn's status when left out."),
            Param("value", "text", "unheard-of", "The word."),
        ),
        needs="event",
    ),
    FaultKind(
        name="null-field",
        group="events",
        sentence="A field is null, as an optional field that is not there may be; without `at` in every event.",
        client_should="Take null for absent.",
        example="{ fault: null-field, field: tool_calls }",
        breaks=False,
        params=(_FIELD,),
        needs="events",
    ),
    FaultKind(
        name="wrong-delta",
        group="events",
        sentence="The text of a delta is not the one that is stored: doubled, left out, or another. An event without "
        "text "
        "is left alone.",
        client_should="Believe the stored message, if it reads that one; it cannot see it in the stream.",
        example="{ fault: wrong-delta, at: { event: 3 }, text: something else }",
        breaks=True,
        params=(
            Param("how", "choice", "double", "What is done with the text.", words=("double", "empty")),
            Param("text", "text", None, "Another text instead."),
        ),
        needs="event",
    ),
    FaultKind(
        name="no-turn-done",
        group="events",
        sentence="The stream ends well, but `turn.done` is missing.",
        client_should="Not take the turn for done: reconnect, or ask for the turn.",
        example="{ fault: no-turn-done }",
        breaks=True,
    ),
    FaultKind(
        name="after-turn-done",
        group="events",
        sentence="Something comes after `turn.done`: the event before it once more, with the next sequence id, or "
        "`event`.",
        client_should="Stop at `turn.done`, and ignore what follows.",
        example="{ fault: after-turn-done }",
        breaks=True,
        params=(Param("event", "mapping", None, "The event that comes, without a number unless it has one."),),
    ),
    FaultKind(
        name="two-turn-dones",
        group="events",
        sentence="`turn.done` comes twice.",
        client_should="End once.",
        example="{ fault: two-turn-dones, number: next }",
        breaks=True,
        params=(Param("number", "choice", "same", "The sequence id of the second one.", words=("same", "next")),),
    ),
    FaultKind(
        name="cancelled-says-done",
        group="events",
        sentence="The `turn.done` of a cancelled turn has the status `done`. A turn that ends otherwise is left alone.",
        client_should="Tell the user what the stream says; asking for the turn tells the truth.",
        example="{ fault: cancelled-says-done }",
        breaks=True,
    ),
    FaultKind(
        name="insert-event",
        group="events",
        sentence="Any event comes before the event.",
        client_should=_COMPLAIN,
        example="{ fault: insert-event, at: { event: 3 }, event: { type: turn.created } }",
        breaks=True,
        params=(_EVENT, Param("id", "text", None, "The id of its SSE message; there is none when left out.")),
        needs="event",
    ),
    FaultKind(
        name="replace-event",
        group="events",
        sentence="The event is another one; its SSE id stays.",
        client_should="Say that the stream is broken, or go on without the event, where it does not fit the contract; "
        "it cannot see anything else; never crash.",
        example="{ fault: replace-event, at: { event: 3 }, event: { content: Bye. }, merge: true }",
        breaks=True,
        params=(
            _EVENT,
            Param("merge", "truth", False, "Only the fields that are given are replaced; the others stay."),
        ),
        needs="event",
    ),
)
