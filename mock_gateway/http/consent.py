"""The page on which a person allows or refuses an MCP server (MCP-1).

Owns: what it shows in each state, and what a choice does. The address holds a key, so that only who was given it can
choose; a choice is a form that answers with a redirect to the same address, so that a reload repeats nothing.
Must not know: how a turn goes on afterwards (`core/authorise.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from mock_gateway.core.errors import Refusal
from mock_gateway.core.state import Session
from mock_gateway.gateway import Gateway
from mock_gateway.http.html import page, text

CHOICES: Mapping[bytes, bool] = {b"choice=allow": True, b"choice=refuse": False}

_ALLOW = '<button class="first" name="choice" value="allow">Allow</button>'
_REFUSE = '<button name="choice" value="refuse">Refuse</button>'


def show(gateway: Gateway, base: str, session_id: str, server: str, key: str) -> Response:
    """The page. base: base path of the world, decoded. A wrong session, server or key is 404."""
    session = _find(gateway, base, session_id, server, key, allow=None)
    if session is None:
        return _not_found()
    record = session.authorisations.get(server)
    state = "" if record is None else record.state
    return _SHOWN.get(state, _open)(session, server)


def choose(gateway: Gateway, base: str, session_id: str, server: str, key: str, *, sent: bytes, here: str) -> Response:
    """What a person chose. sent: the form. here: where the page is, for the way back."""
    allow = CHOICES.get(sent)
    if allow is None:
        return page(
            "No choice",
            _card(
                "No choice",
                "<p>The form has to say <code>choice=allow</code> or "
                "<code>choice=refuse</code>. Nothing was changed.</p>",
            ),
            400,
        )
    if _find(gateway, base, session_id, server, key, allow=allow) is None:
        return _not_found()
    return page("Chosen", _card("Chosen", "<p>Thank you.</p>"), 303, headers={"location": here})


def _find(gateway: Gateway, base: str, session_id: str, server: str, key: str, *, allow: bool | None) -> Session | None:
    # Looking must not make a world.
    world = gateway.worlds.get(base)
    if world is None:
        return None
    try:
        return gateway.authorise(world, session_id, server, key, allow=allow)
    except Refusal:
        return None


def _open(session: Session, server: str) -> Response:
    agent = text(session.agent.name)
    title = f"Allow {server}?"
    return page(
        title,
        _card(
            text(title),
            f"<p>The agent <b>{agent}</b> asks to use the MCP server <b>{text(server)}</b> for you.</p>"
            f"{_facts(session)}"
            f'<form method="post">{_ALLOW}{_REFUSE}</form>',
        ),
    )


def _allowed(session: Session, server: str) -> Response:
    return page(
        f"{server} is allowed",
        _card(
            f'<span class="allowed">✓</span> {text(server)} is allowed',
            "<p>Go back to your application, you can close this page. The agent goes on when the application resumes "
            f"it, with a turn without input.</p>{_facts(session)}"
            f'<form method="post">{_REFUSE.replace("Refuse", "Refuse after all")}</form>',
        ),
    )


def _refused(session: Session, server: str) -> Response:
    return page(
        f"{server} is refused",
        _card(
            f'<span class="refused">✕</span> {text(server)} is refused',
            "<p>Go back to your application, you can close this page. When the application resumes the agent, with a "
            f"turn without input, the agent does without, or asks once more.</p>{_facts(session)}"
            f'<form method="post">{_ALLOW.replace("Allow", "Allow after all")}</form>',
        ),
    )


_SHOWN = {"allowed": _allowed, "refused": _refused}


def _not_found() -> Response:
    return page(
        "No such page",
        _card(
            "There is no such page",
            "<p>Its address is not one that a turn has given out, or its session is gone: sessions last as long as the "
            "server. Take the newest <code>auth_url</code> of an <code>mcp.auth_required</code> event.</p>",
        ),
        404,
    )


def _facts(session: Session) -> str:
    rows = [("Agent", text(session.agent.name)), ("Session", f"<code>{text(session.id)}</code>")]
    if session.title:
        rows.insert(1, ("Title", text(session.title)))
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows) + "</dl>"


def _card(title: str, body: str) -> str:
    note = '<p class="faint">mock-gateway stands in for the sign-in of the server; nobody else is asked.</p>'
    return f'<div class="card"><h1>{title}</h1>{body}{note}</div>'
