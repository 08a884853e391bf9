// Several files at once: dropped or chosen, each sent on its own to the form's address, with its progress and its refusal.

export function attach(form) {
  const input = form.querySelector("input[type=file]");
  const zone = form.querySelector(".drop") ?? form;
  const list = form.querySelector(".uploads") ?? form.appendChild(Object.assign(document.createElement("ul"), { className: "uploads" }));
  const send = (files) => sendAll(form, input, list, [...files]);

  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    send(event.dataTransfer.files);
  });
  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    send(input.files);
    input.value = "";
  });
}

// One after another: the server's disk is shared, and the order of the list is the order of arrival.
async function sendAll(form, input, list, files) {
  const rows = files.map((file) => [file, addRow(list, file)]);
  for (const [file, row] of rows) await sendOne(form, input, file, row);
}

function addRow(list, file) {
  const row = document.createElement("li");
  row.className = "upload";
  const name = Object.assign(document.createElement("span"), { className: "name", textContent: file.name });
  const progress = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  progress.setAttribute("aria-label", `Sending ${file.name}`);
  const said = Object.assign(document.createElement("span"), { className: "said", textContent: "waiting" });
  said.setAttribute("role", "status");
  row.append(name, progress, said);
  list.append(row);
  return row;
}

function sendOne(form, input, file, row) {
  const fields = new FormData(form);
  fields.delete(input.name);
  fields.set(input.name, file);
  const progress = row.querySelector("progress");
  const said = row.querySelector(".said");
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      progress.value = event.loaded / event.total;
      said.textContent = event.loaded < event.total ? `${Math.floor((100 * event.loaded) / event.total)} %` : "checking";
    });
    request.addEventListener("loadend", () => {
      finish(row, request, file);
      done();
    });
    request.send(fields);
  });
}

// The answer is {"takes": [{"name", "href"}], "errors": [{"name", "error"}]}; anything else is said as it is.
function finish(row, request, file) {
  const said = row.querySelector(".said");
  const answer = parse(request.responseText);
  const error = answer?.errors?.[0]?.error;
  const take = answer?.takes?.[0];
  if (request.status >= 200 && request.status < 300 && !error) {
    row.querySelector("progress").value = 1;
    document.body.dispatchEvent(new CustomEvent("uploaded"));
    said.textContent = "received";
    if (take?.href) said.replaceChildren(Object.assign(document.createElement("a"), { href: take.href, textContent: "received, open" }));
    return;
  }
  row.classList.add("failed");
  said.setAttribute("role", "alert");
  said.textContent = error ?? answer?.message ?? (request.status ? `${file.name} was refused (${request.status}).` : "Not sent: the connection failed.");
}

function parse(text) {
  try { return JSON.parse(text); } catch { return null; }
}
