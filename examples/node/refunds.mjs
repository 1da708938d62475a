// A small client, as it could be in your program: it asks for a refund, and allows or denies what the agent wants.
// No dependencies. Types are in JSDoc, so an editor and `tsc --checkJs` know them.
//
//   mock-gateway exec --scenarios examples/scenarios -- node examples/node/refunds.mjs

/**
 * @typedef {{ type: string, thread_id?: string, content?: string, tool_calls?: any[], output?: Event[] }} Event
 * @typedef {(tool: string) => boolean} Decide
 */

export class Refunds {
  /**
   * @param {string} url base URL of the gateway
   * @param {string} key
   * @param {Decide} decide whether a call of a tool, by its name, may be made
   */
  constructor(url, key, decide) {
    this.url = url;
    this.decide = decide;
    this.headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  }

  /**
   * Everything that the agent said, with all approvals answered.
   * @param {string} text
   * @returns {Promise<string>}
   */
  async ask(text) {
    const created = await (await this.post("/sessions", { agent_name: "billing" })).json();
    let said = "";
    /** @type {object[]} */
    let input = [{ type: "user.message", content: text }];
    while (input.length) {
      const output = await this.turn(created.data.id, input);
      said += output.map((part) => (part.type === "model.message" && part.content) || "").join("");
      input = this.answers(output);
    }
    return said;
  }

  /**
   * What a turn comes to.
   * @param {string} session
   * @param {object[]} input
   * @returns {Promise<Event[]>}
   */
  async turn(session, input) {
    const response = await this.post(`/sessions/${session}/turns`, { input });
    for await (const event of events(response)) {
      if (event.type === "turn.done") return event.output ?? [];
    }
    throw new Error("the stream ended before the turn was done");
  }

  /**
   * An answer to each call that waits for one.
   * @param {Event[]} output
   */
  answers(output) {
    const calls = output.filter((part) => part.type === "model.message").flatMap((part) => part.tool_calls ?? []);
    const names = new Map(calls.map((call) => [call.id, call.function.name]));
    const waiting = output.filter((part) => part.type === "tool.approval_required");
    return waiting.flatMap((part) =>
      (part.tool_calls ?? []).map(({ id }) => ({
        type: "user.tool_approval",
        thread_id: part.thread_id,
        tool_call_id: id,
        approval: this.decide(names.get(id)) ? { status: "allow" } : { status: "deny", reason: "Nobody allowed it." },
      })),
    );
  }

  /**
   * @param {string} path
   * @param {object} body
   */
  async post(path, body) {
    const response = await fetch(this.url + path, { method: "POST", headers: this.headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}

/**
 * The events of a stream, as they come.
 * @param {Response} response
 * @returns {AsyncGenerator<Event>}
 */
export async function* events(response) {
  let rest = "";
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + text).split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) {
      const data = frame.split("\n").find((line) => line.startsWith("data: "));
      if (data) yield JSON.parse(data.slice("data: ".length));
    }
  }
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { GATEWAY_BASE_URL: url = "http://127.0.0.1:4010", TFY_API_KEY: key = "any-key" } = process.env;
  console.log(await new Refunds(url, key, (tool) => tool === "process_refund").ask("Please refund INV-2031."));
}
