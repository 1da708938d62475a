"use strict";
// The matrix: clients, filters, rows. Every text of a stranger becomes a text node, and nothing else.

const TONES = {PASS: "good", "NON-STRICT": "odd", INFO: "odd", FAIL: "bad", FLAKY: "bad", TIMEOUT: "bad", CRASH: "bad",
  UNTESTABLE: "bad", "HARNESS-ERROR": "bad", UNSUPPORTED: "quiet", "NOT-OBSERVED": "quiet"};
const SIGNS = {good: "✓", odd: "△", bad: "✗", quiet: "·"};
const LEVELS = {Full: "good", Strict: "good", Core: "odd"};
const AT_ONCE = 600;
const byId = id => document.getElementById(id);

function el(tag, attributes, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...inside.flat(Infinity).filter(one => one !== null && one !== undefined && one !== ""));
  return node;
}

// Invisible characters and those that turn the direction of writing are shown as escapes.
const shown = text => String(text).replace(/[\p{C}--[\n\t]]/gv, one => "\\u{" + one.codePointAt(0).toString(16) + "}");
const clientName = client => shown(client.name + (client.version ? " " + client.version : ""));
const toneOf = result => result.known ? "quiet" : TONES[result.verdict] || "quiet";

async function load() {
  const packed = Uint8Array.from(atob(byId("data").textContent), one => one.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function card(client) {
  const bar = el("div", {class: "bar", role: "img", "aria-label": counted(client)});
  for (const [verdict, number] of Object.entries(client.counts)) {
    const part = el("i", {class: TONES[verdict]});
    part.style.flexGrow = number;
    bar.append(part);
  }
  const level = el("span", {class: "level back " + (LEVELS[client.level] || "bad")}, client.level);
  return el("article", {class: "client"}, level, el("h2", {}, clientName(client)), bar, el("p", {}, counted(client)),
    el("p", {class: "faint"}, `${client.at.replace("T", " ").slice(0, 16)}, ${client.seconds.toFixed(1)} s, seed ${client.seed}`),
    el("code", {title: shown(client.command)}, shown(client.command)),
    client.problems.map(problem => el("p", {class: "note"}, "baseline: " + shown(problem))));
}

const counted = client => Object.entries(client.counts).map(([verdict, number]) => `${number} ${verdict}`).join(", ") || "no case";

function legend(data) {
  const words = Object.entries(data.says).map(([verdict, says]) => [el("dt", {class: TONES[verdict]}, verdict), el("dd", {}, says)]);
  const levels = Object.entries(data.levels).map(([level, says]) => [el("dt", {}, level), el("dd", {}, says)]);
  byId("legend").append(el("dl", {}, words, levels));
}

// -- filters --------------------------------------------------------------------------------------------------------

const state = {data: null, text: "", verdicts: new Set(), family: "", dialect: "", level: "", differ: false, limit: AT_ONCE};

function choice(label, name, values) {
  const options = values.map(value => el("option", {value}, shown(value)));
  const pick = el("select", {onchange: event => change({[name]: event.target.value})}, el("option", {value: ""}, "all"), options);
  return el("label", {}, label + " ", pick);
}

function filters(data) {
  const found = {};
  for (const result of data.results) found[result.verdict] = (found[result.verdict] || 0) + 1;
  const chips = Object.keys(data.says).filter(verdict => found[verdict]).map(verdict => {
    const toggle = event => {
      state.verdicts[event.target.checked ? "add" : "delete"](verdict);
      change({});
    };
    return el("label", {class: "chip back " + TONES[verdict]}, el("input", {type: "checkbox", onchange: toggle}), `${verdict} ${found[verdict]}`);
  });
  const distinct = name => [...new Set(data.rows.map(row => row[name]))];
  const several = (label, name) => distinct(name).length > 1 ? choice(label, name, distinct(name)) : "";
  const search = el("input", {type: "search", placeholder: "id, rule or words", oninput: event => change({text: event.target.value})});
  const differ = el("input", {type: "checkbox", onchange: event => change({differ: event.target.checked})});
  byId("filters").append(el("label", {}, "Find ", search), el("fieldset", {}, el("legend", {}, "Only"), chips),
    several("Family", "family"), several("Contract", "dialect"), several("Level", "level"),
    data.clients.length > 1 ? el("label", {}, differ, " clients differ") : "", el("output", {id: "count", class: "faint"}));
  byId("filters").addEventListener("submit", event => event.preventDefault());
}

function change(what) {
  Object.assign(state, what, {limit: AT_ONCE});
  draw();
}

const resultsOf = row => row.cells.map(index => index === null ? null : state.data.results[index]);

function fits(row) {
  const results = resultsOf(row);
  if (["family", "dialect", "level"].some(name => state[name] && row[name] !== state[name])) return false;
  if (state.verdicts.size && !results.some(one => one && state.verdicts.has(one.verdict))) return false;
  if (state.differ && new Set(results.map(one => one && one.verdict)).size < 2) return false;
  const text = state.text.trim().toLowerCase();
  return !text || row.haystack.includes(text);
}

// -- rows -----------------------------------------------------------------------------------------------------------

function draw() {
  const {data} = state, rows = data.rows.filter(fits), more = rows.length - state.limit;
  byId("count").textContent = `${rows.length} of ${data.rows.length} rows`;
  const table = el("table", {}, el("thead", {}, el("tr", {}, ["Case", "Contract", "Level"].map(name => el("th", {scope: "col", class: "fixed"}, name)),
    data.clients.map(client => el("th", {scope: "col"}, clientName(client))))));
  let body = null, family = null;
  for (const row of rows.slice(0, state.limit)) {
    if (row.family !== family) {
      family = row.family;
      body = el("tbody", {}, el("tr", {class: "family"}, el("th", {colspan: 3 + data.clients.length, scope: "rowgroup"}, shown(family))));
      table.append(body);
    }
    body.append(line(row));
  }
  const button = more > 0 ? el("button", {class: "more", onclick: () => { state.limit += AT_ONCE; draw(); }}, `Show more (${more} left)`) : "";
  byId("cases").replaceChildren(table, button);
  if (!rows.length) byId("cases").append(el("p", {class: "note"}, "No case fits the filters."));
  mark();
}

function line(row) {
  const cells = row.cells.map((index, client) => el("td", {}, index === null ? el("span", {class: "faint"}, "not run") : cell(row, index, client)));
  return el("tr", {"data-key": row.key}, el("td", {}, el("code", {}, shown(row.case)), el("p", {}, shown(row.says))), el("td", {}, shown(row.dialect)), el("td", {}, row.level), cells);
}

function cell(row, index, client) {
  const result = state.data.results[index], tone = toneOf(result), name = clientName(state.data.clients[client]);
  const what = tone === "bad" || tone === "odd" ? el("p", {}, shown(result.field || "")) : "";
  return [el("button", {class: "verdict back " + tone, "data-place": row.key + "/" + client,
    "aria-label": `${result.verdict}: ${row.case}, ${row.dialect}, ${name}`, onclick: () => { location.hash = row.key + "/" + client; }},
    `${SIGNS[tone]} ${result.verdict}${result.known ? " (known)" : ""}`), what];
}

function mark() {
  const place = decodeURIComponent(location.hash.slice(1));
  for (const one of document.querySelectorAll(".verdict")) one.setAttribute("aria-current", one.dataset.place === place);
  for (const one of document.querySelectorAll("tr[data-key]")) one.classList.toggle("chosen", place.startsWith(one.dataset.key + "/"));
  document.querySelector(".chosen")?.scrollIntoView({block: "nearest"});
}

function follow() {
  const place = decodeURIComponent(location.hash.slice(1)), cut = place.lastIndexOf("/");
  const row = state.data.rows.find(one => one.key === place.slice(0, cut)), client = Number(place.slice(cut + 1));
  const index = row ? row.cells[client] : undefined;
  if (index === undefined || index === null) hide();
  else show(row, state.data.results[index], state.data.clients[client]);
  mark();
}

function keys(event) {
  if (event.key === "Escape" && !byId("panel").hidden) {
    const place = decodeURIComponent(location.hash.slice(1));
    location.hash = "cases";
    const from = [...document.querySelectorAll(".verdict")].find(one => one.dataset.place === place);
    (from || byId("cases")).focus();
  }
  if (!event.target.classList.contains("verdict")) return;
  const next = {ArrowDown: () => below(event.target, 1), ArrowUp: () => below(event.target, -1),
    ArrowRight: () => beside(event.target, 1), ArrowLeft: () => beside(event.target, -1)}[event.key]?.();
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

function below(button, step) {
  const column = button.closest("td").cellIndex, rows = [...document.querySelectorAll("tr[data-key]")];
  for (let at = rows.indexOf(button.closest("tr")) + step; rows[at]; at += step) {
    const found = rows[at].cells[column].querySelector(".verdict");
    if (found) return found;
  }
  return null;
}

function beside(button, step) {
  const cells = [...button.closest("tr").querySelectorAll(".verdict")];
  return cells[cells.indexOf(button) + step] || null;
}

async function start() {
  const data = await load();
  for (const row of data.rows) {
    row.key = `${row.case}/${row.dialect}`;
    row.haystack = [row.case, row.says, row.family, ...row.refs].join(" ").toLowerCase();
  }
  state.data = data;
  byId("clients").append(...data.clients.map(card));
  legend(data);
  filters(data);
  draw();
  addEventListener("hashchange", follow);
  addEventListener("keydown", keys);
  follow();
  document.documentElement.dataset.ready = "yes";
}
