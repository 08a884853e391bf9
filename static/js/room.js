// The screening room: findings, notes, verbs, undo and claim. Every step is a form that also works without this file.
import * as ahead from "./ahead.js";
import { Claim } from "./claim.js";
import { Coverage } from "./coverage.js";
import { on, off } from "./keys.js";
import { Notes } from "./notes.js";
import { announceSwap, say } from "./page.js";
import { playerOf, wake } from "./player.js";
import { ReasonSheet } from "./reasons.js";

const LEAD_IN_SECONDS = 1;
const LEAD_OUT_SECONDS = 0.5;
const BY_SCRIPT = { "X-Requested-With": "XMLHttpRequest" };
const JSON_ANSWER = { headers: { Accept: "application/json" } };
const ASK_AGAIN_MS = 5000;
const DOUBLE_PRESS_MS = 300;
const FAVOURABLE = ["pass", "approve"];
const NEEDS_REASON = ["reject", "request_changes"];
const NEEDS_QUESTION = ["escalate", "send_back"];
const NEEDS_CAUSE = "skip_because";

const BEFORE = "before"; // what the form is busy with

const rooms = new WeakMap();

class Room {
  constructor(element) {
    this.element = element;
    this.stage = element.querySelector("#stage");
    this.form = element.querySelector("#decide");
    this.outcome = element.querySelector("#outcome");
    this.claim = new Claim(this);
    this.selected = element.querySelector(".finding[data-selected]"); // as the server chose it
    this.cited = this.selected; // the finding that a reason would name: the one confirmed last, or else the selected one
    rooms.set(element, this);
    this.sheet = new ReasonSheet(element.querySelector("#sheet"), {
      key: `${element.dataset.draft}.reasons`,
      send: (verb) => this.decide(verb),
      range: () => this.reasonRange(),
      suggestion: () => this.suggestion(),
      exact: () => this.player?.exact ?? false,
    });
    this.notes = new Notes(this);
    this.open();
    this.count();
    const ready = () => this.withPlayer(playerOf(this.stage));
    if (playerOf(this.stage)?.table) ready();
    else this.stage.addEventListener("player", ready, { once: true });
  }

  // Keys, clicks and the claim's clock are this room's from now on; `close` is the inverse.
  open() {
    this.closing = new AbortController();
    this.shownAt = performance.now();
    off("room.");
    off("reasons.");
    this.listen();
    this.bind();
    this.sheet.bind(this.closing.signal);
    this.notes.open(this.closing.signal);
    this.claim.open(this.closing.signal);
    if (this.player) wake(this.player);
  }

  get busy() {
    return "busy" in this.form.dataset;
  }

  get isSending() {
    return this.busy && !this.isWaiting;
  }

  // The judgement on the clip before is still on its way; one on this clip follows it.
  get isWaiting() {
    return this.form.dataset.busy === BEFORE;
  }

  // Nobody has looked at a clip yet: it is the second half of a double press.
  get isTooSoon() {
    return this.isWaiting && performance.now() - this.shownAt < DOUBLE_PRESS_MS;
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
    this.element.querySelector(".changed")?.addEventListener("toggle", ({ target }) => target.scrollIntoView({ block: "nearest" }), { signal });
    document.addEventListener("close-sheet", () => this.escape(), { signal });
  }

  bind() {
    on("room.next_finding", () => this.travel(1));
    on("room.previous_finding", () => this.travel(-1));
    on("room.confirm", () => this.judge("confirmed"));
    on("room.dismiss", () => this.judge("dismissed"));
    on("room.overlays", () => this.stage.classList.toggle("bare"));
    for (const button of this.form.querySelectorAll("button[data-key]")) {
      on(button.dataset.key, () => this.press(button));
    }
  }

  // Playback starts just before the first undecided finding and loops around it.
  withPlayer(player) {
    this.player = player;
    this.coverage = new Coverage(player, this.element.querySelector("#watched-lane"));
    player.addEventListener("covered", () => this.describeUnseen());
    this.sheet.withPlayer(player);
    this.notes.withPlayer(player);
    const first = this.findings.find((row) => !row.dataset.verdict);
    if (first) this.select(first, { quietly: true, leadIn: true });
    player.addEventListener("frame", () => performance.mark("frame"), { once: true });
    player.addEventListener("frame", () => this.lookAhead(), { once: true });
    this.element.dataset.ready = ""; // whoever drives this page by machine waits for it
  }

  // The clips after this one are claimed and loaded while it is judged.
  lookAhead() {
    if (this.claim.mine && !this.busy) ahead.fill(this.claim.element.dataset.ahead, this.token());
  }

