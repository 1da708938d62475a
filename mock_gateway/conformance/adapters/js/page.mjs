// The adapter in a page: it asks its own server for the next request, and sends back the lines of the reply.

import { Adapter } from "./adapter.mjs";

let lines = [];
const adapter = new Adapter("fetch in a browser", (line) => lines.push(JSON.stringify(line)));
for (;;) {
  const request = await (await fetch("next", { method: "POST" })).json();
  lines = [];
  const reply = await adapter.reply(request);
  await fetch("reply", { method: "POST", body: [...lines, JSON.stringify(reply), ""].join("\n") });
}
