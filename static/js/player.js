// Exact frame stepping. Number and picture agree: the number comes from the frame the browser says it presented.
import { FrameTable } from "./frames.js";
import { on, off } from "./keys.js";
import { say as announce } from "./page.js";

const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 4];
const LOOP_LOOKAHEAD_MS = 60;
const GUIDES = ["none", "action 93 % and title 90 %", "thirds"];
const SHUTTLE_BACK_FPS = 12;
const SHUTTLE_FASTEST = 4;
const LANDING_GRACE_MS = 80; // a seek inside the frame on screen presents nothing new
const TOLD_MS = 4000;
const KEEP_SPEED_MS = 1000;
const MOST_TRIES = 5; // a busy browser sometimes tells nothing of the frame it has sought

let speedPercent; // chosen in this page: newer than what any clip came with
let keeping;

const remembered = {
  get(name, fallback) {
    try { return JSON.parse(localStorage.getItem(`dailies.${name}`)) ?? fallback; } catch { return fallback; }
  },
  set(name, value) {
    try { localStorage.setItem(`dailies.${name}`, JSON.stringify(value)); } catch { /* private windows forget */ }
  },
};

export class Player extends EventTarget {
  constructor(stage) {
    super();
    this.stage = stage;
    this.video = stage.querySelector("video");
    this.frame = 0;
    this.flying = null; // the frame of the one seek in flight
    this.wanted = null; // the newest target behind it
    this.loop = null; // [first, end) or null for the whole clip
    this.looping = true;
    this.in = null;
    this.out = null; // exclusive
    this.reel = 0; // the shuttle: 1, 2 or 4 times on, -1 back, 0 when nobody shuttles
    this.exact = "requestVideoFrameCallback" in HTMLVideoElement.prototype;
    this.ready = this.open();
  }

  async open() {
    const { video, stage } = this;
    video.controls = false;
    if (stage.dataset.hush === "off") video.addEventListener("volumechange", () => { video.muted = true; });
    this.recall();
    this.table = await FrameTable.load(stage.dataset.frames);
    if (video.readyState < 1) {
      await new Promise((done, failed) => {
        video.addEventListener("loadedmetadata", done, { once: true });
        video.addEventListener("error", () => failed(video.error ?? new Error("no video")), { once: true });
      });
    }
    video.addEventListener("seeked", () => this.seeked());
    video.addEventListener("pause", () => this.paused());
    video.addEventListener("play", () => this.say("state"));
    video.addEventListener("ended", () => this.again());
    if (this.exact) this.watch();
    else stage.dataset.approximate = "";
    const { open, loopStart, loopEnd } = stage.dataset;
    this.setLoop(loopEnd ? [Number(loopStart), Number(loopEnd)] : null);
    this.show(Number(open));
  }

  // What the person chose last, perhaps since this clip was prepared. What is veiled opens muted whatever they chose.
  recall() {
    const { hush, veiled } = this.stage.dataset;
    if (!hush && veiled === undefined) this.video.muted = remembered.get("muted", false);
    this.rate((speedPercent ?? this.stage.dataset.speed ?? 100) / 100);
    this.guide(remembered.get("guides", GUIDES[0]));
  }

  watch() {
    this.video.requestVideoFrameCallback((now, metadata) => {
      this.presented(metadata);
      this.watch();
    });
  }

  presented(metadata) {
    this.frame = this.table.at(metadata.mediaTime);
    if (this.flying === this.frame && !this.video.seeking) this.landed();
    if (!this.video.paused) this.guardLoop(metadata);
    this.say("frame");
  }

  // The timer is armed in the last frames of the loop, so that frame `end` shows once at most.
  guardLoop({ mediaTime, expectedDisplayTime }) {
    clearTimeout(this.loopTimer);
    if (!this.loop || !this.looping || this.flying !== null) return;
    const [first, end] = this.loop;
    const untilShown = expectedDisplayTime - performance.now();
    const left = untilShown + ((this.table.starts(end) - mediaTime) * 1000) / this.video.playbackRate;
    if (this.frame >= end) this.show(first);
    else if (left < LOOP_LOOKAHEAD_MS) {
      this.loopTimer = setTimeout(() => this.video.paused || this.show(first), Math.max(0, left - 8));
    }
  }

  again() {
    if (!this.loop || !this.looping) return;
    this.show(this.loop[0]);
    this.play();
  }

  show(frame) {
    if (this.reel < 0) this.endShuttle();
    this.seek(frame);
  }

