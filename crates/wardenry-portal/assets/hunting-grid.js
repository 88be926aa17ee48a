// Results in a grid: only the rows that are in sight are in the document, so that a hundred thousand scroll as ten do.

const ROW = 28;
const SPARE = 12;
const CELL_CHARACTERS = 400;

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const isNumber = (type) => ["int", "long", "real", "decimal"].includes(type);

/// A value as one line of text.
export const textOf = (value) => {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

/// What stands for control characters, so that they change nothing.
const shown = (text) => text.slice(0, CELL_CHARACTERS).replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");

/// Ticks of a time span such as `-1.02:03:04.5000000`.
const span = (text) => {
  const parts = /^(-?)(?:(\d+)\.)?(\d+):(\d+):(\d+)(\.\d+)?$/.exec(text);
  if (!parts) return Number.NaN;
  const [, sign, days = 0, hours, minutes, seconds, rest = 0] = parts;
  const all = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds) + Number(rest);
  return sign ? -all : all;
};

const keyOf = (type) => {
  if (isNumber(type)) return (value) => (value === null ? null : Number(value));
  if (type === "timespan") return (value) => (value === null ? null : span(value));
  if (type === "bool") return (value) => (value === null ? null : Number(value));
  return (value) => (value === null ? null : textOf(value));
};

