"""Everything that an agent can send, from the composer to the customer's phone."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.media_store import sample_bytes
from tests.e2e.composing import a_file, attach, chat, choose, customer, sent
from tests.e2e.looking import bubble, expect, open_conversation, reply, violations
from tests.e2e.product import Product, wait_until

__all__ = ["chat", "customer"]

pytestmark = pytest.mark.timeout(300)


def test_files_go_out_with_their_captions_in_order(chat: Any, product: Product, customer: str) -> None:
    attach(chat, "Photos and videos", [a_file("loaf.jpg", "image/jpeg", sample_bytes("image"))])
    tray = chat.get_by_role("region", name="Files to send")
    tray.get_by_label("Caption for loaf.jpg").fill("Fresh *bread*")
    attach(chat, "Document", [
        a_file("Preisliste März.pdf", "application/pdf", sample_bytes("document")),
        a_file("virus.exe", "application/x-msdownload", b"MZ"),
    ])  # fmt: skip
    expect(tray).to_contain_text("WhatsApp accepts PDF")
    assert violations(chat) == []
    tray.get_by_role("button", name="Remove virus.exe").click()
    tray.get_by_role("button", name="Send 2 files").click()
    image, document = sent(product, customer, 2)
    assert (image["type"], image["image"]["caption"]) == ("image", "Fresh *bread*")
    assert document["document"]["filename"] == "Preisliste März.pdf"
    assert image["image"].keys() <= {"id", "caption"}
    expect(tray).to_have_count(0)
    thread = chat.get_by_role("main")
    expect(thread.get_by_role("button", name="Open Fresh *bread*")).to_be_visible()
    expect(thread.get_by_text("Preisliste März.pdf")).to_be_visible()


def test_a_pasted_picture_waits_in_the_tray(chat: Any, product: Product, customer: str) -> None:
    chat.evaluate(
        """bytes => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], 'pasted.jpg', {type: 'image/jpeg'}));
          document.activeElement.dispatchEvent(
            new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        list(sample_bytes("image")),
    )
    tray = chat.get_by_role("region", name="Files to send")
    expect(tray).to_contain_text("pasted.jpg")
    tray.get_by_role("button", name=re.compile("^(Remove|Cancel)")).click()
    expect(tray).to_have_count(0)


def test_a_voice_message_is_recorded_heard_and_sent(chat: Any, product: Product, customer: str) -> None:
    chat.get_by_role("button", name="Record a voice message").click()
    recorder = chat.get_by_role("region", name="Voice message")
    stop = recorder.get_by_role("button", name="Stop recording")
    expect(stop).to_be_enabled()
    expect(recorder).to_contain_text("0:01", timeout=15_000)
    stop.click()
    tray = chat.get_by_role("region", name="Files to send")
    expect(tray).to_contain_text("Ready to send", timeout=30_000)
    tray.get_by_role("button", name="Send 1 file").click()
    (body,) = sent(product, customer)
    assert (body["type"], body["audio"]["voice"]) == ("audio", True)
    expect(chat.get_by_role("main").get_by_role("group", name="Voice message")).to_be_visible()


def _location(page: Any) -> None:
    choose(page, "Location")
    sheet = page.get_by_role("dialog", name="Send a location")
    sheet.get_by_label("Coordinates or a map link").fill(
        "https://www.openstreetmap.org/?mlat=18.52&mlon=73.85"
    )
    sheet.get_by_label("Name", exact=True).fill("Bakery")


def _card(page: Any) -> None:
    choose(page, "Contact card")
    sheet = page.get_by_role("dialog", name="Send a contact card")
    sheet.get_by_label("Name", exact=True).fill("Meera Iyer")
    sheet.get_by_label("Phone number", exact=True).fill("+91 98200 12345")


def _buttons(page: Any) -> None:
    choose(page, "Reply buttons")
    sheet = page.get_by_role("dialog", name="Message with reply buttons")
    sheet.get_by_label("Message", exact=True).fill("Shall we deliver?")
    sheet.get_by_label("Button 1", exact=True).fill("Yes")
    sheet.get_by_role("button", name="Add a button").click()
    sheet.get_by_label("Button 2", exact=True).fill("No")


