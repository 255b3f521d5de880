// The sandbox's page: polls one view of the world and draws it, and sends what the customers do.
import { $, call, el, fill, initials } from "./dom.js";
import { GALLERY, ownCard, requestOf } from "./gallery.js";
import { drawThread, tapped } from "./phone.js";

const POLL_MS = 700;
const BEHAVIOUR = [
  ["auto_deliver", "Statuses by themselves"], ["auto_read", "Customers read at once"], ["auto_reply", "Customers reply"],
  ["enforce_pair_limit", "Pair limit (131056)"], ["strict_media", "Check media ids"],
  ["sent_delay_ms", "Sent after, ms"], ["delivered_delay_ms", "Delivered after, ms"],
  ["graph_delay_ms", "Graph answers after, ms"], ["throughput_mps", "Messages/s allowed (0: any)"],
];
const DELIVERY = [
  ["hold", "Hold back"], ["shuffle", "Shuffle"], ["duplicate", "Repeat each, times"], ["batch", "Updates per POST"],
  ["delay_ms", "Late by, ms"],
];
const state = { customer: "", number: "", version: null, view: null, quote: null, atBottom: true };

let toastTimer;
function tell(text, isGood = false) {
  $("toast").textContent = text;
  $("toast").classList.toggle("good", isGood);
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 5000);
}

async function act(work) {
  try {
    await work();
    await refresh();
  } catch (error) {
    tell(error.message);
  }
}

async function refresh() {
  const query = new URLSearchParams({ customer: state.customer, phone_number_id: state.number });
  if (state.version !== null) query.set("since", state.version);
  const response = await call("GET", `/view?${query}`);
  if (response.status === 204) return;
  const view = await response.json();
  state.version = view.version;
  state.view = view;
  state.customer = view.customer;
  state.number = view.phone_number_id;
  draw(view);
}

function draw(view) {
  $("callback").textContent = `webhooks go to ${view.callback_url}`;
  fill($("number"), view.numbers.map((n) => el("option", { value: n.phone_number_id, selected: n.phone_number_id === view.phone_number_id }, n.name)));
  drawPeople(view);
  drawThread(view, state.atBottom);
  drawSwitches($("behaviour"), BEHAVIOUR, view.behaviour, "/behaviour");
  drawSwitches($("delivery"), DELIVERY, view.delivery, "/delivery");
  drawFaults(view.faults);
  drawTraffic(view);
}

function drawPeople(view) {
  const people = [...view.customers].sort((a, b) => b.seq - a.seq);
  fill($("people"), people.map((person) => el("li", {},
    el("button", { type: "button", "aria-current": String(person.key === view.customer), "data-key": person.key },
      el("span", { className: "avatar", "aria-hidden": "true" }, initials(person.name)),
      el("span", { className: "about" },
        el("span", { className: "name", dir: "auto" }, person.name),
        el("span", { className: "sub", dir: "auto" }, person.preview || person.detail))))));
}

function drawSwitches(parent, fields, values, path) {
  if (!parent.children.length) {
    fields.forEach(([name, label]) => {
      const isFlag = typeof values[name] === "boolean";
      const input = el("input", isFlag ? { type: "checkbox" } : { type: "number", min: "0" });
      input.id = `set-${name}`;
      input.addEventListener("change", () => act(() => call("PUT", path, { [name]: isFlag ? input.checked : Number(input.value) })));
      parent.append(el("label", { htmlFor: input.id }, label, input));
    });
  }
  fields.forEach(([name]) => {
    const input = $(`set-${name}`);
    if (document.activeElement === input && input.type === "number") return;
    if (input.type === "checkbox") input.checked = values[name];
    else input.value = values[name];
  });
}

function drawFaults(faults) {
  fill($("faults"), faults.map((f) => el("li", {},
    el("span", {}, `${f.kind}${f.code ? ` ${f.code}` : ""}${f.times_left ? `, ${f.times_left} left` : ""}`),
    el("button", { type: "button", "data-fault": String(f.id), "aria-label": `Lift ${f.kind}` }, "×"))));
}

function clock(at) {
  return el("time", {}, new Date(at * 1000).toLocaleTimeString([], { hour12: false }));
}

