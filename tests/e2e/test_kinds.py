"""Every kind of webhook, on the page: all bodies of the catalogue, and the sandbox's own gallery."""

import base64
import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.looking import expect, violations
from tests.e2e.product import Product, wait_until
from tests.e2e.thread import read_rows
from tests.kinds.asking import ADDRESS, CALL, CAROUSEL, order, order_status
from tests.whatsapp.catalogue import ASHA, ASHA_ID, PAYLOADS

pytestmark = pytest.mark.timeout(300)
PARENT_ID, GROUP_ID = "IN.ENT.11815799212886844830", "Y2FwaV9ncm91cDox"
SHEENA, SHEENA_ID = "16505551234", "US.10987654321098765432"
WABA, NUMBER = "811978564885194", "830558756814059"

# What the thread says of each body: one of its rows has all of these words.
SHOWN: dict[str, tuple[str, ...]] = {
    "batch-duplicate-message": ("twice",),
    "batch-messages-and-statuses": ("message and statuses in one value",),
    "batch-out-of-order-messages": ("third",),
    "bsuid-text-empty-strings": ("Same, older announcement shape",),
    "bsuid-text-no-phone": ("Hi! I found you by your username.",),
    "bsuid-text-with-parent": ("Both ids and a phone number",),
    "call-connect": ("Called you",),
    "coex-echo-text": ("From the phone app", "Here's the info you requested!"),
    "coex-history-threads": ("From before this inbox was connected", "Thanks!"),
    "edge-contact-order-mismatch": ("from Asha",),
    "edge-contact-without-profile": ("no profile",),
    "edge-meta-escaped-bytes": ("50% off <tod",),
    "edge-no-contacts": ("no contacts",),
    "edge-text-emoji-zwj": ("👨\u200d👩\u200d👧\u200d👦",),
    "edge-text-long-4096": ("Länger als g",),
    "edge-text-rtl": ("שלום, המספר שלי",),
    "handover-control-passed": ("Meta’s AI agent handed the conversation to you.", "delivery address"),
    "msg-audio-voice": ("Voice message",),
    "msg-button": ("Tapped a button", "Unsubscribe", "Seed of msg-button"),
    "msg-contacts": ("Barbara J. Johnson", "Social Tsunami", "+1 (415) 555-0829", "Start chat"),
    "msg-contacts-request-reply": ("Their own number", "Asha Kulkarni"),
    "msg-document": ("Vertrag_Müller (final).pdf", "Signed contract"),
    "msg-future-type": ("Message of type “poll”", "Which colour?", "Blue"),
    "msg-image-caption": ("Photo", "Taken this m"),
    "msg-image-no-url": ("Photo",),
    "msg-interactive-button-reply": ("Tapped a button", "Cancel", "Seed of msg-interactive-button-reply"),
    "msg-interactive-flow-reply": ("Form", "First Name", "Asha", "Wants callback", "✓", "a, b"),
    "msg-interactive-list-reply": ("Chose from the list", "Priority Mail Express", "Next Day to 2 Days"),
    "msg-location-pin": ("Shared location", "18.52043, 73.85674", "Open in a map"),
    "msg-location-venue": ("Philz Coffee", "101 Forest Ave", "Open in a map", "philzcoffee.com"),
    "msg-media-too-big": ("A file that is too large", "100 MB"),
    "msg-order": ("Order · 2 items", "di9ozbzfi4", "US$85.50", "Love these!"),
    "msg-request-welcome": ("Opened the chat for the first time",),
    "msg-sticker-animated": ("Sticker",),
    "msg-text": ("Hi, is my order ready? 🙂",),
    "msg-text-about-product": ("About product di9ozbzfi4", "Do you have this in XL?"),
    "msg-text-ad-referral-image": (
        "Came from an ad",
        "Chat with us",
        "Summer succulents",
        "https://fb.me/3cr4Wqqkv",
    ),
    "msg-text-classic": ("Hello",),
    "msg-text-forwarded": ("Forwarded", "FYI: store closed on Monday"),
    "msg-text-reply": ("Seed of msg-text-reply", "Yes please"),
    "msg-unsupported-131060": ("A file that only the phone app can show", "WhatsApp Business app"),
    "msg-unsupported-classic": ("Message that cannot be shown here", "Ask the customer"),
    "msg-unsupported-edit-cloud-only": ("Edited a message on their phone",),
    "msg-unsupported-poll": ("A poll",),
    "msg-video": ("Video", "See the nois"),
    "standby-text": ("Handled by Meta’s AI agent", "Question answered by the AI agent"),
}
# What the message says that a body is about, once that has come.
ON_TARGET: dict[str, tuple[str, ...]] = {
    "bsuid-status-failed-old-parent-key": ("Failed", "Error 131062"),
    "bsuid-status-no-phone": ("Delivered",),
    "msg-edit-text": ("Hi, is my order 1043 ready?", "edited"),
    "msg-reaction": ("👍🏽",),
    "msg-revoke": ("The customer deleted this message",),
    "coex-echo-revoke": ("This message was deleted",),
    "status-delivered": ("Delivered",),
    "status-duplicate-in-one-post": ("Delivered",),
    "status-failed-131026": ("Failed", "Error 131026"),
    "status-failed-131047": ("Failed", "Error 131047"),
    "status-failed-131049": ("Failed", "Error 131049"),
    "status-failed-131050": ("Failed", "Error 131050"),
    "status-failed-more-codes": ("Failed", "Error 1"),
    "status-free-entry-point": ("Sent",),
    "status-legacy-values": ("Sent",),
    "status-out-of-order": ("Read",),
    "status-played": ("Read",),
    "status-read": ("Read",),
    "status-sent": ("Sent",),
    "status-sent-conversation-v23": ("Sent",),
    "status-unknown-message": ("Delivered",),
    "msg-reaction-removed-absent": (),
    "msg-reaction-removed-empty": (),
}
# These change who the customer is: each has a customer of its own, and its row says so.
ALONE: dict[str, tuple[str, ...]] = {
    "msg-system-number-changed": ("Changed their phone number to",),
    "msg-system-number-changed-bsuid": ("Changed their phone number to",),
    "msg-system-user-id-changed": ("Has a new WhatsApp user ID",),
}
# Nothing of these belongs in this customer's thread. Those of accounts are posted for another one: they
# would stop the sends of other tests.
ELSEWHERE = {
    "acct-alert", "acct-update-restriction", "batch-two-numbers", "batch-two-wabas", "call-status",
    "coex-contact-add", "edge-dashboard-test", "edge-empty-messages", "edge-unknown-field",
    "errors-at-value-level", "group-status-aggregate", "group-text", "num-quality", "pref-stop",
    "status-with-callback-data", "tpl-approved", "tpl-quality", "tpl-rejected",
}  # fmt: skip
OF_ANOTHER_ACCOUNT = {
    "acct-alert", "acct-update-restriction", "batch-two-numbers", "batch-two-wabas", "errors-at-value-level",
    "num-quality", "tpl-approved", "tpl-quality", "tpl-rejected",
}  # fmt: skip
# These pause the number, which every other test sends from.
PAUSING = (b"131042", b"131031", b"131048")
_TARGETS = re.compile(rb'"(?:message_id|original_message_id)": ?"(wamid\.[^"]+)"')
_CONTEXT = re.compile(rb'"context": ?\{[^}]*?"id": ?"(wamid\.[^"]+)"')
_STATUS = re.compile(rb'"id": ?"(wamid\.[^"]+)",\s*"status"')


