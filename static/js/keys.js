// Binds the table of studio/rules/keys.py: which keys are awake, when they sleep, and the help sheet.

const handlers = new Map();
const asleepIn = "input:not([type=checkbox],[type=radio],[type=range]), textarea, select, [contenteditable], [role=listbox]";
const scopeNames = { everywhere: "Everywhere", player: "Player", room: "Room", reasons: "Reason sheet" };
const keyNames = {
  ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Plus: "+", Escape: "Esc", Backspace: "⌫",
};

let bindings = [];
let byCombo = new Map();

export function on(id, handler) {
  handlers.set(id, handler);
}

// An action registered by a page that is gone must not act on the page that replaced it.
export function off(prefix) {
  for (const id of handlers.keys()) if (id.startsWith(prefix)) handlers.delete(id);
}

export function act(id, event) {
  handlers.get(id)?.(event);
}

function spell(combo) {
  return combo.split("+").map((part) => keyNames[part] ?? part).join(" ");
}

function awakeScopes() {
  const scopes = new Set(["everywhere", ...(document.body.dataset.scopes ?? "").split(" ")]);
  if (document.querySelector("[data-mask-scope][data-open]")) {
    scopes.delete("room");
    scopes.add("reasons");
  }
  return scopes;
}

// Letters by the character (any layout), digits by the place on the board (AZERTY), the rest by the character.
function comboOf(event) {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  if (digit) return (event.shiftKey ? "shift+" : "") + digit[1];
  let key = event.key;
  if (/^Key[A-Z]$/.test(event.code) && !/^[a-z]$/i.test(key)) key = event.code.slice(3);
  if (/^[a-z]$/i.test(key)) return (event.shiftKey ? "shift+" : "") + key.toLowerCase();
  if (key === " ") key = "Space";
  if (key === "+") key = "Plus";
  const named = key.length > 1 && key !== "Plus";
  return (named && event.shiftKey ? "shift+" : "") + key.toLowerCase();
}

function isNative(event) {
  return (event.key === " " || event.key === "Enter") &&
    event.target.closest("button, a[href], summary, input[type=checkbox], input[type=radio]");
}

function sleeps(event) {
  return event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey ||
    event.getModifierState?.("AltGraph") || event.target.closest(asleepIn);
}

function press(event) {
  if (event.key === "Escape" && event.target.matches?.(asleepIn)) {
    event.target.blur();
    if (!event.target.closest("[data-mask-scope]")) return;
  } else if (sleeps(event) || isNative(event)) {
    return;
  }
  const scopes = awakeScopes();
  const binding = (byCombo.get(comboOf(event)) ?? []).find((each) => scopes.has(each.scope));
  if (!binding || (document.querySelector("dialog[open]") && binding.scope !== "everywhere")) return;
  const handler = handlers.get(binding.id);
  if (!handler) return;
  event.preventDefault();
  if (!event.repeat || binding.repeat) handler(event);
}

function fillSheet(dialog) {
  const page = (document.body.dataset.scopes ?? "").split(" ").filter(Boolean);
  const scopes = ["everywhere", ...(page.includes("room") ? ["reasons"] : []), ...page];
  const groups = scopes.map((scope) => {
    const group = element("section", { class: "key-group" }, element("h3", {}, scopeNames[scope] ?? scope));
    const list = group.appendChild(element("dl", {}));
    const rows = new Map();
    for (const each of bindings.filter((binding) => binding.scope === scope)) {
      rows.set(each.label, [...(rows.get(each.label) ?? []), each]);
    }
    for (const [label, row] of rows) {
      list.append(element("dt", {}, label), element("dd", {}, ...caps(row)));
    }
    return group;
  });
  dialog.querySelector(".key-groups").replaceChildren(...groups);
}

// Ten digits with one meaning are one row: "1 … 0".
function caps(row) {
  const combos = row.length > 2 ? [row[0].combos[0], "…", row.at(-1).combos[0]] : row.flatMap((each) => each.combos);
  return combos.map((combo) => (combo === "…" ? combo : element("kbd", { class: "key" }, spell(combo))));
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function start() {
  const rows = JSON.parse(document.getElementById("bindings")?.textContent ?? "[]");
  bindings = rows.map((row) => ({ ...row, combos: row.combo.split(" ") }));
  byCombo = new Map();
  for (const binding of bindings) {
    for (const combo of binding.combos) {
      const key = combo.toLowerCase();
      byCombo.set(key, [...(byCombo.get(key) ?? []), binding]);
    }
  }
  document.addEventListener("keydown", press);
  const dialog = document.getElementById("keys");
  const toggle = () => {
    if (dialog.open) return dialog.close();
    fillSheet(dialog);
    dialog.showModal();
  };
  on("everywhere.sheet", toggle);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-keys]")) toggle();
  });
}
