"""An adapter of a client that is nothing but sockets: both contracts, little else. For tests of the judge itself.

It reads streams line by line, resumes nothing, and can be told to misbehave by PLAIN_BUG in its environment.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from typing import Any
from urllib.parse import quote, urlsplit

BUG = os.environ.get("PLAIN_BUG", "")
PATHS = {"beta": "/sessions", "v1": "/v1/agents/sessions"}
Json = dict[str, Any]


class Refused(Exception):
    """An error status."""


class Client:
    """One client."""

    http: Any = None

    def open(self, base_url: str, api_key: str, dialect: str, **_options: Any) -> Json:
        self.reset()
        url = urlsplit(base_url)
        self.http = http.client.HTTPConnection(url.netloc, timeout=10)
        self.path, self.dialect = url.path + PATHS[dialect], dialect
        self.headers = {"authorization": f"Bearer {api_key}", "content-type": "application/json"}
        return {}

    def reset(self) -> Json:
        if self.http is not None:
            self.http.close()
        return {}

    def ask(self, method: str, path: str, body: object = None) -> http.client.HTTPResponse:
        data = None if body is None else json.dumps(body)
        self.http.request(method, self.path + path, data, self.headers)
        answer = self.http.getresponse()
        if answer.status >= 400:
            told = json.loads(answer.read())
            raise Refused({"kind": "http", "status": answer.status, "message": told["error"]["message"]})
        return answer

    def create_session(self, agent: str) -> Json:
        return {"session_id": json.loads(self.ask("POST", "", {"agent_name": agent}).read())["data"]["id"]}

    def run_turn(self, session_id: str, input: Any = None, stop_after: int | None = None) -> Json:
        if BUG == "crash":
            sys.exit("a bug of the client")
        if BUG == "hang":
            time.sleep(60)
        if BUG == "print":
            print("debug: a turn begins")
        stream = self.ask("POST", f"/{quote(session_id)}/turns", {"input": input or [], "stream": True})
        seen = Seen()
        for line in stream:
            if line.startswith(b"id: "):
                seen.told["last"] = int(line[4:])
            elif line.startswith(b"data: "):
                seen.take(json.loads(line[6:]))
                if len(seen.told["events"]) == stop_after:
                    self.http.close()
                    break
        return seen.json()

    def answer(self, session_id: str, answers: list[Json]) -> Json:
        items: list[Json] = []
        for one in answers:
            item = {"thread_id": one["thread"], "tool_call_id": one["id"]}
            if one["kind"] == "approval":
                decision = {"status": one["decision"], **({"reason": one["reason"]} if "reason" in one else {})}
                items.append({"type": "user.tool_approval", **item, "approval": decision})
            else:
                items.append({"type": "user.tool_response", **item, "content": one["content"]})
        return self.run_turn(session_id, items)

    def resume_mcp(self, session_id: str) -> Json:
        return self.run_turn(session_id)


class Seen:
    """What came of one turn."""

    made_so_far = 0

    def __init__(self) -> None:
        Seen.made_so_far += 1
        self.told: Json = {"status": "running", "events": [], "tool_results": [], "actions": []}
        self.threads: Json = {}
        self.calls: dict[tuple[str, int], Json] = {}
        self.made: list[Json] = []
        self.reasoning = self.refusal = ""

    def take(self, event: Json) -> None:
        kind, thread = event["type"], event.get("thread_id")
        if BUG == "flaky" and kind == "turn.done" and Seen.made_so_far % 2:
            return
        self.told["events"].append(kind)
        if kind.startswith("model.message"):
            self._delta(event, thread)
        elif kind == "turn.created":
            self.told["turn_id"] = event["turn_id"]
        elif kind == "turn.done":
            state = event.get("state") or event
            reason = state.get("reason") or state.get("cancellation_reason")
            self.told |= {"status": state["status"], "message": state.get("message"), "reason": reason}
        elif kind == "tool.response":
            result = {"id": event["tool_call_id"], "content": event["content"], "thread": thread}
            self.told["tool_results"].append(result)
        elif kind in ("tool.approval_required", "tool.response_required"):
            which = "approval" if "approval" in kind else "response"
            self.told["actions"] += [{"kind": which, "id": ref["id"], "thread": thread} for ref in event["tool_calls"]]
        elif kind == "mcp.auth_required":
            servers = event.get("servers") or event["mcp_servers"]
            self.told["actions"] += [
                {"kind": "auth", "server": one.get("name") or one["mcp_server_name"], "url": one["auth_url"]}
                for one in servers
            ]

    def _delta(self, event: Json, thread: str) -> None:
        content = event.get("content") or ""
        if BUG == "strip":
            content = content.strip()
        where = "main" if BUG == "mix" else thread
        self.threads[where] = self.threads.get(where, "") + content
        if thread == "main":
            self.reasoning += event.get("reasoning_content") or ""
            self.refusal += event.get("refusal") or ""
        for chunk in event.get("tool_calls") or ():
            key = (thread, chunk["index"])
            if chunk.get("id"):
                made = {"id": chunk["id"], "name": chunk["function"]["name"], "arguments": "", "thread": thread}
                self.calls[key] = made
                self.made.append(made)
            self.calls[key]["arguments"] += chunk["function"].get("arguments") or ""

    def json(self) -> Json:
        told = {**self.told, "text": self.threads.get("main", ""), "threads": self.threads, "tool_calls": self.made}
        return told | {"reasoning": self.reasoning, "refusal": self.refusal}


HELLO = {"name": "plain", "dialects": ["beta", "v1"], "capabilities": ["approval", "response", "auth"]}


def answer(client: Client, request: Json) -> Json:
    op = request["op"]
    if op == "hello":
        return {"ok": True, "result": HELLO}
    if not hasattr(Client, op):
        return {"ok": False, "error": {"kind": "unsupported"}}
    try:
        return {"ok": True, "result": getattr(client, op)(**request["args"])}
    except Refused as refused:
        return {"ok": False, "error": refused.args[0]}


def main() -> None:
    client = Client()
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "quit":
            return
        print(json.dumps({"id": request["id"], **answer(client, request)}), flush=True)


if __name__ == "__main__":
    main()