def _list(page: Any) -> None:
    choose(page, "List of choices")
    sheet = page.get_by_role("dialog", name="Message with a list of choices")
    sheet.get_by_label("Message", exact=True).fill("Which bread?")
    sheet.get_by_label("Choice 1", exact=True).fill("Rye")
    sheet.get_by_label("Description of choice 1 (optional)", exact=True).fill("Dark and sour")


def _link(page: Any) -> None:
    choose(page, "Link button")
    sheet = page.get_by_role("dialog", name="Message with a link button")
    sheet.get_by_label("Message", exact=True).fill("See our menu")
    sheet.get_by_label("Text on the button", exact=True).fill("Menu")
    sheet.get_by_label("Web address").fill("https://example.com/menu")


def _ask_location(page: Any) -> None:
    choose(page, "Ask for location")
    page.get_by_role("dialog", name="Ask for the customer’s location").get_by_label(
        "Message", exact=True
    ).fill("Where?")


def _ask_number(page: Any) -> None:
    choose(page, "Ask for phone number")
    page.get_by_role("dialog", name="Ask for the customer’s phone number").get_by_label(
        "Message", exact=True
    ).fill("Number?")


def _call(page: Any) -> None:
    choose(page, "Ask to call")


def _form(page: Any) -> None:
    choose(page, "Form")
    sheet = page.get_by_role("dialog", name="Message with a form")
    sheet.get_by_label("Message", exact=True).fill("Book a table")
    sheet.get_by_label("Form ID", exact=True).fill("1088")
    sheet.get_by_label("Text on the button that opens the form").fill("Book")
    sheet.get_by_label("First screen (optional)", exact=True).fill("TABLE")
    sheet.get_by_label("Values for the first screen (optional, JSON)").fill('{"guests": 2}')
    sheet.get_by_label("A draft that is not published yet").check()


def _products(page: Any) -> None:
    choose(page, "Products")
    sheet = page.get_by_role("dialog", name="Message with products")
    sheet.get_by_label("Heading", exact=True).fill("Bread")
    sheet.get_by_label("Message", exact=True).fill("All fresh")
    sheet.get_by_label("Catalogue ID", exact=True).fill("194836987003835")
    sheet.get_by_label("Product 1", exact=True).fill("rye")
    sheet.get_by_role("button", name="Add a product").click()
    sheet.get_by_label("Product 2", exact=True).fill("spelt")


def _product(page: Any) -> None:
    choose(page, "Products")
    sheet = page.get_by_role("dialog", name="Message with products")
    sheet.get_by_label("What to show").select_option("One product")
    # The catalogue is that of the message before.
    expect(sheet.get_by_label("Catalogue ID", exact=True)).to_have_value("194836987003835")
    sheet.get_by_label("Product ID", exact=True).fill("rye")


def _catalogue(page: Any) -> None:
    choose(page, "Products")
    sheet = page.get_by_role("dialog", name="Message with products")
    sheet.get_by_label("What to show").select_option("The whole catalogue")
    sheet.get_by_label("Message", exact=True).fill("All that we bake")


