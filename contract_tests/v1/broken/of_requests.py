"""Gateways that are wrong about requests: transport, sessions, input, drafts (V1-NET, ERR, SES, INP, DRA, SBX)."""

from __future__ import annotations

import json

from contract_tests.broken.edits import bent_reply, bent_request, refused, replaced, status
from contract_tests.broken.layers import Asked, Json, Layer, Reply, refusal
from contract_tests.v1.broken.bending import ZOO, bent_pages, bent_session, broken, instead_of
from mock_gateway.http.app import App

LATER = "2030-01-01T00:00:00.000Z"


def _one_world(asked: Asked) -> None:
    if asked.is_published:
        prefix, rest = asked.path.split("/v1/", 1)
        asked.path = "/".join([*prefix.split("/")[:2], "v1", rest])


def _any_key(asked: Asked) -> None:
    if b"authorization" not in dict(asked.headers):
        asked.headers.append((b"authorization", b"Bearer anybody"))


def _accept_decides(asked: Asked) -> None:
    if dict(asked.headers).get(b"accept") == b"text/event-stream" and asked.operation == "create_turn":
        asked.json = {**asked.json, "stream": True}


def _plain_text(reply: Reply) -> None:
    reply.headers = [(b"content-type", b"text/plain")]


def _no_order(asked: Asked) -> None:
    if asked.operation == "list_sessions" and asked.query.get("order") == "asc":
        del asked.query["order"]


def _any_order(asked: Asked) -> None:
    if asked.operation == "list_sessions" and asked.query.get("order") == "up":
        del asked.query["order"]


def _outside(asked: Asked, body: Json) -> None:
    end = asked.query.get("end_timestamp")
    body["data"] = [session for session in body["data"] if end is None or session["created_at"] != end]


def _no_updated_at(_asked: Asked, session: Json) -> None:
    if session["type"] == "session":
        session.pop("updated_at")


def _short_title(_asked: Asked, session: Json) -> None:
    session["title"] = session["title"] and session["title"][:40]


def _only_saved(_asked: Asked, body: Json) -> None:
    body["data"] = [session for session in body["data"] if session["type"] == "session"]


def _texts(asked: Asked, old: str, new: str) -> None:
    asked.body = asked.body.replace(json.dumps(old).encode(), json.dumps(new).encode())


def _one_message(asked: Asked) -> None:
    if b'"again"' in asked.body:
        asked.json = {**asked.json, "input": asked.items()[:1]}


def _blank_is_something(asked: Asked) -> None:
    _texts(asked, "  \n", "something")


def _empty_answers(asked: Asked) -> None:
    if asked.items() and asked.items()[0] == {**asked.items()[0], "type": "user.tool_response", "content": ""}:
        asked.json = {**asked.json, "input": [{**asked.items()[0], "content": "x"}]}


def _denies(asked: Asked) -> None:
    items = asked.items()
    if len({item.get("type") for item in items}) == 2 and {item.get("thread_id") for item in items} == {"main"}:
        bent = [{**item, "approval": {"status": "deny"}} if "approval" in item else item for item in items]
        asked.json = {**asked.json, "input": bent}


def _no_reason(asked: Asked) -> None:
    items = asked.items()
    if any("reason" in (item.get("approval") or {}) for item in items):
        bare = [{**item, "approval": {"status": item["approval"]["status"]}} for item in items]
        asked.json = {**asked.json, "input": bare}


def _any_model(asked: Asked) -> None:
    if asked.json.get("agent_spec") == {"model": {}}:
        asked.json = {"agent_spec": {"model": {"name": "any"}}}


def _any_type(asked: Asked) -> None:
    if asked.query.get("session_type") == "chat":
        del asked.query["session_type"]


def _any_agent(asked: Asked) -> None:
    if asked.operation == "list_drafts":
        asked.query.pop("agent_name", None)


def _other_lines(reply: Reply) -> None:
    reply.body = reply.body.replace(b"\r\n", b"\n")


def _wordless(reply: Reply) -> None:
    if reply.code == "does_not_fit_pending":
        reply.json = refusal(422).json


