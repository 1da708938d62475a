"""The commands: one table.

Owns: names, what each does, an example; for the help of all and of each. Must not know: what a command needs.
"""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """One command. module: in this package, with `run(arguments) -> exit code`."""

    module: str
    what: str
    example: str


COMMANDS = {
    "serve": Command("serve", "serve scenarios over HTTP", "mock-gateway serve --scenarios scenarios --speed 0"),
    "exec": Command("exec", "run a command with a server around it", "mock-gateway exec --speed 0 -- pytest"),
    "record": Command(
        "record", "write down what a gateway's agents do", "mock-gateway record --upstream https://gateway.example.com"
    ),
    "drift": Command(
        "drift", "say where a gateway and the mock differ", "mock-gateway drift --upstream https://gateway.example.com"
    ),
    "list": Command("listing", "show the agents of scenario files", "mock-gateway list scenarios"),
    "lint": Command("lint", "check scenario files, seeded histories too", "mock-gateway lint scenarios --strict"),
    "play": Command("play", "talk to an agent in the terminal, without a server", "mock-gateway play support-bot"),
    "compare": Command(
        "compare", "show one conversation in both contracts, side by side", "mock-gateway compare support-bot"
    ),
    "check": Command(
        "check",
        "check a client, rule by rule, through an adapter",
        "mock-gateway check client --command 'node adapter.mjs'",
    ),
    "fuzz": Command(
        "fuzz",
        "search for the smallest stories that break a client",
        "mock-gateway fuzz --command 'node adapter.mjs' --out finds",
    ),
    "report": Command(
        "report",
        "show results of checks, several clients side by side",
        "mock-gateway report ours.json theirs.json --html clients.html",
    ),
    "judge": Command(
        "judge", "say which rules the clients in a journal kept", "mock-gateway judge run.jsonl --html clients.html"
    ),
    "explain": Command("explain", "tell what a case or a rule is about", "mock-gateway explain LIFE-DONE"),
    "adapter-selftest": Command(
        "selftest",
        "check the adapter of a client itself",
        "mock-gateway adapter-selftest --command 'node adapter.mjs'",
    ),
    "schema": Command(
        "schema", "print the JSON Schema of scenario files", "mock-gateway schema > scenarios/scenario.schema.json"
    ),
    "openapi": Command("openapi", "print a contract as an OpenAPI document", "mock-gateway openapi --json"),
    "init": Command("init", "write a first scenario, and the schema for editors", "mock-gateway init --agent my-agent"),
}
