// The hunting page: runs the form's query and shows what comes, keeps the query in the address, opens tables in their list.

import { Editor } from "./hunting-editor.js";
import { Grid, textOf } from "./hunting-grid.js";

const byId = (id) => document.getElementById(`hunt-${id}`);
const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const form = byId("form");
const state = byId("state");
const problems = byId("problems");
const result = byId("result");
const say = (text) => { state.textContent = text; };
const post = (path, fields, signal) => fetch(`/portal/hunting/${path}`, {
  method: "POST",
  body: new URLSearchParams({ form_token: form.elements.form_token.value, ...fields }),
  redirect: "manual",
  signal,
});

/// What the server says to a question of the editor; nothing if it does not answer.
const ask = async (path, fields, signal) => {
  try {
    const response = await post(path, fields, signal);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
};

const editor = new Editor(byId("editor"), byId("query"), {
  ask,
  longest: Number(form.dataset.longest),
  onProblems: (found) => { if (!running) showProblems(found); },
});

// ---- What is wrong with the query ----

const placeOf = (offset) => {
  const before = editor.value.slice(0, offset).split("\n");
  return `line ${before.length}, column ${before.at(-1).length + 1}`;
};

/// A message, with what stands between backquotes as code.
const prose = (text) => text.split("`").map((part, index) => (index % 2 === 1 ? element("code", { textContent: part }) : part));

const problemItem = (problem) => {
  const go = element("button", { type: "button", className: "link", textContent: placeOf(problem.start) });
  go.addEventListener("click", () => editor.select(problem.start, problem.end));
  const item = element("li", { className: problem.severity }, element("p", {}, element("strong", { textContent: problem.severity }), " ", element("code", { textContent: problem.code }), " ", ...prose(problem.message), " – ", go));
  for (const note of problem.notes) item.append(element("p", { className: "note" }, ...prose(note)));
  if (problem.fix) {
    const apply = element("button", { type: "button", className: "small", textContent: "Apply" });
    apply.addEventListener("click", () => editor.apply(problem.fix.edits));
    item.append(element("p", { className: "fix" }, ...prose(problem.fix.title), " ", apply));
  }
  return item;
};

function showProblems(found) {
  // While one types, only a result speaks up.
  problems.setAttribute("aria-live", "off");
  const items = found.slice(0, 5).map(problemItem);
  problems.replaceChildren(...(items.length === 0 ? [] : [element("ol", { className: "diagnostics" }, ...items)]));
}

const refuse = ({ heading, message, retry_after: wait, problems: found = [] }) => {
  problems.setAttribute("aria-live", "polite");
  const section = element("section", { className: "problem" }, element("h2", { textContent: heading }));
  if (found.length === 0) section.append(element("p", { textContent: message }));
  else section.append(element("ol", { className: "diagnostics" }, ...found.slice(0, 5).map(problemItem)));
  if (wait) section.append(element("p", { textContent: `It can be run again in ${wait} seconds.` }));
  problems.replaceChildren(section);
  editor.mark(found);
};

// ---- Running ----

let running = null;

/// Numbers that a browser would round are kept as texts.
const parse = (text) => {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const exact = (_, value, context) => (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source ? context.source : value);
  return JSON.parse(text, exact);
};

const milliseconds = (time) => (time < 1000 ? `${Math.round(time)} ms` : `${(time / 1000).toFixed(2)} s`);
const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KiB` : `${Math.round(bytes / 1048576)} MiB`);
const rowsText = (rows) => `${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`;

const cost = ({ elapsed_ms: elapsed, cpu_ms: cpu, peak_memory_bytes: memory, scanned_bytes: read }) => {
  const facts = [["Time", milliseconds(elapsed)], ["Processor time", cpu === null ? "–" : milliseconds(cpu)], ["Memory at most", size(memory)], ["Read from files", size(read)]];
  const list = element("dl", { className: "facts" });
  for (const [name, value] of facts) list.append(element("dt", { textContent: name }), element("dd", { textContent: value }));
  return element("details", { className: "cost" }, element("summary", { textContent: "What the query used" }), list);
};

const chart = ({ svg, reason }) => {
  if (!svg) return element("p", { className: "notice", textContent: `There is no chart: ${reason}.` });
  const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  return element("div", { className: "chart" }, document.importNode(drawn, true));
};

const show = (answer) => {
  problems.replaceChildren();
  const bar = element("div", { className: "result-bar" }, element("h2", { textContent: rowsText(answer.statistics.rows) }));
  const section = element("section", { className: "result", ariaLabel: "Result" }, bar);
  for (const notice of answer.notices) section.append(element("p", { className: "notice" }, ...prose(notice.message), ` (${notice.code})`));
  if (answer.chart) section.append(chart(answer.chart));
  if (answer.rows.length === 0) {
    section.append(element("div", { className: "state" }, element("p", { textContent: "The query ran, and found no rows. Look further back, or at fewer conditions." })));
  } else {
    if (answer.shown < answer.statistics.rows) section.append(element("p", { className: "muted", textContent: `These are the first ${rowsText(answer.shown)}.` }));
    const grid = new Grid(answer.columns, answer.rows, say);
    bar.append(...grid.tools());
    section.append(...grid.parts);
  }
  section.append(cost(answer.statistics));
  result.replaceChildren(section);
  say(`The query gave ${rowsText(answer.statistics.rows)} in ${milliseconds(answer.statistics.elapsed_ms)}.`);
};

// ---- All organisations: an outcome for each, and one grid ----

/// What arrives: lines of JSON, and behind each the bytes that it announces.
async function* parts(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const chunks = [];
  let total = 0;
  let done = false;
  const more = async () => {
    const next = await reader.read();
    done = next.done;
    if (done) return;
    chunks.push(next.value);
    total += next.value.length;
  };
  const lineEnd = () => {
    let before = 0;
    for (const chunk of chunks) {
      const at = chunk.indexOf(10);
      if (at >= 0) return before + at + 1;
      before += chunk.length;
    }
    return 0;
  };
  const take = (length) => {
    const taken = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      const piece = chunks[0].subarray(0, length - at);
      taken.set(piece, at);
      at += piece.length;
      if (piece.length === chunks[0].length) chunks.shift();
      else chunks[0] = chunks[0].subarray(piece.length);
    }
    total -= length;
    return decoder.decode(taken);
  };
  for (;;) {
    while (lineEnd() === 0 && !done) await more();
    if (lineEnd() === 0) return;
    const head = JSON.parse(take(lineEnd()));
    while (total < (head.bytes ?? 0) && !done) await more();
    if (total < (head.bytes ?? 0)) return;
    yield { head, body: head.bytes === undefined ? null : take(head.bytes) };
  }
}

const outcomeRow = ({ name, answer, refusal }, state) => {
  const row = element("tr", {}, Object.assign(element("th", {}, element("bdi", { textContent: name })), { scope: "row" }));
  const rows = element("td", { className: "number", textContent: answer ? answer.statistics.rows.toLocaleString("en") : "" });
  const cut = answer && answer.shown < answer.statistics.rows;
  const text = answer ? (cut ? `first ${rowsText(answer.shown)} shown` : "complete") : refusal ? refusal.message : state;
  row.append(rows, element("td", { className: "wrap" }, element("bdi", { textContent: text })));
  return row;
};

const showAll = (organisations, isWhole) => {
  problems.replaceChildren();
  const answered = organisations.filter(({ answer }) => answer);
  const refused = organisations.filter(({ refusal }) => refusal);
  if (answered.length === 0 && refused.length > 0) refuse(refused[0].refusal);
  const columns = [{ name: "Organisation", type: "string" }];
  const at = new Map();
  for (const { answer } of answered) {
    for (const { name, type } of answer.columns) {
      if (!at.has(name)) { at.set(name, columns.length); columns.push({ name, type }); }
    }
  }
  const rows = answered.flatMap(({ name, answer }) => {
    const places = answer.columns.map((column) => at.get(column.name));
    return answer.rows.map((values) => {
      const row = new Array(columns.length).fill(null);
      row[0] = name;
      values.forEach((value, index) => { row[places[index]] = value; });
      return row;
    });
  });
  const bar = element("div", { className: "result-bar" }, element("h2", { textContent: `${rowsText(rows.length)} of ${answered.length} of ${organisations.length} organisations` }));
  const section = element("section", { className: "result", ariaLabel: "Result" }, bar);
  if (!isWhole) section.append(element("p", { className: "notice", textContent: "The query was ended early: what had arrived is shown." }));
  if (rows.length > 0) {
    const grid = new Grid(columns, rows, say);
    bar.append(...grid.tools());
    section.append(...grid.parts);
  }
  const head = element("tr");
  for (const name of ["Organisation", "Rows", "Outcome"]) head.append(Object.assign(element("th", { textContent: name }), { scope: "col" }));
  const body = element("tbody", {}, ...organisations.map((one) => outcomeRow(one, "not answered")));
  const table = element("table", { className: "grid" }, element("thead", {}, head), body);
  section.append(element("h2", { textContent: "Organisations" }), element("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "Organisations" }, table));
  for (const { name, answer } of answered) {
    // Without rows there is nothing to draw: the table says so.
    if (!answer.chart || answer.rows.length === 0) continue;
    section.append(element("h3", {}, element("bdi", { textContent: name })), chart(answer.chart));
  }
  result.replaceChildren(section);
  say(`${answered.length} of ${organisations.length} organisations have answered, with ${rowsText(rows.length)}.`);
};

const everywhere = async (response, signal) => {
  let organisations = [];
  let left = -1;
  try {
    for await (const { head, body } of parts(response)) {
      if (body === null) {
        organisations = head.organisations;
        left = organisations.length;
      } else {
        const one = organisations.find(({ id }) => id === head.id);
        if (head.status === 200) one.answer = parse(body);
        else one.refusal = JSON.parse(body);
        left -= 1;
      }
      say(`${organisations.length - left} of ${organisations.length} organisations have answered…`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  showAll(organisations, left === 0);
};

const fields = () => ({ query: editor.value, window: form.elements.window.value });

async function run() {
  if (running) return;
  running = new AbortController();
  remember();
  byId("run").disabled = true;
  byId("cancel").hidden = false;
  result.setAttribute("aria-busy", "true");
  say("The query runs…");
  try {
    const isEverywhere = form.elements.scope?.value === "customers";
    const response = await post(isEverywhere ? "run/customers" : "run/grid", fields(), running.signal);
    if (response.type === "opaqueredirect") {
      refuse({ heading: "Your session has ended", message: "Copy the query, and sign in again." });
      say("");
    } else if (response.headers.get("content-type") === "application/octet-stream") {
      await everywhere(response, running.signal);
    } else if (response.headers.get("content-type")?.startsWith("application/json")) {
      const answer = parse(await response.text());
      if (response.ok && !answer.refusal) show(answer);
      else {
        refuse(answer.refusal ?? answer);
        say("");
      }
    } else {
      refuse({ heading: "The query was not run", message: response.status === 403 ? "This page has expired: reload it." : "The server does not take it. Is it too long?" });
      say("");
    }
  } catch (error) {
    if (running.signal.aborted) say("The query was cancelled.");
    else {
      refuse({ heading: "The server does not answer", message: `The query may have run, its result did not arrive (${error.message}).` });
      say("");
    }
  }
  result.removeAttribute("aria-busy");
  byId("cancel").hidden = true;
  byId("run").disabled = false;
  running = null;
  const quota = await fetch("/portal/hunting/quota", { redirect: "manual" }).then((answer) => answer.json()).catch(() => null);
  if (quota?.text) byId("quota").textContent = quota.text;
}

form.addEventListener("submit", (event) => {
  // Saving is a form like any other.
  if (event.submitter?.id === "hunt-save") return;
  event.preventDefault();
  run();
});
byId("cancel").addEventListener("click", () => running?.abort());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && running && !editor.hasMenu) running.abort();
});
byId("query").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
  event.preventDefault();
  run();
});

// ---- The query in the address: behind the number sign, which no server sees ----

const address = () => {
  const hash = new URLSearchParams({ q: editor.value });
  if (form.elements.window.value) hash.set("w", form.elements.window.value);
  return `/portal/hunting#${hash}`;
};

function remember() {
  if (editor.value.length < 16_000) history.replaceState(null, "", address());
}

const recall = () => {
  const hash = new URLSearchParams(location.hash.slice(1));
  if (!hash.has("q") || hash.get("q") === editor.value) return;
  editor.value = hash.get("q");
  form.elements.window.value = hash.get("w") ?? "";
};
recall();
window.addEventListener("hashchange", recall);

const share = byId("share");
share.hidden = false;
share.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(location.origin + address());
    say("A link to this query is copied.");
  } catch {
    remember();
    say("The browser does not let pages copy here: the link stands in the address.");
  }
});

