// The sandbox's page: polls one view of the world and draws it. Everything is text nodes, never markup from data.
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
const $ = (id) => document.getElementById(id);
const state = { customer: "", number: "", version: null, view: null, quote: null, atBottom: true };

function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

async function call(method, path, body) {
  const response = await fetch(`/sandbox${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) {
    const said = await response.json().catch(() => ({}));
    throw new Error(said.error || `HTTP ${response.status}`);
  }
  return response;
}

let toastTimer;
async function act(work) {
  try {
    await work();
    await refresh();
  } catch (error) {
    $("toast").textContent = error.message;
    $("toast").hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { $("toast").hidden = true; }, 5000);
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
  $("callback").textContent = `webhooks to ${view.callback_url}`;
  fill($("number"), view.numbers.map((n) => el("option", { value: n.phone_number_id, selected: n.phone_number_id === view.phone_number_id }, n.name)));
  drawPeople(view);
  drawThread(view);
  drawSwitches($("behaviour"), BEHAVIOUR, view.behaviour, "/behaviour");
  drawSwitches($("delivery"), DELIVERY, view.delivery, "/delivery");
  drawFaults(view.faults);
  drawTraffic(view);
}

// Nodes that have not changed stay, so that focus, playback and selection survive a poll.
function fill(parent, nodes) {
  nodes.forEach((node, index) => {
    const present = parent.children[index];
    if (!present) parent.append(node);
    else if (present.outerHTML !== node.outerHTML) present.replaceWith(node);
  });
  while (parent.children.length > nodes.length) parent.lastElementChild.remove();
}

function initials(name) {
  return [...name.replace(/[^\p{L}\p{N} ]/gu, "").trim()][0]?.toUpperCase() || "?";
}

function drawPeople(view) {
  const people = [...view.customers].sort((a, b) => b.seq - a.seq);
  fill($("people"), people.map((person) => el("li", {},
    el("button", { type: "button", "aria-current": String(person.key === view.customer), "data-key": person.key },
      el("span", { className: "avatar", "aria-hidden": "true" }, initials(person.name)),
      el("span", { className: "lines" },
        el("div", { className: "name", dir: "auto" }, person.name),
        el("div", { className: "sub", dir: "auto" }, person.preview || person.detail))))));
}

function drawThread(view) {
  const thread = $("thread");
  const person = view.customers.find((c) => c.key === view.customer);
  $("peer").textContent = view.business;
  $("peer-avatar").textContent = initials(view.business);
  $("presence").textContent = view.thread.typing ? "typing…"
    : view.thread.blocked ? `has blocked ${person?.name}`
    : view.thread.window_open ? "may answer freely until " + new Date(view.thread.window_expires_at * 1000).toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit" })
    : "may only send templates now";
  const nodes = view.bubbles.map(bubble);
  fill(thread, nodes.length ? nodes : [el("p", { className: "empty" }, `${person?.name || "This customer"} has not talked to ${view.business} yet. Write something below.`)]);
  if (state.atBottom) thread.scrollTop = thread.scrollHeight;
}

function bubble(b) {
  const time = new Date(b.at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return el("div", { className: `bubble${b.mine ? " mine" : ""}${b.reactions.length ? " reacted" : ""}`, "data-wamid": b.wamid },
    b.quote ? el("div", { className: "quoted", dir: "auto" }, b.quote) : null,
    media(b.media),
    b.text || !b.media ? el("p", { dir: "auto" }, b.text || `(${b.type})`) : null,
    b.footer ? el("div", { className: "foot" }, b.footer) : null,
    b.buttons.length ? el("div", { className: "choices" }, ...b.buttons.map((button, index) =>
      el("button", { type: "button", "data-choice": String(index) }, button.title))) : null,
    el("div", { className: "meta" },
      el("button", { type: "button", "data-do": "quote" }, "reply"),
      el("button", { type: "button", "data-do": "like" }, "👍"),
      el("span", {}, time), ticks(b)),
    b.reactions.length ? el("span", { className: "reactions" }, b.reactions.map((r) => r.emoji).join(" ")) : null);
}

function ticks(b) {
  if (b.state === "failed") return el("span", { className: "failed" }, `failed ${b.error ?? ""}`);
  if (!b.mine) return el("span", {}, b.state);
  return el("span", { className: b.state, title: b.state, "aria-label": b.state }, "✓✓");
}

function media(m) {
  if (!m) return null;
  if (!m.url) return el("p", { className: "foot" }, m.link || `(${m.kind})`);
  if (m.kind === "image") return el("img", { src: m.url, alt: "Photo", loading: "lazy" });
  if (m.kind === "sticker") return el("img", { src: m.url, alt: "Sticker", className: "sticker" });
  if (m.kind === "video") return el("video", { src: m.url, controls: true });
  if (m.kind === "audio") return el("audio", { src: m.url, controls: true });
  return el("a", { href: m.url, download: "" }, "Download");
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
  fill($("requests"), [...view.requests].reverse().map((r) => el("li", {},
    clock(r.at),
    el("span", { className: r.outcome === "ok" ? "ok" : "bad" }, r.http_status === null ? "—" : String(r.http_status)),
    el("span", { className: "what", title: r.fault || "" }, `${r.code ? `${r.code} ` : ""}${r.fault ? `⚡${r.fault} ` : ""}${r.endpoint}${r.to ? ` → ${r.to}` : ""}`),
    el("span", { className: "ms" }, `${Math.round(r.ms)} ms`))));
  fill($("deliveries"), [...view.deliveries].reverse().map((d) => {
    const last = d.attempts.at(-1);
    const kind = d.state === "delivered" ? "ok" : d.state === "failed" ? "bad" : "wait";
    return el("li", {},
      clock(d.created_at),
      el("span", { className: kind }, last ? String(last.status ?? "—") : "…"),
      el("span", { className: "what", title: d.labels.join(", ") }, `${d.labels[0]}${d.labels.length > 1 ? ` +${d.labels.length - 1}` : ""}${d.attempts.length > 1 ? ` (try ${d.attempts.length})` : ""}${d.repeat_of ? " (again)" : ""}`),
      el("span", { className: "ms" }, last ? `${Math.round(last.ms)} ms` : ""));
  }));
  const depth = view.depth;
  $("depth").textContent = depth.waiting || depth.retrying ? `${depth.waiting} waiting, ${depth.retrying} to repeat` : "";
}

function choose(tab) {
  document.body.dataset.tab = tab;
  document.querySelectorAll(".tabs button").forEach((b) => b.setAttribute("aria-current", String(b.dataset.to === tab)));
}

function write(command) {
  return call("POST", `/customers/${encodeURIComponent(state.customer)}/messages`, { phone_number_id: state.number, ...command });
}

// A picture that arrives late must not push the newest message out of sight.
$("thread").addEventListener("load", () => {
  if (state.atBottom) $("thread").scrollTop = $("thread").scrollHeight;
}, true);
$("thread").addEventListener("scroll", () => {
  const thread = $("thread");
  state.atBottom = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60;
});

$("people").addEventListener("click", (event) => {
  const button = event.target.closest("button[data-key]");
  if (!button) return;
  state.customer = button.dataset.key;
  state.version = null;
  state.atBottom = true;
  dropQuote();
  choose("chat");
  act(async () => {});
});
$("number").addEventListener("change", (event) => {
  state.number = event.target.value;
  state.version = null;
  act(async () => {});
});
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const kind = $("kind").value;
  const text = $("text").value;
  if (kind === "text" && !text.trim()) return;
  const command = { type: kind };
  if (kind === "text") command.text = text;
  else if (["image", "video", "document"].includes(kind) && text) command.caption = text;
  else if (kind === "unsupported") command.unsupported_type = "poll_creation";
  if (state.quote) command.reply_to = state.quote;
  act(async () => {
    await write(command);
    $("text").value = "";
    $("kind").value = "text";
    dropQuote();
    $("text").focus();
  });
});
$("thread").addEventListener("click", (event) => {
  const node = event.target.closest("[data-wamid]");
  const shown = node && state.view.bubbles.find((b) => b.wamid === node.dataset.wamid);
  if (!shown) return;
  const wanted = event.target.closest("button");
  if (wanted?.dataset.do === "like") act(() => write({ type: "reaction", message_id: shown.wamid, emoji: "👍" }));
  if (wanted?.dataset.do === "quote") {
    state.quote = shown.wamid;
    $("quote-text").textContent = shown.text || shown.type;
    $("quote").hidden = false;
    $("text").focus();
  }
  if (wanted?.dataset.choice) act(() => write(answer(shown.buttons[Number(wanted.dataset.choice)], shown.wamid)));
});
function answer(button, wamid) {
  if (button.type === "button") return { type: "button", text: button.title, payload: button.payload, reply_to: wamid };
  if (button.type === "share_contact") {
    const me = state.view.customers.find((c) => c.key === state.customer);
    const phone = me.detail.startsWith("+") ? me.detail : "+917700900123";
    return { type: "contacts", reply_to: wamid, contacts: [{ name: { formatted_name: me.name, first_name: me.name }, phones: [{ phone, wa_id: phone.slice(1), type: "CELL" }], origin: "contact_request" }] };
  }
  return { ...button, reply_to: wamid };
}
function dropQuote() {
  state.quote = null;
  $("quote").hidden = true;
}
$("quote-drop").addEventListener("click", dropQuote);
$("read").addEventListener("click", () => act(() => call("POST", `/customers/${encodeURIComponent(state.customer)}/read`, { phone_number_id: state.number })));
$("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  const [kind, value] = $("fault-kind").value.split(":");
  const rule = { kind, times: Number($("fault-times").value) || 1, match: { endpoint: "messages" } };
  if (kind === "error") rule.code = Number(value);
  if (kind === "delay") rule.seconds = Number(value);
  act(() => call("POST", "/faults", rule));
});
$("faults").addEventListener("click", (event) => {
  const id = event.target.closest("button")?.dataset.fault;
  if (id) act(() => call("DELETE", `/faults/${id}`));
});
document.querySelector(".tabs").addEventListener("click", (event) => {
  const to = event.target.closest("button")?.dataset.to;
  if (to) choose(to);
});

choose(location.hash.slice(1) || "chat");
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
