// The customer's phone: bubbles as WhatsApp shows them, and what tapping them answers.
import { el, fill, initials, $ } from "./dom.js";

const FILES = { document: "📄", audio: "🎵", video: "🎬", image: "🖼️", sticker: "🖼️" };

/** Draws the thread of the chosen customer; `stay` keeps it at its end. */
export function drawThread(view, stay) {
  const thread = $("thread");
  const person = view.customers.find((c) => c.key === view.customer);
  $("peer").textContent = view.business;
  $("peer-avatar").textContent = initials(view.business);
  $("owner").textContent = `${person?.name || "This customer"}'s phone`;
  const until = (at) => new Date(at * 1000).toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit" });
  $("presence").classList.toggle("typing", view.thread.typing);
  $("presence").textContent = view.thread.typing ? "typing…"
    : view.thread.blocked ? `has blocked ${person?.name}`
    : view.thread.window_open ? `may answer freely until ${until(view.thread.window_expires_at)}`
    : "may only send templates now";
  const nodes = view.bubbles.map(bubble);
  fill(thread, nodes.length ? nodes : [el("p", { className: "empty" }, `${person?.name || "This customer"} has not talked to ${view.business} yet. Write something below, or send something from the gallery.`)]);
  if (stay) thread.scrollTop = thread.scrollHeight;
}

