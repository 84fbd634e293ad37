// The page's own state: one call, what was added to it, what came back. Nothing is stored.
"use strict";
const $ = (selector, within = document) => within.querySelector(selector);
const start = JSON.parse($("#start").textContent);
const services = { "order-sign": "opioid-order-sign", "order-select": "opioid-order-select", "patient-view": "opioid-patient-view" };
const state = { id: document.body.dataset.case, request: start.request, added: [], words: {}, sent: null, answer: null, service: null, feedback: [] };

const say = (text) => { $("#said").textContent = text; };
const parsed = () => { try { return JSON.parse(state.request); } catch { return null; } };
const lang = () => $("#lang").value;

async function post(path, body) {
  const response = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body });
  return { status: response.status, text: await response.text() };
}

// Has the server lay out the call, and the answer if there is one.
async function view(extra = {}) {
  const asked = { case: state.id, added: state.added, words: state.words, ...extra };
  const { status, text } = await post("/preview/view", JSON.stringify(asked));
  if (status !== 200) {
    const outcome = (() => { try { return JSON.parse(text).issue[0].details.text; } catch { return text; } })();
    throw new Error(outcome);
  }
  return JSON.parse(text);
}

// The patient's language, as the record tells it: cards word for the patient what is said to the patient.
const speaks = (request) => request?.prefetch?.patient?.communication?.some((one) => one.preferred && one.language?.coding?.some((coding) => coding.code?.startsWith("es"))) ? "es" : "en";
function setLanguage(request) {
  const patient = request?.prefetch?.patient;
  if (!patient || speaks(request) === lang()) return false;
  const [code, display] = lang() === "es" ? ["es", "Spanish"] : ["en", "English"];
  patient.communication = [{ language: { coding: [{ system: "urn:ietf:bcp:47", code, display }], text: display }, preferred: true }];
  return true;
}

async function changeLanguage() {
  const request = parsed();
  if (!setLanguage(request)) { say("The call brings no patient whose language could be changed."); return; }
  state.request = JSON.stringify(request, null, 2);
  await showChart();
  if (state.service) await fire(Object.keys(services).find((hook) => services[hook] === state.service));
}

async function showChart(extra = {}) {
  const shown = await view({ request: state.request, ...extra });
  state.request = shown.request;
  $("#chart").innerHTML = shown.screen;
  $("#lang").value = speaks(parsed());
  return shown;
}

function forget() {
  Object.assign(state, { added: [], sent: null, answer: null, service: null, feedback: [] });
  $("#below").hidden = true;
  say("");
  $("#cards").innerHTML = '<p class="empty">Nothing has been asked yet. The button below the orders sends the call that an EHR would send.</p>';
  $("#raw-feedback").textContent = "none yet";
}

