// The palette: every action awake on this page and every link of its header, by name. Loaded when first asked for.
import { act, told } from "./keys.js";
import { caps, element } from "./sheet.js";

const dialog = document.getElementById("palette");
const field = dialog.querySelector("input");
const list = dialog.querySelector("ul");
let choices = [];
let shown = [];
let at = 0;

function collect() {
  const { here, isAwake } = told();
  const named = here.filter((row) => isAwake(row) && !row.hold && !/_\d$|palette/.test(row.id));
  const rows = named.map((row) => ({ name: row.label, hint: caps([row]), run: () => act(row.id), scope: row.scope }));
  const pages = new Map([...document.querySelectorAll("header a[href]")].map((link) => [link.href, link]));
  const links = [...pages.values()].map((link) =>
    ({ name: link.textContent.trim().replace(/\s+/g, " "), hint: ["page"], run: () => link.click() }));
  const general = (choice) => choice.scope === "everywhere";
  return [...rows.filter((row) => !general(row)), ...links, ...rows.filter(general)];
}

function draw() {
  const words = field.value.toLowerCase().split(" ");
  shown = choices.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  list.replaceChildren(...shown.map(({ name, hint }, place) =>
    element("li", { role: "option", id: `choice-${place}` }, name, element("span", { class: "meta" }, ...hint))));
  dialog.querySelector("p").textContent = shown.length ? "" : "Nothing here is called that.";
  point(0);
}

function point(place) {
  at = Math.max(0, Math.min(shown.length - 1, place));
  [...list.children].forEach((option, n) => option.setAttribute("aria-selected", n === at));
  field.setAttribute("aria-activedescendant", shown.length ? `choice-${at}` : "");
  list.children[at]?.scrollIntoView({ block: "nearest" });
}

// Closing gives the focus back first: the action may move it.
function run(choice) {
  if (!choice) return;
  field.blur();
  dialog.close();
  choice.run();
}

field.oninput = draw;
field.onkeydown = (event) => {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (way) point(at + way);
  else if (event.key === "Enter") run(shown[at]);
  else return;
  event.preventDefault();
};
dialog.oncancel = () => field.blur(); // else it counts as typed in for a moment after it is gone
list.onclick = ({ target }) => run(shown[[...list.children].indexOf(target.closest("li"))]);

export function fill() {
  choices = collect();
  draw();
}