function drawTraffic(view) {
  const requests = [...view.requests].reverse().map((r) => el("li", {},
    clock(r.at),
    el("span", { className: r.outcome === "ok" ? "ok" : "bad" }, r.http_status === null ? "—" : String(r.http_status)),
    el("span", { className: "what", title: r.fault || "" }, `${r.code ? `${r.code} ` : ""}${r.fault ? `⚡${r.fault} ` : ""}${r.endpoint}${r.to ? ` → ${r.to}` : ""}`),
    el("span", { className: "ms" }, `${Math.round(r.ms)} ms`)));
  fill($("requests"), requests.length ? requests : [el("li", { className: "none" }, "No call yet. Answer a customer in the live chat.")]);
  const deliveries = [...view.deliveries].reverse().map((d) => {
    const last = d.attempts.at(-1);
    const kind = d.state === "delivered" ? "ok" : d.state === "failed" ? "bad" : "wait";
    return el("li", {},
      clock(d.created_at),
      el("span", { className: kind }, last ? String(last.status ?? "—") : "…"),
      el("span", { className: "what", title: d.labels.join(", ") }, `${d.labels[0]}${d.labels.length > 1 ? ` +${d.labels.length - 1}` : ""}${d.attempts.length > 1 ? ` (try ${d.attempts.length})` : ""}${d.repeat_of ? " (again)" : ""}`),
      el("span", { className: "ms" }, last ? `${Math.round(last.ms)} ms` : ""));
  });
  fill($("deliveries"), deliveries.length ? deliveries : [el("li", { className: "none" }, "No webhook yet. Write as a customer.")]);
  const depth = view.depth;
  $("depth").textContent = depth.waiting || depth.retrying ? `${depth.waiting} waiting, ${depth.retrying} to repeat` : "";
}

