// Binds the table of studio/rules/keys.py: which keys are awake, and when they sleep.

const handlers = new Map();
const asleepIn = "input:not([type=checkbox],[type=radio],[type=range]), textarea, select, [contenteditable], [role=listbox]";

let table = { bindings: [], masks: {}, scopes: {} };
const byCombo = new Map();
let held = null; // the action that lasts while its key is down

// `release` ends an action that lasts while its key is held.
export function on(id, handler, release) {
  handlers.set(id, { handler, release });
}

// An action registered by a page that is gone must not act on the page that replaced it.
export function off(prefix) {
  if (held?.id.startsWith(prefix)) letGo();
  for (const id of handlers.keys()) if (id.startsWith(prefix)) handlers.delete(id);
}

export function act(id, event) {
  handlers.get(id)?.handler(event);
}

function letGo() {
  const { release } = held;
  held = null;
  release?.();
}

// An opened scope masks others: whole, single actions, or combinations.
function awake() {
  const opened = [...document.querySelectorAll("[data-opens-scope][data-open]")].map((each) => each.dataset.opensScope);
  const scopes = new Set(["everywhere", ...(document.body.dataset.scopes ?? "").split(" "), ...opened]);
  return ({ scope, id }, combo) => scopes.has(scope) && !opened.some((over) =>
    over !== scope && [scope, id, combo].some((name) => table.masks[over]?.includes(name)));
}

/** The titles of the scopes, the actions of this page, and which of them may be done now. */
export function told() {
  return { scopes: table.scopes, here: table.bindings.filter((each) => handlers.has(each.id)), isAwake: awake() };
}

// Letters by the character (any layout), digits by the place on the board (AZERTY), the rest by the character:
// with `signs` also where it stands on a digit ("/" is Shift+7 in German).
export function comboOf(event, signs) {
  const modifiers = (event.ctrlKey ? "Control+" : "") + (event.altKey ? "Alt+" : "");
  const shift = event.shiftKey ? "Shift+" : "";
  const digit = /^Digit(\d)$/.exec(event.code);
  if (digit && !(signs && /\D/.test(event.key))) return modifiers + shift + digit[1];
  let { key } = event;
  if (/^Key[A-Z]$/.test(event.code) && !/^[a-z]$/i.test(key)) key = event.code.slice(3);
  key = { " ": "Space", "+": "Plus" }[key] ?? key;
  if (/^[a-z]$/i.test(key)) key = key.toUpperCase();
  else if (key.length === 1 || key === "Plus") return modifiers + key;
  return modifiers + shift + key;
}

function isNative(event) {
  return (event.key === "Enter" && event.target.closest("a[href]")) ||
    ((event.key === " " || event.key === "Enter") && event.target.closest("button, summary, input[type=checkbox], input[type=radio]"));
}

function sleeps(event) {
  return event.defaultPrevented || event.isComposing || event.metaKey ||
    event.getModifierState?.("AltGraph") || event.target.closest(asleepIn);
}

function press(event) {
  if (event.key === "Escape" && event.target.matches?.(asleepIn)) {
    if (event.target.closest("dialog")) return;
    event.target.blur();
    if (!event.target.closest("[data-opens-scope]")) return;
  } else if (sleeps(event) || isNative(event)) {
    return;
  }
  const isAwake = awake();
  const meant = (combo) => byCombo.get(combo)?.find((each) => handlers.has(each.id) && isAwake(each, combo));
  const binding = meant(comboOf(event)) ?? meant(comboOf(event, true));
  if (!binding || (document.querySelector("dialog[open]") && !/sheet|close/.test(binding.id))) return;
  event.preventDefault();
  if (event.repeat && !binding.repeat) return;
  const { handler, release } = handlers.get(binding.id);
  if (binding.hold) held = { id: binding.id, code: event.code, release };
  handler(event);
}

export function start() {
  table = JSON.parse(document.getElementById("bindings")?.textContent ?? "null") ?? table;
  for (const binding of table.bindings) {
    binding.combos = binding.combo.split(" ").filter(Boolean);
    for (const combo of binding.combos) byCombo.set(combo, [...(byCombo.get(combo) ?? []), binding]);
  }
  document.addEventListener("keydown", press);
  document.addEventListener("keyup", (event) => event.code === held?.code && letGo());
  addEventListener("blur", () => held && letGo());
}