  seek(frame) {
    this.wanted = this.table.clamp(frame);
    if (this.flying === null) this.fly();
  }

  fly() {
    this.flying = this.wanted;
    this.wanted = null;
    this.tries = 0;
    this.video.currentTime = this.table.middle(this.flying);
  }

  seeked() {
    const target = this.flying;
    if (!this.exact) {
      this.frame = this.table.at(this.video.currentTime);
      this.say("frame");
    }
    if (!this.video.paused || !this.exact) return this.landed();
    setTimeout(() => this.settle(target), LANDING_GRACE_MS);
  }

  settle(target) {
    if (target === null || this.flying !== target || this.video.seeking) return;
    const unseen = this.video.parentNode !== this.stage; // a clip that comes next paints nothing
    if (this.frame === target || unseen || ++this.tries > MOST_TRIES) this.landed();
    else this.video.currentTime = this.table.middle(target) + this.tries * 1e-4; // the very same instant is not sought anew
  }

  landed() {
    this.flying = null;
    if (this.wanted !== null) this.fly();
    else this.say("landed");
  }

  paused() {
    clearTimeout(this.loopTimer);
    if (this.flying === null) this.seek(this.frame);
    this.say("state");
  }

  // The frame seen at the press is the frame meant, even if the browser shows one more before it stops.
  pause() {
    this.endShuttle();
    if (this.video.paused) return;
    this.video.pause();
    this.show(this.aim);
  }

  async play() {
    if (this.reel < 0) this.endShuttle();
    try {
      await this.video.play();
    } catch (refusal) {
      if (refusal.name !== "NotAllowedError" || this.video.muted) return;
      this.video.muted = true; // browsers let a page begin in silence only
      this.say("state");
      await this.video.play().catch(() => {});
    }
  }

  toggle() {
    if (this.video.paused && !this.reel) this.play();
    else this.pause();
  }

  // On at 1, 2, 4 times, each press faster; back in steps. What ends it gives the person's own speed back.
  shuttle(way) {
    const reel = way > 0 && this.reel > 0 ? Math.min(SHUTTLE_FASTEST, this.reel * 2) : way;
    if (way < 0) this.pause();
    this.endShuttle();
    this.reel = reel;
    if (way > 0) {
      this.video.playbackRate = reel;
      this.play();
    } else {
      this.backwards = setInterval(() => this.reverse(), 1000 / SHUTTLE_BACK_FPS);
    }
    this.say("state");
  }

  reverse() {
    if (this.aim > 0 && this.stage.isConnected) this.seek(this.aim - 1);
    else this.endShuttle();
  }

  endShuttle() {
    if (!this.reel) return;
    clearInterval(this.backwards);
    this.reel = 0;
    this.video.playbackRate = this.video.defaultPlaybackRate;
    this.say("state");
  }

  // Where the eye is going, so that a held key adds up.
  get aim() {
    return this.wanted ?? this.flying ?? this.frame;
  }

  step(frames) {
    const from = this.aim;
    this.pause();
    this.show(from + frames);
  }

  setLoop(range) {
    this.loop = range && (range[0] > 0 || range[1] < this.table.count) ? range : null;
    this.video.loop = this.looping && !this.loop;
    this.say("state");
  }

  setRange(first, end) {
    this.in = first;
    this.out = end;
    if (first !== null && end !== null) this.setLoop([first, end]);
    this.say("range");
  }

  markIn() {
    this.pause();
    const end = this.out !== null && this.out > this.aim ? this.out : null;
    this.setRange(this.aim, end);
  }

  markOut() {
    this.pause();
    const first = this.in !== null && this.in <= this.aim ? this.in : null;
    this.setRange(first, this.aim + 1);
  }

  clearRange() {
    this.setRange(null, null);
    this.setLoop(null);
  }

  // The range a note or a reason takes: both ends, or one end for one frame.
  get range() {
    if (this.in === null && this.out === null) return null;
    return [this.in ?? this.out - 1, this.out ?? this.in + 1];
  }

  rate(speed) {
    this.video.playbackRate = this.video.defaultPlaybackRate = SPEEDS.includes(speed) ? speed : 1;
    this.say("state");
  }

  // By hand: kept for the person, on whatever machine, once they have stopped trying.
  choose(speed) {
    this.rate(speed);
    speedPercent = 100 * speed;
    clearTimeout(keeping);
    const address = this.stage.dataset.speedKept;
    if (address) keeping = setTimeout(() => keepSpeed(address), KEEP_SPEED_MS);
  }