class Walk:
    """Posts bodies of the catalogue as those of one customer who nobody else has."""

    def __init__(self, product: Product, tag: str) -> None:
        self.product = product
        digits = f"{time.time_ns() // 1000 % 10**8:08d}"
        self.phone = f"9176{digits}"
        self._replace = [
            (ASHA, self.phone),
            (ASHA_ID, f"IN.1{digits}01"),
            (PARENT_ID, f"IN.ENT.1{digits}02"),
            (SHEENA, f"1650{digits}"),
            (SHEENA_ID, f"US.1{digits}03"),
            ("917755991099", f"9175{digits}"),
            ("IN.20000000000000000001", f"IN.2{digits}04"),
            ("IN.ENT.20000000000000000002", f"IN.ENT.2{digits}05"),
            (GROUP_ID, f"Y2Fw{digits}"),
            ("ABGG", f"A{digits}"),
        ]
        self._tag = f"{tag}{digits}"

    def own(self, name: str, body: bytes) -> bytes:
        """The body with ids of this walk's: of people, and of messages by file."""
        for old, new in self._replace:
            body = body.replace(old.encode(), new.encode())
        if name in OF_ANOTHER_ACCOUNT:
            body = body.replace(NUMBER.encode(), b"830558756000000").replace(
                WABA.encode(), b"811978564000000"
            )
        for code in PAUSING:
            body = body.replace(code, b"131026")
        return body.replace(b'"wamid.', f'"wamid.{self._tag}.{name}.'.encode())

    def post(self, body: bytes) -> None:
        sent = self.product.control("POST", "/webhooks/raw", {"body_base64": base64.b64encode(body).decode()})
        assert sent["status"] == 200, sent

    def post_file(self, name: str) -> None:
        """Post a body, and before it the messages that it is about."""
        body = self.own(name, (PAYLOADS / f"{name}.json").read_bytes())
        found = [*_TARGETS.findall(body), *_STATUS.findall(body), *_CONTEXT.findall(body)]
        for index, wamid in enumerate(dict.fromkeys(found)):
            self._seed(name, wamid.decode(), index)
        self.post(body)

    def _seed(self, name: str, wamid: str, index: int) -> None:
        text = f"Seed of {name}" + (f" {index}" if index else "")
        if name in ("msg-edit-text", "msg-revoke"):
            seed = {"kind": "text", "wamid": wamid, "text": text}
        else:
            seed = {"kind": "echo", "wamid": wamid, "text": text}
        self.product.control("POST", "/webhooks", seed | {"customer": self.phone, "wait": True})


