// The screening room: findings, notes, verbs, undo and claim. Every step is a form that also works without this file.
import { on, off } from "./keys.js";
import { announceSwap, cookie, say } from "./page.js";
import { playerOf } from "./player.js";
import { ReasonSheet } from "./reasons.js";

const LEAD_IN_SECONDS = 1;
const LEAD_OUT_SECONDS = 0.5;
const RENEW_EVERY_MS = 60_000;
const WARN_SECONDS = 120;
const BY_SCRIPT = { "X-Requested-With": "XMLHttpRequest" };
const JSON_ANSWER = { headers: { Accept: "application/json" } };
const NEEDS_REASON = ["reject", "request_changes"];
const NEEDS_QUESTION = ["escalate", "send_back"];

let reclaimed = false;

class Room {
  constructor(element) {
    this.element = element;
    this.stage = element.querySelector("#stage");
    this.form = element.querySelector("#decide");
    this.outcome = element.querySelector("#outcome");
    this.claim = element.querySelector("#claim");
    this.selected = null;
    this.cited = null; // the finding that a reason would name: the one confirmed last, or else the selected one
    this.busy = false;
    this.closing = new AbortController();
    off("room.");
    off("reasons.");
    this.sheet = new ReasonSheet(element.querySelector("#sheet"), {
      send: (verb) => this.decide(verb),
      range: () => this.reasonRange(),
      suggestion: () => this.suggestion(),
      exact: () => this.player?.exact ?? false,
    });
    this.listen();
    this.bind();
    this.count();
    this.holdClaim();
    const ready = () => this.withPlayer(playerOf(this.stage));
    if (playerOf(this.stage)?.table) ready();
    else this.stage.addEventListener("player", ready, { once: true });
  }

  get mine() {
    return this.claim.dataset.mine === "yes";
  }

  get findings() {
    return [...this.element.querySelectorAll(".finding")];
  }

  all(attribute, id) {
    return this.element.querySelectorAll(`[data-${attribute}="${id}"]`);
  }