function bubble(b) {
  if (b.event) return el("p", { className: "event", "data-wamid": b.wamid }, b.text || b.title || b.type);
  const time = new Date(b.at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const isSticker = b.file?.kind === "sticker";
  const content = b.deleted ? [el("p", { className: "gone" }, b.mine ? "You deleted this message" : "This message was deleted")] : [
    b.forwarded ? el("p", { className: "foot" }, "↪ Forwarded") : null,
    b.quote ? el("div", { className: "quoted", dir: "auto" }, b.quote) : null,
    file(b.file),
    b.title ? el("p", { className: "title", dir: "auto" }, b.title) : null,
    place(b.place),
    ...b.cards.map((card) => el("div", { className: "card" },
      el("span", { className: "avatar", "aria-hidden": "true" }, initials(card.name)),
      el("div", {}, el("strong", { dir: "auto" }, card.name), el("div", { className: "foot", dir: "auto" }, card.detail)))),
    b.text ? el("div", { className: "words", dir: "auto" }, ...marked(b.text)) : null,
    b.rows.length ? el("dl", { className: "lines" }, ...b.rows.map((row) => el("div", {}, el("dt", { dir: "auto" }, row.label), el("dd", { dir: "auto" }, row.value)))) : null,
    b.footer ? el("div", { className: "foot", dir: "auto" }, b.footer) : null,
    b.cards_shown.length ? el("div", { className: "carousel", tabIndex: 0, role: "group", "aria-label": "Cards" },
      ...b.cards_shown.map((card, at) => el("div", { className: "slide" },
        file(card.file),
        card.text ? el("div", { className: "words", dir: "auto" }, ...marked(card.text)) : null,
        choices(card, `${at}:`)))) : null,
  ];
  return el("div", { className: `bubble${b.mine ? " mine" : ""}${b.reactions.length ? " reacted" : ""}${isSticker ? " bare" : ""}`, "data-wamid": b.wamid },
    content,
    el("div", { className: "meta" },
      el("button", { type: "button", "data-do": "quote", title: "Answer this message" }, "Reply"),
      b.mine ? null : el("button", { type: "button", "data-do": "like", "aria-label": "React with a thumb up" }, "👍"),
      b.edited ? el("span", {}, "edited") : null,
      el("span", {}, time), ticks(b)),
    b.deleted ? null : choices(b),
    b.reactions.length ? el("span", { className: "reactions" }, b.reactions.map((r) => r.emoji).join(" ")) : null);
}

/** *bold*, _italic_, ~struck~ and `code`, as elements; everything else as it is. */
function marked(text) {
  const parts = text.split(/(\*[^*\n]+\*|_[^_\n]+_|~[^~\n]+~|`[^`\n]+`)/);
  const tags = { "*": "strong", _: "em", "~": "s", "`": "code" };
  return parts.filter(Boolean).map((part) => {
    const tag = part.length > 2 && part[0] === part.at(-1) ? tags[part[0]] : null;
    return tag ? el(tag, {}, part.slice(1, -1)) : document.createTextNode(part);
  });
}

function ticks(b) {
  if (b.state === "failed") return el("span", { className: "failed" }, `not delivered ${b.error ?? ""}`);
  if (!b.mine) return null;
  return el("span", { className: `ticks ${b.state}`, title: b.state === "read" ? "read by the business" : "delivered", role: "img", "aria-label": b.state }, "✓✓");
}

function file(f) {
  if (!f) return null;
  if (!f.url && f.link) return el("p", { className: "foot" }, `${FILES[f.kind]} ${f.link}`);
  if (!f.url) return el("p", { className: "foot" }, `${FILES[f.kind]} ${f.name} (no longer kept)`);
  if (f.kind === "image") return el("img", { src: f.url, alt: "Photo", loading: "lazy" });
  if (f.kind === "sticker") return el("img", { src: f.url, alt: "Sticker", className: "sticker" });
  if (f.kind === "video") return el("video", { src: f.url, controls: true, preload: "metadata" });
  if (f.kind === "audio") return el("div", { className: "sound" }, el("span", { "aria-hidden": "true" }, f.voice ? "🎤" : "🎵"), el("audio", { src: f.url, controls: true, preload: "metadata" }));
  return el("a", { className: "document", href: f.url, download: f.name },
    el("span", { "aria-hidden": "true" }, "📄"),
    el("span", { className: "document-name", dir: "auto" }, f.name),
    f.size === null ? null : el("span", { className: "foot" }, size(f.size)));
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function place(p) {
  if (!p) return null;
  return el("div", { className: "card" },
    el("span", { className: "avatar", "aria-hidden": "true" }, "📍"),
    el("div", {}, el("strong", { dir: "auto" }, p.name), p.address ? el("div", { className: "foot", dir: "auto" }, p.address) : null,
      el("div", { className: "foot" }, p.at)));
}

const SIGNS = { link: "🔗", copy: "📋", call: "📞", form: "📝", products: "🛍️", other: "" };

/** `prefix` tells whose buttons these are: of which card, or nothing for the message's own. */
function choices(b, prefix = "") {
  if (!b.buttons.length && !b.list) return null;
  return el("div", { className: "choices" },
    ...b.buttons.map((button, index) => {
      const text = `${SIGNS[button.kind] ?? "↩"} ${button.title}`;
      if (button.answers) return el("button", { type: "button", "data-choice": `${prefix}${index}` }, text);
      return el("span", { className: "plain", dir: "auto" }, text, button.detail ? el("span", { className: "foot" }, button.detail) : null);
    }),
    b.list ? el("details", {},
      el("summary", {}, `☰ ${b.list.button}`),
      ...b.list.sections.map((section, at) => el("div", {},
        section.title ? el("p", { className: "foot", dir: "auto" }, section.title) : null,
        ...section.rows.map((row, index) => el("button", { type: "button", "data-row": `${at}.${index}` },
          el("span", { dir: "auto" }, row.title),
          row.description ? el("span", { className: "foot", dir: "auto" }, row.description) : null))))) : null);
}

/** What the customer answers by tapping this element of a bubble; null where it answers nothing. */
export function tapped(target, shown) {
  const choice = target.closest("[data-choice]");
  if (choice) {
    const [button, card] = choice.dataset.choice.split(":").map(Number).reverse();
    return (card === undefined ? shown : shown.cards_shown[card]).buttons[button].answers;
  }
  const row = target.closest("[data-row]");
  if (!row) return null;
  const [section, index] = row.dataset.row.split(".").map(Number);
  return shown.list.sections[section].rows[index].answer;
}