def open_thread(page: Any, product: Product, conversation: dict[str, Any]) -> str:
    """Open a conversation by its address; returns its heading."""
    page.goto(f"{product.url}/live-chat/{conversation['id']}?number={conversation['phone_number_id']}")
    heading = page.get_by_role("heading", level=2).first
    heading.wait_for()
    return str(heading.inner_text())


def has_row(rows: list[str], words: tuple[str, ...]) -> bool:
    return any(all(word in row for word in words) for row in rows)


def test_every_body_of_the_catalogue_is_shown_with_something_true(agent: Any, product: Product) -> None:
    files = {path.stem for path in Path(PAYLOADS).glob("*.json")}
    assert files == SHOWN.keys() | ON_TARGET.keys() | ALONE.keys() | ELSEWHERE
    # Files of the catalogue's own digests and tokens cannot be fetched: they stay on their way.
    walk = Walk(product, "walk")
    product.control(
        "POST",
        "/customers",
        {"wa_id": walk.phone, "name": "Walter Walk", "user_id": walk.own("", ASHA_ID.encode()).decode()},
    )
    for name in sorted(files - ALONE.keys()):
        walk.post_file(name)
    conversation = product.conversation(walk.phone)
    last = walk.own("", b"Question answered by the AI agent").decode()
    wait_until(lambda: any(m["text"] == last for m in product.messages(walk.phone)), 30, "the last message")
    wait_until(lambda: product.conversation(walk.phone)["unread_count"] > 35, 30, "all messages")

    name = open_thread(agent, product, conversation)
    rows: list[str] = []

    def missing() -> list[str]:
        # Several ingests share the bodies: one may still be at work when the last message is there.
        rows[:] = read_rows(agent, name)
        about = {
            file: words if file in GONE else (f"Seed of {file}", *words) for file, words in ON_TARGET.items()
        }
        return [file for file, words in (SHOWN | about).items() if not has_row(rows, words)]

    deadline = time.monotonic() + 60
    while lacking := missing():
        assert time.monotonic() < deadline, f"no row says what it should of {lacking}"
    assert sum("twice" in row for row in rows) == 1
    # A removed reaction leaves nothing, and a status of an unknown value moves nothing.
    assert not any("👍" in row for row in rows if "Seed of msg-reaction-removed" in row)
    assert not any("Error" in row for row in rows if "Seed of status-legacy-values" in row)
    assert all(row.strip() for row in rows)
    assert violations(agent) == []

    assert product.conversation(walk.phone)["marketing_opt_out"] is True
    group = next(
        item
        for item in product.api("GET", f"/conversations?phone_number_id={NUMBER}&limit=50")["conversations"]
        if (item["last_message"] or {}).get("text") == "What does everyone think about this?"
    )
    assert has_row(read_rows(agent, open_thread(agent, product, group)), ("What does everyone think",))


