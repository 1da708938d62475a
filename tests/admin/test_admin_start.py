"""The admin API costs nobody anything who does not ask for it."""

from __future__ import annotations

import subprocess
import sys

from tests.http.apps import make_app
from tests.http.asgi import call


def test_a_server_starts_and_answers_health_without_it() -> None:
    code = (
        "import sys, mock_gateway.cli.serve, mock_gateway.http.server\n"
        "from tests.http.apps import make_app\n"
        "from tests.http.asgi import call\n"
        "assert call(make_app(), 'GET', '/one/__admin/health', key=None).status == 200\n"
        "assert call(make_app(admin=False), 'GET', '/__admin/sessions', key=None).status == 404\n"
        "print(*[name for name in sys.modules if name.startswith(('mock_gateway.admin', 'starlette'))])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert loaded == []


def test_without_a_listener_nothing_is_noted_of_a_request() -> None:
    app = make_app()
    call(app, "GET", "/__admin/version", key=None)

    call(app, "GET", "/sessions/none")

    assert not app.gateway.journal.starters
    assert not app._admin.feed._events
