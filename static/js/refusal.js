// What the server refuses, as one strip of title, sentence and ways on; of a page or of JSON.

export async function refusalIn(answer) {
  const text = await answer.text();
  const page = new DOMParser().parseFromString(text.startsWith("{") ? "" : text, "text/html").querySelector("[data-problem]");
  const told = text.startsWith("{") ? JSON.parse(text) : {};
  const problem = Object.assign(document.createElement("div"), { className: "problem", tabIndex: -1 });
  problem.dataset.kind = told.error ?? page?.dataset.kind ?? "";
  problem.setAttribute("role", "alert");
  problem.append(
    Object.assign(document.createElement("h2"), { textContent: told.title ?? page?.querySelector("h1, h2")?.textContent ?? "Refused" }),
    Object.assign(document.createElement("p"), {
      textContent: told.message ?? page?.querySelector("p")?.textContent ?? `The server answered ${answer.status}.`,
    }),
  );
  return problem;
}

/** `ways` are pairs of a label and what its button does. */
export function showRefusal(problem, ways, place) {
  const buttons = problem.appendChild(Object.assign(document.createElement("div"), { className: "buttons" }));
  for (const [label, act] of ways) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: label });
    button.addEventListener("click", act);
    buttons.append(button);
  }
  place.querySelector(".refusal")?.remove();
  const holder = Object.assign(document.createElement("div"), { className: "refusal" });
  holder.append(problem);
  place.append(holder);
  problem.focus();
}