  listen() {
    const { signal } = this.closing;
    this.element.addEventListener("click", (event) => this.clicked(event), { signal });
    this.element.addEventListener("submit", (event) => this.submitted(event), { signal });
    document.addEventListener("close-sheet", () => this.escape(), { signal });
    for (const kind of ["keydown", "pointerdown"]) {
      document.addEventListener(kind, () => this.active(), { signal, capture: true, passive: true });
    }
    addEventListener("pagehide", () => this.leave(), { signal });
    const note = this.element.querySelector("#note-body");
    note.addEventListener("beforeinput", () => this.pinNote(), { signal });
    note.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      note.form.requestSubmit();
    }, { signal });
  }

  bind() {
    on("room.next_finding", () => this.travel(1));
    on("room.previous_finding", () => this.travel(-1));
    on("room.next_note", () => this.travelNotes(1));
    on("room.previous_note", () => this.travelNotes(-1));
    on("room.confirm", () => this.judge("confirmed"));
    on("room.dismiss", () => this.judge("dismissed"));
    on("room.note", () => this.element.querySelector("#note-body").focus());
    on("room.overlays", () => this.stage.classList.toggle("bare"));
    for (const button of this.form.querySelectorAll("button[data-key]")) {
      on(button.dataset.key, () => this.press(button));
    }
  }

  // Playback starts just before the first undecided finding and loops around it.
  withPlayer(player) {
    this.player = player;
    player.addEventListener("range", () => {
      this.sheet.describe();
      this.describeNote();
    });
    player.addEventListener("landed", () => this.describeNote());
    player.addEventListener("state", () => this.describeNote());
    const first = this.findings.find((row) => !row.dataset.verdict);
    if (first) this.select(first, { quietly: true, leadIn: true });
    player.addEventListener("frame", () => performance.mark("frame"), { once: true });
    this.describeNote();
  }

  // Selecting a finding: seek, loop, box on the picture, row in the list.
  select(row, { quietly = false, leadIn = !this.player.video.paused, cite = true } = {}) {
    this.selected = row;
    if (cite) this.cited = row;
    for (const marked of this.element.querySelectorAll("[data-selected]")) delete marked.dataset.selected;
    for (const part of [...this.all("finding", row.dataset.finding), ...this.all("box", row.dataset.finding)]) part.dataset.selected = "";
    row.scrollIntoView({ block: "nearest" });
    const { player } = this;
    const start = Number(row.dataset.start);
    const end = Math.max(start + 1, Number(row.dataset.end));
    const loop = [
      player.table.clamp(start - player.table.framesIn(LEAD_IN_SECONDS)),
      Math.min(player.table.count, end + player.table.framesIn(LEAD_OUT_SECONDS)),
    ];
    player.setLoop(loop);
    player.show(leadIn ? loop[0] : start);
    this.sheet.suggest();
    this.sheet.describe();
    if (!quietly) say(`${row.querySelector(".finding-name").textContent.trim()}. ${row.dataset.verdict}`);
  }

  travel(places) {
    const rows = this.findings;
    if (!rows.length) return say("No findings.");
    const at = rows.indexOf(this.selected);
    this.select(rows[(at + places + rows.length) % rows.length]);
  }

  travelNotes(places) {
    const notes = [...this.element.querySelectorAll(".note")].sort((a, b) => a.dataset.start - b.dataset.start);
    if (!notes.length) return say("No notes.");
    const frame = this.player.aim;
    const after = places > 0
      ? notes.find((note) => Number(note.dataset.start) > frame) ?? notes[0]
      : notes.findLast((note) => Number(note.dataset.start) < frame) ?? notes.at(-1);
    this.toNote(after);
  }

  toNote(note) {
    this.player.pause();
    this.player.clearRange();
    if (note.dataset.end) this.player.setRange(Number(note.dataset.start), Number(note.dataset.end));
    this.player.show(Number(note.dataset.start));
  }

  // The same word again takes it back. A label never moves the take.
  async judge(verdict) {
    const row = this.selected;
    if (!row?.querySelector("form")) return say(row ? "Only the holder of the claim judges findings." : "No finding is selected.");
    const before = row.dataset.verdict;
    const now = before === verdict ? "" : verdict;
    this.showVerdict(row, now);
    const fields = new FormData(row.querySelector("form"));
    fields.set("verdict", now || "taken_back");
    const answer = await this.post(row.querySelector("form").action, fields, JSON_ANSWER);
    if (!answer?.ok) {
      this.showVerdict(row, before);
      return answer && this.refused(answer);
    }
    const rows = this.findings;
    const at = rows.indexOf(row);
    const next = [...rows.slice(at + 1), ...rows.slice(0, at)].find((each) => !each.dataset.verdict);
    if (now && next) this.select(next, { cite: now !== "confirmed" });
    else say(now ? `${now}. All findings are judged.` : "Taken back.");
  }

  showVerdict(row, verdict) {
    for (const part of this.all("finding", row.dataset.finding)) part.dataset.verdict = verdict;
    row.querySelector("[data-part=verdict]").textContent = verdict;
    for (const button of row.querySelectorAll("button[name=verdict]")) {
      button.setAttribute("aria-pressed", String(button.value === verdict));
    }
    this.count();
  }

  count() {
    const rows = this.findings;
    const judged = rows.filter((row) => row.dataset.verdict).length;
    this.element.querySelector("[data-part=judged]").textContent = rows.length ? `${judged} of ${rows.length} judged` : "";
  }

  suggestion() {
    return this.cited?.dataset.reason ?? "";
  }

  // A range set by hand says more than the selection.
  reasonRange() {
    if (this.player?.range) return this.player.range;
    const row = this.cited;
    if (!row) return null;
    return [Number(row.dataset.start), Math.max(Number(row.dataset.start) + 1, Number(row.dataset.end))];
  }

  clicked(event) {
    const { target } = event;
    const mark = target.closest(".mark, .finding");
    const note = target.closest("[data-note]");
    if (mark && this.player && !target.closest("form")) {
      event.preventDefault();
      this.select(this.element.querySelector(`.finding[data-finding="${mark.dataset.finding}"]`));
    } else if (note && this.player && !target.closest("form")) {
      this.toNote(this.element.querySelector(`.note[data-note="${note.dataset.note}"]`));
    }
    if (target.closest(".verbs, .transport") && event.detail > 0) this.backToStage();
  }

  backToStage() {
    if (!this.sheet.isOpen) this.stage.focus({ preventScroll: true });
  }

  submitted(event) {
    const { target: form, submitter } = event;
    if (form === this.form) {
      event.preventDefault();
      this.press(submitter);
    } else if (form.matches(".finding-judge")) {
      event.preventDefault();
      if (this.selected !== form.closest(".finding")) this.select(form.closest(".finding"));
      this.judge(submitter.value);
    } else if (form.id === "note-form") {
      event.preventDefault();
      this.sendNote(form);
    } else if (form.matches("[data-undo]")) {
      event.preventDefault();
      this.go(form.action, new FormData(form));
    } else if (form.matches("[data-stay]")) {
      event.preventDefault();
      this.renew();
    } else if (form.closest("#claim")) {
      event.preventDefault();
      this.go(form.action, new FormData(form));
    }
  }

  escape() {
    if (this.sheet.isOpen) return this.sheet.close();
    this.element.querySelector(".refusal .problem:not([data-lasting])")?.closest(".refusal").remove();
    this.stage.focus();
  }

  press(button) {
    if (this.busy) return;
    if (button.getAttribute("aria-disabled") === "true") return this.sentence(button.title);
    if (NEEDS_REASON.includes(button.value) || NEEDS_QUESTION.includes(button.value)) {
      if (!this.sheet.isOpen || this.sheet.verb !== button) this.sheet.open(button);
      return;
    }
    this.decide(button);
  }

  sentence(text) {
    this.outcome.textContent = text;
  }

  decide(button) {
    const fields = new FormData(this.form);
    fields.set(button.name, button.value);
    const range = this.reasonRange();
    fields.delete("start_frame");
    fields.delete("end_frame");
    if (NEEDS_REASON.includes(button.value) && range) {
      fields.set("start_frame", range[0]);
      fields.set("end_frame", range[1]);
      const row = this.cited;
      if (row && !this.player.range) fields.set("finding", row.dataset.finding);
    }
    performance.mark("decision");
    this.go(button.getAttribute("formaction") ?? this.form.action, fields);
  }

  // Posts, and puts the page that answers in place of this one: the next clip, or the same with a refusal.
  async go(address, fields) {
    if (this.busy) return;
    this.lock(true);
    const answer = await this.post(address, fields, {}, () => this.go(address, fields));
    this.lock(false);
    if (!answer) return;
    if (!answer.ok) return this.refused(answer);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("room");
    this.done = true;
    if (!next) return location.assign(answer.url);
    replaceRoom(this, next, page.title, answer.url);
  }

  lock(on) {
    this.busy = on;
    this.form.toggleAttribute("data-busy", on);
  }

  // Undefined when the network failed; then the banner offers the same request again, with the same decision key.
  async post(address, fields, options = {}, again = null) {
    const banner = document.getElementById("offline");
    try {
      const answer = await fetch(address, { method: "POST", body: fields, credentials: "same-origin", headers: BY_SCRIPT, ...options });
      if (answer.status < 500) {
        banner.hidden = true;
        return answer;
      }
    } catch { /* said below */ }
    banner.hidden = false;
    this.element.querySelector("#room-banners").append(banner);
    banner.querySelector("[data-retry]").onclick = again;
    banner.querySelector("[data-retry]").hidden = !again;
    say("Not sent.", true);
    return undefined;
  }

  async refused(answer) {
    if (answer.status === 401) return this.element.dispatchEvent(new Event("sign-in", { bubbles: true }));
    const problem = await problemIn(answer);
    if (answer.status === 409) this.lost();
    if (answer.status === 409) problem.dataset.lasting = "";
    this.element.querySelector(".refusal")?.remove();
    const holder = Object.assign(document.createElement("div"), { className: "refusal" });
    holder.append(problem);
    this.offerWays(problem, answer.status === 409);
    this.element.querySelector("#deciding").append(holder);
    if (answer.status === 409) this.sheet.close();
    problem.focus();
  }

  offerWays(problem, isLost) {
    const ways = problem.appendChild(Object.assign(document.createElement("div"), { className: "buttons" }));
    const offer = (label, act) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: label });
      button.addEventListener("click", act);
      ways.append(button);
    };
    const draft = this.draft();
    if (isLost) offer("Next clip", () => location.assign(`/queues/${this.element.dataset.queue}/`));
    if (isLost && draft) offer("Copy my draft", () => navigator.clipboard.writeText(draft).then(() => say("Copied.")));
    if (!isLost) offer("Close", () => this.escape());
  }

  draft() {
    return [...this.element.querySelectorAll("#note-body, #sheet textarea")].map((field) => field.value.trim()).filter(Boolean).join("\n");
  }

  // The clip stays playable, what was typed stays, the verbs go.
  lost() {
    this.claim.dataset.mine = "no";
    this.claim.replaceChildren();
    for (const button of this.form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
    clearInterval(this.clock);
  }

  // Typing pauses the clip and pins the note to the frame that caused it.
  pinNote() {
    const note = this.element.querySelector("#note-body");
    if (note.value || this.pinned || !this.player) return;
    this.wasPlaying = !this.player.video.paused;
    this.pinned = this.player.range ?? [this.player.aim, null];
    this.player.pause();
    this.describeNote();
  }

  describeNote() {
    const text = this.element.querySelector("[data-part=note-range]");
    const [start, end] = this.pinned ?? this.player.range ?? [this.player.aim, null];
    const words = end !== null && end - start > 1 ? `on frames ${start}–${end - 1}` : `on frame ${start}`;
    const still = this.pinned || this.player.range || this.player.video.paused;
    text.lastChild.textContent = still ? ` ${words}` : " on this frame";
  }

  async sendNote(form) {
    const fields = new FormData(form);
    const [start, end] = this.pinned ?? this.player.range ?? [this.player.aim, null];
    fields.set("start_frame", start);
    fields.set("end_frame", end ?? "");
    const answer = await this.post(form.action, fields, {}, () => this.sendNote(form));
    if (!answer) return;
    if (!answer.ok) return this.refused(answer);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["note-list", "note-lane"]) {
      const fresh = page.getElementById(id);
      if (fresh) document.getElementById(id).replaceWith(document.adoptNode(fresh));
    }
    this.element.querySelector("[data-part=note-count]").textContent = this.element.querySelectorAll(".note").length;
    form.reset();
    this.pinned = null;
    this.player.clearRange();
    if (this.wasPlaying) this.player.play();
    this.stage.focus();
    say("Note sent.");
  }

  // The claim: renewed by activity at most once a minute, given back on leaving.
  holdClaim() {
    if (!this.mine) return this.reclaimAfterReload();
    this.expires = performance.now() + Number(this.claim.dataset.seconds) * 1000;
    this.renewed = performance.now();
    this.clock = setInterval(() => this.tick(), 1000);
  }

  active() {
    if (this.mine && performance.now() - this.renewed > RENEW_EVERY_MS) this.renew();
  }

  async renew() {
    this.renewed = performance.now();
    const answer = await fetch(this.claim.dataset.renew, { method: "POST", body: this.token(), ...JSON_ANSWER }).catch(() => null);
    if (!answer) return;
    if (!answer.ok) return answer.status < 500 && this.refused(answer);
    const { expires_at: until } = await answer.json();
    this.expires = performance.now() + new Date(until).getTime() - Date.now();
    this.tick();
  }

  tick() {
    const left = Math.ceil((this.expires - performance.now()) / 1000);
    if (!this.player?.video.paused) this.active();
    const stay = this.claim.querySelector("[data-stay]");
    if (!stay) return;
    if (stay.hidden && left <= WARN_SECONDS) say("Two minutes of your claim remain.");
    stay.hidden = left > WARN_SECONDS;
    stay.querySelector("[data-part=left]").textContent = `${Math.max(0, left)} s`;
    if (left <= 0) {
      this.lost();
      this.sentence("Your claim has ended; the clip is back in its queue.");
    }
  }

  // A reload gives the clip back first; the person who reloads has not left.
  reclaimAfterReload() {
    const [visit] = performance.getEntriesByType("navigation");
    const form = this.claim.querySelector("form");
    if (!form || visit?.type !== "reload" || reclaimed) return;
    reclaimed = true;
    form.requestSubmit();
  }

  token() {
    const fields = new FormData();
    fields.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken?.value ?? cookie("csrftoken"));
    return fields;
  }

  leave() {
    if (this.mine && !this.done) navigator.sendBeacon(this.claim.dataset.release, this.token());
  }

  close() {
    this.closing.abort();
    clearInterval(this.clock);
  }
}

