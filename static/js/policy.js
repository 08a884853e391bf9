// The policy's form: a slider beside each threshold, rows that show they were changed, and a box that hides the others.
export function attach(form) {
  for (const range of form.querySelectorAll("[data-turns]")) turn(range, document.getElementById(range.dataset.turns));
  form.addEventListener("input", () => mark(form));
  form.addEventListener("change", () => mark(form));
  mark(form);
  filter(form);
}

// The number is what is sent; the slider moves it on the number's own grid.
function turn(range, number) {
  range.value = number.value;
  range.disabled = number.disabled;
  range.hidden = false;
  number.addEventListener("input", () => { range.value = number.value; });
  range.addEventListener("input", () => {
    const step = Number(number.step);
    const base = Number(number.min);
    const value = base + Math.round((Number(range.value) - base) / step) * step;
    number.value = String(Number(value.toFixed(6)));
  });
}

function mark(form) {
  for (const row of form.querySelectorAll(".check-row")) row.classList.toggle("changed", isChanged(row));
}

function isChanged(row) {
  const fields = [...row.querySelectorAll("input[name], select")];
  return fields.some((field) => {
    if (field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return ![...field.options].some((option) => option.selected && option.defaultSelected);
    return field.value !== field.defaultValue;
  });
}

function filter(form) {
  const box = form.querySelector("#policy-filter");
  const said = form.querySelector("#policy-shown");
  const rows = [...form.querySelectorAll(".check-row")];
  box.closest("[hidden]").hidden = false;
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    said.textContent = wanted ? `${rows.filter((row) => !row.hidden).length} of ${rows.length} checks` : "";
  });
  box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}
