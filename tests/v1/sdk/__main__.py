"""`python -m tests.v1.sdk URL`, in a release's environment: one line of JSON for each check, of what came of it."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import traceback

from tests.v1.sdk import beside, conversations, pauses, refusals
from tests.v1.sdk.kit import CHECKS, VERSION, Check, Kit, Warnings

PATIENCE = 60.0
ORDER = [module.__name__ for module in (conversations, pauses, refusals, beside)]
"""Where the checks are; importing them is what registers them."""


def run_one(url: str, mode: str, name: str, function: Check) -> dict[str, object]:
    """One check with one client: what came of it."""
    heard = Warnings()
    logging.getLogger().addHandler(heard)
    failure = asyncio.run(_failure(function, url, mode))
    logging.getLogger().removeHandler(heard)
    detail = "".join(traceback.format_exception(failure)[-4:]) if failure is not None else "; ".join(heard.messages)
    return {"check": name, "mode": mode, "ok": not detail, "detail": detail}


async def _failure(function: Check, url: str, mode: str) -> BaseException | None:
    task = asyncio.ensure_future(function(Kit(url, mode)))
    await asyncio.wait([task], timeout=PATIENCE)
    return task.exception() if task.done() else TimeoutError(f"not done in {PATIENCE} seconds")


def main(url: str) -> None:
    """Run all checks that the release can do, and say of the others since when they can be done."""
    for name, since, function in sorted(CHECKS, key=lambda entry: ORDER.index(entry[2].__module__)):
        for mode in ("sync", "async"):
            if since <= VERSION:
                result = run_one(url, mode, name, function)
            else:
                result = {"check": name, "mode": mode, "ok": None, "detail": ".".join(map(str, since))}
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