ZOO += [
    bent_request("V1-NET-1", "of a prefix the first name counts", _one_world),
    bent_reply("V1-NET-2", "a turn is sent as plain text", "get_turn", _plain_text),
    bent_request("V1-NET-3", "no key is needed", _any_key),
    instead_of("V1-NET-4", "unknown parameters are refused", lambda asked: "colour" in asked.query, refusal(400)),
    bent_request("V1-NET-5", "Accept decides what a turn is answered with", _accept_decides),
    bent_request("V1-ERR-2", "an unknown order is taken for none", _any_order),
    status("V1-SES-1", "a new session is answered 200", "create_session", 201, 200),
    bent_session("V1-SES-2", "sessions have no updated_at", _no_updated_at),
    refused("V1-SES-4", "listing an unknown agent is a 400", "list_sessions", "agent_not_found", 400),
    bent_request("V1-SES-5", "sessions are always listed newest first", _no_order),
    bent_pages("V1-SES-6", "the end of the time window is outside", "list_sessions", _outside),
    status("V1-SES-7", "a session is answered 203", "get_session", 200, 203),
    bent_session("V1-SES-8", "titles have 40 characters", _short_title),
    refused("V1-INP-1", "mixed input is a 422", "create_turn", "mixed_input", 422),
    refused("V1-INP-2", "a file that does not decode is a 422", "create_turn", "bad_file", 422),
    bent_reply("V1-INP-3", "a refusal does not say which calls it is about", "create_turn", _wordless),
    refused("V1-INP-4", "a message while calls are pending is a 409", "create_turn", "message_while_pending", 409),
    instead_of(
        "V1-INP-5",
        "null does not resume after an authorisation",
        lambda asked: asked.json == {"input": None, "stream": False},
        refusal(400),
    ),
    bent_request("V1-INP-6", "of several messages the first counts", _one_message),
    bent_request("V1-INP-7", "a blank message is a message", _blank_is_something),
    instead_of("V1-INP-8", "PDFs are refused", lambda asked: b"application/pdf" in asked.body, refusal(422)),
    bent_request("V1-INP-9", "an empty response is a response", _empty_answers),
    bent_request("V1-INP-11", "an approval next to a response is a denial", _denies),
    bent_request("V1-INP-12", "the reason of a denial is lost", _no_reason),
    bent_request("V1-INP-13", "answers are mixed up", lambda asked: _texts(asked, "ultramarine", "green")),
    replaced("V1-INP-14", "questions come from another tool", b'"ask_user_question"', b'"ask"'),
    status("V1-DRA-1", "a new draft is answered 200", "create_draft", 201, 200),
    bent_request("V1-DRA-2", "a model needs no name", _any_model),
    instead_of(
        "V1-DRA-5",
        "a draft cannot be touched",
        lambda asked: asked.operation == "update_draft" and not asked.json and "nobody" not in asked.path,
        refusal(400),
    ),
    bent_request("V1-DRA-6", "drafts are listed whatever their agent", _any_agent),
    bent_pages("V1-DRA-7", "the caller's drafts are left out", "list_owned", _only_saved),
    bent_request("V1-DRA-8", "an unknown type of session is any", _any_type),
    instead_of(
        "V1-DRA-8",
        "a search for an agent that there is not is a 404",
        lambda asked: asked.operation == "search" and asked.query.get("agent_name") == "nobody",
        refusal(404),
    ),
    bent_reply("V1-SBX-2", "files have other ends of line", "download", _other_lines),
    refused("V1-SBX-3", "a sandbox that was not started is not there", "download", "sandbox_not_started", 404),
]


@broken("V1-NET-6", "a preflight allows no headers")
class NoHeaders(Layer):
    """Without the line."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if asked.method == "OPTIONS":
            reply.headers = [pair for pair in reply.headers if pair[0] != b"access-control-allow-headers"]


@broken("V1-ERR-1", "an unknown endpoint has no error body")
class BareErrors(Layer):
    """A body of another shape."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if not asked.operation and reply.status == 404:
            reply.json = {"detail": "Not Found"}


@broken("V1-ERR-3", "an unknown endpoint is a 400")
class BadEndpoint(Layer):
    """Not a 404."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if not asked.operation and reply.status == 404:
            reply.status = 400


@broken("V1-SES-3", "who made a turn has no slug")
class NoSlug(Layer):
    """A field less."""

    def turn(self, _asked: Asked, turn: Json) -> None:
        turn["created_by_subject"].pop("subject_slug")


@broken("V1-SES-9", "a session is made anew by its first turn")
class MadeAnew(Layer):
    """Another created_at."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.used: set[str] = set()

    async def request(self, asked: Asked) -> None:
        if asked.operation == "create_turn":
            self.used.add(asked.session)

    def session(self, asked: Asked, session: Json) -> None:
        if asked.operation == "get_session" and asked.session in self.used:
            session["created_at"] = LATER


@broken("V1-INP-10", "a refused turn leaves a mark on its session")
class Marks(Layer):
    """A title."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.marked: set[str] = set()

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if asked.operation == "create_turn" and reply.status >= 400:
            self.marked.add(asked.session)

    def session(self, asked: Asked, session: Json) -> None:
        if asked.session in self.marked:
            session["title"] = "refused"


@broken("V1-DRA-3", "a saved session is also a draft")
class SavedDrafts(Layer):
    """Shown under both paths."""

    async def instead(self, asked: Asked) -> Reply | None:
        if asked.operation != "get_draft":
            return None
        found = await self.ask(asked, "GET", asked.path.replace("/draft-sessions/", "/sessions/"))
        found.headers = [(b"content-type", b"application/json")]
        return found if found.status == 200 else None


@broken("V1-DRA-4", "a draft has no turns")
class OnlyDrafts(Layer):
    """404."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.drafts: set[str] = set()

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if asked.operation == "create_draft" and reply.status == 201:
            self.drafts.add(f"{asked.path.replace('/draft-sessions', '/sessions')}/{reply.json['data']['id']}")

    async def instead(self, asked: Asked) -> Reply | None:
        return refusal(404) if asked.operation == "create_turn" and asked.session in self.drafts else None
