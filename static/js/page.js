// What any module may use of the page around it. Imports nothing, so that no two modules import each other.

export function say(text, urgently = false) {
  const region = document.getElementById(urgently ? "alarm" : "said");
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}

/** Tell app.js that new markup came in without htmx, so that its modules attach. */
export function announceSwap(element) {
  element.dispatchEvent(new CustomEvent("page:swapped", { bubbles: true }));
}