  faster(places) {
    const place = SPEEDS.indexOf(this.video.playbackRate) + places;
    this.choose(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, place))]);
  }

  // Policy first, then the person; where each clip opens muted, the press is meant for this one.
  sound() {
    const { hush } = this.stage.dataset;
    if (hush === "off") return this.tell("Sound is off: this project's policy plays none in the room.");
    this.video.muted = !this.video.muted;
    if (!hush) remembered.set("muted", this.video.muted);
    this.say("state");
  }

  // A sentence over the picture, for as long as it takes to read.
  tell(sentence) {
    const said = this.stage.querySelector(".stage-said");
    said.textContent = sentence;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => { said.textContent = ""; }, TOLD_MS);
  }

  guide(named) {
    this.stage.dataset.guides = GUIDES.includes(named) ? named : GUIDES[0];
    remembered.set("guides", this.stage.dataset.guides);
    this.say("state");
  }

  nextGuides() {
    this.stage.classList.remove("bare"); // who asks for lines wants to see them
    this.guide(GUIDES[(GUIDES.indexOf(this.stage.dataset.guides) + 1) % GUIDES.length]);
    announce(`Guides: ${this.stage.dataset.guides}.`);
  }

  // Zooming comes when it is first asked for.
  async lens(act, ...given) {
    const { lensOf } = await import("./lens.js");
    lensOf(this)[act](...given);
  }

  say(what) {
    this.dispatchEvent(new Event(what));
  }
}

function keepSpeed(address) {
  const fields = new FormData();
  fields.set("percent", speedPercent);
  fields.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
  fetch(address, { method: "POST", body: fields }).catch(() => {}); // the page goes on at that speed all the same
}

function bindKeys(player) {
  const jump = (seconds) => () => player.step(Math.sign(seconds) * player.table.framesIn(Math.abs(seconds)));
  const keys = {
    toggle: () => player.toggle(),
    back: () => player.step(-1),
    forward: () => player.step(1),
    back_ten: () => player.step(-10),
    forward_ten: () => player.step(10),
    back_second: jump(-1),
    forward_second: jump(1),
    back_five: jump(-5),
    forward_five: jump(5),
    back_ten_seconds: jump(-10),
    forward_ten_seconds: jump(10),
    shuttle_back: () => player.shuttle(-1),
    shuttle_stop: () => player.pause(),
    shuttle_forward: () => player.shuttle(1),
    first: () => player.step(-player.table.count),
    last: () => player.step(player.table.count),
    slower: () => player.faster(-1),
    faster: () => player.faster(1),
    normal: () => player.choose(1),
    speed: () => player.choose(SPEEDS[(SPEEDS.indexOf(player.video.playbackRate) + 1) % SPEEDS.length]),
    in: () => player.markIn(),
    out: () => player.markOut(),
    clear: () => player.clearRange(),
    loop: () => { player.looping = !player.looping; player.setLoop(player.loop); },
    sound: () => player.sound(),
    zoom: () => player.lens("toggle"),
    closer: () => player.lens("step", 1),
    farther: () => player.lens("step", -1),
    pan_left: () => player.lens("pan", -1, 0),
    pan_right: () => player.lens("pan", 1, 0),
    pan_up: () => player.lens("pan", 0, -1),
    pan_down: () => player.lens("pan", 0, 1),
    guides: () => player.nextGuides(),
    lanes_in: () => player.say("lanes-in"),
    lanes_out: () => player.say("lanes-out"),
    fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : player.stage.requestFullscreen()),
  };
  for (const [name, act] of Object.entries(keys)) on(`player.${name}`, act);
  const box = player.stage.querySelector(".unveil");
  if (!box) return;
  if ("toggles" in player.stage.dataset) on("player.reveal", () => box.click());
  else on("player.reveal", () => { player.stage.dataset.held = ""; }, () => { delete player.stage.dataset.held; });
  on("player.reveal_clip", () => box.click());
}

