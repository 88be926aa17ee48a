// The editor: a textarea, and behind it a layer with the same text in colours. What the text means is asked of the server.

const CHECK_AFTER = 150;
const HOVER_AFTER = 350;

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

/// Shifts what is known of the old text onto the new one; what was touched goes.
const shifted = (pieces, old, now) => {
  let start = 0;
  const shorter = Math.min(old.length, now.length);
  while (start < shorter && old[start] === now[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  const end = old.length - tail;
  const moved = now.length - old.length;
  return pieces.flatMap(([from, to, ...rest]) => {
    if (to <= start) return [[from, to, ...rest]];
    if (from >= end) return [[from + moved, to + moved, ...rest]];
    if (from <= start && to >= end && to + moved > from) return [[from, to + moved, ...rest]];
    return [];
  });
};

export class Editor {
  #text; #layer; #box; #ask; #longest; #onProblems;
  #tokens = []; #problems = []; #old = "";
  #timer = 0; #checking = null; #completing = null; #hovering = 0;
  #menu = null; #hint = null;

  constructor(box, text, { ask, longest, onProblems }) {
    this.#box = box;
    this.#text = text;
    this.#ask = ask;
    this.#longest = longest;
    this.#onProblems = onProblems;
    this.#layer = element("pre", { className: "editor-layer", ariaHidden: "true" });
    box.prepend(this.#layer);
    box.classList.add("coloured");
    text.setAttribute("aria-autocomplete", "list");
    text.addEventListener("input", (event) => this.#changed(event));
    text.addEventListener("scroll", () => this.#follow());
    text.addEventListener("keydown", (event) => this.#key(event));
    text.addEventListener("blur", () => this.#closeMenu());
    text.addEventListener("click", () => this.#closeMenu());
    text.addEventListener("mousemove", (event) => this.#pointed(event));
    text.addEventListener("mouseleave", () => this.#unpointed());
    this.#changed();
  }

  get value() { return this.#text.value; }

  set value(query) {
    this.#text.value = query;
    this.#changed();
  }

  get hasMenu() { return this.#menu !== null; }

  /// Puts a text in place of a range, so that it can be undone.
  replace(start, end, insert) {
    this.#text.focus();
    this.#text.setSelectionRange(start, end);
    const done = insert === "" ? document.execCommand("delete") : document.execCommand("insertText", false, insert);
    if (!done) {
      this.#text.setRangeText(insert, start, end, "end");
      this.#changed();
    }
  }

  insert(word) { this.replace(this.#text.selectionStart, this.#text.selectionEnd, word); }

  select(start, end) {
    this.#text.focus();
    this.#text.setSelectionRange(start, end);
  }

  /// Applies replacements, the last first, so that places stay right.
  apply(edits) {
    for (const edit of [...edits].reverse()) this.replace(edit.start, edit.end, edit.replacement);
  }

  /// Marks faults that came with a result.
  mark(problems) {
    this.#problems = problems;
    this.#draw();
  }

  #changed(event) {
    const now = this.#text.value;
    this.#tokens = shifted(this.#tokens, this.#old, now);
    const places = this.#problems.map((problem) => [problem.start, problem.end, problem]);
    this.#problems = shifted(places, this.#old, now).map(([start, end, problem]) => ({ ...problem, start, end }));
    this.#old = now;
    this.#draw();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), CHECK_AFTER);
    this.#closeHint();
    if (event?.inputType === "insertText" && /^[\p{L}\p{N}_.!=(,]$/u.test(event.data ?? "")) this.#complete(false);
    else if (this.#menu && event?.inputType?.startsWith("delete")) this.#complete(false);
    else this.#closeMenu();
  }

  async #check() {
    const text = this.#text.value;
    this.#checking?.abort();
    if (text.length > this.#longest) {
      this.#tokens = [];
      this.#problems = [];
      this.#draw();
      return;
    }
    this.#checking = new AbortController();
    const answer = await this.#ask("check", { query: text }, this.#checking.signal);
    if (!answer?.tokens || text !== this.#text.value) return;
    this.#tokens = answer.tokens;
    this.#problems = answer.problems;
    this.#draw();
    this.#onProblems(answer.problems);
  }

  /// The text in pieces: each of one colour, and wrong or not.
  #draw() {
    const text = this.#text.value;
    const marks = this.#problems.map(({ start, end, severity }) => {
      if (end > start) return { start, end, severity };
      const behind = start < text.length && text[start] !== "\n";
      return behind ? { start, end: start + 1, severity } : { start: Math.max(start - 1, 0), end: start, severity };
    });
    const cuts = new Set([0, text.length]);
    for (const [start, end] of this.#tokens) cuts.add(start).add(end);
    for (const { start, end } of marks) cuts.add(start).add(end);
    const places = [...cuts].filter((place) => place <= text.length).sort((a, b) => a - b);
    const pieces = [];
    let token = 0;
    for (let index = 0; index + 1 < places.length; index += 1) {
      const [start, end] = [places[index], places[index + 1]];
      while (token < this.#tokens.length && this.#tokens[token][1] <= start) token += 1;
      const of = this.#tokens[token];
      const colour = of && of[0] <= start ? `k-${of[2]}` : "";
      const wrong = marks.find((mark) => mark.start <= start && end <= mark.end);
      const piece = text.slice(start, end);
      if (!colour && !wrong) { pieces.push(piece); continue; }
      const span = element("span", { className: [colour, wrong ? `squiggle ${wrong.severity}` : ""].join(" ").trim(), textContent: piece });
      span.dataset.start = start;
      pieces.push(span);
    }
    // A last empty line has a height only with something on it.
    this.#layer.replaceChildren(...pieces, "\u200b");
    this.#follow();
  }

  #follow() {
    this.#layer.scrollTop = this.#text.scrollTop;
    this.#layer.scrollLeft = this.#text.scrollLeft;
  }

  /// Where an offset is on the screen, relative to the editor.
  #place(offset) {
    const walker = document.createTreeWalker(this.#layer, NodeFilter.SHOW_TEXT);
    let left = offset;
    let node = walker.nextNode();
    while (node && left > node.data.length) {
      left -= node.data.length;
      node = walker.nextNode();
    }
    const box = this.#box.getBoundingClientRect();
    if (!node) return { x: 0, y: 0 };
    const range = document.createRange();
    range.setStart(node, left);
    range.setEnd(node, Math.min(left + 1, node.data.length));
    const rect = range.getClientRects()[0] ?? this.#layer.getBoundingClientRect();
    return { x: rect.left - box.left, y: rect.bottom - box.top };
  }

  async #complete(asked) {
    const text = this.#text.value;
    const offset = this.#text.selectionStart;
    if (text.length > this.#longest) return;
    this.#completing?.abort();
    this.#completing = new AbortController();
    const answer = await this.#ask("complete", { query: text, offset }, this.#completing.signal);
    if (!answer?.items || text !== this.#text.value || offset !== this.#text.selectionStart) return;
    const written = text.slice(answer.start, offset);
    const isDone = answer.items.length === 1 && answer.items[0].insert === written;
    const items = (written || asked) && !isDone ? answer.items : [];
    if (items.length === 0 && !answer.signature) return this.#closeMenu();
    this.#openMenu({ ...answer, items });
  }

  #openMenu({ start, end, items, signature }) {
    this.#closeMenu();
    const list = element("ul", { id: "hunt-suggestions", role: "listbox", ariaLabel: "What may be written" });
    items.forEach((item, index) => {
      const option = element("li", { id: `hunt-suggestion-${index}`, role: "option", ariaSelected: "false" }, item.label, element("small", { textContent: item.kind }));
      option.addEventListener("mousedown", (event) => { event.preventDefault(); this.#accept(index); });
      list.append(option);
    });
    // The list is moved by the arrow keys and by the wheel: it is no place of its own for the keyboard.
    list.addEventListener("wheel", (event) => { list.scrollTop += event.deltaY; event.preventDefault(); }, { passive: false });
    const about = element("p");
    const menu = element("div", { className: "suggestions" });
    if (items.length > 0) menu.append(list);
    menu.append(about);
    this.#box.append(menu);
    const place = this.#place(start);
    menu.style.left = `${Math.max(0, Math.min(place.x, this.#box.clientWidth - menu.offsetWidth - 8))}px`;
    menu.style.top = `${Math.min(place.y + 4, this.#box.clientHeight)}px`;
    this.#menu = { menu, list, about, start, end, items, signature, at: -1 };
    if (items.length > 0) {
      this.#text.setAttribute("aria-controls", list.id);
      this.#choose(0);
    } else {
      this.#tell();
    }
  }

  #choose(index) {
    const menu = this.#menu;
    menu.list.children[menu.at]?.setAttribute("aria-selected", "false");
    menu.at = (index + menu.items.length) % menu.items.length;
    const option = menu.list.children[menu.at];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.#text.setAttribute("aria-activedescendant", option.id);
    this.#tell();
  }

  /// What is known of the chosen item, or the signature of the call.
  #tell() {
    const { about, items, at, signature } = this.#menu;
    const item = items[at];
    const text = item ? [item.detail, item.documentation].filter(Boolean).join(" – ") : "";
    about.replaceChildren();
    if (text) about.append(text);
    else if (signature) {
      const { label, start, end } = signature;
      if (start === null || end === null) about.append(label);
      else about.append(label.slice(0, start), element("strong", { textContent: label.slice(start, end) }), label.slice(end));
      about.append(` – ${signature.about}`);
    }
    about.hidden = about.childNodes.length === 0;
  }

  #accept(index) {
    const { start, items } = this.#menu;
    const end = Math.max(this.#menu.end, this.#text.selectionStart);
    this.#closeMenu();
    this.replace(start, end, items[index].insert);
  }

  #closeMenu() {
    this.#completing?.abort();
    this.#menu?.menu.remove();
    this.#menu = null;
    this.#text.removeAttribute("aria-activedescendant");
    this.#text.removeAttribute("aria-controls");
  }

  #key(event) {
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key === " ") {
      event.preventDefault();
      this.#complete(true);
      return;
    }
    if (control && event.key.toLowerCase() === "i" && !event.shiftKey) {
      event.preventDefault();
      this.#explain(this.#text.selectionStart, true);
      return;
    }
    if (event.key === "Escape" && (this.#menu || this.#hint)) {
      event.stopPropagation();
      this.#closeMenu();
      this.#closeHint();
      return;
    }
    if (!this.#menu || this.#menu.items.length === 0 || control || event.shiftKey) return;
    if (event.key === "ArrowDown") this.#choose(this.#menu.at + 1);
    else if (event.key === "ArrowUp") this.#choose(this.#menu.at - 1);
    else if (event.key === "Enter" || event.key === "Tab") this.#accept(this.#menu.at);
    else return;
    event.preventDefault();
  }

  #pointed(event) {
    clearTimeout(this.#hovering);
    const { clientX: x, clientY: y } = event;
    this.#hovering = setTimeout(() => {
      for (const span of this.#layer.children) {
        for (const rect of span.getClientRects()) {
          if (rect.left <= x && x <= rect.right && rect.top <= y && y <= rect.bottom) {
            this.#explain(Number(span.dataset.start), false);
            return;
          }
        }
      }
      this.#closeHint();
    }, HOVER_AFTER);
  }

  #unpointed() {
    clearTimeout(this.#hovering);
    this.#closeHint();
  }

  async #explain(offset, isAsked) {
    const text = this.#text.value;
    if (text.length > this.#longest) return;
    const faults = this.#problems.filter(({ start, end }) => start <= offset && (offset < end || offset === start));
    const answer = await this.#ask("hover", { query: text, offset });
    if (text !== this.#text.value || this.#menu) return;
    this.#closeHint();
    if (faults.length === 0 && !answer?.code) return;
    const hint = element("div", { className: "hunt-hint", role: isAsked ? "status" : "tooltip" });
    for (const fault of faults) hint.append(element("p", { textContent: `${fault.message} (${fault.code})` }));
    if (answer?.code) hint.append(element("pre", { textContent: answer.code }));
    if (answer?.text) hint.append(element("p", { textContent: answer.text }));
    this.#box.append(hint);
    const place = this.#place(offset);
    hint.style.left = `${Math.max(0, Math.min(place.x, this.#box.clientWidth - hint.offsetWidth - 8))}px`;
    hint.style.top = `${Math.min(place.y + 4, this.#box.clientHeight)}px`;
    this.#hint = hint;
  }

  #closeHint() {
    this.#hint?.remove();
    this.#hint = null;
  }
}