GONE = {"msg-edit-text", "msg-revoke", "coex-echo-revoke"}


@pytest.mark.parametrize("file", sorted(ALONE))
def test_a_change_of_who_the_customer_is_is_a_line_of_their_thread(
    agent: Any, product: Product, file: str
) -> None:
    walk = Walk(product, "alone")
    walk.post_file("msg-text")
    conversation = product.conversation(walk.phone)
    walk.post_file(file)
    messages = f"/messages?conversation_id={conversation['id']}"
    wait_until(lambda: len(product.api("GET", messages)["messages"]) == 2, what="the line")
    rows = read_rows(agent, open_thread(agent, product, conversation))
    assert has_row(rows, ALONE[file]), rows


def test_the_gallery_reaches_the_agent_whole(agent: Any, page: Any, product: Product) -> None:
    customer = product.customer("Gail Gallery")
    product.write(customer, "First of all")
    conversation = product.conversation(customer)
    product.api("POST", "/send-message", {
        "phone_number_id": NUMBER, "conversation_id": conversation["id"], "message": "We are open."
    })  # fmt: skip
    box = agent.context.new_page()
    complaints: list[str] = []
    box.on("console", lambda message: complaints.append(message.text))
    box.on("pageerror", lambda error: complaints.append(str(error)))
    box.goto(product.sandbox_url)
    box.locator(f"button[data-key='{customer}']").click()
    expect(box.locator("#thread")).to_contain_text("We are open.", timeout=60_000)
    box.get_by_role("button", name="Send all").click()
    expect(box.get_by_role("alert")).to_have_text(re.compile(r"^\d+ sent\.$"), timeout=120_000)
    for scheme in ("light", "dark"):
        box.emulate_media(color_scheme=scheme)
        assert violations(box) == []
    assert complaints == []
    box.close()

    def ready() -> bool:
        media = [m["content"].get("media") for m in product.messages(customer)]
        states = [item["state"] for item in media if item]
        return len(states) == 7 and set(states) == {"ready"}

    wait_until(ready, 60, "the files")
    rows = read_rows(agent, open_thread(agent, product, conversation))
    for words in (
        ("Do you have sourdough today?",),
        ("We are open.", "Yes, that one."),
        ("An earlier message", "About what you said last year"),
        ("Forwarded many times", "Free bread for all!!!"),
        ("Came from an ad", "Fresh bread every morning"),
        ("Listen to the crust", "0:01"),
        ("Vertrag (März 2026) – ünterschrieben.pdf", "PDF"),
        ("Dr. Meera Iyer", "Dentist, Dentistry, Iyer Clinic", "meera@example.com"),
        ("José García", "+34 600 000 001"),
        ("Address", "12 MG Road", "411001"),
        ("Order · 2 items", "₹85.50"),
        ("Paid · ₹210.00", "Order order-7"),
        ("Payment failed · ₹210.00", "payment_failed"),
        ("Opened the chat for the first time", "Came from an ad", "Fresh bread every morning"),
        ("You may call this customer.",),
        ("I meant: two loaves", "edited"),
        ("The customer deleted this message",),
        ("Message of type “quiz”", "Which colour?"),
        ("Called you · 1:00",),
        ("From the phone app", "Sent by a colleague on the phone"),
        ("Answered by Meta’s AI agent", "Yes, from eight."),
    ):
        assert has_row(rows, words), (words, rows)
    assert all(row.strip() for row in rows)


