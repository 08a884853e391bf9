// The next clips, loaded while one is judged: their pages wait apart, their videos on a hidden shelf with the first frame decoded.
import { prepare } from "./player.js";

let waiting = new Map(); // address → what is prepared, in the queue's order
let filling = Promise.resolve();

export function fill(address, token) {
  filling = filling.then(() => fillNow(address, token));
}

async function fillNow(address, token) {
  const answer = await fetch(address, { method: "POST", body: token, headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const told = (await answer.json()).ahead;
  const ahead = told.filter((each) => each !== location.pathname); // asked before the clip on screen took its place
  const before = waiting;
  waiting = new Map(ahead.map((each) => [each, before.get(each) ?? { address: each }]));
  for (const [each, entry] of before) if (!waiting.has(each)) drop(entry);
  for (const entry of waiting.values()) if (!entry.room) await load(entry).catch(() => {});
}

async function load(entry) {
  const answer = await fetch(entry.address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const room = page.getElementById("room");
  if (!room?.querySelector("#claim[data-mine=yes]")) return;
  entry.room = room;
  if (room.querySelector(".stage[data-paused]")) return; // what may harm is not loaded before somebody looks
  document.adoptNode(room);
  room.querySelector("#outcome").replaceChildren(); // an undo of then is not the undo of now
  entry.title = page.title;
  entry.player = prepare(room.querySelector("#stage"));
  entry.player.addEventListener("landed", () => { entry.player.video.dataset.ready = ""; }, { once: true });
  lay(entry);
}

function lay({ player }) {
  let shelf = document.querySelector(".shelf");
  if (!shelf) {
    shelf = Object.assign(document.createElement("div"), { className: "shelf", inert: true });
    document.body.append(shelf);
  }
  shelf.append(player.video);
}

function drop({ player }) {
  player?.video.remove();
  player?.video.removeAttribute("src");
}

// The clip that comes next, taken off the shelf and whole again; undefined while it is not ready.
export function take() {
  const [entry] = waiting.values();
  if (!entry?.player || !("ready" in entry.player.video.dataset)) return undefined;
  waiting.delete(entry.address);
  entry.player.stage.prepend(entry.player.video);
  return entry;
}

export function putBack(entry) {
  waiting = new Map([[entry.address, entry], ...waiting]);
  lay(entry);
}

export const numbers = () => [...waiting.keys()].map((address) => address.match(/\d+/)[0]);
