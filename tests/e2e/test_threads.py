"""A thread as an agent reads it: where it opens, what is read of it, and what is done with a message."""

import time
from typing import Any

import pytest

from sandbox.media_store import sample_bytes
from tests.e2e.composing import a_file, attach
from tests.e2e.looking import bubble, expect, go_to, open_conversation
from tests.e2e.product import Product, wait_until

pytestmark = pytest.mark.timeout(300)
DAY_S = 86_400


def test_a_message_that_comes_late_is_told_of_and_read(agent: Any, product: Product) -> None:
    customer = product.customer("Lara Late")
    now = int(time.time())
    product.write(customer, "The first", timestamp=now - 60)
    go_to(agent, "Lara Late")
    expect(bubble(agent, "The first")).to_be_visible()
    wait_until(lambda: product.conversation(customer)["unread_count"] == 0, what="the first as read")
    product.write(customer, "The late one", timestamp=now - 600)
    expect(bubble(agent, "The late one")).to_be_visible()
    expect(agent.get_by_text("has just arrived")).to_be_visible()
    wait_until(lambda: product.conversation(customer)["unread_count"] == 0, what="the late one as read")


def test_the_day_stands_above_what_is_unread(agent: Any, product: Product) -> None:
    customer = product.customer("Dora Day")
    start = int(time.time()) - 3 * DAY_S
    for index in range(30):
        product.write(customer, f"Read {index} " + "word " * 20, timestamp=start + index)
    conversation = product.conversation(customer)
    wait_until(lambda: len(product.messages(customer)) == 30, what="all messages")
    product.api("POST", f"/conversations/{conversation['id']}/read")
    for index in range(30):
        product.write(customer, f"Unread {index} " + "word " * 20, timestamp=start + 60 + index)
    wait_until(lambda: product.conversation(customer)["unread_count"] == 30, what="all unread")
    go_to(agent, "Dora Day")
    line = agent.get_by_text("Unread messages", exact=True)
    expect(line).to_be_in_viewport()
    day = time.strftime("%A", time.gmtime(start))
    shown = line.locator("xpath=ancestor::li").get_by_text(day)
    expect(shown).to_be_in_viewport()
    assert shown.bounding_box()["y"] < line.bounding_box()["y"]


def test_a_short_thread_stands_at_the_bottom_and_gives_way_to_the_tray(agent: Any, product: Product) -> None:
    customer = product.customer("Tia Tray")
    product.write(customer, "Only this")
    open_conversation(agent, "Tia Tray")
    row = bubble(agent, "Only this")
    expect(row).to_be_visible()

    def gap() -> float:
        thread = agent.get_by_role("region", name="Tia Tray").bounding_box()
        box = row.bounding_box()
        return float(thread["y"] + thread["height"] - box["y"] - box["height"])

    wait_until(lambda: 0 <= gap() < 30, what="the row at the thread's end")
    before = row.bounding_box()["y"]
    attach(agent, "Photos and videos", [a_file("loaf.jpg", "image/jpeg", sample_bytes("image"))])
    expect(agent.get_by_role("region", name="Files to send")).to_be_visible()
    wait_until(
        lambda: row.bounding_box()["y"] < before - 20 and 0 <= gap() < 30, what="the thread to give way"
    )


def test_a_touch_screen_has_every_action(browser: Any, product: Product) -> None:
    customer = product.customer("Tilo Touch")
    product.write(customer, "Text to answer")
    product.write(customer, type="location")
    context = browser.new_context(
        locale="en-GB", viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    try:
        page.goto(product.url)
        page.get_by_role("link", name="Tilo Touch").click()
        rows = page.get_by_role("region", name="Tilo Touch").locator("li:has([data-side])")
        expect(rows.nth(1)).to_be_visible()
        for at in range(2):
            expect(rows.nth(at).get_by_role("button", name="Reply")).to_be_visible()
        rows.nth(0).get_by_role("button", name="More about this message").click()
        dialog = page.get_by_role("dialog", name="Message")
        for name in ("Forward", "Copy text", "React"):
            expect(dialog.get_by_role("button", name=name)).to_be_visible()
    finally:
        context.close()


def test_a_message_is_forwarded_to_somebody_else(agent: Any, product: Product) -> None:
    first, second = product.customer("Fay From"), product.customer("Tess To")
    product.write(first, "Pass this on")
    product.write(second, "Hello")
    wait_until(lambda: product.messages(second), what="the other's message")
    go_to(agent, "Fay From")
    row = bubble(agent, "Pass this on")
    row.hover()
    row.get_by_role("button", name="More about this message").click()
    dialog = agent.get_by_role("dialog")
    expect(dialog.get_by_text("Received")).to_be_visible()
    dialog.get_by_role("button", name="Forward").click()
    expect(agent.get_by_role("searchbox", name="Search name or number").last).to_be_focused()
    agent.keyboard.type("Tess")
    agent.get_by_role("dialog").get_by_role("button", name="Tess To").click()
    expect(agent.get_by_text("Forwarded to Tess To.")).to_be_visible()
    wait_until(
        lambda: (
            [m["text"] for m in product.messages(second) if m["direction"] == "outbound"] == ["Pass this on"]
        ),
        what="the forwarded message",
    )


def test_a_quote_leads_to_its_message_and_the_focus_with_it(agent: Any, product: Product) -> None:
    customer = product.customer("Quin Quote")
    product.write(customer, "Which colour?", timestamp=int(time.time()) - 3600)
    for index in range(40):
        product.write(customer, f"Filler {index}", timestamp=int(time.time()) - 3000 + index)
    wait_until(lambda: len(product.messages(customer)) == 41, what="all messages")
    go_to(agent, "Quin Quote")
    thread = agent.get_by_role("region", name="Quin Quote")
    message = next(m for m in product.messages(customer) if m["text"] == "Which colour?")
    product.api(
        "POST",
        "/send-message",
        {
            "phone_number_id": product.phone_number_id(),
            "conversation_id": message["conversation_id"],
            "message": "Blue",
            "reply_to": message["id"],
        },
    )
    thread.focus()
    agent.keyboard.press("End")
    thread.evaluate("list => { list.scrollTop = list.scrollHeight }")
    answer = bubble(agent, "Blue").last
    expect(answer).to_be_visible()
    answer.get_by_role("button").filter(has_text="Which colour?").click()
    expect(thread.locator("li:focus").filter(has_text="Which colour?")).to_be_visible()
