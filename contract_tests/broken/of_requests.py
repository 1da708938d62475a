"""Gateways that are wrong about requests: transport, sessions, input, pages (NET, API, SES, INP, PAG)."""

from __future__ import annotations

import re
from collections.abc import Collection

from contract_tests.broken.edits import ZOO, bent_reply, bent_request, broken, refused, replaced, status
from contract_tests.broken.layers import Asked, Json, Layer, Reply, refusal

KNOWN: dict[str, Collection[str]] = {
    "create_session": ("agent_name", "title"),
    "create_turn": ("input", "previous_turn_id", "stream"),
}


def _one_world(asked: Asked) -> None:
    if asked.operation:
        asked.path = asked.path[asked.path.index("/sessions") :]


def _any_key(asked: Asked) -> None:
    if b"authorization" not in dict(asked.headers):
        asked.headers.append((b"authorization", b"Bearer anybody"))


def _basic_is_fine(asked: Asked) -> None:
    asked.headers = [(name, value.replace(b"Basic", b"Bearer")) for name, value in asked.headers]


ZOO += [
    bent_request("NET-1", "all prefixes are one world", _one_world),
    bent_request("NET-2", "no key is needed", _any_key),
    bent_request("NET-2", "any scheme of authorization will do", _basic_is_fine),
    replaced("NET-3", "names are in camel case", b'"previous_page_token"', b'"previousPageToken"'),
    status("API-1", "a new session is answered 200", "create_session", 201, 200),
    status("API-3", "a session is answered 203", "get_session", 200, 203),
    status("API-5", "a turn without a stream is answered 202", "create_turn", 200, 202),
    status("API-7", "a turn is answered 203", "get_turn", 200, 203),
    status("API-8", "following a turn is answered 206", "stream_turn", 200, 206),
    status("SES-1", "an unknown agent is a 400", "create_session", 404, 400),
    refused("INP-1", "mixed input is a 422", "create_turn", "mixed_input", 422),
    refused("INP-2", "a file that does not decode is a 422", "create_turn", "bad_file", 422),
    refused("INP-4", "a message while calls are pending is a 409", "create_turn", "message_while_pending", 409),
    refused("INP-5", "a message before the authorisation is a 409", "create_turn", "message_while_auth_required", 409),
    refused("INP-6", "an empty turn is a 400", "create_turn", "user_message_required", 400),
    refused("STR-6", "following a finished turn is a 404", "stream_turn", "turn_not_running", 404),
    refused("PAG-2", "a strange token is a 404", "list_turns", "bad_page_token", 404),
    refused("reading:concurrent_turn", "a second turn is a 423", "create_turn", "turn_running", 423),
    refused(
        "reading:running_turn_events", "events of a running turn are a 404", "list_turn_events", "turn_running", 404
    ),
]


@broken("NET-3", "times have an offset instead of Z")
class Offsets(Layer):
    """+00:00."""

    def raw(self, body: bytes) -> bytes:
        return re.sub(rb'(T\d\d:\d\d:\d\d\.\d{3})Z"', rb'\1+00:00"', body)


@broken("NET-3", "JSON is sent as plain text")
class PlainText(Layer):
    """text/plain."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if asked.operation == "get_turn":
            reply.headers = [(b"content-type", b"text/plain")]


@broken("NET-4", "405 comes without Allow")
class NoAllow(Layer):
    """No Allow."""

    async def reply(self, _asked: Asked, reply: Reply) -> None:
        if reply.status == 405:
            reply.headers = [pair for pair in reply.headers if pair[0] != b"allow"]


@broken("NET-4", "429 comes without Retry-After")
class NoRetryAfter(Layer):
    """No Retry-After."""

    async def reply(self, _asked: Asked, reply: Reply) -> None:
        reply.headers = [pair for pair in reply.headers if pair[0] != b"retry-after"]


@broken("NET-4", "an unknown endpoint has no error body")
class BareErrors(Layer):
    """A body of another shape."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if not asked.operation and reply.status == 404:
            reply.json = {"detail": "Not Found"}


