// Notes: typing pauses the clip and pins the frame, sending resumes. Drafts, names, and where drawing begins.
import { keep, restore } from "./drafts.js";
import { off, on } from "./keys.js";
import { say } from "./page.js";

const DRAWN_BY_SERVER = ["note-list", "note-lane", "mark-lane", "drawn"];
const NAME_BEGUN = /(^|\s)@([\w.@+-]*)$/;

export class Notes {
  constructor(room) {
    const { element } = room;
    this.room = room;
    this.pane = element.querySelector("#notes");
    this.field = this.pane.querySelector("#note-body");
    this.people = this.pane.querySelector("#people");
    this.told = this.part("draft");
    this.pinned = null; // [start, end or null], from the first keystroke or shape on
    this.shapes = []; // of the unfinished drawing
    this.key = `${element.dataset.draft}.note`;
    this.restore(restore(this.key));
  }

  // Until `signal` ends, as the room is.
  open(signal) {
    off("drawing.");
    on("room.next_note", () => this.travel(1));
    on("room.previous_note", () => this.travel(-1));
    on("room.note", () => this.field.focus());
    on("room.draw", async () => (await this.board()).begin());
    this.listen(signal);
    signal.addEventListener("abort", keep(this.key, () => this.draft));
  }

  get player() {
    return this.room.player;
  }

  part(name) {
    return this.pane.querySelector(`[data-part=${name}]`);
  }

  listen(signal) {
    const hear = (kind, act) => this.pane.addEventListener(kind, act, { signal });
    hear("beforeinput", ({ target }) => (target === this.field ? this.pin() : this.hold()));
    hear("input", ({ target }) => {
      this.suggest(target);
      this.unpinIfEmpty(); // what was wiped out again was no note
    });
    hear("click", ({ target }) => this.name(target.closest("[data-name]")?.dataset.name));
    hear("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches("textarea")) return;
      event.preventDefault();
      event.target.form.requestSubmit();
    });
  }

  withPlayer(player) {
    for (const kind of ["range", "landed", "state"]) player.addEventListener(kind, () => this.describe());
    this.describe();
  }

  board() {
    return this.loaded ??= import("./marks.js").then(({ Board }) => new Board(this));
  }

  hold() {
    this.wasPlaying ||= !this.player?.video.paused;
    this.player?.pause();
  }

  // The note must belong to the frame that caused it: that of the first keystroke.
  pin() {
    if (!this.player) return;
    this.pinned ??= this.frames;
    this.hold();
    this.describe();
  }

  unpinIfEmpty() {
    if (this.draft) return;
    this.pinned = null;
    this.wasPlaying = false;
    this.describe();
  }

  get frames() {
    return this.pinned ?? this.player?.range ?? [this.player?.aim ?? 0, null];
  }

  describe() {
    const [start, end] = this.frames;
    const words = end - start > 1 ? `on frames ${start}–${end - 1}` : `on frame ${start}`;
    const still = this.pinned || this.player?.range || this.player?.video.paused;
    this.part("note-range").lastChild.textContent = still ? ` ${words}` : " on this frame";
  }

  get typed() {
    return [...this.pane.querySelectorAll("textarea")].map(({ id, value }) => [id, value]).filter(([, text]) => text.trim());
  }

  type(texts) {
    for (const [id, text] of texts) {
      const field = document.getElementById(id);
      if (!field) continue;
      field.value = text;
      field.closest("details")?.setAttribute("open", "");
    }
  }

  get draft() {
    const { typed, pinned, shapes } = this;
    return typed.length + shapes.length ? { typed, pinned, shapes } : null;
  }

  restore(kept) {
    if (!kept) return;
    const { typed, ...rest } = kept.state;
    Object.assign(this, rest);
    this.type(typed);
    if (this.shapes.length) this.board(); // it shows them
    this.told.textContent = `Draft of ${kept.at} restored${this.shapes.length ? ", with a drawing" : ""}`;
  }

  // Whom the word at the caret may name.
  suggest(field) {
    const begun = NAME_BEGUN.exec(field.value.slice(0, field.selectionStart));
    if (!begun) return this.people.replaceChildren();
    field.after(this.people);
    htmx.ajax("GET", `${this.pane.dataset.people}?q=${encodeURIComponent(begun[2])}`, this.people);
  }

  name(person) {
    if (!person) return;
    const field = this.people.previousElementSibling;
    const before = field.value.slice(0, field.selectionStart);
    field.setRangeText(before.replace(NAME_BEGUN, `$1@${person} `), 0, before.length, "end");
    this.people.replaceChildren();
    field.focus();
  }

  // A drawing that is saved while a note is being written goes with the note.
  async send(form, button) {
    const fields = new FormData(form);
    const isNote = form === this.field.form;
    if (isNote) {
      const [start, end] = this.frames;
      fields.set("start_frame", start);
      fields.set("end_frame", end ?? "");
      if (this.shapes.length) fields.set("drawing", JSON.stringify({ v: 1, shapes: this.shapes }));
    }
    const alone = !this.field.value.trim() && button?.getAttribute("formaction");
    const answer = await this.room.post(alone || form.action, fields, {}, () => this.send(form, button));
    if (!answer) return;
    if (!answer.ok) return this.room.refused(answer);
    form.reset();
    if (isNote) await this.sent();
    this.redraw(new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (this.wasPlaying && !this.draft) this.player.play();
    this.unpinIfEmpty();
    this.room.stage.focus();
    say("Sent.");
  }

  async sent() {
    this.shapes = [];
    this.pinned = null;
    this.told.textContent = "";
    this.player?.clearRange();
    (await this.loaded)?.end();
  }

  redraw(page) {
    const { typed } = this;
    for (const id of DRAWN_BY_SERVER) {
      const fresh = page.getElementById(id);
      if (fresh) document.getElementById(id).replaceWith(document.adoptNode(fresh));
    }
    this.type(typed);
    this.part("note-count").textContent = this.pane.querySelectorAll(".note").length;
    this.player?.say("frame"); // shows the marks of this one
  }

  travel(places) {
    const notes = [...this.pane.querySelectorAll(".note")].sort((a, b) => places * (a.dataset.start - b.dataset.start));
    const next = notes.find((note) => places * (note.dataset.start - this.player.aim) > 0) ?? notes[0];
    if (next) this.go(next);
    else say("No notes.");
  }

  go({ dataset: { start, end } }) {
    this.player.pause();
    this.player.clearRange();
    if (end) this.player.setRange(+start, +end);
    this.player.show(+start);
  }
}
