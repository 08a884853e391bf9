// Takes a pressed combination into the field beside the button. Without this file the field takes it in words.
import { comboOf } from "./keys.js";
import { say } from "./page.js";

const MODIFIERS = ["Shift", "Control", "Alt", "AltGraph", "Meta"];

export function attach(form) {
  let waiting = null;
  const stop = () => {
    if (waiting) waiting.textContent = "Press keys";
    waiting = null;
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-capture]");
    stop();
    if (!button) return;
    waiting = button;
    button.textContent = "Press…";
    say(`Press the keys for ${button.dataset.title}, or Escape to leave it as it is.`);
  });
  form.addEventListener("focusout", stop);
  form.addEventListener("keydown", (event) => {
    if (!waiting || event.repeat || event.metaKey || MODIFIERS.includes(event.key)) return;
    if (event.key === "Tab") return stop();
    event.preventDefault();
    event.stopPropagation();
    if (event.key !== "Escape") {
      const combo = comboOf(event);
      form.elements[waiting.dataset.capture].value = combo;
      say(`${combo}. It counts when it is saved.`);
    }
    stop();
  }, true);
}
