// The grid of a queue: arrows walk, Space selects, the pointer or two keys scrub, a key decides on all that is selected.
import { on } from "./keys.js";
import { say } from "./page.js";

const tables = new Map(); // by address, so that a grid that refreshes itself does not ask again

class Board {
  constructor(form) {
    this.form = form;
    this.links = [...form.querySelectorAll(".tile-open")];
    this.boxes = [...form.querySelectorAll("[name=review]")];
    this.anchor = null; // where a range begins: the take selected last
    form.addEventListener("click", (event) => this.clicked(event));
    form.addEventListener("change", () => this.count());
    form.addEventListener("keydown", (event) => this.enter(event));
    form.addEventListener("pointermove", (event) => this.hovered(event));
    form.addEventListener("pointerout", (event) => hide(event.target.closest(".tile-open")));
    form.addEventListener("focusout", (event) => hide(event.target));
    form.parentElement.addEventListener("htmx:beforeRequest", (event) => this.chosen.length && event.preventDefault());
    on("board.left", () => this.walk(-1));
    on("board.right", () => this.walk(1));
    on("board.up", () => this.walk(-this.columns));
    on("board.down", () => this.walk(this.columns));
    on("board.open", () => this.here?.click());
    on("board.select", () => this.select());
    on("board.extend", () => this.extend(this.at));
    on("board.scrub_back", () => this.scrub(-1));
    on("board.scrub_on", () => this.scrub(1));
    on("board.pass", () => this.press("pass"));
    on("board.request_changes", () => this.press("request_changes"));
    on("board.reject", () => this.press("reject"));
    on("board.escalate", () => this.press("escalate"));
    this.count();
  }

  get here() {
    return document.activeElement?.closest?.(".tile")?.querySelector(".tile-open");
  }

  get at() {
    return this.links.indexOf(this.here);
  }

  get chosen() {
    return this.boxes.filter((box) => box.checked);
  }

  get columns() {
    const top = this.links[0].getBoundingClientRect().top;
    return this.links.filter((link) => link.getBoundingClientRect().top === top).length;
  }

  walk(places) {
    const to = this.at < 0 ? 0 : this.at + places;
    this.links[to]?.focus();
  }

  select() {
    const box = this.boxes[this.at];
    if (!box) return;
    box.checked = !box.checked;
    this.anchor = this.at;
    this.count();
    say(`${this.here.querySelector(".tile-name").textContent} ${box.checked ? "selected" : "not selected"}. ${this.chosen.length} in all.`);
  }

  extend(to) {
    if (to < 0 || !this.boxes.length) return;
    const from = this.anchor ?? to;
    for (let at = Math.min(from, to); at <= Math.max(from, to); at += 1) this.boxes[at].checked = true;
    this.anchor = to;
    this.count();
    say(`${this.chosen.length} selected.`);
  }

  clicked(event) {
    const link = event.target.closest(".tile-open");
    const box = event.target.closest("[name=review]");
    if (link && event.shiftKey && this.boxes.length) {
      event.preventDefault();
      link.focus();
      this.extend(this.links.indexOf(link));
    } else if (box && event.shiftKey) this.extend(this.boxes.indexOf(box));
    else if (box) this.anchor = this.boxes.indexOf(box);
  }

  // In a field of a form Enter would press its first button, which decides.
  enter(event) {
    if (event.key !== "Enter" || event.target.closest("button, a")) return;
    event.preventDefault();
    if (event.target.matches("[name=review]")) this.here.click();
  }

  count() {
    const many = this.chosen.length;
    const said = this.form.querySelector("[data-part=count]");
    if (said) said.textContent = many ? `${many} selected` : "Tick takes, then decide";
  }

  press(verb) {
    const button = this.form.querySelector(`button[value=${verb}]`);
    if (!button) return;
    if (!this.chosen.length) return say("Nothing is selected.");
    const { reasons, note } = this.form.elements;
    const missing = verb === "escalate" ? !note.value.trim() && note : verb !== "pass" && !reasons.value && reasons;
    if (missing) {
      missing.focus();
      return say(verb === "escalate" ? "Ask the moderator a question, then press again." : "Choose a reason, then press again.");
    }
    this.form.requestSubmit(button);
  }

  hovered(event) {
    const link = event.target.closest(".tile-open");
    if (!link || event.pointerType === "touch") return;
    const box = link.querySelector(".still-frame").getBoundingClientRect();
    show(link, ({ tiles }) => Math.floor(((event.clientX - box.left) / box.width) * tiles));
  }

  scrub(places) {
    const link = this.here;
    if (link) show(link, ({ tiles }) => (Number(link.dataset.tile ?? -1) + places + tiles) % tiles);
  }
}

// Draws the tile of the sprite sheet that `choose` names, over the poster and under the same veil.
async function show(link, choose) {
  if (!tables.has(link.dataset.frames)) tables.set(link.dataset.frames, fetch(link.dataset.frames).then((answer) => answer.json()).catch(() => ({})));
  link.dataset.wants = "";
  const { sprite } = await tables.get(link.dataset.frames);
  if (!sprite || !("wants" in link.dataset)) return;
  const tile = Math.max(0, Math.min(sprite.tiles - 1, choose(sprite)));
  const scrub = link.querySelector(".scrub");
  const box = scrub.parentElement.getBoundingClientRect();
  const scale = Math.min(box.width / sprite.width, box.height / sprite.height);
  const [width, height] = [sprite.width * scale, sprite.height * scale];
  Object.assign(scrub.style, {
    width: `${width}px`, height: `${height}px`,
    backgroundImage: `url("${link.dataset.sprite}")`,
    backgroundSize: `${width * sprite.columns}px auto`,
    backgroundPosition: `${-(tile % sprite.columns) * width}px ${-Math.floor(tile / sprite.columns) * height}px`,
  });
  scrub.hidden = false;
  link.dataset.tile = tile;
}

function hide(link) {
  if (!link?.matches(".tile-open")) return;
  delete link.dataset.wants;
  link.querySelector(".scrub").hidden = true;
}

export function attach(form) {
  new Board(form);
}