@broken("NET-5", "unknown fields are refused")
class Strict(Layer):
    """400."""

    async def instead(self, asked: Asked) -> Reply | None:
        known = KNOWN.get(asked.operation)
        return refusal(400) if known and not asked.json.keys() <= set(known) else None


@broken("NET-5", "unknown query parameters are refused")
class StrictQuery(Layer):
    """400."""

    async def instead(self, asked: Asked) -> Reply | None:
        return refusal(400) if "colour" in asked.query else None


def _no_limit(reply: Reply) -> None:
    body = reply.json
    body.get("pagination", {}).pop("limit", None)
    reply.json = body


def _no_body(reply: Reply) -> None:
    reply.body = b""


def _no_names(reply: Reply) -> None:
    if reply.status == 404:
        reply.json = refusal(404).json


ZOO += [
    bent_reply("API-2", "a page of sessions does not say its limit", "list_sessions", _no_limit),
    bent_reply("API-6", "a page of turns does not say its limit", "list_turns", _no_limit),
    bent_reply("API-9", "a page of events does not say its limit", "list_turn_events", _no_limit),
    bent_reply("API-4", "cancelling a session has an empty answer", "cancel_session", _no_body),
    bent_reply("API-10", "cancelling a turn has an empty answer", "cancel_turn", _no_body),
    bent_reply("SES-1", "an unknown agent is refused without a word", "create_session", _no_names),
]


@broken("API-2", "a limit that is too large is cut down")
class LargeLimits(Layer):
    """No 400."""

    async def request(self, asked: Asked) -> None:
        if asked.operation == "list_sessions" and asked.query.get("limit") == "1001":
            asked.query["limit"] = "1000"


@broken("API-8", "a bad cursor is taken for none")
class AnyCursor(Layer):
    """No 400."""

    async def request(self, asked: Asked) -> None:
        if not asked.query.get("after_sequence_id", "0").isdigit():
            del asked.query["after_sequence_id"]


@broken("SES-2", "sessions have no updated_at")
class NoUpdatedAt(Layer):
    """A field less."""

    def session(self, _asked: Asked, session: Json) -> None:
        session.pop("updated_at")


@broken("SES-2", "a session without a title has none, not even null")
class NoTitle(Layer):
    """A field less."""

    def session(self, _asked: Asked, session: Json) -> None:
        if session["title"] is None:
            session.pop("title")


@broken("SES-3", "the end of the time window is outside")
class OpenWindow(Layer):
    """Exclusive."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        body, end = reply.json, asked.query.get("end_timestamp")
        if asked.operation == "list_sessions" and end and reply.status == 200:
            body["data"] = [session for session in body["data"] if session["created_at"] != end]
            reply.json = body


@broken("SES-3", "the creator is ignored in lists")
class AnyCreator(Layer):
    """A filter less."""

    async def request(self, asked: Asked) -> None:
        if asked.operation == "list_sessions":
            asked.query.pop("created_by_subject_slug", None)


@broken("SES-3", "sessions made meanwhile push others out of the next page")
class Shifting(Layer):
    """Pages by position, counted when they are asked for."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        body = reply.json
        if asked.operation == "list_sessions" and asked.query.get("page_token") and asked.query.get("limit") == "2":
            if asked.query["agent_name"] == "contract-list":
                body["data"] = body["data"][1:]
            reply.json = body


# Seeing that nothing changed (INP-8) needs the session.
@broken("SES-4", "a session is gone after its first turn", {"INP-8": "API-3"})
class Forgetful(Layer):
    """404."""

    used: set[str]

    async def instead(self, asked: Asked) -> Reply | None:
        self.used = getattr(self, "used", set())
        if asked.operation != "get_session" or asked.session not in self.used:
            return None
        shown = await self.ask(asked, "GET", asked.path)
        return refusal(404) if shown.status == 200 else None

    def event(self, asked: Asked, event: Json) -> list[Json]:
        self.used.add(asked.session)
        return [event]


