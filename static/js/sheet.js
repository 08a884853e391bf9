// The help sheet: the actions of this page that have a key. What has none is in the palette. Loaded when first asked for.
import { told } from "./keys.js";

const keyNames = {
  ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Plus: "+", Escape: "Esc", Control: "Ctrl",
};

export function fill(dialog) {
  const { scopes, here } = told();
  const groups = Object.entries(scopes).map(([scope, title]) => {
    const rows = new Map();
    for (const each of here) {
      if (each.scope === scope && each.combos.length) rows.set(each.label, [...(rows.get(each.label) ?? []), each]);
    }
    const list = element("dl", {});
    for (const [label, row] of rows) list.append(element("dt", {}, label), element("dd", {}, ...caps(row)));
    return rows.size ? element("section", { class: "key-group" }, element("h3", {}, title), list) : "";
  });
  dialog.querySelector(".key-groups").replaceChildren(...groups);
}

// Ten digits with one meaning are one row: "1 … 0".
export function caps(row) {
  const combos = row.length > 2 ? [row[0].combos[0], "…", row.at(-1).combos[0]] : row.flatMap((each) => each.combos);
  return combos.map((combo) => (combo === "…" ? combo : element("kbd", { class: "key" }, spell(combo))));
}

function spell(combo) {
  return combo.split("+").map((part) => keyNames[part] ?? part).join(" ");
}

export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
