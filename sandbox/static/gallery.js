// Everything that a customer, or WhatsApp itself, can send to the business: one click each, or all at once.
// `by: "webhook"` goes to /sandbox/webhooks, the rest is written by the customer. `alone` is left out of
// "send all": it changes who the customer is, or what happens to what comes after it.
const LONG = "A long message. ".repeat(256);
const ad = {
  source_url: "https://example.com/ad", source_id: "120226305854810726", source_type: "ad", headline: "Chat with us",
  body: "Fresh bread every morning", media_type: "image", image_url: "https://example.com/ad.jpg",
  ctwa_clid: "Aff-n8ZTODiE79d22KtAwQKj9e", welcome_message: { text: "Hi there! How can we help?" },
};
const full = {
  name: { formatted_name: "Dr. Meera Iyer", first_name: "Meera", last_name: "Iyer", prefix: "Dr." },
  phones: [{ phone: "+91 98200 12345", wa_id: "919820012345", type: "CELL" }, { phone: "+91 20 5550 1234", type: "WORK" }],
  emails: [{ email: "meera@example.com", type: "WORK" }], urls: [{ url: "https://example.com/meera", type: "WORK" }],
  org: { company: "Iyer Clinic", department: "Dentistry", title: "Dentist" }, birthday: "1984-06-01",
  addresses: [{ street: "12 MG Road", city: "Pune", zip: "411001", country: "India" }],
};
const call = (reply) => ({ type: "interactive", interactive: { type: "call_permission_reply", call_permission_reply: reply } });
const item = (name, command, more = {}) => ({ name, command, ...more });
const webhook = (name, command, more = {}) => ({ name, command, by: "webhook", ...more });

