// A small client of a gateway on plain `fetch`, for Node and for browsers, of both contracts.
// Owns: which request when, deadlines, what is repeated, the cursor, when a stream has ended.

import { Fold } from "./fold.mjs";
import { Parser } from "./sse.mjs";

export class Failure extends Error {
  // kind: of the adapter protocol; seen: what was understood of the turn until then.
  constructor(kind, message, more = {}) {
    super(message);
    Object.assign(this, { kind, status: null, retryAfter: null, seen: null }, more);
  }
}

const segment = (id) => encodeURIComponent(id);
const dialects = {
  beta: {
    base: "/sessions",
    follow: (turn, after) => ["GET", `${turn}/stream`, null, after === null ? {} : { after_sequence_id: after }],
    cancel: (session, turn) => `${turn ?? session}/cancel`,
    number: (event) => (Number.isInteger(event.sequence_id) ? event.sequence_id : null),
    output: (state) => state.output ?? [],
  },
  v1: {
    base: "/v1/agents/sessions",
    follow: (turn, after) => ["POST", `${turn}/subscribe`, after === null ? {} : { after_sequence_number: after }, {}],
    cancel: (session) => `${session}/cancel`,
    number: (event, id) => (/^[0-9]+$/.test(id) ? Number(id) : null),
    output: (state) => [...(state.output ? [state.output] : []), ...(state.required_actions ?? [])],
  },
};
const repeatable = [408, 429, 500, 502, 503, 504];
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export class Client {
  retries = 2;
  longestWait = 5000;
  mostFailures = 5;
  Parser = Parser;
  Fold = Fold;

  // tell(count, event, number): is told of each event as it is delivered.
  constructor(base, key, dialect, options = {}, tell = () => {}) {
    this.base = base.replace(/\/$/, "");
    this.key = key;
    this.dialect = dialects[dialect];
    this.patience = options.read_timeout_ms ?? 10000;
    this.retries = options.max_retries ?? this.retries;
    this.tell = tell;
  }

  session(session) {
    return `${this.dialect.base}/${segment(session)}`;
  }

  turn(session, turn) {
    return `${this.session(session)}/turns/${segment(turn)}`;
  }

  // -- requests

  // An answer with a good status, whose body may still come.
  async send(method, path, body = null, query = {}) {
    const asked = new URLSearchParams(query).toString();
    const url = this.base + path + (asked && `?${asked}`);
    for (let attempt = 0; ; attempt++) {
      const answer = await this.tryOnce(method, url, body, attempt);
      if (answer?.response.ok) return answer;
      if (answer && !this.mayRepeat(method, answer.response.status, attempt)) throw await this.refused(answer);
      if (answer) await this.wait(answer, attempt);
    }
  }

  // One request; null when it broke off and may be sent again.
  async tryOnce(method, url, body, attempt) {
    const control = new AbortController();
    try {
      const headers = { authorization: `Bearer ${this.key}`, accept: "application/json, text/event-stream" };
      if (body) headers["content-type"] = "application/json";
      const sent = fetch(url, { method, headers, body: body && JSON.stringify(body), signal: control.signal });
      return { response: await this.inTime(sent, control), control };
    } catch (error) {
      if (method === "GET" && attempt < this.retries && !(error instanceof Failure)) return null;
      throw error instanceof Failure ? error : new Failure("transport", `${method} ${url}: ${error.cause ?? error}`);
    }
  }

  async inTime(promise, control) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Failure("timeout", "nothing came in time")), this.patience);
    });
    try {
      return await Promise.race([promise, late]);
    } catch (error) {
      promise.catch(() => {}); // it ends with the request, and nobody waits for it any more
      control.abort();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  // Reading may be repeated; anything else only when nothing has happened yet.
  mayRepeat(method, status, attempt) {
    return attempt < this.retries && (method === "GET" ? repeatable.includes(status) : status === 429);
  }

  async wait(answer, attempt) {
    const asked = this.retryAfter(answer.response);
    if (asked !== null && asked > this.longestWait) throw await this.refused(answer);
    answer.control.abort();
    await sleep(asked ?? 20 * 2 ** attempt);
  }

  // Milliseconds that the server asks to wait; a date is one of the server's clock.
  retryAfter(response) {
    const told = response.headers.get("retry-after")?.trim() ?? "";
    if (/^[0-9]+$/.test(told)) return Number(told) * 1000;
    const until = Date.parse(told) - Date.parse(response.headers.get("date") ?? "");
    return Number.isNaN(until) ? null : Math.max(0, until);
  }

  async refused(answer) {
    const { status } = answer.response;
    const text = await this.whole(answer);
    let message = text;
    try {
      message = JSON.parse(text).error.message;
    } catch {
      // a refusal need not be JSON, nor have this shape
    }
    const retryAfter = this.retryAfter(answer.response);
    return new Failure("http", String(message), { status, retryAfter: retryAfter && retryAfter / 1000 });
  }

  async whole(answer) {
    const decoder = new TextDecoder();
    let text = "";
    for await (const bytes of this.pieces(answer)) text += decoder.decode(bytes, { stream: true });
    return text + decoder.decode();
  }

  // The body as it comes. Whoever stops reading hangs up.
  async *pieces({ response, control }) {
    const reader = response.body?.getReader();
    try {
      for (;;) {
        const { done, value } = reader ? await this.inTime(reader.read(), control) : { done: true };
        if (done) return;
        yield value;
      }
    } catch (error) {
      throw error instanceof Failure ? error : new Failure("transport", `the answer broke off: ${error.cause ?? error}`);
    } finally {
      control.abort();
    }
  }

  async json(method, path, body, query) {
    const text = await this.whole(await this.send(method, path, body, query));
    return this.parsed(text);
  }

  parsed(text) {
    let found = null;
    try {
      found = JSON.parse(text);
    } catch {
      // told below
    }
    if (found instanceof Object && !Array.isArray(found)) return found;
    throw new Failure("protocol", `this is no object: ${text.slice(0, 80)}`);
  }

  // -- sessions, turns, lists

  async createSession(agent) {
    return (await this.json("POST", this.dialect.base, { agent_name: agent })).data.id;
  }

  async getSession(session) {
    return (await this.json("GET", this.session(session))).data.id;
  }

  // All items of a list.
  async list(path, query, limit) {
    const items = [];
    const tokens = new Set();
    const asked = limit ? { ...query, limit } : { ...query };
    for (;;) {
      const page = await this.json("GET", path, null, asked);
      items.push(...page.data);
      const token = page.pagination?.next_page_token;
      if (!token) return items;
      if (tokens.has(token)) throw new Failure("protocol", "the list leads in a circle");
      tokens.add((asked.page_token = token));
    }
  }

  async listEvents(session, turn, limit) {
    const fold = new this.Fold();
    for (const event of await this.list(`${this.turn(session, turn)}/events`, {}, limit)) {
      fold.events.push(event.type);
      fold.add(event);
    }
    fold.turnId = turn;
    return fold;
  }

  async start(session, input, previous) {
    const body = { ...this.body(input, previous), stream: false };
    return (await this.json("POST", `${this.session(session)}/turns`, body)).data;
  }

  async state(session, turn) {
    const { state } = (await this.json("GET", this.turn(session, turn))).data;
    const fold = new this.Fold();
    for (const event of this.dialect.output(state)) fold.add(event);
    fold.turnId = turn;
    fold.end(state);
    return fold;
  }

  async waitFor(session, turn) {
    for (;;) {
      const fold = await this.state(session, turn);
      if (fold.ended) return fold;
      await sleep(10);
    }
  }

  async cancel(session, turn) {
    await this.json("POST", this.dialect.cancel(this.session(session), turn && this.turn(session, turn)), {});
  }

  // -- streams

  body(input, previous) {
    return { ...(input && { input }), ...(previous && { previous_turn_id: previous }) };
  }

  async run(session, input, previous, reading) {
    const following = { session, fold: new this.Fold(), last: null, count: 0, wait: 20, failed: 0 };
    const answer = await this.send("POST", `${this.session(session)}/turns`, this.body(input, previous));
    return this.read(following, answer, reading);
  }

  async follow(session, turn, after, reading) {
    const following = { session, fold: new this.Fold(), last: after ?? null, count: 0, wait: 20, failed: 0 };
    following.fold.turnId = turn;
    return this.read(following, await this.open(following), reading);
  }

  open({ session, fold, last }) {
    return this.send(...this.dialect.follow(this.turn(session, fold.turnId), last));
  }

  // Read to the end of the turn, coming back as often as it takes.
  async read(following, answer, { stop_after: stop, cancel_after: cancel } = {}) {
    try {
      if (cancel === 0) await this.cancel(following.session);
      while (answer) {
        for await (const count of this.deliver(following, answer)) {
          if (count === cancel) await this.cancel(following.session);
          if (count === stop) return following.fold;
        }
        answer = following.fold.ended ? null : await this.comeBack(following);
      }
    } catch (error) {
      if (error instanceof Failure) error.seen = following.fold;
      throw error;
    }
    return following.fold;
  }

  // Take what a stream brings, event by event, as long as it lasts.
  async *deliver(following, answer) {
    this.checkType(answer);
    const parser = new this.Parser();
    try {
      for await (const bytes of this.pieces(answer)) {
        for (const message of parser.feed(bytes)) {
          if (this.take(following, message)) yield following.count;
          if (following.fold.ended) return;
        }
      }
    } catch (error) {
      if (!["transport", "timeout"].includes(error.kind)) throw error; // else the caller will come back
    } finally {
      following.wait = parser.retry ?? following.wait;
    }
  }

  checkType({ response, control }) {
    const type = response.headers.get("content-type") ?? "";
    if (type.split(";")[0].trim().toLowerCase() === "text/event-stream") return;
    control.abort();
    throw new Failure("protocol", `this is no stream of events: ${type}`);
  }

  // One event. False when it was known already.
  take(following, { data, id }) {
    const event = this.parsed(data);
    const number = this.dialect.number(event, id);
    const due = (following.last ?? 0) + 1;
    if (number !== null && number < due) return false;
    if (number !== null && number > due) throw new Failure("protocol", `event ${number} came where ${due} was due`);
    following.fold.add(event);
    following.fold.events.push(event.type);
    if (number !== null) following.last = following.fold.last = number;
    following.failed = 0;
    this.tell(++following.count, event, number);
    return true;
  }

  async comeBack(following) {
    if (!following.fold.turnId) throw new Failure("transport", "the stream ended before its first event");
    for (;;) {
      following.failed += 1;
      if (following.failed > this.mostFailures) throw new Failure("transport", "the stream broke off too often");
      await sleep(following.wait * 2 ** (following.failed - 1));
      try {
        return await this.open(following);
      } catch (error) {
        if ([409, 412].includes(error.status)) return this.catchUp(following);
        if (!(error instanceof Failure) || (error.kind === "http" && error.status < 500)) throw error;
      }
    }
  }

  // The turn ended while the client was away: its log and its state tell all.
  async catchUp({ session, fold }) {
    const stored = await this.listEvents(session, fold.turnId);
    const { status, message, reason } = await this.state(session, fold.turnId);
    const { spoken, results, actions } = stored;
    Object.assign(fold, { spoken, results, actions, status, message, reason, last: null });
    fold.events = ["turn.created", ...stored.events, "turn.done"];
    return null;
  }
}
