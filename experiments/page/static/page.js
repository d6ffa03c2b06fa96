// What the page does beyond forms: progress, quick look, one slider for five years. Without it everything but these still works.
"use strict";
document.documentElement.classList.add("with-script");

const byId = (id) => document.getElementById(id);
const later = (action, milliseconds) => {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(action, milliseconds); };
};
const fill = (list, texts) => list.replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));

// Progress of a run: the server says how far it is; once it has its answer, and at the end, the page is loaded anew.
const progress = byId("progress");
if (progress) {
  const events = new EventSource(progress.dataset.progress);
  events.onmessage = (event) => {
    const news = JSON.parse(event.data);
    if (news.total) { byId("bar").max = news.total; byId("bar").value = news.done; }
    byId("progress-text").textContent = news.text;
    document.querySelector("#state .state").textContent = news.state;
    if (news.table) byId("live").innerHTML = news.table; // made by our own server, escaped there
    if (news.ended || (news.told && !progress.dataset.told)) { events.close(); location.reload(); }
  };
}

// What is folded away on the screen stands on paper.
window.addEventListener("beforeprint", () => document.querySelectorAll("section > details").forEach((each) => { each.open = true; }));

// The form of levers: one slider or box sets all five years; what differs and a first look follow a moment later.
const form = byId("levers");
if (form) {
  const inputs = (base) => [...form.elements].filter((each) => each.name && each.name.startsWith(base));
  const look = byId("look"), state = byId("look-state"), stale = byId("look-stale"), now = byId("look-now");
  let events = null, shown = false, dirty = false;

  const send = async () => {
    const answer = await fetch(form.action + "/check", { method: "POST", body: new FormData(form) });
    if (!answer.ok) { state.textContent = await answer.text(); return null; }
    const news = await answer.json();
    fill(byId("differences"), news.differences);
    form.querySelectorAll("[data-problem]").forEach((each) => each.remove());
    const notes = [...Object.entries(news.hints || {}).map((each) => [...each, "hint"]), ...Object.entries(news.problems).map((each) => [...each, "problem"])];
    for (const [lever, text, kind] of notes) {
      const first = inputs(lever + ":")[0];
      if (!first) continue;
      const field = first.closest("fieldset");
      const note = Object.assign(document.createElement("p"), { className: kind, textContent: text });
      note.dataset.problem = lever;
      note.setAttribute("role", "alert");
      field.insertBefore(note, field.children[1]);
    }
    now.disabled = !news.key;
    return news.key;
  };
  const run = async () => {
    const key = await send();
    if (events) events.close();
    stale.hidden = key ? !shown : false;
    stale.textContent = key ? stale.dataset.stale : stale.dataset.wrong;
    if (!key) { state.textContent = ""; return; }
    state.textContent = now.dataset.wait || "…";
    events = new EventSource(form.dataset.look + "?key=" + encodeURIComponent(key));
    events.onmessage = (event) => {
      const news = JSON.parse(event.data);
      state.textContent = news.text;
      if (news.rows) {
        shown = true;
        stale.hidden = true;
        look.hidden = false;
        look.tBodies[0].replaceChildren(...news.rows.map((row) => {
          const line = document.createElement("tr"), head = document.createElement("th"), cell = document.createElement("td");
          head.scope = "row"; head.textContent = row[0]; cell.textContent = row[1];
          line.append(head, cell);
          return line;
        }));
      }
      if (news.ended) events.close();
    };
  };
  const changed = later(run, 700);

  form.addEventListener("input", (event) => {
    dirty = true;
    const base = event.target.dataset.all;
    if (base) {
      inputs(base).forEach((each) => { each.value = event.target.value; });
      form.querySelectorAll("[data-all]").forEach((each) => { if (each.dataset.all === base && each !== event.target) each.value = event.target.value; });
    }
    changed();
  });
  form.addEventListener("reset", () => setTimeout(changed, 0));
  form.addEventListener("submit", () => { dirty = false; });
  now.addEventListener("click", run);
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
}