async function choose(id) {
  state.id = id;
  forget();
  await showChart({ request: null });
  for (const link of document.querySelectorAll("a[data-case]")) {
    if (link.dataset.case === id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  $("#chart").focus({ preventScroll: true });
}

// The call for a hook, from the chart on the screen.
function callFor(hook) {
  const request = parsed();
  if (!request || request.hook === hook || !services[hook]) return state.request;
  request.hook = hook;
  request.context = { ...request.context };
  if (hook === "patient-view") { delete request.context.draftOrders; delete request.context.selections; }
  else { request.context.draftOrders ??= { resourceType: "Bundle", type: "collection", entry: [] }; delete request.context.selections; }
  return JSON.stringify(request, null, 2);
}

async function fire(hook) {
  const body = callFor(hook);
  state.service = services[hook] ?? services["order-sign"];
  say("Asking…");
  const answer = await post(`/cds-services/${state.service}`, body);
  Object.assign(state, { sent: body, answer });
  await showAnswer();
}

async function showAnswer() {
  const { status, text } = state.answer;
  const shown = await view({ request: state.sent, response: text, status });
  $("#cards").innerHTML = shown.cards;
  $("#why").innerHTML = shown.why;
  $("#below").hidden = false;
  $("#raw-request").textContent = state.sent;
  $("#raw-response").textContent = pretty(text);
  const count = document.querySelectorAll("#cards article").length;
  say(status !== 200 ? `The service refused the call with status ${status}.` : count === 1 ? "1 card." : `${count} cards.`);
  wordFiles();
  return shown;
}

const pretty = (text) => { try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; } };

// What an EHR does when a suggestion is taken: drafts change on the screen.
async function take(button) {
  const request = parsed() ?? {};
  request.context ??= {};
  const orders = ((request.context.draftOrders ??= { resourceType: "Bundle", type: "collection", entry: [] }).entry ??= []);
  const reference = (resource) => `${resource.resourceType}/${resource.id}`;
  for (const action of JSON.parse(button.dataset.actions)) {
    const resource = action.resource;
    if (action.type === "delete") {
      const at = orders.findIndex((entry) => entry.resource && reference(entry.resource) === action.resourceId);
      if (at >= 0) orders.splice(at, 1);
    } else if (action.type === "update") {
      const at = orders.findIndex((entry) => entry.resource && reference(entry.resource) === reference(resource));
      if (at >= 0) orders[at] = { resource }; else orders.push({ resource });
    } else if (["MedicationRequest", "ServiceRequest"].includes(resource.resourceType)) {
      orders.push({ resource: { id: `added-${orders.length + 1}`, ...resource } });
    } else {
      state.added.push(resource);
    }
  }
  state.request = JSON.stringify(request, null, 2);
  const card = button.closest("article");
  button.classList.add("taken");
  button.disabled = true;
  if (card.dataset.onlyOne === "true") for (const other of card.querySelectorAll(".suggestion")) other.disabled = true;
  await showChart();
  const status = await sendFeedback({ card: card.dataset.uuid, outcome: "accepted", acceptedSuggestions: [{ id: button.dataset.suggestion }] });
  say(`Taken: ${$("span", button).textContent}. The orders changed; feedback was sent (${status}). Sign again to ask anew.`);
}

async function dismiss(button) {
  const card = button.closest("article");
  const chosen = $("input[type=radio]:checked", card);
  const comment = $(".comment", card).value.trim();
  if (!chosen && !comment && $("input[type=radio]", card)) {
    $(".dismiss .error", card).textContent = "Choose a reason, or write one.";
    return;
  }
  const overrideReason = {};
  if (chosen) overrideReason.reason = { code: chosen.value, system: chosen.dataset.system };
  if (comment) overrideReason.userComment = comment;
  const entry = { card: card.dataset.uuid, outcome: "overridden" };
  if (chosen || comment) entry.overrideReason = overrideReason;
  const status = await sendFeedback(entry);
  const gone = document.createElement("p");
  gone.className = "gone";
  gone.textContent = `Dismissed: ${$(".summary", card).textContent} Reason: ${chosen?.dataset.display ?? (comment || "none")}.`;
  card.replaceWith(gone);
  say(`Dismissed; feedback was sent (${status}).`);
}

async function sendFeedback(entry) {
  const body = JSON.stringify({ feedback: [{ ...entry, outcomeTimestamp: new Date().toISOString() }] }, null, 2);
  const { status } = await post(`/cds-services/${state.service}/feedback`, body);
  state.feedback.push(`POST /cds-services/${state.service}/feedback → ${status}\n${body}`);
  $("#raw-feedback").textContent = state.feedback.join("\n\n");
  return status;
}

function changeOrders(change) {
  const request = parsed();
  if (!request?.context) return Promise.resolve();
  request.context.draftOrders ??= { resourceType: "Bundle", type: "collection", entry: [] };
  if (request.hook === "patient-view") request.hook = "order-sign";
  change((request.context.draftOrders.entry ??= []), request.context);
  state.request = JSON.stringify(request, null, 2);
  return showChart();
}

// Words of cards.
function wordFiles() {
  const rules = [...document.querySelectorAll("#cards article .rules")].flatMap((line) => line.textContent.replace("Speaks for ", "").split(", "));
  const select = $("#word-file");
  const chosen = select.value;
  const ends = lang() === "en" ? ["card.en.md"] : [`card.${lang()}.md`, "card.en.md"];
  const near = [...new Set(rules)].flatMap((rule) => ends.map((end) => `${rule}/${end}`)).filter((file) => start.files.includes(file));
  const rest = start.files.filter((file) => !near.includes(file));
  select.replaceChildren(...[["On these cards", near], ["All files", rest]].map(([label, files]) => {
    const group = document.createElement("optgroup");
    group.label = label;
    group.append(...files.map((file) => new Option(file, file)));
    return group;
  }));
  select.value = start.files.includes(chosen) ? chosen : near[0] ?? start.files[0];
  if (select.value !== chosen) loadWords();
}

async function loadWords() {
  const file = $("#word-file").value;
  const text = state.words[file] ?? await (await fetch(`/preview/words?file=${encodeURIComponent(file)}`)).text();
  $("#word-text").value = text;
  $("#word-error").textContent = "";
}

async function showWords() {
  state.words[$("#word-file").value] = $("#word-text").value;
  const shown = await showAnswer();
  $("#word-error").textContent = shown.problems.join("\n");
  say(shown.problems.length ? "The words have a fault; it is named beside them." : "These are your words, with this patient.");
}

function download(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function copy(text, what) {
  try { await navigator.clipboard.writeText(text); $("#copied").textContent = `${what} copied.`; }
  catch { $("#copied").textContent = "The browser did not allow copying; select the text instead."; }
}

const curl = () => `curl -s '${location.origin}/cds-services/${state.service}' -H 'content-type: application/json' -d '${state.sent.replaceAll("'", "'\\''")}'`;

// A request of one's own.
async function loadPasted() {
  const text = $("#pasted").value;
  try {
    const shown = await view({ case: null, request: text });
    if (shown.problem) { $("#paste-error").textContent = shown.problem; return; }
    $("#paste-error").textContent = "";
    state.id = null;
    state.request = text;
    forget();
    $("#chart").innerHTML = shown.screen;
    $("#chart").focus();
  } catch (error) { $("#paste-error").textContent = error.message; }
}

// Filters.
function filter() {
  const words = $("#find").value.toLowerCase().split(/\s+/).filter(Boolean);
  const rule = $("#by-rule")?.value ?? "";
  const fired = $("#by-fired")?.value ?? "";
  let count = 0;
  for (const section of document.querySelectorAll(".scroll section")) {
    let any = false;
    for (const item of section.querySelectorAll("li")) {
      const text = `${section.dataset.group} ${item.textContent} ${item.dataset.fired}`.toLowerCase();
      const speaks = item.dataset.fired.split(" ").filter(Boolean);
      const fits = (!rule || section.dataset.group === rule) && words.every((word) => text.includes(word))
        && (!fired || (fired === "-" ? speaks.length === 0 : speaks.includes(fired)));
      item.hidden = !fits;
      any ||= fits;
      count += fits ? 1 : 0;
    }
    section.hidden = !any;
  }
  $("#found").textContent = words.length || rule || fired ? `${count} found` : "";
}

const guarded = (work) => work.catch((error) => say(`Not done: ${error.message}`));
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-case]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    history.pushState(null, "", link.href);
    guarded(choose(link.dataset.case));
    return;
  }
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.fire) guarded(fire(button.dataset.fire));
  else if (button.dataset.remove) guarded(changeOrders((orders) => orders.splice(Number(button.dataset.remove), 1)));
  else if (button.matches(".suggestion")) guarded(take(button));
  else if (button.matches(".dismiss-now")) guarded(dismiss(button));
  else if (button.id === "load") guarded(loadPasted());
  else if (button.id === "copy-curl") copy(curl(), "curl");
  else if (button.id === "copy-request") copy(state.sent, "Request");
  else if (button.id === "copy-response") copy(pretty(state.answer.text), "Response");
  else if (button.id === "show-words") guarded(showWords());
  else if (button.id === "save-words") download($("#word-file").value.replace("/", "-"), $("#word-text").value);
  else if (button.id === "drop-words") { delete state.words[$("#word-file").value]; guarded(loadWords().then(showAnswer)); }
});
document.addEventListener("change", (event) => {
  if (event.target.id === "lang") guarded(changeLanguage());
  else if (event.target.id === "word-file") guarded(loadWords());
  else if (event.target.id === "by-rule" || event.target.id === "by-fired") filter();
  else if (event.target.id === "ready" && event.target.value !== "") {
    const order = structuredClone(start.orders[Number(event.target.value)].resource);
    guarded(changeOrders((orders, context) => {
      order.id = `added-${orders.length + 1}`;
      order.subject = { reference: `Patient/${context.patientId}` };
      orders.push({ resource: order });
    }).then(() => $("#ready").focus()));
  }
});
$("#lang").value = speaks(parsed());
$("#find").addEventListener("input", filter);
addEventListener("popstate", () => guarded(choose(new URLSearchParams(location.search).get("case") ?? document.body.dataset.case)));