export const GALLERY = [
  ["Text", [
    item("Text", { text: "Do you have sourdough today?" }),
    item("Formatted", { text: "*Two* loaves, _please_, ~not three~\n- sourdough\n- rye\n> as always\n`A-1043`" }),
    item("With a link", { text: "Is it this one? https://example.com/loaf?id=7" }),
    item("Emoji", { text: "👨\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈 👍🏽 e\u0301 \u200b\ufeff" }),
    item("Right to left", { text: "שלום, המספר שלי \u200e+972 50 \u2013 شكرا ١٢٣" }),
    item("4,096 characters", { text: LONG.slice(0, 4096) }),
    item("Answer to the last message", { text: "Yes, that one.", quote: "last" }),
    item("Answer to an unknown message", { text: "About what you said last year", context: { from: "917755991053", id: "wamid.unknown" } }),
    item("Forwarded", { text: "FYI: closed on Monday", forwarded: true }),
    item("Forwarded many times", { text: "Free bread for all!!!", frequently_forwarded: true }),
    item("About a product", { text: "Do you have this in XL?", context: { referred_product: { catalog_id: "194836987003835", product_retailer_id: "di9ozbzfi4" } } }),
    item("From an ad", { text: "Can I get more info about this?", referral: ad }),
    item("Without a phone number", { text: "You only see my user ID", shape: "no_phone" }),
    item("Shape of 2025", { text: "No user ID anywhere", shape: "classic" }),
  ]],
  ["Files", [
    item("Photo", { type: "image", caption: "This one, *please*" }),
    item("Photo without words", { type: "image" }),
    item("Video", { type: "video", caption: "Listen to the crust" }),
    item("Voice message", { type: "audio", voice: true }),
    item("Audio file", { type: "audio", voice: false }),
    item("Document", { type: "document", caption: "Signed contract", filename: "Vertrag (März 2026) – ünterschrieben.pdf" }),
    item("Sticker", { type: "sticker" }),
  ]],
  ["Places and people", [
    item("Location", { type: "location", location: { latitude: 18.52043, longitude: 73.856743 } }),
    item("Venue", { type: "location" }),
    item("Contact card", { type: "contacts" }),
    item("Full contact card", { type: "contacts", contacts: [full] }),
    item("A vCard alone", { type: "contacts", contacts: [{ vcard: "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Jos=C3=A9 Garc=C3=ADa\r\nTEL;CELL:+34 600 000 001\r\nEND:VCARD\r\n" }] }),
    item("Their own number", { answer: "share_contact" }),
  ]],
  ["Answers", [
    item("Tap a reply button", { type: "button_reply", title: "Cancel", quote: "last" }),
    item("Choose from a list", { type: "list_reply", title: "Priority Mail", description: "Next day to 2 days", quote: "last" }),
    item("Tap a template's button", { type: "button", text: "Contact support", quote: "last" }),
    item("Fill in a form", { type: "flow_reply", quote: "last", response: { flow_token: "unused", firstName: "Asha", wants_callback: true, items: ["sourdough", "rye"], delivery: { street: "12 MG Road", floor: 3 } } }),
    item("Fill in an address", { type: "address_reply", quote: "last" }),
    item("Order", { type: "order" }),
    item("Pay for an order", { type: "payment", reference_id: "order-7" }),
    item("Try to pay for an order", { type: "payment", reference_id: "order-7", status: "failed" }),
    item("Allow calls", call({ response: "accept", is_permanent: true, response_source: "user_action" })),
    item("Refuse calls", call({ response: "reject", is_permanent: false, response_source: "user_action" })),
  ]],
  ["Reactions and changes", [
    item("React to the last message", { type: "reaction", emoji: "❤️", target: "last" }),
    item("Take the reaction back", { type: "reaction", emoji: "", target: "last" }, { alone: true }),
    item("Edit their last text", { type: "edit", target: "mine", coexistence: true, text: "I meant: *two* loaves" }),
    item("Delete their last message", { type: "revoke", target: "mine", coexistence: true }),
  ]],
  ["Not passed on", [
    item("Poll", { type: "unsupported", unsupported_type: "poll_creation" }),
    item("Edit without its text", { type: "unsupported", unsupported_type: "edit" }),
    item("Older form", { type: "unsupported" }),
    item("Only on the phone", { type: "unsupported", code: 131060, unsupported_type: "media_placeholder", details: "Please check the WhatsApp Business app on your phone." }),
    item("File too big", { type: "unsupported", code: 131052, details: "Unable to download the media sent by the user." }),
    item("A type of the future", { type: "quiz", quiz: { question: "Which colour?", options: [{ id: "1", text: "Blue" }, { id: "2", text: "Red" }] } }),
  ]],
  ["Calls and events", [
    webhook("Incoming call", { kind: "call_connect" }),
    webhook("Call of a minute", { kind: "call_terminate" }),
    item("Opens the chat", { type: "request_welcome" }),
    item("Opens the chat from an ad", { type: "request_welcome", message: { referral: ad } }),
    item("New security code", { type: "system", system: { body: "Security code changed", type: "user_identity_changed" } }),
    webhook("New phone number", { kind: "number_changed" }, { alone: true }),
    webhook("New user ID", { kind: "user_id_changed" }, { alone: true }),
    webhook("Stops marketing", { kind: "user_preference", value: "stop" }, { alone: true }),
    webhook("Resumes marketing", { kind: "user_preference", value: "resume" }, { alone: true }),
  ]],
  ["Phone app and Meta's agent", [
    webhook("Reply from the phone app", { kind: "echo", text: "Sent by a colleague on the phone" }),
    webhook("Old messages", { kind: "history" }),
    webhook("Name in the address book", { kind: "contact_sync", full_name: "Asha from Pune" }),
    webhook("Question to Meta's agent", { kind: "standby", text: "Are you open on Sunday?" }),
    webhook("Answer of Meta's agent", { kind: "standby", of: "echo", text: "Yes, from eight." }),
    webhook("Agent hands over", { kind: "handover", type: "control_passed", summary: "Wants to change the address." }),
    webhook("Agent takes over", { kind: "handover", type: "control_taken" }),
    webhook("Message in a group", { kind: "group_message", text: "What does everyone think?" }),
  ]],
  ["Status of the last message", [
    webhook("Delivered", { kind: "status", status: "delivered", of: "last" }, { alone: true }),
    webhook("Read", { kind: "status", status: "read", of: "last" }, { alone: true }),
    webhook("Played", { kind: "status", status: "played", of: "last" }, { alone: true }),
    ...[[131026, "unreachable"], [131047, "window closed"], [131049, "marketing limit"], [131050, "opted out"], [131053, "file refused"], [130472, "experiment"]]
      .map(([code, why]) => webhook(`Failed ${code}, ${why}`, { kind: "status", status: "failed", code, of: "last" }, { alone: true })),
  ]],
  ["Account and templates", [
    webhook("Restricted", { kind: "account_update", event: "ACCOUNT_RESTRICTION" }, { alone: true }),
    webhook("Alert", { kind: "account_alert" }, { alone: true }),
    webhook("Better quality", { kind: "number_quality" }, { alone: true }),
    webhook("Name decided", { kind: "number_name" }, { alone: true }),
    webhook("Security", { kind: "security" }, { alone: true }),
    webhook("Template's state", { kind: "template_status" }, { alone: true }),
    webhook("Template's quality", { kind: "template_quality" }, { alone: true }),
    webhook("Template's category", { kind: "template_category" }, { alone: true }),
    webhook("An error of Meta", { kind: "errors" }, { alone: true }),
    webhook("A field of the future", { kind: "field", field: "quantum_updates", value: { quantum: true } }, { alone: true }),
    webhook("The dashboard's test", { kind: "dashboard_test" }, { alone: true }),
  ]],
];

/** The card with which a customer shares their own number. */
export function ownCard(person) {
  const phone = person.detail.startsWith("+") ? person.detail : "+917700900123";
  return [{ name: { formatted_name: person.name, first_name: person.name }, phones: [{ phone, wa_id: phone.slice(1), type: "CELL" }], origin: "contact_request" }];
}

/**
 * The request of an entry: path and body. `lastOf(mine, type)` names the newest message, of a type where one is
 * given, of the customer or the business. Throws an Error where there is none to answer.
 */
export function requestOf(entry, { customer, number, person, lastOf }) {
  const { quote, target, of, answer, ...command } = entry.command;
  const need = (mine, type) => {
    const wamid = lastOf(mine, type);
    if (!wamid) throw new Error(mine ? "This customer has not written yet." : "The business has not written to this customer yet.");
    return wamid;
  };
  if (answer === "share_contact") Object.assign(command, { type: "contacts", contacts: ownCard(person) });
  if (quote) {
    const wamid = lastOf(false);
    if (wamid) command.reply_to = wamid;
  }
  if (command.type === "reaction") command.message_id = need(false);
  if (command.type === "edit") {
    command.edit = { original_message_id: need(true, "text"), message: { type: "text", text: { body: command.text } } };
    delete command.text;
  }
  if (command.type === "revoke") command.revoke = { original_message_id: need(true) };
  if (of === "last") command.wamid = need(false);
  else if (of) command.of = of;
  if (entry.by === "webhook") return ["/webhooks", { customer, phone_number_id: number, ...command }];
  return [`/customers/${encodeURIComponent(customer)}/messages`, { phone_number_id: number, ...command }];
}
