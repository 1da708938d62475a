// Putting a turn together from its events, of either contract.
// Owns: text, thoughts, calls, what waits, how it ended. Must not know: how events came.

export class Fold {
  turnId = "";
  status = "running";
  message = null;
  reason = null;
  events = []; // types, in the order in which they were delivered
  last = null; // number of the last one
  results = [];
  actions = [];
  spoken = new Map(); // messages by key
  #counts = new Map(); // messages of the documented contract have no id: they are counted, thread by thread

  get ended() {
    return this.status !== "running";
  }

  add(event) {
    const thread = event.thread_id ?? "main";
    switch (event.type) {
      case "turn.created":
        this.turnId = event.turn_id;
        break;
      case "model.message":
      case "model.message.delta":
        this.piece(this.messageOf(event, thread), event);
        break;
      case "tool.response":
        this.results.push({ id: event.tool_call_id, content: event.content, thread });
        break;
      case "tool.approval_required":
      case "tool.response_required":
        for (const call of event.tool_calls) {
          this.actions.push({ kind: event.type.slice(5).replace("_required", ""), id: call.id, thread });
        }
        break;
      case "mcp.auth_required":
        for (const server of event.servers ?? event.mcp_servers) {
          this.actions.push({ kind: "auth", server: server.mcp_server_name ?? server.name, url: server.auth_url });
        }
        break;
      case "turn.done":
        this.end(event.state ?? event);
    }
  }

  end(state) {
    this.status = state.status;
    this.message = state.message ?? state.error ?? null;
    this.reason = state.reason ?? state.cancellation_reason ?? null;
  }

  messageOf(event, thread) {
    const key = this.key(event, thread);
    if (!this.spoken.has(key)) {
      this.spoken.set(key, { thread, text: "", reasoning: "", refusal: "", calls: new Map() });
    }
    return this.spoken.get(key);
  }

  key(event, thread) {
    if (event.id !== undefined) return event.id;
    const count = this.#counts.get(thread) ?? 0;
    if (event.finish_reason != null) this.#counts.set(thread, count + 1);
    return `${thread}#${count}`;
  }

  piece(message, event) {
    const parts = Array.isArray(event.content) ? event.content : [{ text: event.content, refusal: event.refusal }];
    for (const part of parts) {
      message.text += part.text ?? "";
      message.refusal += part.refusal ?? "";
    }
    message.reasoning += event.reasoning_content ?? "";
    for (const chunk of event.tool_calls ?? []) this.call(message.calls, chunk);
  }

  call(calls, chunk) {
    const index = chunk.index ?? calls.size;
    if (!calls.has(index)) calls.set(index, { id: "", name: "", arguments: "" });
    const call = calls.get(index);
    call.id = chunk.id ?? call.id;
    call.name = chunk.function?.name || call.name;
    call.arguments += chunk.function?.arguments ?? "";
  }

  // All of it, as an observation of the adapter protocol.
  told() {
    const threads = {};
    const calls = [];
    for (const { thread, text, calls: own } of this.spoken.values()) {
      threads[thread] = (threads[thread] ?? "") + text;
      for (const [, call] of [...own].sort(([one], [other]) => one - other)) calls.push({ ...call, thread });
    }
    const main = [...this.spoken.values()].filter((message) => message.thread === "main");
    return {
      turn_id: this.turnId,
      status: this.status,
      message: this.message,
      reason: this.reason,
      text: threads.main ?? "",
      reasoning: main.map((message) => message.reasoning).join(""),
      refusal: main.map((message) => message.refusal).join(""),
      threads,
      tool_calls: calls,
      tool_results: this.results,
      actions: this.actions,
      events: this.events,
      last: this.last,
    };
  }
}
