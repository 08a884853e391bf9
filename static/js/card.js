// The card before a severe clip: its buttons by their keys.
import { on } from "./keys.js";

export function attach(card) {
  for (const button of card.querySelectorAll("button[data-key]")) on(button.dataset.key, () => button.click());
}
