"""Scripts: from steps as they were read to steps of the core.

Owns: steps, calls, branches; `use` and `then` disappear here.
Must not know: rules and everything around them (`compile.py`), single messages (`speech.py`, `precut.py`), lists of
events (`listing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from mock_gateway.core.script import (
    Branch,
    Call,
    Interleave,
    Script,
    Step,
    SubAgentCall,
    ToolCall,
    Value,
)
from mock_gateway.scenario.calls import make_question, make_tool_call
from mock_gateway.scenario.conditions import condition, groups
from mock_gateway.scenario.errors import did_you_mean
from mock_gateway.scenario.listing import make_events
from mock_gateway.scenario.precut import cut_now
from mock_gateway.scenario.records import Record
from mock_gateway.scenario.scopes import Place
from mock_gateway.scenario.speech import make_cut, make_say
from mock_gateway.scenario.workshop import Workshop

Make = Callable[[Record, Place, str, Workshop], object]


def make_script(records: Sequence[Record], place: Place, path: str, shop: Workshop) -> Script:
    """A script from its steps; `then` follows its step.

    path: where the script stands in the file, as keys and numbers; what is drawn depends on it.
    """
    steps: list[Step] = []
    for index, record in enumerate(records):
        steps += steps_of(record, place, f"{path}/{index}", shop)
    return tuple(steps)


def steps_of(record: Record, place: Place, path: str, shop: Workshop) -> Iterator[Step]:
    """One written step: itself or the fragment that it uses, then what follows."""
    if "use" in record:
        yield from _fragment(record, place, path, shop)
    else:
        yield _step(record, place, path, shop)
    if "then" in record:
        yield from make_script(record["then"], place, f"{path}/then", shop)


def _fragment(record: Record, place: Place, path: str, shop: Workshop) -> Script:
    name: str = record["use"]
    fragment = shop.fragments.get(name)
    if fragment is None:
        hint = did_you_mean(name, list(shop.fragments)) or "there are none: define it under `fragments`"
        shop.mistakes.append(record.mistake(f"there is no fragment `{name}`", hint, key="use"))
        return ()
    if name in place.using:
        circle = " -> ".join([*place.using[place.using.index(name) :], name])
        shop.mistakes.append(record.mistake(f"the fragments go in a circle: {circle}", key="use"))
        return ()
    shop.used.add(name)
    bound = {key: shop.value(value, place) for key, value in record.get("with", {}).items()}
    bound = {"params": place.bound.get("params", {}), **bound}
    inner = replace(place, bound=bound, using=(*place.using, name))
    return make_script(fragment.steps, inner, f"{path}/use", shop)


def _step(record: Record, place: Place, path: str, shop: Workshop) -> Step:
    values = record.values
    say = make_say(values["say"], place, path, shop) if "say" in values else None
    written = values.get("call", ())
    calls = tuple([_call(call, place, f"{path}/call/{index}", shop) for index, call in enumerate(written)])
    pieces = cut_now(say, calls, (shop.seed, shop.file, path), in_turn=values.get("interleave") == "calls")
    if not _AFTER.isdisjoint(values):
        _check_answers(record, calls, shop)
    # Most steps have none of the rest.
    more: dict[str, Any] = {key: _FIELDS[key](record, place, path, shop) for key in values if key in _FIELDS}
    if "interleave" in values:
        more["interleave"] = _interleave(record, calls, shop)
    if values.get("wait") == "cancel":
        more |= {"wait": 0.0, "until_cancelled": True}
    return Step(position=record.node.position, say=say, calls=calls, pieces=pieces, **more)


_AFTER = frozenset({"on_allow", "on_deny", "on_answer"})


def _check_answers(record: Record, calls: tuple[Call, ...], shop: Workshop) -> None:
    """Branches after an answer need a call of this step that is answered."""
    tools = [call for call in calls if isinstance(call, ToolCall)]
    approved = any(call.approval for call in tools)
    for key in ("on_allow", "on_deny"):
        if key in record and not approved:
            hint = "add `approval: required` to the call that a person decides about"
            shop.mistakes.append(record.mistake(f"`{key}`: no call of this step needs approval", hint, key=key))
    if "on_answer" in record and not any(call.runs_on == "client" for call in tools):
        hint = "use `ask`, or add `runs: client` to the call that the client answers"
        message = "`on_answer`: no call of this step is answered by the client"
        shop.mistakes.append(record.mistake(message, hint, key="on_answer"))


def _interleave(record: Record, calls: tuple[Call, ...], shop: Workshop) -> Interleave:
    value = record["interleave"]
    names = [call.name for call in calls if isinstance(call, SubAgentCall)]
    if value == "calls":
        return Interleave("calls")
    if not names:
        hint = "only sub-agents run side by side; `calls` lets the calls of a message take turns"
        shop.mistakes.append(record.mistake("`interleave` on a step without sub-agents", hint, key="interleave"))
    if isinstance(value, str):
        return Interleave("seeded" if value == "seeded" else "in_turn")
    for name in sorted(set(value).difference(names)):
        message = f"`interleave`: the step has no sub-agent `{name}`"
        shop.mistakes.append(record.mistake(message, did_you_mean(name, names), key="interleave"))
    return Interleave("listed", value)


def _set(record: Record, place: Place, _path: str, shop: Workshop) -> dict[str, Value]:
    values = record["set"]
    for name in values:
        if name not in place.state and not place.free:
            hint = did_you_mean(name, sorted(place.state)) or "declare it under `state` with its first value"
            shop.mistakes.append(record.node.value["set"].key_mistake(name, f"there is no state `{name}`", hint))
    return {name: shop.value(value, place) for name, value in values.items()}


def _repeat(record: Record, _place: Place, _path: str, _shop: Workshop) -> int:
    value: int | str = record["repeat"]
    return 0 if isinstance(value, str) else value


def _branches(key: str) -> Make:
    def make(record: Record, place: Place, path: str, shop: Workshop) -> tuple[Branch, ...]:
        items: Sequence[Record] = record[key]
        if not any("when" in item for item in items):
            return (Branch(None, make_script(items, place, f"{path}/{key}", shop)),)
        return tuple(_branch(item, place, f"{path}/{key}/{index}", shop) for index, item in enumerate(items))

    return make


def _branch(item: Record, place: Place, path: str, shop: Workshop) -> Branch:
    when = condition(item["when"]) if "when" in item else None
    inner = place.with_groups(groups(when)) if when else place
    return Branch(when, tuple(steps_of(item, inner, path, shop)))


_FIELDS: dict[str, Make] = {
    "wait": lambda record, _place, _path, _shop: record["wait"],
    "set": _set,
    "on_allow": _branches("on_allow"),
    "on_deny": _branches("on_deny"),
    "on_answer": _branches("on_answer"),
    "fail": lambda record, place, _path, shop: shop.text(record["fail"], place),
    "repeat": _repeat,
    "events": lambda record, place, path, shop: make_events(record["events"], place, path, shop),
}
"""The keys of a step that become a field of it by themselves."""


# -- calls -------------------------------------------------------------------------------------------------------------


def _call(record: Record, place: Place, path: str, shop: Workshop) -> Call:
    if "sub_agent" in record:
        return _sub_agent(record, place, path, shop)
    if "ask" in record:
        return make_question(record, place, shop)
    return make_tool_call(record, place, shop)


def _sub_agent(record: Record, place: Place, path: str, shop: Workshop) -> SubAgentCall:
    script = make_script(record["script"], replace(place, in_sub_agent=True), f"{path}/script", shop)
    return SubAgentCall(
        name=record["sub_agent"],
        input=shop.text(record.get("input", ""), place),
        script=script,
        cut=make_cut(record.get("cut"), shop),
        servers=servers_of(script, shop.servers),
        position=record.node.position,
    )


def servers_of(script: Script, declared: Sequence[str]) -> tuple[str, ...]:
    """The declared servers that a script calls in its own thread, in the order of the declaration."""
    called = set(_called(script))
    return tuple(server for server in declared if server in called)


def _called(script: Script) -> Iterator[str | None]:
    for step in script:
        for call in step.calls:
            if isinstance(call, ToolCall):
                yield call.server
        for branch in (*step.on_allow, *step.on_deny, *step.on_answer):
            yield from _called(branch.script)