def _shape(value: Any) -> Any:
    """The body without ids, which are made up."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items() if key != "id"}
    return [_shape(item) for item in value] if isinstance(value, list) else value


BUILT: list[tuple[Callable[[Any], None], str, Any, str]] = [
    (_location, "location", {"latitude": "18.52", "longitude": "73.85", "name": "Bakery"}, "Bakery"),
    (_card, "contacts", [{
        "name": {"formatted_name": "Meera Iyer", "first_name": "Meera", "last_name": "Iyer"},
        "phones": [{"phone": "+919820012345", "wa_id": "919820012345", "type": "WORK"}],
    }], "Meera Iyer"),
    (_buttons, "interactive", {
        "type": "button", "body": {"text": "Shall we deliver?"},
        "action": {"buttons": [{"type": "reply", "reply": {"title": "Yes"}}, {"type": "reply", "reply": {"title": "No"}}]},
    }, "Shall we deliver?"),
    (_list, "interactive", {
        "type": "list", "body": {"text": "Which bread?"},
        "action": {"button": "Choose", "sections": [{"rows": [{"title": "Rye", "description": "Dark and sour"}]}]},
    }, "Which bread?"),
    (_link, "interactive", {
        "type": "cta_url", "body": {"text": "See our menu"},
        "action": {"name": "cta_url", "parameters": {"display_text": "Menu", "url": "https://example.com/menu"}},
    }, "See our menu"),
    (_ask_location, "interactive", {
        "type": "location_request_message", "body": {"text": "Where?"}, "action": {"name": "send_location"},
    }, "Where?"),
    (_ask_number, "interactive", {
        "type": "request_contact_info", "body": {"text": "Number?"}, "action": {"name": "request_contact_info"},
    }, "Number?"),
    (_call, "interactive", {
        "type": "call_permission_request", "action": {"name": "call_permission_request"},
    }, "Allow calls"),
    (_form, "interactive", {
        "type": "flow", "body": {"text": "Book a table"},
        "action": {"name": "flow", "parameters": {
            "flow_message_version": "3", "flow_id": "1088", "flow_cta": "Book", "flow_action": "navigate",
            "mode": "draft", "flow_action_payload": {"screen": "TABLE", "data": {"guests": 2}},
        }},
    }, "Book a table"),
    (_products, "interactive", {
        "type": "product_list", "header": {"type": "text", "text": "Bread"}, "body": {"text": "All fresh"},
        "action": {"catalog_id": "194836987003835", "sections": [
            {"product_items": [{"product_retailer_id": "rye"}, {"product_retailer_id": "spelt"}]},
        ]},
    }, "All fresh"),
    (_product, "interactive", {
        "type": "product", "action": {"catalog_id": "194836987003835", "product_retailer_id": "rye"},
    }, "View items"),
    (_catalogue, "interactive", {
        "type": "catalog_message", "body": {"text": "All that we bake"}, "action": {"name": "catalog_message"},
    }, "All that we bake"),
]  # fmt: skip


def test_everything_that_is_built_reaches_the_customer(chat: Any, product: Product, customer: str) -> None:
    for count, (build, kind, expected, words) in enumerate(BUILT, 1):
        build(chat)
        chat.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
        expect(chat.get_by_role("dialog")).to_have_count(0)
        expect(chat.get_by_role("main").get_by_role("listitem").filter(has_text=words).last).to_be_visible()
        body = sent(product, customer, count)[-1]
        assert (body["type"], _shape(body[kind])) == (kind, expected)
    for build in (_buttons, _form, _products):
        build(chat)
        assert violations(chat) == []
        chat.get_by_role("dialog").get_by_role("button", name="Cancel").click()


def test_a_form_and_an_order_come_back(chat: Any, product: Product, customer: str) -> None:
    for build in (_form, _products):
        build(chat)
        chat.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
        expect(chat.get_by_role("dialog")).to_have_count(0)
    sent(product, customer, 2)
    box = chat.context.new_page()
    box.goto(product.sandbox_url)
    box.locator(f"button[data-key='{customer}']").click()
    phone = box.locator("#thread")
    expect(phone).to_contain_text("spelt")
    assert violations(box) == []
    phone.get_by_role("button", name="Book").click()
    form = chat.get_by_role("main").get_by_role("listitem").filter(has_text="Wants callback")
    expect(form).to_contain_text("Guests")
    expect(form).to_contain_text("As soon as you can, please")
    expect(form).to_contain_text("Book a table")
    phone.get_by_role("button", name=re.compile("Order$")).click()
    order = chat.get_by_role("main").get_by_role("listitem").filter(has_text="Order · 2 items")
    expect(order).to_contain_text("spelt")
    expect(order).to_contain_text("₹85.00")
    box.close()


def test_every_other_file_goes_out_as_what_it_was_chosen_as(
    chat: Any, product: Product, customer: str
) -> None:
    attach(chat, "Photos and videos", [a_file("oven.mp4", "video/mp4", sample_bytes("video"))])
    attach(chat, "Audio file", [a_file("bell.ogg", "audio/ogg", sample_bytes("audio"))])
    attach(chat, "Sticker", [a_file("bun.webp", "image/webp", sample_bytes("sticker"))])
    tray = chat.get_by_role("region", name="Files to send")
    tray.get_by_label("Caption for oven.mp4").fill("Hot")
    tray.get_by_role("button", name="Send 3 files").click()
    bodies = sent(product, customer, 3)
    assert [(body["type"], _shape(body[body["type"]])) for body in bodies] == [
        ("video", {"caption": "Hot"}),
        ("audio", {}),
        ("sticker", {}),
    ]
    assert all(body[body["type"]]["id"] for body in bodies)


def test_a_quoted_answer_and_a_reaction_name_the_message(chat: Any, product: Product, customer: str) -> None:
    [wamid] = [message["wamid"] for message in product.messages(customer)]
    asked = bubble(chat, "Hello")
    asked.hover()
    asked.get_by_role("button", name="Reply").click()
    reply(chat, "Good morning")
    # While it was written the customer was told so, which is the catalogue's "mark-read-typing".
    told = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": wamid,
        "typing_indicator": {"type": "text"},
    }
    wait_until(
        lambda: (
            told in [call["body"] for call in product.control("GET", "/requests?endpoint=read")["requests"]]
        ),
        45,
        "the typing",
    )
    [answer] = sent(product, customer)
    assert (answer["context"], answer["text"]["body"]) == ({"message_id": wamid}, "Good morning")
    asked = bubble(chat, "Hello").first
    asked.hover()
    asked.get_by_role("button", name="React").click()
    chat.get_by_role("group", name="React").get_by_role("button").first.click()
    reaction = sent(product, customer, 2)[-1]
    assert (reaction["type"], reaction["reaction"]["message_id"]) == ("reaction", wamid)
    assert "context" not in reaction


def test_files_wait_while_others_are_answered_and_are_not_left_unasked(
    chat: Any, product: Product, customer: str
) -> None:
    would_ask = "() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    other = product.customer("Otto Other")
    product.write(other, "And me?")
    assert not chat.evaluate(would_ask)
    attach(chat, "Document", [a_file("Preise.pdf", "application/pdf", sample_bytes("document"))])
    tray = chat.get_by_role("region", name="Files to send")
    tray.get_by_label("Caption for Preise.pdf").fill("For you")
    open_conversation(chat, "Otto Other")
    expect(tray).to_have_count(0)
    assert chat.evaluate(would_ask)
    chat.get_by_role("link", name="Cora Compose").filter(has_text="Draft: 1 file").click()
    expect(tray.get_by_label("Caption for Preise.pdf")).to_have_value("For you")
    tray.get_by_role("button", name="Send 1 file").click()
    expect(tray).to_have_count(0)
    assert not chat.evaluate(would_ask)


def test_the_customers_answer_stands_under_the_question(chat: Any, product: Product, customer: str) -> None:
    _buttons(chat)
    chat.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
    sent(product, customer)
    box = chat.context.new_page()
    box.goto(product.sandbox_url)
    box.locator(f"button[data-key='{customer}']").click()
    box.locator("#thread").get_by_role("button", name="No").click()
    answer = chat.get_by_role("main").get_by_role("listitem").filter(has_text="Tapped a button")
    expect(answer).to_contain_text("Shall we deliver?", timeout=20_000)
    expect(answer).to_contain_text("No")
    box.close()


def test_what_the_server_refuses_is_said_at_the_field(chat: Any, product: Product, customer: str) -> None:
    chat.expected_complaints = ("422",)
    _link(chat)
    sheet = chat.get_by_role("dialog")
    sheet.get_by_label("Web address").fill("ftp://example.com")
    sheet.get_by_role("button", name="Send", exact=True).click()
    expect(sheet.get_by_label("Web address")).to_have_attribute("aria-invalid", "true")
    assert violations(chat) == []
    sheet.get_by_label("Web address").fill("https://example.com")
    sheet.get_by_role("button", name="Send", exact=True).click()
    expect(sheet).to_have_count(0)
    assert len(sent(product, customer)) == 1


def test_a_shared_contact_can_be_written_to(chat: Any, product: Product, customer: str) -> None:
    friend = product.customer("Frida Friend")
    product.write(friend, "I am here already")
    card = {"name": {"formatted_name": "Frida"}, "phones": [{"phone": f"+{friend}", "wa_id": friend}]}
    product.write(customer, type="contacts", contacts=[card])
    chat.get_by_role("button", name=re.compile("^Start chat: Frida")).click()
    expect(chat.get_by_role("heading", level=2, name="Frida Friend")).to_be_visible()
    stranger = f"9199{time.time_ns() % 10**8:08d}"
    card = {"name": {"formatted_name": "Noor"}, "phones": [{"phone": f"+{stranger}", "wa_id": stranger}]}
    product.write(friend, type="contacts", contacts=[card])
    chat.get_by_role("button", name=re.compile("^Start chat: Noor")).click()
    expect(chat.get_by_role("dialog", name="Choose a template")).to_be_visible()
