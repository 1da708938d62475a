// The adapter of the small client on Node's own `fetch` (Node 18 or newer, nothing to install):
// `mock-gateway check client --command "node {adapters}/fetch.mjs"`. It speaks both contracts.

import { pathToFileURL } from "node:url";
import { Adapter } from "./js/adapter.mjs";

// Answer requests until stdin ends. ClientClass: another client to drive.
export async function serve(name, ClientClass) {
  const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
  const adapter = new Adapter(name, write, ClientClass);
  let pending = "";
  process.stdin.setEncoding("utf8");
  for await (const text of process.stdin) {
    const lines = (pending + text).split("\n");
    pending = lines.pop();
    for (const line of lines) {
      const request = JSON.parse(line);
      if (request.op === "quit") process.exit(0);
      write(await adapter.reply(request));
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await serve("fetch");
