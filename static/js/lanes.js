// The timeline closer: wider than its window, about the pointer or the playhead. Loaded when first asked for.
import { say } from "./page.js";

const WIDEST_FRAME_PX = 24; // closer shows nothing more
const LEAST_MOST = 4; // times, of a clip so short that its frames are that wide already
const LABEL_PX = 96;
const EDGE_PX = 12; // a drag that comes as near to the edge moves on
const SECONDS = [1, 2, 5, 10, 15, 30, 60];
const SVG = "http://www.w3.org/2000/svg";

class Lanes {
  constructor(timeline, player) {
    this.timeline = timeline;
    this.player = player;
    this.window = timeline.querySelector(".window");
    this.field = timeline.querySelector(".field-of-frames");
    this.ruler = timeline.querySelector(".lane-ruler");
    this.whole = [...this.ruler.childNodes];
    this.times = 1;
    this.turned = 0;
    player.addEventListener("frame", () => this.follow());
    this.window.addEventListener("scroll", () => this.rule());
    this.field.addEventListener("pointermove", (event) => this.push(event));
  }

  get most() {
    const closest = (WIDEST_FRAME_PX * this.player.table.count) / this.window.clientWidth;
    return Math.max(LEAST_MOST, 2 ** Math.ceil(Math.log2(closest)));
  }

  // Pixels of the playhead in the field.
  get playhead() {
    return ((this.player.frame + 0.5) / this.player.table.count) * this.field.offsetWidth;
  }

  step(way, at = null) {
    const { window, field } = this;
    const width = window.clientWidth;
    const held = at === null ? Math.max(0, Math.min(width, this.playhead - window.scrollLeft)) : at - window.getBoundingClientRect().left;
    const share = (window.scrollLeft + held) / field.offsetWidth;
    this.times = Math.max(1, Math.min(this.most, this.times * 2 ** way));
    this.timeline.toggleAttribute("data-zoomed", this.times > 1);
    field.style.width = `${100 * this.times}%`;
    window.scrollLeft = share * field.offsetWidth - held;
    this.timeline.querySelector("[data-part=lanes]").textContent = this.times > 1 ? `${this.times}×` : "";
    this.rule();
    say(this.times > 1 ? `Timeline ${this.times} times larger.` : "The whole timeline.");
  }

  turn(event) {
    this.turned += event.deltaY;
    if (Math.abs(this.turned) < 50) return;
    this.step(this.turned < 0 ? 1 : -1, event.clientX);
    this.turned = 0;
  }

  // A playhead that leaves the window comes in again near its left edge.
  follow() {
    if (this.times === 1 || this.field.matches("[data-dragged]")) return;
    const { window, playhead } = this;
    if (playhead >= window.scrollLeft && playhead <= window.scrollLeft + window.clientWidth) return;
    window.scrollLeft = playhead - window.clientWidth / 10;
  }

  push({ clientX }) {
    if (this.times === 1 || !this.field.matches("[data-dragged]")) return;
    const { left, right } = this.window.getBoundingClientRect();
    if (clientX < left + EDGE_PX) this.window.scrollLeft -= 2 * EDGE_PX;
    else if (clientX > right - EDGE_PX) this.window.scrollLeft += 2 * EDGE_PX;
  }

  // Timecodes for the part in the window only, whatever the length of the clip.
  rule() {
    if (this.times === 1) return this.ruler.replaceChildren(...this.whole);
    const { table } = this.player;
    const wide = this.field.offsetWidth / table.count;
    const steps = [1, 2, 5, ...SECONDS.map((each) => table.framesIn(each))];
    const step = steps.find((each) => each * wide >= LABEL_PX) ?? steps.at(-1);
    const end = Math.min(table.count, (this.window.scrollLeft + this.window.clientWidth) / wide);
    const ticks = [];
    for (let frame = Math.floor(this.window.scrollLeft / wide / step) * step; frame < end; frame += step) {
      const x = `${(100 * frame) / table.count}%`;
      ticks.push(drawn("line", { x1: x, x2: x, y1: 10, y2: 18 }), drawn("text", { x, dx: 4, y: 12 }, table.timecode(frame)));
    }
    return this.ruler.replaceChildren(...ticks);
  }
}

function drawn(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

const known = new WeakMap();

export function lanesOf(timeline, player) {
  if (!known.has(timeline)) known.set(timeline, new Lanes(timeline, player));
  return known.get(timeline);
}
