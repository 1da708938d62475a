// One result: what differed, the events as a timeline, the bytes chunk by chunk.

function hide() {
  byId("panel").hidden = true;
  byId("split").classList.remove("open");
}

function show(row, result, client) {
  const evidence = result.evidence || {}, asked = evidence.asked || [], panel = byId("panel");
  panel.replaceChildren(
    el("header", {}, el("h2", {id: "panel-title"}, shown(row.case)), el("button", {onclick: () => { location.hash = "cases"; }}, "Close")),
    el("p", {}, el("strong", {class: toneOf(result)}, result.verdict), ` · ${clientName(client)} · ${shown(row.dialect)} · ${row.level}`),
    el("p", {}, shown(row.says)), row.refs.length ? el("p", {class: "faint"}, "Rules: " + shown(row.refs.join(", "))) : "",
    result.known ? el("p", {class: "note"}, "Known: " + shown(result.known)) : "",
    ...difference(result), ...timeline(asked), ...wire(asked), ...steps(evidence.steps || []), ...rest(result, evidence));
  panel.hidden = false;
  byId("split").classList.add("open");
  panel.focus({preventScroll: innerWidth >= 1120});
}

function difference(result) {
  const lines = [];
  if (result.field) lines.push(["What", result.field], ["Expected", result.expected], ["Got", result.got]);
  else if (result.message) lines.push(["Why", result.message]);
  if (result.tries > 1) lines.push(["Tries", `${result.failures} of ${result.tries} did not pass`]);
  return lines.length ? [el("dl", {class: "pair"}, lines.map(([name, text]) => [el("dt", {}, name), el("dd", {class: "mono"}, shown(text))]))] : [];
}

// -- events ---------------------------------------------------------------------------------------------------------

function timeline(asked) {
  const streams = asked.filter(one => (one.events || []).length);
  if (!streams.length) return [];
  const lanes = [...new Set(streams.flatMap(one => one.events.map(event => event.thread || "")))].sort((one, two) => (one !== "") - (two !== "") || (one !== "main") - (two !== "main"));
  const head = el("tr", {}, el("th", {scope: "col"}, "ms"), el("th", {scope: "col"}, "id"), lanes.map(lane => el("th", {scope: "col", class: "lane", title: shown(lane)}, laneName(lane))));
  const rows = streams.flatMap((one, place) => stream(one, place + 1, lanes));
  return [el("h3", {}, "Events, one lane for each thread"), el("div", {class: "lanes", tabindex: "0", role: "region", "aria-label": "Events"}, el("table", {}, el("thead", {}, head), el("tbody", {}, rows)))];
}

const laneName = lane => !lane ? "turn" : "thread " + shown(lane.length > 12 ? "…" + lane.slice(-6) : lane);

function stream(asked, number, lanes) {
  const rows = [el("tr", {class: "stream"}, el("th", {colspan: lanes.length + 2, scope: "rowgroup"}, `Stream ${number}: ${shown(asked.request)}`))];
  const faults = [...(asked.faults || [])];
  for (const event of asked.events) {
    while (faults.length && faults[0].at_ms <= event.at_ms) rows.push(faultRow(faults.shift(), asked, lanes));
    if (event.skipped) rows.push(el("tr", {}, el("td", {colspan: lanes.length + 2, class: "faint"}, `${event.skipped} events are left out here`)));
    const kind = (event.type || "").split(".")[0].replace(/\W/g, "");
    rows.push(el("tr", {}, el("td", {class: "when"}, ms(asked.at_ms + event.at_ms)), el("td", {class: "when"}, shown(event.id || "")),
      lanes.map(lane => el("td", {class: "lane event of-" + kind}, lane === (event.thread || "") ? [el("b", {}, shown(event.type || "no event")), el("span", {title: shown(event.says || "")}, shown(event.says || ""))] : ""))));
  }
  return [...rows, ...faults.map(fault => faultRow(fault, asked, lanes))];
}

const ms = number => number.toFixed(1);
const place = fault => fault.place ? fault.place + ": " : "";

function faultRow(fault, asked, lanes) {
  return el("tr", {class: "fault"}, el("td", {class: "when"}, ms(asked.at_ms + fault.at_ms)), el("td", {colspan: lanes.length + 1}, `⚡ ${shown(place(fault) + fault.what)}`));
}

// -- bytes ----------------------------------------------------------------------------------------------------------

function wire(asked) {
  if (!asked.length) return [];
  const list = el("div", {});
  const fill = hex => list.replaceChildren(...asked.map((one, number) => request(one, hex, asked.length < 4 || number >= asked.length - 2)));
  fill(false);
  const toggle = el("label", {}, el("input", {type: "checkbox", onchange: event => fill(event.target.checked)}), " bytes as hex");
  return [el("h3", {}, "On the wire"), el("p", {class: "faint"}, "A dashed line is where a chunk begins: each is one write of the server. Bytes that are no text are marked, as \\xff. "), toggle, list];
}