// Readout and buttons under the picture.
function transport(player, bar) {
  const part = (name) => bar.querySelector(`[data-part=${name}]`);
  const drawFrame = () => {
    part("timecode").textContent = player.table.timecode(player.frame);
    part("frame").textContent = player.frame;
    bar.dataset.frame = player.frame;
  };
  const drawState = () => {
    const { video } = player;
    bar.toggleAttribute("data-playing", !video.paused);
    bar.toggleAttribute("data-muted", video.muted);
    bar.toggleAttribute("data-loop-off", !player.looping);
    part("toggle").setAttribute("aria-label", video.paused ? "Play" : "Pause");
    part("loop").setAttribute("aria-pressed", String(player.looping));
    part("sound")?.setAttribute("aria-pressed", String(!video.muted));
    part("guides").title = `Guides: ${player.stage.dataset.guides}`;
    part("guides").setAttribute("aria-label", part("guides").title);
    part("speed").textContent = player.reel < 0 ? "back" : `${video.playbackRate}×`;
  };
  const drawRange = () => {
    const range = player.range;
    part("range").textContent = !range ? "" : range[1] - range[0] > 1 ? `range ${range[0]}–${range[1] - 1}` : `frame ${range[0]} set`;
  };
  player.addEventListener("frame", drawFrame);
  player.addEventListener("state", drawState);
  player.addEventListener("range", drawRange);
  drawFrame();
  drawState();
}

function boxes(player) {
  const { videoWidth, videoHeight } = player.video;
  player.stage.querySelector(".overlay").setAttribute("viewBox", `0 0 ${videoWidth} ${videoHeight}`);
  player.addEventListener("frame", () => {
    for (const box of player.stage.querySelectorAll("[data-box]")) {
      const inside = Number(box.dataset.start) <= player.frame && player.frame < Number(box.dataset.end);
      box.toggleAttribute("data-now", inside);
    }
  });
}

// The wheel with Control held zooms; two fingers do, once the first has fetched what they need.
function zooms(player) {
  const { stage } = player;
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    player.lens("turn", event);
  }, { passive: false });
  stage.addEventListener("pointerdown", (event) => event.pointerType === "touch" && player.lens("place"));
}

// On a touch screen a stroke along the picture steps: 12 px a frame.
function swipes(player) {
  let from = null;
  player.stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    from = event.isPrimary && !("zoom" in player.stage.dataset) ? { x: event.clientX, frame: player.aim } : null;
  });
  player.stage.addEventListener("pointermove", (event) => {
    if (!from || Math.abs(event.clientX - from.x) < 12) return;
    player.pause();
    player.show(from.frame + Math.trunc((event.clientX - from.x) / 12));
    from.moved = true;
  });
  player.stage.addEventListener("pointercancel", () => { from = null; });
  player.stage.addEventListener("click", (event) => {
    if (!from?.moved && event.target.closest("video, .overlay")) player.toggle();
    from = null;
  });
}

// A veiled picture is seen while somebody holds the button, or until the window loses the focus. Who plays a clip whose
// stills stand before it sees the clip.
function veil({ stage, video }) {
  const clip = stage.querySelector(".clip-shown");
  if (clip) video.addEventListener("play", () => { clip.checked = true; });
  const box = stage.querySelector(".unveil");
  if (!box) return;
  const hold = stage.querySelector("[data-hold]");
  const held = (on) => stage.toggleAttribute("data-held", on);
  hold?.addEventListener("pointerdown", (event) => {
    hold.setPointerCapture(event.pointerId);
    held(true);
  });
  hold?.addEventListener("lostpointercapture", () => held(false));
  addEventListener("blur", function veilAgain() {
    if (stage.isConnected) box.checked = false;
    else removeEventListener("blur", veilAgain);
  });
}

const players = new WeakMap();

export function playerOf(stage) {
  return players.get(stage);
}

// Opened, on its first frame, silent and deaf: what a clip is that comes next.
export function prepare(stage) {
  if (!players.has(stage)) players.set(stage, new Player(stage));
  return players.get(stage);
}

// Keys act on this one from now on.
export function wake(player) {
  off("player.");
  bindKeys(player);
}

export function attach(stage) {
  const player = prepare(stage);
  player.ready.then(() => {
    player.recall();
    wake(player);
    boxes(player);
    zooms(player);
    swipes(player);
    veil(player);
    const bar = stage.closest("main")?.querySelector(`[data-transport="${stage.id}"]`);
    if (bar) transport(player, bar);
    stage.dispatchEvent(new CustomEvent("player", { bubbles: true, detail: player }));
    begin(player);
  }).catch(() => {
    stage.dataset.failed = "";
    stage.querySelector(".stage-said").textContent = "This clip cannot be played here. Try again, or report it as technical.";
  });
}

function begin(player) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (!("paused" in player.stage.dataset) && !still) player.play();
}