def test_a_picture_is_looked_at_large_and_a_note_is_played(agent: Any, product: Product) -> None:
    customer = product.customer("Lara Large")
    for index in range(2):
        product.write(customer, type="image", caption=f"Loaf {index}")
        # Webhooks of the same second may overtake each other.
        wait_until(lambda count=index + 1: len(product.messages(customer)) == count, what="the picture")
    product.write(customer, type="audio", voice=True)
    wait_until(
        lambda: [m["content"]["media"]["state"] for m in product.messages(customer)] == ["ready"] * 3,
        30,
        "the files",
    )
    open_thread(agent, product, product.conversation(customer))
    picture = agent.get_by_role("button", name="Open Loaf 0")
    picture.click()
    large = agent.get_by_role("dialog", name="Picture")
    expect(large).to_contain_text("1 of 2")
    agent.keyboard.press("ArrowRight")
    expect(large).to_contain_text("Loaf 1")
    large.get_by_role("button", name="Zoom in").click()
    assert violations(agent) == []
    agent.keyboard.press("Escape")
    expect(large).to_have_count(0)
    expect(picture).to_be_focused()
    player = agent.get_by_role("group", name="Voice message")
    player.get_by_role("button", name="Speed 1×").click()
    expect(player.get_by_role("button", name="Speed 1.5×")).to_be_visible()
    player.get_by_role("button", name="Play").click()
    # It plays, ends, and can be played again; the speed stays.
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    expect(player.get_by_role("button", name="Play")).to_be_visible(timeout=15_000)
    expect(player.get_by_role("button", name="Speed 1.5×")).to_be_visible()


def test_a_file_that_cannot_be_fetched_says_why_and_is_asked_for_again(agent: Any, product: Product) -> None:
    customer = product.customer("Fred Fetch")
    # An id that WhatsApp does not know: it has expired, or never was.
    message = {"image": {"id": "999999999999999", "mime_type": "image/jpeg", "sha256": "00"}}
    product.write(customer, type="image", message=message)
    open_thread(agent, product, product.conversation(customer))
    thread = agent.get_by_role("main")
    again = thread.get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=30_000)
    again.click()
    expect(thread.get_by_text("Fetching from WhatsApp…").or_(again)).to_be_visible(timeout=30_000)


def test_what_asks_for_something_is_shown_as_the_customer_sees_it(agent: Any, product: Product) -> None:
    customer = product.customer("Olga Order")
    product.write(customer, "What would that cost?")
    conversation = product.conversation(customer)
    tag = f"{time.time_ns() // 1000 % 10**8:08d}"
    for part in (
        CAROUSEL,
        ADDRESS,
        CALL,
        order(f"o-{tag}"),
        order_status("partially-shipped", f"o-{tag}"),
    ):
        product.api(
            "POST",
            "/send-message",
            {
                "phone_number_id": NUMBER,
                "conversation_id": conversation["id"],
                "message_type": "interactive",
                "interactive": part,
            },
        )
    product.control(
        "POST", "/webhooks", {"kind": "payment", "customer": customer, "reference_id": f"o-{tag}"}
    )
    wait_until(lambda: len(product.messages(customer)) == 7, 60, "the payment")
    rows = read_rows(agent, open_thread(agent, product, conversation))
    for words in (
        ("Fresh today", "Loaf 0", "Loaf 9", "Look", "https://bakery.example/9"),
        ("Delivery", "Where to?", "The bakery", "Provide address"),
        ("Call us", "Call now"),
        ("Your order", f"Order o-{tag}", "2 × Sourdough", "₹90.00", "Discount", "₹215.00", "Review and pay"),
        ("News of your order", f"Order o-{tag}", "Partly on its way", "On its way"),
        ("Paid · ₹", f"Order o-{tag}"),
    ):
        assert has_row(rows, words), (words, rows)