/// A field of a CSV file. A text that a spreadsheet would take for a formula gets a quotation mark before it.
const csvField = (value) => {
  let text = textOf(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text))) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const download = (name, type, text) => {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = element("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
};

let count = 0;

export class Grid {
  #columns; #rows; #order; #hidden = new Set(); #sorted = null;
  #box; #head; #body; #details; #live = new Map(); #selected = -1; #id; #drawing = 0; #say;

  constructor(columns, rows, say) {
    this.#columns = columns;
    this.#rows = rows;
    this.#say = say;
    this.#order = Uint32Array.from(rows.keys());
    this.#id = `rows-${count += 1}`;
    this.#head = element("div", { className: "rows-head", role: "row" });
    this.#body = element("div", { className: "rows-body", role: "rowgroup" });
    this.#box = element("div", { className: "rows", role: "grid", tabIndex: 0, ariaLabel: "Rows" }, element("div", { role: "rowgroup", className: "rows-top" }, this.#head), this.#body);
    this.#box.setAttribute("aria-rowcount", String(rows.length + 1));
    this.#box.setAttribute("aria-colcount", String(columns.length));
    this.#details = element("section", { className: "row-details", hidden: true, ariaLabel: "Details of the row" });
    this.#body.style.height = `${rows.length * ROW}px`;
    this.#box.style.height = `${Math.min(rows.length * ROW + 54, Math.max(240, Math.round(window.innerHeight * 0.6)))}px`;
    columns.forEach((column, index) => this.#width(index, this.#measured(index)));
    this.#drawHead();
    this.#box.addEventListener("scroll", () => this.#later());
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#body.addEventListener("click", (event) => this.#clicked(event, false));
    this.#body.addEventListener("dblclick", (event) => this.#clicked(event, true));
    new ResizeObserver(() => this.#later()).observe(this.#box);
  }

  /// The grid, and below it the details of a row.
  get parts() { return [this.#box, this.#details]; }

  /// Buttons that belong above the grid.
  tools() {
    const button = (name, act) => {
      const made = element("button", { type: "button", className: "small", textContent: name });
      made.addEventListener("click", act);
      return made;
    };
    return [
      this.#chooser(),
      button("Copy", () => this.#copy(this.#order)),
      button("Export CSV", () => download("result.csv", "text/csv", this.#csv())),
      button("Export JSON", () => download("result.json", "application/json", this.#json())),
    ];
  }

  #measured(index) {
    const { name, type } = this.#columns[index];
    let longest = name.length + 3;
    for (const row of this.#rows.slice(0, 100)) longest = Math.max(longest, textOf(row[index]).length);
    const widest = type === "dynamic" || type === "string" ? 44 : 30;
    return Math.round(Math.min(Math.max(longest, 6), widest) * (widest > 30 ? 7.9 : 8.6) + 24);
  }

  #width(index, pixels) { this.#box.style.setProperty(`--w${index}`, `${Math.max(48, pixels)}px`); }

  #widthOf(index) { return Number.parseInt(this.#box.style.getPropertyValue(`--w${index}`), 10); }

  #visible() { return this.#columns.map((_, index) => index).filter((index) => !this.#hidden.has(index)); }

  #drawHead() {
    const cells = this.#visible().map((index) => {
      const { name, type } = this.#columns[index];
      const direction = this.#sorted?.index === index ? this.#sorted.direction : 0;
      const arrow = direction > 0 ? " ↑" : direction < 0 ? " ↓" : "";
      const button = element("button", { type: "button", title: `${name} (${type}). Alt with the arrow keys changes the width.`, textContent: shown(name) + arrow });
      button.addEventListener("click", () => this.#sort(index));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
        if (!event.altKey || !step) return;
        event.preventDefault();
        event.stopPropagation();
        this.#width(index, this.#widthOf(index) + step);
      });
      const edge = element("span", { className: "edge" });
      edge.addEventListener("pointerdown", (event) => this.#drag(event, index));
      edge.addEventListener("dblclick", () => this.#width(index, this.#measured(index)));
      const cell = element("div", { role: "columnheader", ariaSort: direction > 0 ? "ascending" : direction < 0 ? "descending" : "none" }, button, edge);
      cell.style.width = `var(--w${index})`;
      return cell;
    });
    this.#head.replaceChildren(...cells);
  }

  #drag(event, index) {
    event.preventDefault();
    const start = event.clientX;
    const width = this.#widthOf(index);
    const edge = event.currentTarget;
    edge.setPointerCapture(event.pointerId);
    const move = (moved) => this.#width(index, width + moved.clientX - start);
    edge.addEventListener("pointermove", move);
    edge.addEventListener("pointerup", () => edge.removeEventListener("pointermove", move), { once: true });
  }

  /// Up, down, as it came.
  #sort(index) {
    const direction = this.#sorted?.index !== index ? 1 : this.#sorted.direction > 0 ? -1 : 0;
    this.#sorted = direction === 0 ? null : { index, direction };
    this.#order = Uint32Array.from(this.#rows.keys());
    if (this.#sorted) {
      const key = keyOf(this.#columns[index].type);
      const keys = this.#rows.map((row) => key(row[index]));
      // Without a value goes last, whichever way.
      this.#order.sort((a, b) => {
        const [x, y] = [keys[a], keys[b]];
        if (x === y) return a - b;
        if (x === null) return 1;
        if (y === null) return -1;
        return (x < y ? -1 : x > y ? 1 : a - b) * direction;
      });
    }
    const name = this.#columns[index].name;
    this.#say(direction === 0 ? "The rows are as they came." : `Sorted by ${name}, ${direction > 0 ? "ascending" : "descending"}.`);
    this.#choose(-1);
    this.#again();
    this.#drawHead();
    this.#head.querySelectorAll("button")[this.#visible().indexOf(index)]?.focus();
  }

  #again() {
    for (const row of this.#live.values()) row.remove();
    this.#live.clear();
    this.#later();
  }

  #later() {
    if (this.#drawing) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#draw();
    });
  }

  #draw() {
    const first = Math.max(0, Math.floor(this.#box.scrollTop / ROW) - SPARE);
    const last = Math.min(this.#order.length, Math.ceil((this.#box.scrollTop + this.#box.clientHeight) / ROW) + SPARE);
    for (const [at, row] of this.#live) {
      if (at < first || at >= last) {
        row.remove();
        this.#live.delete(at);
      }
    }
    const visible = this.#visible();
    const fresh = document.createDocumentFragment();
    for (let at = first; at < last; at += 1) {
      if (!this.#live.has(at)) fresh.append(this.#row(at, visible));
    }
    this.#body.append(fresh);
  }

  #row(at, visible) {
    const values = this.#rows[this.#order[at]];
    const row = element("div", { id: `${this.#id}-${at}`, role: "row", ariaSelected: String(at === this.#selected) });
    row.setAttribute("aria-rowindex", String(at + 2));
    row.style.top = `${at * ROW}px`;
    row.dataset.at = at;
    for (const index of visible) {
      const cell = element("span", { role: "gridcell", textContent: shown(textOf(values[index])) });
      if (isNumber(this.#columns[index].type)) cell.className = "number";
      cell.style.width = `var(--w${index})`;
      row.append(cell);
    }
    this.#live.set(at, row);
    return row;
  }

  #choose(at) {
    this.#live.get(this.#selected)?.setAttribute("aria-selected", "false");
    this.#selected = at;
    if (at < 0) {
      this.#box.removeAttribute("aria-activedescendant");
      this.#details.hidden = true;
      return;
    }
    const top = at * ROW;
    const room = this.#box.clientHeight - this.#head.offsetHeight - ROW;
    if (top < this.#box.scrollTop) this.#box.scrollTop = top;
    else if (top > this.#box.scrollTop + room) this.#box.scrollTop = top - room;
    this.#draw();
    this.#live.get(at)?.setAttribute("aria-selected", "true");
    this.#box.setAttribute("aria-activedescendant", `${this.#id}-${at}`);
    if (!this.#details.hidden) this.#open();
  }

  #clicked(event, opens) {
    const row = event.target.closest("[data-at]");
    if (!row) return;
    this.#choose(Number(row.dataset.at));
    if (opens) this.#open();
  }

  #key(event) {
    if (event.target !== this.#box) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "c" && this.#selected >= 0) {
      event.preventDefault();
      this.#copy([this.#order[this.#selected]]);
      return;
    }
    const page = Math.max(1, Math.floor(this.#box.clientHeight / ROW) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      const last = this.#order.length - 1;
      this.#choose(Math.min(last, Math.max(0, this.#selected + steps[event.key])));
    } else if (event.key === "Enter" && this.#selected >= 0) {
      event.preventDefault();
      this.#open();
    } else if (event.key === "Escape" && !this.#details.hidden) {
      event.stopPropagation();
      this.#details.hidden = true;
    }
  }

  #open() {
    const values = this.#rows[this.#order[this.#selected]];
    const facts = element("dl", { className: "facts" });
    this.#columns.forEach(({ name }, index) => {
      const value = values[index];
      const text = value !== null && typeof value === "object" ? JSON.stringify(value, null, 2) : textOf(value);
      const shownText = text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, "\ufffd");
      facts.append(element("dt", {}, element("bdi", { textContent: name })), element("dd", {}, element("bdi", { textContent: shownText })));
    });
    const close = element("button", { type: "button", className: "small", textContent: "Close" });
    close.addEventListener("click", () => { this.#details.hidden = true; this.#box.focus(); });
    this.#details.replaceChildren(element("h3", { textContent: `Row ${this.#selected + 1}` }), facts, close);
    this.#details.hidden = false;
  }

  #chooser() {
    const list = element("div", { className: "chooser" });
    this.#columns.forEach(({ name }, index) => {
      const tick = element("input", { type: "checkbox", checked: true });
      tick.addEventListener("change", () => {
        if (tick.checked) this.#hidden.delete(index);
        else this.#hidden.add(index);
        this.#drawHead();
        this.#again();
      });
      list.append(element("label", {}, tick, element("bdi", { textContent: name })));
    });
    const details = element("details", {}, element("summary", { textContent: "Columns" }), list);
    details.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && details.open) { event.stopPropagation(); details.open = false; details.firstChild.focus(); }
    });
    return details;
  }

  async #copy(order) {
    const visible = this.#visible();
    const field = (value) => textOf(value).replace(/[\t\r\n]+/g, " ");
    const lines = [visible.map((index) => field(this.#columns[index].name)).join("\t")];
    for (const row of order) lines.push(visible.map((index) => field(this.#rows[row][index])).join("\t"));
    try {
      await navigator.clipboard.writeText(lines.join("\n"));
      this.#say(order.length === 1 ? "The row is copied." : `${order.length} rows are copied.`);
    } catch {
      this.#say("The browser does not let pages copy here.");
    }
  }

  #csv() {
    const visible = this.#visible();
    const lines = [visible.map((index) => csvField(this.#columns[index].name)).join(",")];
    for (const row of this.#order) lines.push(visible.map((index) => csvField(this.#rows[row][index])).join(","));
    return `${lines.join("\r\n")}\r\n`;
  }

  #json() {
    const visible = this.#visible();
    const objects = Array.from(this.#order, (row) => Object.fromEntries(visible.map((index) => [this.#columns[index].name, this.#rows[row][index]])));
    return `${JSON.stringify(objects, null, 1)}\n`;
  }
}
