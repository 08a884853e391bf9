// The reason sheet: digits choose and send, Shift+digit ticks, Enter sends what is ticked or suggested. It asks for one of
// three things: reasons, a question, or the cause of a skip.
import { forget, keep, restore } from "./drafts.js";
import { on } from "./keys.js";

const MARK_WHERE = "Mark where: I and O on the picture, or select a finding.";

const labelOf = (box) => box.closest("label").querySelector(".reason-label").textContent;

export class ReasonSheet {
  // `send(verb)` posts the form; `range()` gives [start, end) of the selected finding or the marked range, or null;
  // `key` names the draft.
  constructor(sheet, { key, send, range, suggestion, exact }) {
    Object.assign(this, { sheet, key, send, range, suggestion, exact });
    this.part = (name) => sheet.querySelector(`[data-part=${name}]`);
    this.all = this.part("all");
    this.note = sheet.querySelector("textarea");
    sheet.querySelector("[data-close-sheet]").addEventListener("click", () => this.close());
    sheet.querySelector("[data-send-sheet]").addEventListener("click", () => this.submit());
    sheet.addEventListener("change", () => this.describe());
    sheet.addEventListener("keydown", (event) => this.enter(event));
    this.part("filter").addEventListener("input", (event) => this.filter(event.target.value));
    this.restore(restore(key));
  }

  // Until `signal` ends, as the room is.
  bind(signal) {
    signal.addEventListener("abort", keep(this.key, () => this.draft));
    for (const digit of "1234567890") {
      on(`reasons.choose_${digit}`, () => this.choose(digit));
      on(`reasons.tick_${digit}`, () => this.tick(this.numbered(digit)));
    }
    on("reasons.all", () => this.showAll());
    on("reasons.send", () => this.submit());
  }

  get isOpen() {
    return "open" in this.sheet.dataset;
  }

  get skips() {
    return this.sheet.hasAttribute("data-causes");
  }

  get asks() {
    return this.sheet.hasAttribute("data-question");
  }

  get boxes() {
    return [...this.sheet.querySelectorAll("input[name=reasons]")];
  }

  get ticked() {
    return this.boxes.filter((box) => box.checked);
  }

  get suggested() {
    return this.boxes.find((box) => box.closest("label").hasAttribute("data-suggested"));
  }

  get draft() {
    const slugs = this.ticked.map(({ value }) => value);
    const note = this.note.value;
    return slugs.length || note.trim() ? { slugs, note, range: this.player?.range ?? null } : null;
  }

  restore(kept) {
    if (!kept) return;
    const { slugs, note, range } = kept.state;
    for (const box of this.boxes) box.checked = slugs.includes(box.value);
    this.note.value = note;
    this.kept = range;
    this.part("kept").textContent = `Draft of ${kept.at} restored`;
  }

  withPlayer(player) {
    this.player = player;
    player.addEventListener("range", () => this.describe());
    if (this.kept) player.setRange(...this.kept);
  }

  // What was sent is no draft.
  sent() {
    forget(this.key);
  }

  open(verb) {
    this.verb = verb;
    const asks = ["escalate", "send_back"].includes(verb.value);
    this.sheet.dataset.open = "";
    this.sheet.toggleAttribute("data-question", asks);
    this.sheet.toggleAttribute("data-causes", verb.value === "skip_because");
    const question = asks ? "what is the question?" : this.skips ? "why?" : "what is wrong?";
    this.sheet.querySelector("h2").textContent = `${verb.dataset.title}: ${question}`;
    this.part("note-label").textContent = asks ? "Question" : "Note";
    this.part("send").textContent = verb.dataset.title;
    this.suggest();
    this.describe();
    (asks ? this.note : this.sheet).focus({ preventScroll: true });
  }

  close() {
    if (!this.isOpen) return;
    delete this.sheet.dataset.open;
    this.all.open = false;
    for (const box of this.ticked) box.checked = false;
    document.getElementById("stage").focus();
  }

  suggest() {
    const slug = this.suggestion();
    for (const box of this.boxes) {
      box.closest("label").toggleAttribute("data-suggested", Boolean(slug) && box.value === slug);
    }
  }

  numbered(digit, list = "ten") {
    return this.part(list).children[(Number(digit) + 9) % 10]?.querySelector("input, button");
  }

  choose(digit) {
    if (this.skips) return this.skip(this.numbered(digit, "causes"));
    const box = this.numbered(digit);
    if (!box) return;
    box.checked = true;
    this.submit();
  }

  skip(cause) {
    if (cause) this.send(cause);
  }

  tick(box) {
    if (box && !this.skips) box.checked = !box.checked;
    this.describe();
  }

  showAll() {
    if (this.skips) return;
    this.all.open = true;
    this.part("filter").focus();
  }

  filter(text) {
    for (const label of this.all.querySelectorAll(".reason")) {
      label.hidden = !label.textContent.toLowerCase().includes(text.trim().toLowerCase());
    }
    for (const group of this.all.querySelectorAll("fieldset")) {
      group.hidden = !group.querySelector(".reason:not([hidden])");
    }
  }

  // In the filter Enter takes the first reason left; in the note it sends, with Shift it breaks the line.
  enter(event) {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    if (event.target === this.part("filter")) {
      const first = this.all.querySelector(".reason:not([hidden]) input");
      if (first) first.checked = true;
    } else if (event.target !== this.note) return;
    event.preventDefault();
    this.submit();
  }

  needsRange() {
    return this.ticked.some((box) => ["True", "true", "yes"].includes(box.dataset.range));
  }

  describe(complaint = "") {
    const range = this.range();
    const shown = range && `Frames ${range[0]}${range[1] - range[0] > 1 ? `–${range[1] - 1}` : ""}.`;
    const missing = this.needsRange() && !range && MARK_WHERE;
    const { suggested } = this;
    const enter = suggested && !this.ticked.length && !this.skips && !this.asks && `Enter: ${labelOf(suggested)}.`;
    this.part("range-said").textContent = complaint || [enter, shown || missing].filter(Boolean).join(" ");
  }

  submit() {
    if (this.skips) return this.skip(this.numbered(1, "causes"));
    const { asks } = this;
    if (asks && !this.note.value.trim()) {
      this.describe("Say what the question is.");
      return this.note.focus();
    }
    if (!asks && !this.ticked.length) {
      const { suggested } = this;
      if (!suggested) return this.describe("Choose a reason.");
      suggested.checked = true;
    }
    const grave = this.ticked.find((box) => "asks" in box.dataset);
    if (grave) return this.ask(grave);
    if (!asks && this.ticked.some((box) => box.value === "other") && !this.note.value.trim()) {
      this.describe("Say what it is.");
      return this.note.focus();
    }
    if (!asks && this.needsRange() && !this.range()) {
      return this.describe(this.exact() ? MARK_WHERE : "Frames are approximate here, so this reason cannot be given.");
    }
    this.send(this.verb);
  }

  // What only a moderator refuses for becomes a question to one.
  ask(box) {
    const range = this.range();
    const where = range ? `, frames ${range[0]}–${range[1] - 1}` : "";
    this.note.value ||= `${labelOf(box)}${where}.`;
    for (const each of this.ticked) each.checked = false;
    this.open(box.form.querySelector("[value=escalate]"));
    this.describe("A moderator decides that: Enter asks.");
  }
}
