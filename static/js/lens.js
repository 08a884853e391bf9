// The picture closer: as its own pixels, one or more of the screen for each. Loaded when first asked for.
import { say } from "./page.js";

const LEVELS = [1, 2, 4, 8, 16]; // pixels of the screen across one of the picture
const NOTCH = 50; // units of a wheel's turn; touchpads send many small ones
const PINCH = 1.4;
const PAN_SHARE = 0.1; // of the stage, for a press of a key
const FIRM_PX = 3; // a press that moves less is no drag

class Lens {
  constructor(player) {
    this.player = player;
    this.stage = player.stage;
    this.level = 0; // 0: the whole picture fits
    this.centre = [0.5, 0.5]; // the point of the picture in the middle of the stage
    this.turned = 0;
    this.fingers = new Map();
    this.stage.addEventListener("pointerdown", (event) => this.down(event));
    this.stage.addEventListener("pointermove", (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel"]) this.stage.addEventListener(kind, (event) => this.up(event));
    new ResizeObserver(() => this.place()).observe(this.stage);
  }

  get picture() {
    return [this.player.video.videoWidth, this.player.video.videoHeight];
  }

  get room() {
    return [this.stage.clientWidth, this.stage.clientHeight];
  }

  get fit() {
    return Math.min(...this.picture.map((side, axis) => (this.room[axis] * devicePixelRatio) / side));
  }

  get scale() {
    return this.level || this.fit;
  }

  sides(scale = this.scale) {
    return this.picture.map((side) => (side * scale) / devicePixelRatio);
  }

  corner() {
    return this.sides().map((side, axis) => {
      const room = this.room[axis];
      return side <= room ? (room - side) / 2 : Math.min(0, Math.max(room - side, room / 2 - this.centre[axis] * side));
    });
  }

  toggle() {
    this.to(this.level ? 0 : 1);
  }

  // The next level up or down; the size that fits is one of them.
  step(way, at) {
    const levels = [...LEVELS, this.fit].sort((a, b) => a - b);
    const now = this.scale;
    const next = way > 0 ? levels.find((each) => each > now * 1.001) : levels.findLast((each) => each < now / 1.001);
    if (next) this.to(next === this.fit ? 0 : next, at);
  }

  // What lies under `at`, in pixels of the window, stays there.
  to(level, at) {
    const box = this.stage.getBoundingClientRect();
    const under = at ? [at.clientX - box.left, at.clientY - box.top] : this.room.map((side) => side / 2);
    const corner = this.corner();
    const sides = this.sides();
    const point = under.map((each, axis) => Math.max(0, Math.min(1, (each - corner[axis]) / sides[axis])));
    this.level = level;
    this.centre = this.sides().map((side, axis) => point[axis] + (this.room[axis] / 2 - under[axis]) / side);
    this.place();
    say(this.words());
  }

  pan(right, down) {
    if (!this.level) return say("The whole picture is shown.");
    this.shift(right * PAN_SHARE * this.room[0], down * PAN_SHARE * this.room[1]);
  }

  shift(...pixels) {
    const sides = this.sides();
    this.centre = this.centre.map((each, axis) => each + pixels[axis] / sides[axis]);
    this.place();
  }

  // On whole pixels of the screen, else the picture would be mixed from two neighbours.
  place() {
    const { stage } = this;
    const bar = stage.querySelector(".zoom-bar [data-part=zoom-said]");
    const label = stage.closest("main")?.querySelector(`[data-transport="${stage.id}"] [data-part=zoom]`);
    if (label) label.textContent = this.level ? `${this.level}:1` : "Fit";
    bar.textContent = this.words();
    if (!this.level) return delete stage.dataset.zoom;
    stage.dataset.zoom = this.level;
    const sides = this.sides();
    const corner = this.corner();
    this.centre = sides.map((side, axis) => (this.room[axis] / 2 - corner[axis]) / side);
    const box = stage.getBoundingClientRect();
    const snapped = [box.left, box.top].map((edge, axis) => Math.round((edge + corner[axis]) * devicePixelRatio) / devicePixelRatio - edge);
    ["left", "top"].forEach((name, axis) => stage.style.setProperty(`--picture-${name}`, `${snapped[axis]}px`));
    ["width", "height"].forEach((name, axis) => stage.style.setProperty(`--picture-${name}`, `${sides[axis]}px`));
    return undefined;
  }

  // What is shown is a copy; a larger original has more to show than even this.
  words() {
    if (!this.level) return "The whole picture fits.";
    const [width, height] = this.picture;
    const original = [Number(this.stage.dataset.width), Number(this.stage.dataset.height)];
    const isCopy = original[0] > width + 1 || original[1] > height + 1;
    if (!isCopy) return `${this.level}:1, ${width}×${height}`;
    const share = Math.round((100 * this.level * width) / original[0]);
    return `${this.level}:1 of the copy, ${width}×${height}. The original, ${original.join("×")}, is at ${share} %.`;
  }

  turn(event) {
    this.turned += event.deltaY;
    if (Math.abs(this.turned) < NOTCH) return;
    this.step(this.turned < 0 ? 1 : -1, event);
    this.turned = 0;
  }

  down(event) {
    if (event.isPrimary) {
      this.moved = false;
      this.fingers.clear();
    }
    if (event.button || event.target.closest("button, label, input")) return;
    this.fingers.set(event.pointerId, event);
    this.apart = null;
  }

  move(event) {
    if (event.pointerType === "touch" && event.buttons) this.fingers.set(event.pointerId, this.fingers.get(event.pointerId) ?? event);
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    if (this.fingers.size > 1) {
      this.fingers.set(event.pointerId, event);
      return this.pinch();
    }
    const way = [before.clientX - event.clientX, before.clientY - event.clientY];
    if (!this.level || (!this.moved && Math.hypot(...way) < FIRM_PX)) return;
    if (!this.moved) this.stage.setPointerCapture(event.pointerId);
    this.moved = true;
    this.fingers.set(event.pointerId, event);
    this.shift(...way);
  }

  pinch() {
    const [one, other] = this.fingers.values();
    const apart = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    this.apart ??= apart;
    this.moved = true;
    if (apart < this.apart * PINCH && apart > this.apart / PINCH) return;
    this.step(apart > this.apart ? 1 : -1, {
      clientX: (one.clientX + other.clientX) / 2,
      clientY: (one.clientY + other.clientY) / 2,
    });
    this.apart = apart;
  }

  up(event) {
    this.fingers.delete(event.pointerId);
  }
}

const lenses = new WeakMap();

export function lensOf(player) {
  if (!lenses.has(player)) lenses.set(player, new Lens(player));
  return lenses.get(player);
}