// ---- Tables ----

const SAMPLES = 4;

const sampled = async (name, items) => {
  const answer = await ask("run/grid", { query: `${name} | take 50`, sample: "1" });
  if (!answer?.rows) return say("There are no sample values: the query for them was not run.");
  say(answer.rows.length === 0 ? "The table has no rows yet." : "");
  answer.columns.forEach((column, index) => {
    const values = new Set(answer.rows.map((row) => textOf(row[index])).filter((text) => text !== ""));
    const text = [...values].slice(0, SAMPLES).map((value) => (value.length > 60 ? `${value.slice(0, 60)}…` : value)).join(" · ");
    if (text) items.get(column.name)?.append(element("p", { className: "values" }, element("bdi", { textContent: text })));
  });
};

const fill = async (details, address) => {
  const list = details.querySelector("ul");
  const answer = await fetch(`${address}/columns`, { redirect: "manual" }).then((response) => response.json()).catch(() => null);
  if (!answer?.columns) {
    list.replaceChildren(element("li", { textContent: "The columns cannot be read now." }));
    return;
  }
  const button = (text, act) => {
    const made = element("button", { type: "button", className: "small", textContent: text });
    made.addEventListener("click", act);
    return made;
  };
  const items = new Map();
  const columns = answer.columns.map(([name, type]) => {
    const insert = element("button", { type: "button", className: "column", title: `Write ${name} into the query` }, element("span", { textContent: name }), element("small", { textContent: type }));
    insert.addEventListener("click", () => editor.insert(name));
    const item = element("li", {}, insert);
    items.set(name, item);
    return item;
  });
  const query = button("Query", () => { editor.value = `${answer.name}\n| take 100`; run(); });
  let isSampled = false;
  const samples = button("Sample values", () => {
    if (!isSampled) sampled(answer.name, items);
    isSampled = true;
  });
  const page = element("a", { href: address, textContent: "Page", className: "button small" });
  list.replaceChildren(element("li", { className: "table-actions" }, query, samples, page), ...columns);
};

const tables = byId("tables");
for (const link of tables.querySelectorAll("a")) {
  const list = element("ul", {}, element("li", { className: "muted", textContent: "…" }));
  list.setAttribute("role", "list");
  const details = element("details", {}, element("summary", {}, ...link.childNodes), list);
  const address = link.getAttribute("href");
  details.addEventListener("toggle", () => { if (details.open) fill(details, address); }, { once: true });
  link.replaceWith(details);
}

const filter = element("input", { type: "search", placeholder: "Find a table", ariaLabel: "Find a table" });
filter.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  for (const item of tables.children) item.hidden = !item.querySelector("summary").textContent.toLowerCase().includes(wanted);
});
tables.before(element("div", { className: "schema-filter" }, filter));
if (window.matchMedia("(max-width: 64rem)").matches) tables.closest("details").open = false;
