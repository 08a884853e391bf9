// The reason sheet: digits choose and send, Shift+digit ticks, Enter sends what is ticked or suggested.
import { on } from "./keys.js";

export class ReasonSheet {
  // `send(verb)` posts the form; `range()` gives [start, end) of the selected finding or the marked range, or null.
  constructor(sheet, { send, range, suggestion, exact }) {
    Object.assign(this, { sheet, send, range, suggestion, exact });
    this.part = (name) => sheet.querySelector(`[data-part=${name}]`);
    this.all = this.part("all");
    this.note = sheet.querySelector("textarea");
    sheet.querySelector("[data-close-sheet]").addEventListener("click", () => this.close());
    sheet.querySelector("[data-send-sheet]").addEventListener("click", () => this.submit());
    sheet.addEventListener("change", () => this.describe());
    sheet.addEventListener("keydown", (event) => this.enter(event));
    this.part("filter").addEventListener("input", (event) => this.filter(event.target.value));
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

  get boxes() {
    return [...this.sheet.querySelectorAll("input[name=reasons]")];
  }

  get ticked() {
    return this.boxes.filter((box) => box.checked);
  }

  open(verb) {
    this.verb = verb;
    const asks = ["escalate", "send_back"].includes(verb.value);
    this.sheet.dataset.open = "";
    this.sheet.toggleAttribute("data-question", asks);
    this.sheet.querySelector("h2").textContent = asks ? `${verb.dataset.title}: what is the question?` : `${verb.dataset.title}: what is wrong?`;
    this.part("note-label").textContent = asks ? "Question" : "Note";
    this.part("send").textContent = verb.dataset.title;
    this.suggest();
    this.describe();
    (asks ? this.note : this.sheet).focus();
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

  numbered(digit) {
    return this.part("ten").querySelectorAll("input")[(Number(digit) + 9) % 10];
  }

  choose(digit) {
    const box = this.numbered(digit);
    if (!box) return;
    box.checked = true;
    this.submit();
  }

  tick(box) {
    if (box) box.checked = !box.checked;
    this.describe();
  }

  showAll() {
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
    const missing = this.needsRange() && !range;
    this.part("range-said").textContent = complaint || shown || (missing ? "Mark where: I and O on the picture, or select a finding." : "");
  }

  submit() {
    const asks = this.sheet.hasAttribute("data-question");
    if (asks && !this.note.value.trim()) {
      this.describe("Say what the question is.");
      return this.note.focus();
    }
    if (!asks && !this.ticked.length) {
      const suggested = this.boxes.find((box) => box.closest("label").hasAttribute("data-suggested"));
      if (!suggested) return this.describe("Choose a reason.");
      suggested.checked = true;
    }
    if (!asks && this.ticked.some((box) => box.value === "other") && !this.note.value.trim()) {
      this.describe("Say what it is.");
      return this.note.focus();
    }
    if (!asks && this.needsRange() && !this.range()) {
      return this.describe(this.exact() ? "Mark where: I and O on the picture, or select a finding." : "Frames are approximate here, so this reason cannot be given.");
    }
    this.send(this.verb);
  }
}
