"""`python -m tests.v1.matrix`: what every release of the published client can do here, as docs/sdk-matrix.md has it.

Owns: the table. Exit code 1 when a check failed.
"""

from __future__ import annotations

import sys

from tests.v1.releases import ALL, Result, met, results_of

HEAD = """# The published client, release by release

`truefoundry-gateway-sdk` from its package index, pointed at this server, unchanged: `AgentSessionClient(base_url=...,
api_key=...)` with the server's URL, with or without a prefix. Every check runs with the synchronous and with the
asynchronous client, and fails when the client logs a warning. `python -m tests.v1.matrix` makes this page.

A dot: both clients do it. A number: the release that can do it first.
"""


def cell(results: list[Result]) -> str:
    """One check of one release, both clients."""
    if all(result.ok is True for result in results):
        return "·"
    if all(result.ok is None for result in results):
        return results[0].detail
    return "**failed**: " + ", ".join(result.mode for result in results if result.ok is False)


def table(found: dict[str, list[Result]]) -> str:
    """Releases across, checks down."""
    checks = dict.fromkeys(result.check for results in found.values() for result in results)
    lines = ["| check | " + " | ".join(found) + " |", "|---" * (len(found) + 1) + "|"]
    for check in checks:
        cells = [cell([result for result in results if result.check == check]) for results in found.values()]
        lines.append(f"| {check} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> int:
    """Run every release and write the page."""
    with met() as url:
        found = {release: results_of(release, url) for release in ALL}
    print(HEAD)
    print(table(found))
    failed = [(release, result) for release, results in found.items() for result in results if result.ok is False]
    for release, result in failed:
        print(f"{release} {result.check} ({result.mode}):\n{result.detail}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
