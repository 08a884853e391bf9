// Drawing on the picture: pen, arrow and box, in 0–1 of the picture whatever its size on the screen.
import { on } from "./keys.js";
import { say } from "./page.js";

const MOST_SHAPES = 64;
const MOST_POINTS = 500;
const NEAR = 0.004; // pen points closer than this are one, and other shapes wait for their second end

const fixed = (share) => Math.round(share * 1e4) / 1e4;
const apart = ([x, y], [a, b]) => Math.hypot(a - x, b - y);

export class Board {
  constructor(notes) {
    this.notes = notes;
    this.stage = notes.room.stage;
    this.bar = notes.room.element.querySelector("#drawing");
    this.layer = this.stage.querySelector("#unfinished");
    const pad = this.layer.ownerSVGElement;
    for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel", "click"]) {
      pad.addEventListener(kind, (event) => {
        if (!this.isOpen) return;
        event.stopPropagation(); // else the player takes it for a swipe
        if (event.isPrimary) this[kind]?.(event);
      });
    }
    const acts = {
      pen: () => this.choose("pen"),
      arrow: () => this.put("arrow"),
      box: () => this.put("box"),
      middle: () => this.put(this.tool === "arrow" ? "arrow" : "box"),
      left: () => this.nudge(-1, 0),
      right: () => this.nudge(1, 0),
      up: () => this.nudge(0, -1),
      down: () => this.nudge(0, 1),
      narrower: () => this.nudge(-1, 0, 1),
      wider: () => this.nudge(1, 0, 1),
      shorter: () => this.nudge(0, -1, 1),
      taller: () => this.nudge(0, 1, 1),
      erase: () => (this.moving ? this.pointercancel() : this.rub(this.shapes.at(-1))),
      save: () => this.bar.querySelector("[data-save]").click(),
      drop: () => this.drop(),
    };
    for (const name in acts) on(`drawing.${name}`, acts[name]);
    this.paint();
  }

  get shapes() {
    return this.notes.shapes;
  }

  get isOpen() {
    return "open" in this.bar.dataset;
  }

  get tool() {
    return this.bar.querySelector("input:checked").value;
  }

  begin() {
    if (document.fullscreenElement) document.exitFullscreen();
    this.notes.hold();
    this.bar.dataset.open = "";
    this.stage.focus();
    say("Drawing.");
  }

  end() {
    delete this.bar.dataset.open;
    this.moving = null;
    this.paint();
    this.stage.focus();
  }

  drop() {
    if (this.bar.parentElement.querySelector(".refusal")) return this.notes.room.escape();
    this.notes.shapes = [];
    this.notes.unpinIfEmpty();
    this.end();
  }

  choose(tool) {
    this.bar.querySelector(`[value=${tool}]`).checked = true;
  }

  put(kind) {
    this.choose(kind);
    this.add({ kind, points: [[0.35, 0.35], [0.65, 0.65]] });
  }

  add(shape) {
    this.moving = null;
    if (this.shapes.length === MOST_SHAPES) say(`A drawing has at most ${MOST_SHAPES} shapes.`);
    else {
      this.notes.pin();
      this.shapes.push(shape);
      this.tell();
    }
    this.paint();
  }

  rub(shape) {
    this.notes.shapes = this.shapes.filter((each) => each !== shape);
    this.notes.unpinIfEmpty();
    this.paint();
  }

  // By hundredths of the picture, which nothing leaves; points before `first` stay.
  nudge(x, y, first = 0) {
    const shape = this.shapes.at(-1);
    const moved = shape?.points.map(([a, b], place) => (place < first ? [a, b] : [fixed(a + x / 100), fixed(b + y / 100)]));
    if (!moved?.flat().every((share) => share >= 0 && share <= 1)) return;
    shape.points = moved;
    this.paint();
    this.tell();
  }

  tell() {
    const { kind, points } = this.shapes.at(-1);
    say(`${kind}, per cent of the picture: ${[points[0], points.at(-1)].flat().map((share) => Math.round(share * 100)).join(", ")}`);
  }

  at({ clientX, clientY }) {
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(this.layer.getScreenCTM().inverse());
    return [x / 1000, y / this.layer.viewBox.baseVal.height].map((share) => fixed(Math.max(0, Math.min(1, share))));
  }

  pointerdown(event) {
    if (event.button) return;
    event.preventDefault();
    this.stage.focus(); // Enter saves then, and is no press of the tool
    if (this.tool === "rub") return this.rub(this.shapes[event.target.dataset.shape]);
    event.currentTarget.setPointerCapture(event.pointerId);
    if (this.moving) this.pointermove(event);
    else this.moving = { kind: this.tool, points: [this.at(event), this.at(event)] };
  }

  pointermove(event) {
    if (!this.moving) return;
    const { kind, points } = this.moving;
    const point = this.at(event);
    if (kind !== "pen") points[1] = point;
    else if (apart(points.at(-1), point) > NEAR) points.push(point);
    if (points.length > MOST_POINTS) this.moving.points = points.filter((each, place) => place % 2 === 0);
    this.paint();
  }

  // What was pressed without a drag waits for a second press: nobody has to drag.
  pointerup() {
    const { kind, points } = this.moving ?? {};
    if (kind === "pen" || (kind && apart(...points) > NEAR)) this.add(this.moving);
  }

  pointercancel() {
    this.moving = null;
    this.paint();
  }

  paint() {
    const { height } = this.layer.viewBox.baseVal;
    const shapes = this.moving ? [...this.shapes, this.moving] : this.shapes;
    this.layer.replaceChildren(...shapes.map(({ kind, points }, place) => {
      const [[a, b], [c, d]] = points;
      const corners = kind === "box" ? [[a, b], [c, b], [c, d], [a, d], [a, b]] : points;
      const line = document.createElementNS(this.layer.namespaceURI, "polyline");
      line.setAttribute("points", corners.map(([x, y]) => `${x * 1000},${y * height}`).join(" "));
      if (kind === "arrow") line.setAttribute("marker-end", "url(#head)");
      line.dataset.shape = place;
      return line;
    }));
  }
}
