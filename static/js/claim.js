// The claim on a clip: renewed by activity at most once a minute, given back on leaving, kept by a tab that stays.
import * as ahead from "./ahead.js";
import { say } from "./page.js";

const RENEW_EVERY_MS = 60_000;
const WARN_SECONDS = 120;
const STAY_AFTER_MS = 500; // by then a tab that is being closed has told the server

let isFirst = true; // the clip with which the page was loaded

export class Claim {
  constructor(room) {
    this.room = room;
    this.element = room.element.querySelector("#claim");
  }

  get mine() {
    return this.element.dataset.mine === "yes";
  }

  // Held and given back by this page until the signal ends it.
  open(signal) {
    for (const kind of ["keydown", "pointerdown"]) {
      document.addEventListener(kind, () => this.active(), { signal, capture: true, passive: true });
    }
    addEventListener("pagehide", () => this.leave(), { signal });
    this.leavers = new BroadcastChannel("leaving");
    this.leavers.onmessage = ({ data }) => this.stay(data);
    signal.addEventListener("abort", () => {
      this.leavers.close();
      clearInterval(this.clock);
    });
    this.signal = signal;
    if (!this.room.busy) this.hold();
  }

  hold(seconds = this.element.dataset.seconds) {
    if (!this.mine) return this.reclaim();
    this.expires = performance.now() + Number(seconds) * 1000;
    this.renewed = performance.now();
    clearInterval(this.clock);
    this.clock = setInterval(() => this.tick(), 1000);
    if (isFirst) this.staySoon(); // the page before it may still be leaving
    isFirst = false;
  }

  active() {
    if (this.mine && performance.now() - this.renewed > RENEW_EVERY_MS) this.renew();
  }

  async renew() {
    this.renewed = performance.now();
    const { room } = this;
    const options = { method: "POST", body: room.token(), headers: { Accept: "application/json" } };
    const answer = await fetch(this.element.dataset.renew, options).catch(() => null);
    if (!answer) return;
    if (!answer.ok) return answer.status < 500 && room.refused(answer);
    const { expires_at: until } = await answer.json();
    this.expires = performance.now() + new Date(until).getTime() - Date.now();
    this.tick();
    room.lookAhead();
  }

  tick() {
    const left = Math.ceil((this.expires - performance.now()) / 1000);
    if (!this.room.player?.video.paused) this.active();
    const stay = this.element.querySelector("[data-stay]");
    if (!stay) return;
    if (stay.hidden && left <= WARN_SECONDS) say("Two minutes of your claim remain.");
    stay.hidden = left > WARN_SECONDS;
    stay.querySelector("[data-part=left]").textContent = `${Math.max(0, left)} s`;
    if (left <= 0) {
      this.room.lost();
      this.room.sentence("Your claim has ended; the clip is back in its queue.");
    }
  }

  end() {
    this.element.dataset.mine = "no";
    this.element.replaceChildren();
    clearInterval(this.clock);
  }

  // To reload is to leave, and whoever does has not left.
  reclaim() {
    const [visit] = performance.getEntriesByType("navigation");
    if (isFirst && visit?.type === "reload") this.element.querySelector("form")?.requestSubmit();
    isFirst = false;
  }

  leave() {
    if (this.room.done || !(this.mine || ahead.numbers().length)) return;
    const fields = this.room.token();
    for (const number of ahead.numbers()) fields.append("also", number);
    navigator.sendBeacon(this.element.dataset.release, fields);
    this.leavers.postMessage(this.room.element.dataset.review);
  }

  // Another tab with this clip was closed, which ends the claim soon unless this one renews it.
  stay(review) {
    if (review === this.room.element.dataset.review) this.staySoon();
  }

  staySoon() {
    setTimeout(() => this.mine && !this.room.busy && !this.signal.aborted && this.renew(), STAY_AFTER_MS);
  }
}
