// One-bug versions of the small client on `fetch`: `node fetch_mutants.mjs NAME` is an adapter, both contracts.
// Each overrides one method and names the case that it has to fail; `--list` prints all of them as JSON.

import { serve } from "../../../mock_gateway/conformance/adapters/fetch.mjs";
import { Client } from "../../../mock_gateway/conformance/adapters/js/client.mjs";
import { Fold } from "../../../mock_gateway/conformance/adapters/js/fold.mjs";
import { Parser } from "../../../mock_gateway/conformance/adapters/js/sse.mjs";

const withParser = (Part) => class extends Client { Parser = Part; };
const withFold = (Part) => class extends Client { Fold = Part; };

const mutants = {
  "chunk-is-text": {
    case: "WIRE-UTF8-1",
    says: "Every chunk is decoded by itself: a character that two chunks share is lost.",
    client: withParser(class extends Parser { text(bytes) { return new TextDecoder().decode(bytes); } }),
  },
  "chunk-is-lines": {
    case: "WIRE-UTF8-2",
    says: "Every chunk is taken for whole lines.",
    client: withParser(class extends Parser { lines(text) { return text.split(/\r\n|\r|\n/); } }),
  },
  "lf-only": {
    case: "WIRE-EOL-CR",
    says: "Lines end with LF, CR before it or not; CR alone is no end.",
    client: withParser(class extends Parser {
      rest = "";
      lines(text) {
        const lines = (this.rest + text).split(/\r?\n/);
        this.rest = lines.pop();
        return lines;
      }
    }),
  },
  "cr-waits": {
    case: "WIRE-EOL-CRHELD",
    says: "A CR at the end of a chunk waits for the chunk behind it.",
    client: withParser(class extends Parser {
      rest = "";
      lines(text) {
        const whole = this.rest + text;
        this.rest = whole.endsWith("\r") ? "\r" : "";
        return super.lines(this.rest ? whole.slice(0, -1) : whole);
      }
    }),
  },
  "separator-is-line": {
    case: "WIRE-SEP",
    says: "Lines are what a regular expression's $ takes for lines: U+2028 and U+2029 end them too.",
    client: withParser(class extends Parser {
      lines(text) { return super.lines(text.replace(/[\u2028\u2029]/g, "\n")); }
    }),
  },
  "data-overwritten": {
    case: "WIRE-DATA-MULTI",
    says: "Of several lines of data the last one counts.",
    client: withParser(class extends Parser { joined(lines) { return lines.at(-1) ?? ""; } }),
  },
  "one-message": {
    case: "THREAD-MIX",
    says: "Pieces go to the message that was begun last, whosever they are.",
    client: withFold(class extends Fold {
      messageOf(event, thread) {
        const known = [...this.spoken.values()].at(-1);
        return event.type === "model.message.delta" || (known && event.id === undefined && !event.finish_reason)
          ? known ?? super.messageOf(event, thread)
          : super.messageOf(event, thread);
      }
    }),
  },
  "one-call": {
    case: "TOOL-PAR",
    says: "Pieces of arguments go to the first call, whatever their index.",
    client: withFold(class extends Fold { call(calls, chunk) { super.call(calls, { ...chunk, index: 0 }); } }),
  },
  "resume-from-start": {
    case: "RES-EACH",
    says: "It comes back without a cursor.",
    client: class extends Client { open(following) { return super.open({ ...following, last: null }); } },
  },
  "end-is-done": {
    case: "LIFE-EOF-NODONE",
    says: "A stream that ends is a turn that is done.",
    client: class extends Client {
      async comeBack({ fold }) {
        fold.status = "done";
        return null;
      }
    },
  },
  "does-not-wait": {
    case: "RATE-POST",
    says: "A refused request is sent again at once, however long it was asked to wait.",
    client: class extends Client { async wait({ control }) { control.abort(); } },
  },
  "first-page": {
    case: "PAGE-ALL",
    says: "The first page is taken for the whole list.",
    client: class extends Client {
      async list(path, query, limit) { return (await this.json("GET", path, null, limit ? { ...query, limit } : query)).data; }
    },
  },
  "any-type": {
    case: "WIRE-MIME-4",
    says: "Whatever comes is read as a stream of events.",
    client: class extends Client { checkType() {} },
  },
  "keeps-reading": {
    case: "CANC-CLOSE",
    says: "Whoever leaves a stream leaves its connection open.",
    client: class extends Client {
      async *pieces({ response, control }) {
        const reader = response.body.getReader();
        for (;;) {
          const { done, value } = await this.inTime(reader.read(), control);
          if (done) return;
          yield value;
        }
      }
    },
  },
};

const [name] = process.argv.slice(2);
if (name === "--list") {
  const listed = Object.entries(mutants).map(([mutant, { case: failed, says }]) => ({ name: mutant, case: failed, says }));
  process.stdout.write(`${JSON.stringify(listed)}\n`);
} else if (Object.hasOwn(mutants, name ?? "")) {
  await serve(`fetch (${name})`, mutants[name].client);
} else {
  process.stderr.write(`there is no mutant ${name}; there are: ${Object.keys(mutants).join(", ")}\n`);
  process.exitCode = 2;
}
