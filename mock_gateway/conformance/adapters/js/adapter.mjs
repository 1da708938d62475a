// The client as an adapter: an operation of the protocol and what comes of it. How lines travel is not known here.

import { Client, Failure } from "./client.mjs";
import { Fold } from "./fold.mjs";

export class Adapter {
  // name: who answers; write: takes an event line; Client: the class to drive.
  constructor(name, write, ClientClass = Client) {
    Object.assign(this, { name, write, ClientClass, client: null, number: 0, isQuiet: false });
  }

  // The reply to a request.
  async reply({ id, op, args = {} }) {
    this.number = id;
    if (!Object.hasOwn(operations, op)) return { id, ok: false, error: { kind: "unsupported", message: `no ${op}` } };
    try {
      if (!this.client && !["hello", "open", "reset"].includes(op)) throw new Failure("client", "open comes first");
      const result = await operations[op](this, args);
      return { id, ok: true, result: result instanceof Fold ? result.told() : (result ?? {}) };
    } catch (error) {
      // Whatever the client throws is what an application gets.
      const { kind = "client", status, retryAfter, seen } = error;
      const told = { kind, message: String(error.message ?? error), status, retry_after_s: retryAfter };
      return { id, ok: false, error: told, ...(seen && { result: seen.told() }) };
    }
  }

  tell(count, event, number) {
    if (this.isQuiet) return;
    this.write({ id: this.number, event: count, type: event.type, seq: number, at_ms: performance.now() });
  }
}

const capabilities = [
  ...["resume", "subscribe", "background", "turn", "events", "turns", "sessions"],
  ...["approval", "response", "auth", "cancel", "retry", "parallel", "live"],
];

const item = ({ kind, thread, id, decision, reason, content }) => {
  const place = { thread_id: thread, tool_call_id: id };
  if (kind === "response") return { type: "user.tool_response", ...place, content };
  return { type: "user.tool_approval", ...place, approval: { status: decision, ...(reason && { reason }) } };
};

const withoutEvents = (fold) => {
  const { events, ...told } = fold.told();
  return told;
};

const operations = {
  hello: ({ name }) => ({ name, version: "1", dialects: ["beta", "v1"], capabilities }),
  open: (adapter, { base_url, api_key, dialect, options }) => {
    const tell = (...event) => adapter.tell(...event);
    adapter.client = new adapter.ClientClass(base_url, api_key, dialect, options, tell);
  },
  reset: (adapter) => {
    adapter.client = null;
  },
  create_session: async ({ client }, { agent }) => ({ session_id: await client.createSession(agent) }),
  get_session: async ({ client }, { session_id }) => ({ session_id: await client.getSession(session_id) }),
  list_sessions: async ({ client }, { agent, limit }) => {
    const sessions = await client.list(client.dialect.base, { agent_name: agent }, limit);
    return { session_ids: sessions.map((session) => session.id) };
  },
  list_turns: async ({ client }, { session_id, limit }) => {
    const turns = await client.list(`${client.session(session_id)}/turns`, {}, limit);
    return { turn_ids: turns.map((turn) => turn.id) };
  },
  list_events: async ({ client }, { session_id, turn_id, limit }) => {
    const told = (await client.listEvents(session_id, turn_id, limit)).told();
    return { ...told, status: (await client.state(session_id, turn_id)).status };
  },
  get_turn: async ({ client }, { session_id, turn_id }) => withoutEvents(await client.state(session_id, turn_id)),
  wait_turn: async ({ client }, { session_id, turn_id }) => withoutEvents(await client.waitFor(session_id, turn_id)),
  cancel: ({ client }, { session_id, turn_id }) => client.cancel(session_id, turn_id),
  start_turn: async ({ client }, { session_id, input, previous_turn_id }) => {
    const turn = await client.start(session_id, input, previous_turn_id);
    return { turn_id: turn.id, status: turn.state.status };
  },
  run_turn: ({ client }, { session_id, input, previous_turn_id, ...reading }) =>
    client.run(session_id, input, previous_turn_id, reading),
  run_turns: async (adapter, { turns }) => {
    adapter.isQuiet = true;
    try {
      const folds = await Promise.all(turns.map((turn) => operations.run_turn(adapter, turn)));
      return { turns: folds.map((fold) => fold.told()) };
    } finally {
      adapter.isQuiet = false;
    }
  },
  answer: ({ client }, { session_id, answers, ...reading }) =>
    client.run(session_id, answers.map(item), undefined, reading),
  resume_mcp: ({ client }, { session_id, ...reading }) => client.run(session_id, undefined, undefined, reading),
  subscribe: ({ client }, { session_id, turn_id, after, ...reading }) =>
    client.follow(session_id, turn_id, after, reading),
};