  // Selecting a finding: seek, loop, box on the picture, row in the list.
  select(row, { quietly = false, leadIn = !this.player?.video.paused, cite = true } = {}) {
    this.selected = row;
    if (cite) this.cited = row;
    for (const marked of this.element.querySelectorAll("[data-selected]")) delete marked.dataset.selected;
    for (const part of [...this.all("finding", row.dataset.finding), ...this.all("box", row.dataset.finding)]) part.dataset.selected = "";
    row.scrollIntoView({ block: "nearest" });
    if (this.player) this.loopAround(row, leadIn);
    this.sheet.suggest();
    this.sheet.describe();
    if (!quietly) say(`${row.querySelector(".finding-name").textContent.trim()}. ${row.dataset.verdict}`);
  }

  loopAround(row, leadIn) {
    const { player } = this;
    const start = Number(row.dataset.start);
    const end = Math.max(start + 1, Number(row.dataset.end));
    const loop = [
      player.table.clamp(start - player.table.framesIn(LEAD_IN_SECONDS)),
      Math.min(player.table.count, end + player.table.framesIn(LEAD_OUT_SECONDS)),
    ];
    player.setLoop(loop);
    player.show(leadIn ? loop[0] : start);
  }

  travel(places) {
    const rows = this.findings;
    if (!rows.length) return say("No findings.");
    const at = rows.indexOf(this.selected);
    this.select(rows[(at + places + rows.length) % rows.length]);
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
    const sent = this.post(row.querySelector("form").action, fields, JSON_ANSWER);
    this.labelling = Promise.all([this.labelling, sent]);
    const answer = await sent;
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
      this.notes.go(this.element.querySelector(`.note[data-note="${note.dataset.note}"]`));
    }
    const opener = target.closest("#decide [type=button]");
    if (opener) this.press(opener);
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
    } else if (form.closest("#notes")) {
      event.preventDefault();
      this.notes.send(form, submitter);
    } else if (form.matches("[data-undo]")) {
      event.preventDefault();
      this.go(form.action, new FormData(form));
    } else if (form.matches("[data-stay]")) {
      event.preventDefault();
      this.claim.renew();
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
    if (this.isSending || this.isTooSoon) return;
    if (button.getAttribute("aria-disabled") === "true") return this.sentence(button.title);
    if ([...NEEDS_REASON, ...NEEDS_QUESTION, NEEDS_CAUSE].includes(button.value)) {
      if (!this.sheet.isOpen || this.sheet.verb !== button) this.sheet.open(button);
      return;
    }
    if (!FAVOURABLE.includes(button.value) || this.isAsked()) this.decide(button);
  }

  // A pass says once what was not watched; the same key again within five seconds passes all the same.
  isAsked() {
    const [first] = this.form.dataset.coverage === "ask" ? this.coverage?.ranges(0) ?? [] : [];
    const asked = !first || performance.now() - this.asked < ASK_AGAIN_MS;
    if (asked) return true;
    this.asked = performance.now();
    this.player.setLoop(first); // no range: a reason or a note would take it for its own
    this.player.show(first[0]);
    this.player.play();
    this.sentence(`Not watched: ${this.unseen()}. The same key again passes it all the same.`);
    return false;
  }

  unseen() {
    const ranges = this.coverage.ranges(0).map(([start, end]) => (end - start > 1 ? `${start}–${end - 1}` : `${start}`));
    return ranges.slice(0, 3).join(", ") + (ranges.length > 3 ? ` and ${ranges.length - 3} more` : "");
  }

  describeUnseen() {
    const unseen = this.unseen();
    this.element.querySelector("[data-part=unseen]").textContent = unseen ? `unseen ${unseen}` : "";
  }

  decideLater(button) {
    const { signal } = this.closing;
    document.addEventListener("answered", ({ detail: ok }) => ok && this.decide(button), { once: true, signal });
  }

  sentence(text) {
    this.outcome.textContent = text;
  }

  decide(button) {
    if (this.isWaiting) return this.decideLater(button);
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
    if (this.coverage) fields.set("watched", this.coverage.told());
    performance.mark("decision");
    this.advance(button.getAttribute("formaction") ?? this.form.action, fields);
  }

  // The prepared clip takes the place at once, the judgement is sent beside it. Refused, this one comes back as it was.
  async advance(address, fields) {
    if (this.busy) return;
    const next = ahead.take();
    if (!next) return this.go(address, fields, () => this.sheet.sent());
    const here = { room: this.element, title: document.title, address: location.pathname };
    this.lock(true);
    next.room.querySelector("#decide").dataset.busy = BEFORE;
    swap(this, next);
    await this.labelling; // with the decision the claim ends, and no label is taken any more
    const answer = await this.post(address, fields, JSON_ANSWER, () => this.advance(address, fields));
    this.lock(false);
    if (!answer?.ok) {
      delete next.room.querySelector("#decide").dataset.busy;
      swap(rooms.get(next.room), here);
      ahead.putBack(next);
      answered(false);
      return answer && this.refused(answer);
    }
    this.sheet.sent();
    this.element.querySelector("video")?.removeAttribute("src");
    rooms.get(next.room).follow(next, await answer.json());
  }

  // What the server says of the clip that is shown already; another one when it gave another one out.
  follow({ address }, told) {
    if (told.next !== address) {
      this.done = true; // what is shown next may be held by this page already
      return location.assign(told.next ?? `/queues/${this.element.dataset.queue}/`);
    }
    this.outcome.innerHTML = told.toast;
    this.element.querySelector(".recent").outerHTML = told.recent;
    this.element.querySelector("[data-part=beside]").textContent = told.beside;
    this.claim.hold(told.claimed_for);
    introduce(this.element);
    announceSwap(this.outcome);
    this.unlock();
  }

  // The judgement before is in: this clip's own is sent, from when a person can have looked.
  async unlock() {
    this.form.dataset.busy = BEFORE;
    await new Promise((done) => { setTimeout(done, this.shownAt + DOUBLE_PRESS_MS - performance.now()); });
    this.lock(false);
    answered(true);
    this.lookAhead();
  }

  // Posts, and puts the page that answers in place of this one: the next clip, or the same with a refusal.
  // `sent`, of a judgement, is called when it is in.
  async go(address, fields, sent = null) {
    if (this.busy) return;
    this.lock(true);
    await this.labelling;
    const answer = await this.post(address, fields, {}, () => this.go(address, fields, sent));
    this.lock(false);
    if (!answer?.ok) {
      answered(false);
      return answer && this.refused(answer);
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("room");
    this.done = true;
    if (!next) {
      this.closing.abort();
      sent?.();
      return location.assign(answer.url);
    }
    swap(this, { room: document.adoptNode(next), title: page.title, address: answer.url });
    sent?.();
    if (sent) rooms.get(next).unlock();
    else answered(true);
    this.element.querySelector("video").removeAttribute("src");
  }

  lock(on) {
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
    const { refusalIn, showRefusal } = await import("./refusal.js");
    const problem = await refusalIn(answer);
    const isLost = answer.status === 409;
    if (isLost) {
      this.lost();
      this.sheet.close();
      problem.dataset.lasting = "";
    }
    showRefusal(problem, this.waysFrom(problem, isLost), this.element.querySelector("#deciding"));
  }

  waysFrom(problem, isLost) {
    const ways = [];
    const draft = this.draft();
    if (problem.dataset.kind === "StaleCandidate") ways.push(["Show it as it is now", () => location.reload()]);
    if (isLost) ways.push(["Next clip", () => location.assign(`/queues/${this.element.dataset.queue}/`)]);
    if (isLost && draft) ways.push(["Copy my draft", () => navigator.clipboard.writeText(draft).then(() => say("Copied."))]);
    if (!isLost) ways.push(["Close", () => this.escape()]);
    return ways;
  }

  draft() {
    return [...this.element.querySelectorAll("#note-body, #sheet textarea")].map((field) => field.value.trim()).filter(Boolean).join("\n");
  }

  // The clip stays playable, what was typed stays, the verbs go.
  lost() {
    this.claim.end();
    for (const button of this.form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  }

  token() {
    const fields = new FormData();
    fields.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    return fields;
  }

  close() {
    this.closing.abort();
  }
}

// An undo that was pressed meanwhile waits for this.
const answered = (ok) => document.dispatchEvent(new CustomEvent("answered", { detail: ok }));

// One clip in the place of another. Its modules attach when it comes for the first time.
function swap(old, { room, title, address }) {
  old.close();
  const offline = document.getElementById("offline");
  if (old.element.contains(offline)) document.body.append(offline);
  old.element.replaceWith(room);
  document.title = title;
  history.pushState({}, "", address);
  if (rooms.has(room)) rooms.get(room).open();
  else attach(room);
  announceSwap(room);
  const stage = room.querySelector("#stage");
  stage.focus({ preventScroll: true });
  measure(stage);
  introduce(room);
}

function introduce(room) {
  say(`${room.querySelector("#outcome .words")?.textContent ?? ""} ${room.querySelector("#stage").getAttribute("aria-label")}`);
}

// A clip is also taken without deciding on another.
function measure(stage) {
  if (!performance.getEntriesByName("decision").length) return;
  const done = ({ detail: player }) =>
    player.addEventListener("frame", () => performance.measure("decision-to-frame", "decision"), { once: true });
  stage.addEventListener("player", done, { once: true });
}

export function attach(element) {
  if (!rooms.has(element)) new Room(element);
}

addEventListener("popstate", () => { if (document.getElementById("room")) location.reload(); });
