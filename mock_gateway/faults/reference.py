"""The reference of all faults as Markdown, made from the catalogue.

Owns: the second half of `docs/faults.md`; `python -m mock_gateway.faults docs/faults.md` puts it there.
Must not know: anything that the catalogue does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mock_gateway.faults.catalogue import FAULTS, GROUPS
from mock_gateway.faults.clients import SDK, TRIALS, Trial
from mock_gateway.faults.kinds import REQUIRED, STREAMS, FaultKind, Param
from mock_gateway.faults.params import expected

BEGIN = "<!-- the catalogue begins: what follows is made by `python -m mock_gateway.faults docs/faults.md` -->"
_STOP = re.compile(r"[;:.](?: |$)")
WIDTH = 132
"""Characters of a line."""

_PLACES: Mapping[str, str] = {
    "none": "none: it is for the whole answer",
    "event": "an event (required)",
    "point": "an event, or a place inside of it (required)",
    "events": "an event; every event when left out",
    "lines": "an event, or the edge of one of its lines; every event when left out",
}


def page(text: str) -> str:
    """The page with a new second half. text: the page as it is."""
    first, found, _ = text.partition(BEGIN)
    if not found:
        raise ValueError(f"the page has no line {BEGIN!r}")
    return f"{first}{BEGIN}\n\n{reference()}"


def reference() -> str:
    """All kinds, group by group."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield from _overview()
    for group, title in GROUPS.items():
        yield from (f"## {title}", "")
        for kind in FAULTS.values():
            if kind.group == group:
                yield from _kind(kind)
    yield from _clients()


def _overview() -> Iterator[str]:
    yield from ("## All faults", "")
    yield from ("| fault | what happens | breaks the contract |", "|---|---|---|")
    for kind in FAULTS.values():
        breaks = "yes" if kind.breaks_contract else "no"
        yield f"| [`{kind.name}`](#{kind.name}) | {_cell(_short(kind.sentence))} | {breaks} |"
    yield ""


def _kind(kind: FaultKind) -> Iterator[str]:
    yield from (f"### {kind.name}", "", *_wrapped(kind.sentence), "")
    yield from _facts(kind)
    if kind.params:
        yield from ("", "| parameter | value | default | what it is |", "|---|---|---|---|")
        yield from (_row(param) for param in kind.params)
    yield from ("", "```yaml", "faults:", f"  - {kind.example}", "```", "")
    yield from (*_wrapped(f"A client should: {kind.client_should[:1].lower()}{kind.client_should[1:]}"), "")


def _facts(kind: FaultKind) -> Iterator[str]:
    contract = (
        "breaks the contract: a client may complain"
        if kind.breaks_contract
        else "keeps the contract: a client must cope"
    )
    yield f"- {contract}"
    yield f"- `at`: {_PLACES[kind.needs]}"
    if kind.scope == "server":
        yield "- for connections of the whole server; it cannot be limited, nor written in a scenario"
    else:
        names = ", ".join(f"`{name}`" for name in kind.on) if kind.on else "every operation"
        only = "; answers that are no stream are left alone" if kind.on == STREAMS else ""
        yield f"- `on` when left out: {names}{only}"
        if kind.cuts_any_body or (kind.on == STREAMS and not kind.streams_only):
            place = ", with a `byte` of the body as its place" if kind.cuts_any_body else ""
            yield f"- in `on` any operation can be named{place}"
    if kind.needs_socket:
        yield "- needs the server's socket"


_TRIED = (
    "Each of these faults is tried in one conversation: a session is asked for, a turn is streamed, the turn is asked "
    "for. The reference client (`mock_gateway.client`) speaks the documented contract, `truefoundry-gateway-sdk` "
    f"{SDK} the published one; so a sequence id may be that of another event. `tests/faults/test_fault_clients.py` "
    "holds all of these conversations."
)
_MEANS = (
    "*Goes on where it was*: it reconnects after the last event, and misses nothing of a turn that still runs; when "
    "the turn has ended meanwhile, the rest is told from its stored events. *Takes what it says* is right where "
    "nothing in the stream shows that something is wrong. Neither of the two sends the request for a streamed turn a "
    "second time, so an answer to it that is lost is an error."
)


def _clients() -> Iterator[str]:
    yield from ("## What two clients do", "", *_wrapped(_TRIED), "", *_wrapped(_MEANS), "")
    yield from ("| fault | the reference client | the published SDK |", "|---|---|---|")
    for name, trials in TRIALS.items():
        for trial in trials:
            yield f"| [`{name}`](#{name}){_cell(_tried(trial))} | {trial.reference} | {trial.sdk} |"
    yield ""


def _tried(trial: Trial) -> str:
    keys = f" `{trial.keys}`" if trial.keys else ""
    return keys if trial.patience is None else f"{keys}, and the client waits {trial.patience:g} s"


def _row(param: Param) -> str:
    default = "required" if param.default == REQUIRED else "none" if param.default is None else _code(param.default)
    return f"| `{param.name}` | {_cell(expected(param))} | {default} | {_cell(param.says)} |"


def _code(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, dict):
        return "`{ " + ", ".join(f'{key}: "{one}"' for key, one in value.items()) + " }`"
    if isinstance(value, list):
        return "`[" + ", ".join(map(str, value)) + "]`"
    return f"`{value}`"


def _short(sentence: str) -> str:
    """A sentence up to its first stop that is not inside of backticks."""
    stops = (found.start() for found in _STOP.finditer(sentence) if sentence[: found.start()].count("`") % 2 == 0)
    return sentence[: next(stops)]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, WIDTH, break_on_hyphens=False, break_long_words=False)
