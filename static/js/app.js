// Boot: modules attach to data-module on load and after swaps; refusals, menus, toasts and buttons that press keys.
import { forgetAll } from "./drafts.js";
import * as keys from "./keys.js";
import { say } from "./page.js";

const modules = {
  player: () => import("./player.js"),
  timeline: () => import("./timeline.js"),
  room: () => import("./room.js"),
  upload: () => import("./upload.js"),
  policy: () => import("./policy.js"),
  board: () => import("./board.js"),
  settings: () => import("./settings.js"),
  card: () => import("./card.js"),
};
const attached = new WeakSet();

function attachAll(root = document) {
  const found = [...root.querySelectorAll("[data-module]")];
  if (root.matches?.("[data-module]")) found.unshift(root);
  for (const element of found) {
    if (attached.has(element)) continue;
    attached.add(element);
    modules[element.dataset.module]?.().then((module) => {
      module.attach(element);
      element.dataset.attached = ""; // whoever drives this page by machine waits for it
    });
  }
  for (const toast of root.querySelectorAll("[data-toast]")) countDown(toast);
}

// The seconds are the server's; the page only counts them down.
function countDown(toast) {
  const end = performance.now() + Number(toast.dataset.seconds) * 1000;
  const form = toast.querySelector("[data-undo]");
  const tick = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (!toast.isConnected) return;
    if (left <= 0) {
      form.remove();
      toast.dataset.settled = "";
      return;
    }
    form.querySelector("[data-countdown]").textContent = `${left} s`;
    setTimeout(tick, 200);
  };
  tick();
}

function undo() {
  const form = document.querySelector("[data-toast] [data-undo]");
  if (form) form.requestSubmit();
  else if (document.querySelector("#decide[data-busy]")) document.addEventListener("answered", ({ detail: ok }) => ok && undo(), { once: true });
  else say("Nothing to undo: the last decision has settled.");
}

function closeWhatIsOpen() {
  const dialog = document.querySelector("dialog[open]");
  if (dialog) return dialog.close();
  const menu = document.querySelector(".menu[open]");
  if (menu) {
    menu.open = false;
    return menu.querySelector("summary").focus();
  }
  document.dispatchEvent(new CustomEvent("close-sheet"));
}

// Open at once, so that what is typed on is no key of the page while the rest comes.
async function openPalette() {
  const dialog = document.getElementById("palette");
  const field = dialog.querySelector("input");
  field.value = "";
  dialog.showModal();
  field.focus();
  (await import("./palette.js")).fill();
}

async function toggleSheet() {
  const dialog = document.getElementById("keys");
  if (dialog.open) return dialog.close();
  dialog.showModal();
  (await import("./sheet.js")).fill(dialog);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) keys.act(button.dataset.act, event);
  if (event.target.closest("[data-open-keys]")) toggleSheet();
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const choose = event.target.closest("a[data-choose]");
  if (choose) {
    event.preventDefault();
    const radio = document.querySelector(choose.hash);
    radio.click();
    radio.focus();
  }
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a, button, input, label") && !getSelection().toString()) location.assign(row.dataset.href);
});

document.addEventListener("submit", (event) => event.target.matches("[data-sign-out]") && forgetAll());
document.addEventListener("htmx:afterSwap", (event) => {
  attachAll(event.detail.elt);
  event.detail.elt.querySelector?.("[data-problem]")?.focus();
});
document.addEventListener("page:swapped", (event) => attachAll(event.target));
document.addEventListener("htmx:sendError", () => { document.getElementById("offline").hidden = false; });
document.addEventListener("htmx:afterOnLoad", () => { document.getElementById("offline").hidden = true; });

// Signed out meanwhile: the page and what was typed stay. People sign in beside it and send again, with fresh tokens.
const signedOut = document.getElementById("signed-out");
document.addEventListener("sign-in", () => signedOut.open || signedOut.showModal());
addEventListener("focus", () => {
  const token = document.cookie.match(/csrf[^=;]*=([^;]+)/)?.[1];
  if (!signedOut.open || !token) return;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  signedOut.close();
});

keys.start();
keys.on("everywhere.sheet", toggleSheet);
keys.on("everywhere.undo", undo);
keys.on("everywhere.close", closeWhatIsOpen);
keys.on("everywhere.palette", openPalette);
attachAll();
document.querySelector("main [data-problem]")?.focus();
