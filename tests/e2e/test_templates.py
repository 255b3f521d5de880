"""Templates from the composer to the customer's phone: with files, with cards, with named values."""

import re
import time
from typing import Any

import pytest

from sandbox.media_store import sample_bytes
from tests.e2e.composing import a_file, chat, choose, customer, sent
from tests.e2e.looking import bubble, expect, violations
from tests.e2e.product import Product
from tests.e2e.test_kinds import open_thread

__all__ = ["chat", "customer"]

pytestmark = pytest.mark.timeout(300)


def test_a_template_reopens_a_closed_chat(agent: Any, product: Product) -> None:
    customer = product.customer("Tom Template")
    product.write(customer, "Long ago", timestamp=int(time.time()) - 25 * 3600)
    open_thread(agent, product, product.conversation(customer))
    agent.get_by_role("button", name="Choose template").click()
    sheet = agent.get_by_role("dialog")
    sheet.get_by_label("Search templates").fill("order_conf")
    sheet.get_by_role("button", name=re.compile("^order_confirmation")).click()
    send = sheet.get_by_role("button", name="Send template")
    send.click()
    # Nothing is sent while something is missing, and the first gap has the focus.
    expect(sheet.get_by_text("Required.").first).to_be_visible()
    assert violations(agent) == []
    with agent.expect_file_chooser() as chooser:
        sheet.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files([a_file("loaf.jpg", "image/jpeg", sample_bytes("image"))])
    expect(sheet.get_by_role("button", name="Choose another file")).to_be_visible(timeout=30_000)
    fields = sheet.get_by_role("textbox")
    for field, value in zip(fields.all(), ("Tom", "1043", "1043"), strict=True):
        field.fill(value)
    expect(sheet.get_by_label("What the customer sees")).to_contain_text(
        "Thank you, Tom! Your order number is 1043."
    )
    send.click()
    expect(sheet).to_have_count(0)
    (body,) = sent(product, customer)
    parameters = {part["type"]: part["parameters"] for part in body["template"]["components"]}
    assert body["template"]["name"] == "order_confirmation"
    assert parameters["body"] == [{"type": "text", "text": "Tom"}, {"type": "text", "text": "1043"}]
    assert parameters["header"][0]["image"].keys() == {"id"}
    row = agent.get_by_role("main").get_by_role("listitem").filter(has_text="Template order_confirmation")
    expect(row).to_contain_text("Thank you, Tom! Your order number is 1043.")
    expect(row).to_contain_text("https://www.example.com/track/1043")


def test_a_template_with_cards_shows_each_of_them(chat: Any, product: Product, customer: str) -> None:
    choose(chat, "Template")
    sheet = chat.get_by_role("dialog")
    sheet.get_by_label("Search templates").fill("fresh_today")
    sheet.get_by_role("button", name=re.compile("^fresh_today")).click()
    for name in ("one.jpg", "two.jpg"):
        with chat.expect_file_chooser() as chooser:
            sheet.get_by_role("button", name="Choose a file").first.click()
        chooser.value.set_files([a_file(name, "image/jpeg", sample_bytes("image"))])
        expect(sheet.get_by_role("button", name="Choose a file")).to_have_count(1 if name == "one.jpg" else 0)
    for field, value in zip(
        sheet.get_by_role("textbox").all(), ("Cora", "₹90", "7", "₹95", "8"), strict=True
    ):
        field.fill(value)
    shown = sheet.get_by_label("What the customer sees")
    expect(shown).to_contain_text("Fresh today, Cora:")
    expect(shown.get_by_role("region", name="2 cards")).to_contain_text("Rye for ₹95")
    expect(shown.get_by_role("img")).to_have_count(2)
    assert violations(chat) == []
    sheet.get_by_role("button", name="Send template").click()
    (body,) = sent(product, customer)
    [_, carousel] = body["template"]["components"]
    assert [card["components"][1]["parameters"][0]["text"] for card in carousel["cards"]] == ["₹90", "₹95"]
    cards = bubble(chat, "Template fresh_today").get_by_role("region", name="2 cards")
    expect(cards.get_by_role("img")).to_have_count(2)
    expect(cards).to_contain_text("Sourdough for ₹90")
    expect(cards).to_contain_text("https://www.example.com/bread/8")
    box = chat.context.new_page()
    box.goto(product.sandbox_url)
    box.locator(f"button[data-key='{customer}']").click()
    phone = box.locator("#thread")
    expect(phone.get_by_role("img", name="Photo")).to_have_count(2)
    phone.get_by_role("group", name="Cards").get_by_role("button").nth(1).click()
    expect(bubble(chat, "Keep me one").last).to_contain_text("Tapped a button")
    assert violations(box) == []
    box.close()


def test_a_template_with_named_values(chat: Any, product: Product, customer: str) -> None:
    choose(chat, "Template")
    sheet = chat.get_by_role("dialog")
    sheet.get_by_label("Search templates").fill("reservation")
    sheet.get_by_role("button", name=re.compile("^reservation_confirmation")).click()
    sheet.get_by_label("number of guests").fill("4")
    sheet.get_by_label("day", exact=True).fill("Sunday")
    sheet.get_by_role("button", name="Send template").click()
    (body,) = sent(product, customer)
    assert body["template"] == {
        "name": "reservation_confirmation",
        "language": {"code": "en_US"},
        "components": [
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "text": "4", "parameter_name": "number_of_guests"},
                    {"type": "text", "text": "Sunday", "parameter_name": "day"},
                ],
            }
        ],
    }
