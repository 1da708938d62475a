"""From a scenario that was read to the agent that the core plays.

Owns: `Agent` and everything in it but scripts (`scripts.py`) and seeded sessions (`past.py`).
Must not know: files and folders (`library.py`), YAML.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec.structs import replace

from mock_gateway.core.pieces import Cut
from mock_gateway.core.script import Agent, DoorRule, Limits, McpServer, Pace, Readings, Rule, Sandbox, Written
from mock_gateway.scenario.binding import templates_in
from mock_gateway.scenario.conditions import condition, groups
from mock_gateway.scenario.errors import Mistake, ScenarioErrors, did_you_mean
from mock_gateway.scenario.lint import lint
from mock_gateway.scenario.matchers import AllOf
from mock_gateway.scenario.past import make_session
from mock_gateway.scenario.reading import Shared
from mock_gateway.scenario.records import Record
from mock_gateway.scenario.scopes import Place
from mock_gateway.scenario.scripts import make_script, servers_of, steps_of
from mock_gateway.scenario.source import Source
from mock_gateway.scenario.speech import make_cut, make_pace
from mock_gateway.scenario.workshop import Workshop

_SHOWS = re.compile(r"\s*#\s*shows:\s*(.*)")


def compile_agent(
    record: Record, shared: Shared, *, seed: int, strict: bool, params: Mapping[str, object], base: str
) -> tuple[Agent, list[Mistake]]:
    """The agent of a scenario, and what is odd about it.

    shared: the parameters and fragments of the file and its includes. seed: for everything that is drawn at load.
    strict: what fits no rule is an error unless the file says otherwise. params: values that go before the file's.
    base: the file's name without its folder, so that what is drawn does not depend on where it lies.
    Raises `ScenarioErrors`.
    """
    if shared.mistakes:
        # What is missing because an include failed would only be told as more mistakes.
        raise ScenarioErrors(shared.mistakes)
    shop = _workshop(record, shared, seed, base)
    mine = {name: params.get(name, value) for name, value in shared.params.items()}
    place = Place({"params": mine}, state=frozenset(record.get("state", ())), params=frozenset(mine))
    rules = tuple(_rule(one, index, place, shop) for index, one in enumerate(record.get("turns", ())))
    agent = Agent(
        name=record["agent"],
        file=record.node.source.name,
        description=_description(record.node.source.text),
        rules=rules,
        otherwise=_otherwise(record, place, shop, strict=strict),
        limits=Limits(**record["limits"].values) if "limits" in record else Limits(),
        sandbox=_sandbox(record.get("sandbox", False)),
        mcp=tuple(_servers(record)),
        pace=shop.pace,
        cut=shop.cut,
        state=_first_values(record, shop),
        params=mine,
        door=tuple(rule for one in record.get("door", ()) for rule in _door(one)),
        sessions=tuple(make_session(one, shop.mistakes) for one in record.get("sessions", ())),
        readings=Readings(**record["readings"].values) if "readings" in record else Readings(),
        seed=seed,
        written=_written(record, shared, base, strict=strict, params=params),
        faults=record.get("faults", ()),
        has_faults="faults" in record or any(rule.faults for rule in rules),
    )
    _try_unused(shared, place, shop)
    if not shop.mistakes:
        lint(agent, record, shop)
    if shop.mistakes:
        raise ScenarioErrors(dict.fromkeys(shop.mistakes))
    return agent, list(dict.fromkeys(shop.warnings))


def _written(record: Record, shared: Shared, base: str, *, strict: bool, params: Mapping[str, object]) -> Written:
    source = record.node.source
    alone = Written(source.text, source.name, base, strict, params)
    if shared.home is None:
        return alone
    folders = [str(shared.home), *(str(path.parent) for path in shared.files)]
    root = os.path.commonpath(folders)
    found = zip(shared.files, shared.texts, strict=True)
    included = tuple((path.relative_to(root).as_posix(), text.name, text.text) for path, text in found)
    return replace(alone, included=included, folder=shared.home.relative_to(root).as_posix())


def _workshop(record: Record, shared: Shared, seed: int, base: str) -> Workshop:
    shop = Workshop(
        seed=seed,
        file=base,
        fragments=shared.fragments,
        servers=tuple(record["mcp"].values) if "mcp" in record else (),
        has_sandbox=bool(record.get("sandbox")),
        sources={source.name: source for source in _sources(record, shared)},
    )
    shop.cut = make_cut(record.get("cut"), shop) if "cut" in record else Cut()
    shop.pace = make_pace(record.get("pace")) or Pace()
    return shop


def _sources(record: Record, shared: Shared) -> Iterator[Source]:
    yield record.node.source
    for fragment in shared.fragments.values():
        yield fragment.home.node.source


def _description(text: str) -> str:
    for line in text.splitlines():
        found = _SHOWS.match(line)
        if found:
            return found[1].strip()
        if line.strip() and not line.lstrip().startswith("#"):
            break
    return ""


def _rule(record: Record, index: int, place: Place, shop: Workshop) -> Rule:
    when = _condition(record["when"], place, shop) if "when" in record else None
    inner = place.with_groups(groups(when)) if when else place
    path = f"turns/{index}"
    script = tuple(steps_of(record, inner, path, shop))
    refused = record.get("on_refused")
    return Rule(
        name=f"rule {index + 1}",
        when=when,
        script=script,
        servers=servers_of(script, shop.servers),
        on_refused=make_script(refused, inner, f"{path}/on_refused", shop) if refused else None,
        position=record.node.position,
        faults=record.get("faults", ()),
    )


def _condition(record: Record, place: Place, shop: Workshop) -> AllOf:
    for name in record.get("state", ()):
        if name not in place.state:
            hint = did_you_mean(name, sorted(place.state)) or "declare it under `state` with its first value"
            shop.mistakes.append(record.node.value["state"].key_mistake(name, f"there is no state `{name}`", hint))
    for template in templates_in(record.get("state", {})):
        shop.mistakes.append(template.node.mistake("a condition is the same in every run; it cannot hold {{ }}"))
    return condition(record)


def _otherwise(record: Record, place: Place, shop: Workshop, *, strict: bool) -> Rule | Literal["echo", "error"]:
    value: Any = record.get("otherwise", "error" if strict else "echo")
    if isinstance(value, str):
        return "error" if value == "error" else "echo"
    steps = (value,) if isinstance(value, Record) else value
    script = make_script(steps, place, "otherwise", shop)
    position = steps[0].node.position
    return Rule("otherwise", None, script, servers=servers_of(script, shop.servers), position=position)


def _sandbox(value: bool | Record) -> Sandbox | None:
    if isinstance(value, Record):
        files = value["files"].values if "files" in value else {}
        contents = {path: str(text).encode() for path, text in files.items()}
        return Sandbox(id=value.get("id"), at_once=value.get("starts") == "first_turn", files=contents)
    return Sandbox() if value else None


def _servers(record: Record) -> Iterator[McpServer]:
    for name, server in record["mcp"].values.items() if "mcp" in record else ():
        seconds, asks = server.get("allowed_after", (None, 0))
        yield McpServer(
            name=name,
            id=server.get("id", name),
            auth_required="auth" in server,
            allowed_after=seconds,
            allowed_after_asks=asks,
            transport=server.get("transport", "streamable-http"),
        )


def _first_values(record: Record, shop: Workshop) -> dict[str, object]:
    values: dict[str, object] = record.get("state", {})
    for template in templates_in(values):
        message = "a first value is known before anything happens; it cannot hold {{ }}"
        shop.mistakes.append(template.node.mistake(message, "change it with `set`"))
    return values


def _door(record: Record) -> list[DoorRule]:
    """A rule for each operation: the attempts of each are counted apart."""
    return [
        DoorRule(
            on=operation,
            status=record["answer"],
            attempts=record.get("nth", ()),
            retry_after=record.get("retry_after"),
            message=record.get("message", ""),
        )
        for operation in record["on"]
    ]


def _try_unused(shared: Shared, place: Place, shop: Workshop) -> None:
    """Compile the file's own fragments that nobody uses too: they may be wrong all the same."""
    free = Place(free=True, params=place.params, state=place.state, in_sub_agent=True)
    for name, fragment in shared.fragments.items():
        if fragment.own and name not in shop.used:
            used = set(shop.used)
            make_script(fragment.steps, free, f"fragments/{name}", shop)
            shop.used = used
            message = f"the fragment `{name}` is never used"
            shop.warnings.append(fragment.home.mistake(message, key=name))