// The sections: all in sight where there is room, one at a time behind the tabs where there is not.
function choose(tab) {
  document.body.dataset.tab = tab;
  document.querySelectorAll("[data-to]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.to === tab)));
  if (location.hash !== `#${tab}`) history.replaceState(null, "", `#${tab}`);
}
document.querySelectorAll("[data-to]").forEach((b) => b.addEventListener("click", () => choose(b.dataset.to)));

const person = () => state.view.customers.find((c) => c.key === state.customer);

function write(command) {
  return call("POST", `/customers/${encodeURIComponent(state.customer)}/messages`, { phone_number_id: state.number, ...command });
}

// The gallery

const lastOf = (mine, type) => state.view.bubbles.findLast((b) =>
  b.mine === mine && !b.event && !b.deleted && (type === undefined || b.type === type))?.wamid;

async function play(entry) {
  const [path, body] = requestOf(entry, { customer: state.customer, number: state.number, person: person(), lastOf });
  state.atBottom = true;
  await call("POST", path, body);
}

function drawGallery() {
  GALLERY.forEach(([group, entries]) => {
    $("gallery").append(el("h3", {}, group), el("div", { className: "chips" },
      entries.map((entry) => el("button", { type: "button", "data-name": entry.name, className: entry.alone ? "alone" : "",
        title: entry.alone ? "Not part of “Send all”" : "", onclick: () => act(() => play(entry)) }, entry.name))));
  });
}

$("send-all").addEventListener("click", () => act(async () => {
  const entries = GALLERY.flatMap(([, group]) => group).filter((entry) => !entry.alone);
  const missed = [];
  $("send-all").disabled = true;
  try {
    for (const [index, entry] of entries.entries()) {
      $("send-all").textContent = `Sending ${index + 1} of ${entries.length}…`;
      // Those that answer a message of the business find none in a new thread.
      try { await play(entry); await refresh(); } catch (error) { missed.push(`${entry.name}: ${error.message}`); }
    }
  } finally {
    $("send-all").disabled = false;
    $("send-all").textContent = "Send all";
  }
  const sent = entries.length - missed.length;
  tell(missed.length ? `${sent} sent. Not sent: ${missed.join(" ")}` : `${sent} sent.`, sent > 0);
}));

// The phone

const thread = $("thread");
// A picture that arrives late must not push the newest message out of sight.
thread.addEventListener("load", () => { if (state.atBottom) thread.scrollTop = thread.scrollHeight; }, true);
thread.addEventListener("scroll", () => { state.atBottom = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60; });
thread.addEventListener("click", (event) => {
  const wanted = event.target.closest("button");
  const shown = state.view.bubbles.find((b) => b.wamid === event.target.closest("[data-wamid]")?.dataset.wamid);
  if (!wanted || !shown) return;
  if (wanted.dataset.do === "like") act(() => write({ type: "reaction", message_id: shown.wamid, emoji: shown.reactions.some((r) => r.from === "customer") ? "" : "👍" }));
  if (wanted.dataset.do === "quote") {
    state.quote = shown.wamid;
    $("quote-text").textContent = shown.text || shown.title || shown.file?.name || shown.type;
    $("quote").hidden = false;
    $("text").focus();
  }
  const answer = tapped(event.target, shown);
  if (answer?.type === "share_contact") act(() => write({ type: "contacts", contacts: ownCard(person()), reply_to: shown.wamid }));
  else if (answer) act(() => write({ ...answer, reply_to: shown.wamid }));
});

function dropQuote() {
  state.quote = null;
  $("quote").hidden = true;
}
$("quote-drop").addEventListener("click", dropQuote);

$("people").addEventListener("click", (event) => {
  const button = event.target.closest("button[data-key]");
  if (!button) return;
  state.customer = button.dataset.key;
  state.version = null;
  state.atBottom = true;
  dropQuote();
  if (document.body.dataset.tab === "people") choose("chat");
  act(async () => {});
});
$("number").addEventListener("change", (event) => {
  state.number = event.target.value;
  state.version = null;
  act(async () => {});
});
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value;
  if (!text.trim()) return;
  const command = { type: "text", text };
  if (state.quote) command.reply_to = state.quote;
  state.atBottom = true;
  act(async () => {
    await write(command);
    $("text").value = "";
    dropQuote();
  });
});
$("file").addEventListener("change", () => act(async () => {
  const [file] = $("file").files;
  if (!file) return;
  $("file").value = "";
  const family = file.type.split("/")[0];
  const kind = ["image", "video", "audio"].includes(family) ? family : "document";
  const data = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error("The file cannot be read."));
    reader.readAsDataURL(file);
  });
  const given = { data_base64: data.slice(data.indexOf(",") + 1), mime_type: file.type || "application/octet-stream" };
  if (kind === "document") given.filename = file.name;
  const caption = $("text").value.trim();
  await write({ type: kind, [kind]: given, ...(caption && kind !== "audio" ? { caption } : {}) });
  $("text").value = "";
}));
$("attach").addEventListener("click", () => $("file").click());
$("read").addEventListener("click", () => act(() => call("POST", `/customers/${encodeURIComponent(state.customer)}/read`, { phone_number_id: state.number })));

$("new-person").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = $("new-name").value.trim();
  if (!name) return;
  act(async () => {
    const wa_id = `9198${String(Date.now()).slice(-8)}`;
    await call("POST", "/customers", { wa_id, name });
    state.customer = wa_id;
    state.version = null;
    $("new-name").value = "";
  });
});

$("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  const [kind, value] = $("fault-kind").value.split(":");
  const rule = { kind, times: Number($("fault-times").value) || 1, match: { endpoint: $("fault-where").value } };
  if (kind === "error") rule.code = Number(value);
  if (kind === "delay") rule.seconds = Number(value);
  act(() => call("POST", "/faults", rule));
});
$("faults").addEventListener("click", (event) => {
  const id = event.target.closest("button")?.dataset.fault;
  if (id) act(() => call("DELETE", `/faults/${id}`));
});

drawGallery();
choose(["people", "chat", "gallery", "controls", "traffic"].includes(location.hash.slice(1)) ? location.hash.slice(1) : "gallery");
let polls = 0;
async function poll() {
  if (!document.hidden) {
    try {
      // Typing and the window end by the clock, without a change that would raise the version.
      if (polls++ % 15 === 14) state.version = null;
      await refresh();
      $("live").textContent = "live";
      $("live").classList.add("on");
    } catch {
      $("live").textContent = "no answer";
      $("live").classList.remove("on");
    }
  }
  setTimeout(poll, POLL_MS);
}
poll();