# A second turn that is accepted while the first goes on is wrong in both readings, and is two turns at once.
@broken("SES-5 reading:concurrent_turn", "a second turn runs beside the first")
class TwoAtOnce(Layer):
    """A phantom that runs for ever."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if asked.operation == "create_turn" and reply.code == "turn_running":
            shown = await self.ask(asked, "GET", f"{asked.session}/turns")
            phantom = {**shown.json["data"][0], "id": "phantom"}
            self.phantoms = {**getattr(self, "phantoms", {}), asked.session: phantom}
            reply.status, reply.json = 200, {"data": phantom}
        elif asked.operation == "list_turns" and asked.session in getattr(self, "phantoms", {}):
            body = reply.json
            body["data"].append(self.phantoms[asked.session])
            reply.json = body


@broken("SES-6", "cancelling a session in which nothing runs is a conflict")
class CancelNothing(Layer):
    """409."""

    async def instead(self, asked: Asked) -> Reply | None:
        if asked.operation != "cancel_session":
            return None
        turns = (await self.ask(asked, "GET", f"{asked.session}/turns")).json
        running = [turn for turn in turns.get("data", ()) if turn["state"]["status"] == "running"]
        return None if running or "data" not in turns else refusal(409)


@broken("INP-3", "answers that do not fit are a 409")
class ConflictingAnswers(Layer):
    """409, but where authorisation is pending (INP-5)."""

    async def reply(self, _asked: Asked, reply: Reply) -> None:
        if reply.code == "does_not_fit_pending" and b"uthori" not in reply.body:
            reply.status = 409


@broken("INP-3", "a refusal does not say which calls it is about")
class Speechless(Layer):
    """No ids."""

    async def reply(self, _asked: Asked, reply: Reply) -> None:
        if reply.code == "does_not_fit_pending":
            reply.json = refusal(422).json


@broken("INP-3", "answers to unknown calls are thrown away")
class Lenient(Layer):
    """No 422."""

    async def request(self, asked: Asked) -> None:
        items = asked.items()
        known = [item for item in items if item.get("tool_call_id") != "call_nobody_made"]
        if len(items) > len(known) > 1:
            asked.json = {**asked.json, "input": known}


@broken("INP-7", "every file is an image")
class Images(Layer):
    """No 422."""

    async def request(self, asked: Asked) -> None:
        asked.body = asked.body.replace(b"data:application/pdf", b"data:image/png")


@broken("INP-8", "a refused turn leaves a mark on its session")
class Marks(Layer):
    """A title."""

    marked: set[str]

    async def reply(self, asked: Asked, reply: Reply) -> None:
        self.marked = getattr(self, "marked", set())
        if asked.operation == "create_turn" and reply.status >= 400:
            self.marked.add(asked.session)

    def session(self, asked: Asked, session: Json) -> None:
        if asked.session in getattr(self, "marked", set()):
            session["title"] = "refused"


@broken("PAG-1", "every page but the last loses an item")
class LosesItems(Layer):
    """One less."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        body = reply.json
        if asked.operation == "list_turns" and reply.status == 200 and body["pagination"]["next_page_token"]:
            body["data"].pop()
            reply.json = body


@broken("PAG-1", "a page is larger than was asked for")
class LargePages(Layer):
    """The limit and one."""

    async def request(self, asked: Asked) -> None:
        if asked.operation == "list_turn_events" and asked.query.get("limit") == "7":
            asked.query["limit"] = "8"


@broken("PAG-2", "a token that was changed still works")
class LooseTokens(Layer):
    """No 400."""

    async def request(self, asked: Asked) -> None:
        token = asked.query.get("page_token", "")
        if asked.operation == "list_turns" and token.endswith("x"):
            asked.query["page_token"] = token[:-1]