// The refusal in an answer, of a page or of JSON, as one strip of title and sentence.
async function problemIn(answer) {
  const text = await answer.text();
  const page = new DOMParser().parseFromString(text.startsWith("{") ? "" : text, "text/html").querySelector("[data-problem]");
  const told = text.startsWith("{") ? JSON.parse(text) : {};
  const problem = Object.assign(document.createElement("div"), { className: "problem", tabIndex: -1 });
  problem.setAttribute("role", "alert");
  problem.append(
    Object.assign(document.createElement("h2"), { textContent: told.title ?? page?.querySelector("h1, h2")?.textContent ?? "Refused" }),
    Object.assign(document.createElement("p"), {
      textContent: told.message ?? page?.querySelector("p")?.textContent ?? `The server answered ${answer.status}.`,
    }),
  );
  return problem;
}

function replaceRoom(old, next, title, address) {
  old.close();
  const room = document.adoptNode(next);
  document.getElementById("offline").hidden = true;
  document.body.append(document.getElementById("offline"));
  old.element.querySelector("video").removeAttribute("src");
  old.element.replaceWith(room);
  document.title = title;
  history.pushState({}, "", address);
  announceSwap(room);
  const stage = room.querySelector("#stage");
  stage.focus({ preventScroll: true });
  if (performance.getEntriesByName("decision").length) { // a clip is also taken without deciding on another
    stage.addEventListener("player", ({ detail: player }) => {
      player.addEventListener("frame", () => performance.measure("decision-to-frame", "decision"), { once: true });
    }, { once: true });
  }
  say(`${room.querySelector("#outcome .words")?.textContent ?? ""} ${stage.getAttribute("aria-label")}`);
}

export function attach(element) {
  new Room(element);
}

addEventListener("popstate", () => { if (document.getElementById("room")) location.reload(); });
