// Exact frame stepping. Number and picture agree: the number comes from the frame the browser says it presented.
import { FrameTable } from "./frames.js";
import { on, off } from "./keys.js";

const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 4];
const LOOP_LOOKAHEAD_MS = 60;
const LANDING_GRACE_MS = 80; // a seek inside the frame on screen presents nothing new

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
    this.exact = "requestVideoFrameCallback" in HTMLVideoElement.prototype;
    this.ready = this.open();
  }

  async open() {
    const { video, stage } = this;
    video.controls = false;
    video.muted = remembered.get("muted", video.muted);
    this.rate(remembered.get("speed", 1));
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
    this.setLoop(null);
  }

  watch() {
    this.video.requestVideoFrameCallback((now, metadata) => {
      if (!this.stage.isConnected) return;
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
    this.wanted = this.table.clamp(frame);
    if (this.flying === null) this.fly();
  }

  fly() {
    this.flying = this.wanted;
    this.wanted = null;
    this.video.currentTime = this.table.middle(this.flying);
  }

  seeked() {
    const target = this.flying;
    if (!this.exact) {
      this.frame = this.table.at(this.video.currentTime);
      this.say("frame");
    }
    if (!this.video.paused || !this.exact) return this.landed();
    setTimeout(() => this.flying === target && !this.video.seeking && this.landed(), LANDING_GRACE_MS);
  }

  landed() {
    this.flying = null;
    if (this.wanted !== null) this.fly();
    else this.say("landed");
  }

  paused() {
    clearTimeout(this.loopTimer);
    if (this.flying === null) this.show(this.frame);
    this.say("state");
  }

  // The frame seen at the press is the frame meant, even if the browser shows one more before it stops.
  pause() {
    if (this.video.paused) return;
    this.video.pause();
    this.show(this.aim);
  }

  async play() {
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
    if (this.video.paused) this.play();
    else this.pause();
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
    remembered.set("speed", this.video.playbackRate);
    this.say("state");
  }

  faster(places) {
    const place = SPEEDS.indexOf(this.video.playbackRate) + places;
    this.rate(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, place))]);
  }

  sound() {
    this.video.muted = !this.video.muted;
    remembered.set("muted", this.video.muted);
    this.say("state");
  }

  say(what) {
    this.dispatchEvent(new Event(what));
  }
}

function bindKeys(player) {
  const second = () => player.table.framesIn(1);
  const keys = {
    toggle: () => player.toggle(),
    back: () => player.step(-1),
    forward: () => player.step(1),
    back_ten: () => player.step(-10),
    forward_ten: () => player.step(10),
    back_second: () => player.step(-second()),
    forward_second: () => player.step(second()),
    first: () => player.step(-player.table.count),
    last: () => player.step(player.table.count),
    slower: () => player.faster(-1),
    faster: () => player.faster(1),
    normal: () => player.rate(1),
    speed: () => player.rate(SPEEDS[(SPEEDS.indexOf(player.video.playbackRate) + 1) % SPEEDS.length]),
    in: () => player.markIn(),
    out: () => player.markOut(),
    clear: () => player.clearRange(),
    loop: () => { player.looping = !player.looping; player.setLoop(player.loop); },
    sound: () => player.sound(),
    fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : player.stage.requestFullscreen()),
  };
  for (const [name, act] of Object.entries(keys)) on(`player.${name}`, act);
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
    part("speed").textContent = `${video.playbackRate}×`;
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

// On a touch screen a stroke along the picture steps: 12 px a frame.
function swipes(player) {
  let from = null;
  player.stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") from = { x: event.clientX, frame: player.aim };
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

const players = new WeakMap();

export function playerOf(stage) {
  return players.get(stage);
}

export function attach(stage) {
  off("player.");
  const player = new Player(stage);
  players.set(stage, player);
  player.ready.then(() => {
    bindKeys(player);
    boxes(player);
    swipes(player);
    const bar = document.querySelector(`[data-transport="${stage.id}"]`);
    if (bar) transport(player, bar);
    stage.dispatchEvent(new CustomEvent("player", { bubbles: true, detail: player }));
    begin(player);
  }).catch(() => {
    stage.dataset.failed = "";
    stage.querySelector(".stage-said").textContent = "This clip cannot be played here. Try again, or report it as technical.";
  });
}

function begin(player) {
  const { open, loopStart, loopEnd, paused } = player.stage.dataset;
  if (loopEnd) player.setLoop([Number(loopStart), Number(loopEnd)]);
  if (Number(open)) player.show(Number(open));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (paused === undefined && !still) player.play();
}
