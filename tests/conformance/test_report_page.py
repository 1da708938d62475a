"""The page with the results: everything is in it, and nothing of a stranger can act there. A browser tests the rest."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from typing import Any

from mock_gateway.conformance.reports import html
from mock_gateway.conformance.verdicts import Verdict
from tests.conformance.report_documents import HOSTILE, document, every_verdict, result


def packed(page: str) -> Any:
    found = re.search(r'<script type="text/plain" id="data">([\w+/=]*)</script>', page)
    assert found is not None
    return json.loads(gzip.decompress(base64.b64decode(found[1])))


def test_clients_stand_side_by_side_with_a_place_for_what_was_not_run() -> None:
    one, two = document([result(), result(case="B")], "one"), document([result(Verdict.FAIL)], "two")

    data = packed(html.render([one, two]))

    assert [client["name"] for client in data["clients"]] == ["one", "two"]
    verdicts = {
        row["case"]: [None if cell is None else data["results"][cell]["verdict"] for cell in row["cells"]]
        for row in data["rows"]
    }
    assert verdicts == {"LIFE-DONE": ["PASS", "FAIL"], "B": ["PASS", None]}


def test_rows_of_a_family_stand_together() -> None:
    run = document([result(case="A"), result(case="B", family="canc"), result(case="C")])

    assert [row["case"] for row in packed(html.render([run]))["rows"]] == ["A", "C", "B"]


def test_the_text_of_an_agent_is_in_it_once() -> None:
    data = packed(html.render([document([result(case="A"), result(case="B")])]))

    assert data["scenarios"] == ["agent: a\n# said\n"]
    assert [one["evidence"]["scenario"] for one in data["results"]] == [0, 0]


def test_equal_results_give_an_equal_page() -> None:
    assert html.render([every_verdict()]) == html.render([every_verdict()])


def test_the_page_loads_nothing_and_runs_its_own_script_only() -> None:
    page = html.render([every_verdict()])

    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert policy is not None and len(script) == 1
    hashed = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{hashed}'" in policy[1]
    assert policy[1].startswith("default-src 'none'")
    assert not re.search(r"""(src|href)=["'](?!#|data:,)|url\(|@import|https?://""", page)


def test_a_hostile_client_is_nowhere_in_the_page_but_in_its_packed_data() -> None:
    page = html.render([every_verdict(HOSTILE)])

    assert "hurt" not in re.sub(r"<title>.*?</title>", "", page)
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert title is not None and "<" not in title[1]
    assert packed(page)["results"][3]["got"] == HOSTILE