function request(asked, hex, open) {
  const faults = asked.faults || [], writes = asked.writes || [];
  const hits = new Set(faults.map(fault => writes.findIndex(write => write.at_ms >= fault.at_ms)).map(number => number < 0 ? writes.length - 1 : number));
  return el("details", {class: "request", open},
    el("summary", {}, `${ms(asked.at_ms)} ms  ${shown(asked.request)} → ${asked.status || "the client left"}`),
    faults.map(fault => el("p", {class: "fault"}, `⚡ ${shown(place(fault) + fault.what)}`)),
    headers("Request headers", asked.headers), asked.body ? el("pre", {}, shown(asked.body)) : "",
    headers("Answer headers", asked.answer), writes.map((write, number) => chunk(write, number, hex, hits.has(number))),
    asked.size ? el("p", {class: "faint"}, `${asked.size} bytes in all`) : "");
}

function headers(name, fields) {
  const lines = Object.entries(fields || {}).map(([key, value]) => `${key}: ${value}`);
  return lines.length ? el("details", {}, el("summary", {class: "faint"}, `${name} (${lines.length})`), el("pre", {}, shown(lines.join("\n")))) : "";
}

function chunk(write, number, hex, hit) {
  const bytes = Uint8Array.from(atob(write.data), one => one.charCodeAt(0)), size = write.size || bytes.length;
  const cut = size > bytes.length ? el("span", {class: "mark"}, ` … ${size - bytes.length} more bytes`) : "";
  return [write.skipped ? el("p", {class: "faint"}, `${write.skipped} writes are left out here`) : "",
    el("div", {class: hit ? "chunk hit" : "chunk"}, el("span", {}, `${ms(write.at_ms)} ms · ${size} bytes`), el("code", {}, hex ? dump(bytes) : readable(bytes), cut))];
}

function dump(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = [...bytes.slice(at, at + 16)], text = part.map(one => one > 31 && one < 127 ? String.fromCharCode(one) : "·").join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${part.map(hexOf).join(" ").padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}

const hexOf = byte => byte.toString(16).padStart(2, "0");
const strict = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true});
const SIGN_OF = {"\n": "\\n\n", "\r": "\\r", "\t": "\\t"};

// A chunk may begin or end within a character: what is not a whole one is shown as bytes.
function readable(bytes) {
  const parts = [];
  const put = (kind, text) => {
    const last = parts[parts.length - 1];
    if (last && last[0] === kind) last[1] += text;
    else parts.push([kind, text]);
  };
  for (let at = 0; at < bytes.length;) {
    const found = character(bytes, at);
    if (found === null) put("byte", "\\x" + hexOf(bytes[at]));
    else if (SIGN_OF[found]) put("mark", SIGN_OF[found]);
    else if (/\p{C}/u.test(found)) put("byte", "\\u{" + found.codePointAt(0).toString(16) + "}");
    else put("", found);
    at += found === null ? 1 : length(bytes[at]);
  }
  return parts.map(([kind, text]) => kind ? el("span", {class: kind}, text) : text);
}

const length = first => first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

function character(bytes, at) {
  try {
    return strict.decode(bytes.subarray(at, at + length(bytes[at])));
  } catch {
    return null;
  }
}

// -- the rest -------------------------------------------------------------------------------------------------------

function steps(spoken) {
  if (!spoken.length) return [];
  const told = spoken.map(one => el("details", {class: "request"}, el("summary", {}, shown(`${one.op} ${JSON.stringify(one.args)}`.slice(0, 160))),
    el("p", {class: "faint"}, "asked for"), el("pre", {}, shown(JSON.stringify(one.args, null, 1))),
    el("p", {class: "faint"}, "the adapter's reply"), el("pre", {}, one.reply ? shown(JSON.stringify(one.reply, null, 1)) : "none")));
  return [el("h3", {}, "What the adapter was asked, and said"), ...told];
}

function rest(result, evidence) {
  const parts = [];
  if ((evidence.faults || []).length) parts.push(el("h3", {}, "Faults"), el("pre", {}, shown(evidence.faults.map(one => JSON.stringify(one)).join("\n"))));
  if (evidence.stderr) parts.push(el("h3", {}, "The end of its stderr"), el("pre", {}, shown(evidence.stderr)));
  if (evidence.scenario !== undefined) parts.push(el("h3", {}, "The agent"), el("pre", {}, shown(state.data.scenarios[evidence.scenario])));
  if (result.repeat) parts.push(el("h3", {}, "Run just this case"), el("pre", {}, shown(result.repeat)));
  return parts;
}

start();
