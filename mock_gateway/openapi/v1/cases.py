"""What several operations of the published contract have in common: when they fail, and where they lead.

Owns: words by status, links by the place where an id is found. Must not know: any one operation.
"""

from __future__ import annotations

from mock_gateway.openapi.facts import Link

Cases = dict[int, str]

KEY: Cases = {
    401: "The key is missing, empty or refused (V1-NET-3).",
    403: "The key may not do this (V1-NET-3).",
}
METHOD: Cases = {405: "Another method was used on this path. `Allow` names those it has."}
DOOR: Cases = {
    429: "A scenario's door sends the caller away for a while; `Retry-After` says how long.",
    500: "A scenario's door answers with a failure.",
    502: "A scenario's door answers with a failure behind it.",
    503: "A scenario's door answers that the service is not there.",
    504: "A scenario's door answers that it waited for too long.",
}
COMMON: Cases = {**KEY, **METHOD, **DOOR}
SCRIPTED = "The mock answers so only where a scenario's door says it."
"""Behind a case that the contract has and the mock does not meet by itself."""
PATH: Cases = {400: "The path is not percent-encoded UTF-8."}
NO_SESSION: Cases = {404: "There is no such session."}
NO_TURN: Cases = {404: "There is no such session, or no such turn in it."}
NO_DRAFT: Cases = {404: "The caller has no such draft."}
NO_AGENT: Cases = {404: "There is no agent of that name."}
BODY: Cases = {413: "The body is larger than the server takes."}
PAGE: Cases = {400: "`limit`, `order` or `page_token` is wrong, or the token is not of this list (V1-PAG-3)."}
LISTED: Cases = {
    400: "A moment, a filter, `limit` or `order` is wrong, or the token is not of this list (V1-PAG-3).",
    422: f"The contract has it for a query that makes no sense, to which the mock says 400. {SCRIPTED}",
}
STORE_GONE: Cases = {412: f"The contract has it for a session whose store is gone. {SCRIPTED}"}

OF_NEW_SESSION = {"session_id": "$response.body#/data/id"}
OF_SESSION = {"session_id": "$request.path.session_id"}
OF_FIRST_SESSION = {"session_id": "$response.body#/data/0/id"}
OF_TURN = {**OF_SESSION, "turn_id": "$request.path.turn_id"}
OF_NEW_TURN = {**OF_SESSION, "turn_id": "$response.body#/data/id"}
OF_FIRST_TURN = {**OF_SESSION, "turn_id": "$response.body#/data/0/id"}
OF_TURN_OF_FIRST_EVENT = {**OF_SESSION, "turn_id": "$response.body#/data/0/turn_id"}
_NEXT_TOKEN = {"page_token": "$response.body#/pagination/next_page_token"}


def talk_links(parameters: dict[str, str]) -> dict[str, Link]:
    """From anything that names a session or draft to what is said in it."""
    return {
        "Say": Link("create_turn", "Say something and follow the answer.", parameters, "SayNext"),
        "SayWithoutStream": Link("create_turn", "Say something and poll.", parameters, "SayNextWithoutStream"),
        "ListTurns": Link("list_turns", "See what was said.", parameters),
        "ListSessionEvents": Link("list_session_events", "Read all that happened.", parameters),
        "CancelSession": Link("cancel_session", "Stop what runs in the session.", parameters),
    }


def session_links(parameters: dict[str, str]) -> dict[str, Link]:
    """From anything that names a session."""
    return {"GetSession": Link("get_session", "Read the session again.", parameters), **talk_links(parameters)}


def draft_links(parameters: dict[str, str]) -> dict[str, Link]:
    """From anything that names a draft."""
    return {
        "GetDraft": Link("get_draft_session", "Read the draft again.", parameters),
        "UpdateDraft": Link("update_draft_session", "Change the draft.", parameters, "AnotherSpec"),
        **talk_links(parameters),
    }


def turn_links(parameters: dict[str, str]) -> dict[str, Link]:
    """From anything that names a turn."""
    return {
        "GetTurn": Link("get_turn", "See how far the turn is.", parameters),
        "Subscribe": Link("subscribe_turn", "Follow the turn.", parameters, "FromTheBeginning"),
        "ListTurnEvents": Link("list_turn_events", "Read its log when it is over.", parameters),
    }


def next_page(operation: str, parameters: dict[str, str]) -> dict[str, Link]:
    """From a page to the next one."""
    return {"NextPage": Link(operation, "Go on with the next page, if there is one.", parameters | _NEXT_TOKEN)}
