"""Running checks against a target, many at a time, and saying what came of each.

Owns: what a broken rule is worth, and who is blamed: the gateway, another rule that is in the way, a hook that is
missing, or we. Must not know: pytest, who made the target, how results are shown.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mock_gateway.conformance.server.client import KEY
from mock_gateway.conformance.server.contracts import CONTRACTS, family_of
from mock_gateway.conformance.server.hooks import Hooks, Unhooked
from mock_gateway.conformance.server.http11 import ConnectionBroken
from mock_gateway.conformance.server.needs import WORDS, WORLD
from mock_gateway.conformance.server.record import evidence_of, listen
from mock_gateway.conformance.server.rule import Rule
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import Violation, shown
from mock_gateway.conformance.verdicts import BY_LEVEL, WORTH_ANOTHER_TRY, Evidence, Result, Verdict

AT_ONCE = 25
UNREADABLE = (LookupError, TypeError, AttributeError, ValueError, RuntimeError)
"""What a check trips over when an answer has not the form that it reads. (A generator's end is a `RuntimeError`.)"""


@dataclass(frozen=True, slots=True)
class Aim:
    """What to run checks against, and how.

    url: base URL. dialect: the contract. key: that is let in. patience: seconds for any answer. heartbeat: seconds of
    silence after which a stream has a comment (STR-4). at_once: checks side by side. tries: how often in all, where
    something fails. hooks: None for a gateway that has the scenarios of the checks. how: the flags that aim there, for
    the command that repeats a check. is_ours: the gateway is our own, so that nothing it answers can trip a check.
    """

    url: str
    dialect: str
    key: str = KEY
    patience: float = 10.0
    heartbeat: float = 15.0
    at_once: int = AT_ONCE
    tries: int = 1
    hooks: Hooks | None = None
    how: str = ""
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one run of a check. blames: the rule that is in the way; its own when that is broken."""

    verdict: Verdict
    message: str = ""
    blames: str = ""
    shown: str = ""
    evidence: Evidence | None = None


async def reach(url: str, patience: float) -> None:
    """See whether anybody is there. Raises `ConnectionBroken`, `TimeoutError`."""
    async with CONTRACTS["beta"].open(url, patience=patience) as target:
        await target.speaker("").send("GET", "/")


async def results_of(
    aim: Aim, rules: Iterable[Rule], tell: Callable[[Result], None] = lambda _result: None
) -> tuple[list[Result], dict[str, str]]:
    """Run the checks of these rules; their results in the same order, and the readings that were found, by rule.

    tell: is told of each result as it comes. Raises nothing that a gateway could cause.
    """
    gate = asyncio.Semaphore(aim.at_once)
    notes: dict[str, str] = {}

    async def one(rule: Rule) -> Result:
        async with gate:
            result = await _judged(aim, target, rule, notes)
            tell(result)
            return result

    options = {"patience": aim.patience, "heartbeat": aim.heartbeat, "key": aim.key, "hooks": aim.hooks}
    async with CONTRACTS[aim.dialect].open(aim.url, **options) as target:
        found = list(await asyncio.gather(*map(one, rules)))
        return found, {**target.notes, **notes}


async def _judged(aim: Aim, target: Target, rule: Rule, notes: dict[str, str]) -> Result:
    """A check as often as it takes: the first time side by side with all others, then on connections of its own."""
    began = time.monotonic()
    trials = [await attempt(target, rule, is_ours=aim.is_ours)]
    options = {"patience": aim.patience, "heartbeat": aim.heartbeat, "key": aim.key, "hooks": aim.hooks}
    while trials[0].verdict in WORTH_ANOTHER_TRY and len(trials) < aim.tries:
        async with CONTRACTS[aim.dialect].open(aim.url, **options) as again:
            trials.append(await attempt(again, rule, is_ours=aim.is_ours))
            notes |= again.notes
    failed = [one for one in trials if one.verdict is not Verdict.PASS]
    told = (failed or trials)[0]
    verdict, message = told.verdict, told.message
    if failed and len(failed) < len(trials):
        message = f"failed {len(failed)} of {len(trials)} tries: {message}"
        verdict = Verdict.FLAKY if rule.level == "MUST" else verdict
    return Result(
        case=rule.id,
        dialect=aim.dialect,
        verdict=verdict,
        level=rule.level,
        says=rule.text,
        family=family_of(rule),
        refs=(rule.origin,),
        message=message,
        field=told.message if told.shown else "",
        got=told.shown,
        bucket=told.blames and f"{rule.id}:{told.blames}",
        tries=len(trials),
        failures=len(failed),
        seconds=round(time.monotonic() - began, 3),
        repeat=f"mock-gateway check server {aim.how} --dialect {aim.dialect} --run {rule.id}".replace("  ", " "),
        evidence=told.evidence,
    )


async def attempt(target: Target, rule: Rule, *, is_ours: bool = False) -> Trial:
    """Run one check once. Raises nothing, but for what ends the program."""
    missing = _missing(target.hooks, rule)
    if missing:
        return Trial(Verdict.UNTESTABLE, missing)
    began, said = time.monotonic(), listen()
    trial = await _attempt(target, rule, is_ours=is_ours)
    if trial.verdict is Verdict.PASS:
        return trial
    return Trial(trial.verdict, trial.message, trial.blames, trial.shown, trial.evidence or evidence_of(said, began))


async def _attempt(target: Target, rule: Rule, *, is_ours: bool) -> Trial:
    # Whatever goes wrong on our side must neither end the run nor be held against the gateway.
    try:
        await rule.check(target)
    except Violation as violation:
        return _broken(rule, violation)
    except Unhooked as missing:
        return Trial(Verdict.UNTESTABLE, str(missing))
    except ConnectionBroken as error:
        return Trial(BY_LEVEL[rule.level], f"the connection broke: {error}", rule.id)
    except TimeoutError:
        return Trial(Verdict.TIMEOUT, f"nothing came for {target.patience:g} s", rule.id)
    except Exception as error:
        return _tripped(error, is_ours=is_ours)
    return Trial(Verdict.PASS)


def _tripped(error: Exception, *, is_ours: bool) -> Trial:
    """A check broke off. Every check gets through on a right gateway, so odd answers are why it could not go on."""
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, UNREADABLE) and not is_ours:
        place = traceback.extract_tb(error.__traceback__)[-1]
        message = (
            f"an answer has not the form that the check reads ({said}, {Path(place.filename).name}:{place.lineno})"
        )
        return Trial(Verdict.UNTESTABLE, message)
    return Trial(Verdict.HARNESS_ERROR, said, evidence=Evidence(stderr="".join(traceback.format_exception(error)[-2:])))


def _broken(rule: Rule, violation: Violation) -> Trial:
    evidence = "" if violation.evidence is None else shown(violation.evidence)
    if violation.rule == rule.id:
        return Trial(BY_LEVEL[rule.level], violation.message, rule.id, evidence)
    message = f"{violation.rule} is in the way: {violation.message}"
    return Trial(Verdict.UNTESTABLE, message, violation.rule, evidence)


def _missing(hooks: Hooks | None, rule: Rule) -> str:
    """What keeps a rule from being tried at all."""
    if hooks is None:
        return ""
    if rule.id in WORDS:
        return "it takes agents that say what a script says; serve the scenarios of the checks"
    if not hooks.worlds and rule.id in WORLD:
        return "it takes worlds of their own (NET-1), which the hooks say there are not"
    return ""
