"""What makes the page one to work in all day: other devices, the keyboard, broken connections, news."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.looking import bubble, composer, expect, go_to, menu, open_conversation, reply, violations
from tests.e2e.product import Product, wait_until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def other_device(browser: Any, product: Product) -> Iterator[Any]:
    """The same agent in another browser."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC", reduced_motion="reduce")
    page = context.new_page()
    page.goto(product.url)
    yield page
    context.close()


def test_a_draft_and_its_quote_go_on_on_another_device(
    agent: Any, other_device: Any, product: Product
) -> None:
    customer = product.customer("Devi Device")
    product.write(customer, "Which colour?")
    open_conversation(agent, "Devi Device")
    bubble(agent, "Which colour?").hover()
    bubble(agent, "Which colour?").get_by_role("button", name="Reply").click()
    composer(agent).fill("The blue")
    wait_until(lambda: product.conversation(customer)["draft"], what="the draft at the server")
    expect(other_device.get_by_role("link", name="Devi Device")).to_contain_text("Draft: The blue")
    open_conversation(other_device, "Devi Device")
    expect(composer(other_device)).to_have_value("The blue")
    expect(other_device.get_by_text("Replying to Devi Device")).to_be_visible()
    reply(other_device, "The blue one")
    sent = bubble(other_device, "The blue one")
    expect(sent).to_contain_text("Which colour?")
    wait_until(lambda: product.conversation(customer)["draft"] is None, what="the draft's end")
    # The reply and the draft's end are two requests; either may be there first.
    wait_until(lambda: len(product.messages(customer)) == 2, what="the reply")
    asked, answer = product.messages(customer)
    assert (answer["direction"], answer["reply_to"]) == ("outbound", asked["id"])


def test_a_message_is_reached_reacted_to_and_answered_by_keyboard_alone(agent: Any, product: Product) -> None:
    customer = product.customer("Kira Keys")
    product.write(customer, "Did it arrive?")
    expect(agent.get_by_role("link", name="Kira Keys")).to_be_visible()
    go_to(agent, "Kira Keys")
    expect(composer(agent)).to_be_focused()
    expect(bubble(agent, "Did it arrive?")).to_be_visible()
    agent.keyboard.press("ArrowUp")
    expect(bubble(agent, "Did it arrive?")).to_be_focused()
    agent.keyboard.press("e")
    expect(agent.get_by_role("button", name="👍")).to_be_focused()
    agent.keyboard.press("Enter")
    expect(bubble(agent, "Did it arrive?")).to_contain_text("👍")
    ours = [{"from": "business", "emoji": "👍"}]
    wait_until(lambda: product.messages(customer)[0]["reactions"] == ours, what="the reaction")
    agent.keyboard.press("r")
    expect(agent.get_by_text("Replying to Kira Keys")).to_be_visible()
    agent.keyboard.type("It did")
    agent.keyboard.press("Control+a")
    agent.keyboard.press("Control+b")
    expect(composer(agent)).to_have_value("*It did*")
    agent.keyboard.press("Enter")
    expect(bubble(agent, "It did").last.locator("strong")).to_have_text("It did")
    agent.keyboard.press("F6")
    assert agent.evaluate("document.activeElement.hasAttribute('data-list-row')")
    agent.keyboard.press("Shift+F6")
    expect(composer(agent)).to_be_focused()
    agent.keyboard.press("Alt+i")
    expect(agent.get_by_role("complementary", name="Details")).to_be_visible()
    agent.keyboard.press("Escape")
    expect(agent.get_by_role("heading", level=2, name="Kira Keys")).to_have_count(0)


def test_lost_connections_heal_and_nothing_is_missing_or_doubled(agent: Any, product: Product) -> None:
    agent.expected_complaints = ("Failed to load resource", "ERR_", "503", "500")
    customer = product.customer("Omar Outage")
    product.write(customer, "Before")
    open_conversation(agent, "Omar Outage")
    expect(bubble(agent, "Before")).to_be_visible()
    agent.context.set_offline(True)
    agent.evaluate("dispatchEvent(new Event('offline'))")
    expect(agent.get_by_text("You are offline.")).to_be_visible()
    reply(agent, "Written offline")
    product.write(customer, "While you were away")
    agent.context.set_offline(False)
    agent.evaluate("dispatchEvent(new Event('online'))")
    expect(bubble(agent, "While you were away")).to_be_visible(timeout=40_000)
    expect(bubble(agent, "Written offline")).to_contain_text("Delivered", timeout=40_000)
    product.kill("livechat web")
    wait_until(lambda: _answers(product), 60, "the web server")
    product.write(customer, "After the server was killed")
    expect(bubble(agent, "After the server was killed")).to_be_visible(timeout=60_000)
    product.kill("valkey-server")
    wait_until(lambda: _answers(product), 60, "Redis")
    product.write(customer, "After Redis was killed")
    reply(agent, "Still here")
    expect(bubble(agent, "After Redis was killed")).to_be_visible(timeout=60_000)
    expect(bubble(agent, "Still here")).to_contain_text("Delivered", timeout=60_000)
    conversation = product.conversation(customer)["id"]
    stored = product.sql(
        "SELECT coalesce(client_message_id, id::text) FROM chat_messages WHERE conversation_id = %(id)s",
        id=conversation,
    )
    shown = agent.evaluate(
        "[...document.querySelectorAll('main section li[tabindex]')].map(li => li.dataset.key)"
    )
    assert sorted(shown) == sorted(row[0] for row in stored)
    assert len(shown) == 6


def _answers(product: Product) -> bool:
    try:
        return bool(product.phone_number_id())
    except OSError:
        return False


def test_a_session_that_ends_asks_over_the_page_and_keeps_what_is_written(
    agent: Any, product: Product
) -> None:
    agent.expected_complaints = ("401", "Failed to load resource")
    product.write(product.customer("Sven Session"), "Hello")
    open_conversation(agent, "Sven Session")
    composer(agent).fill("Half written")
    unauthorized = {"title": "x", "status": 401, "detail": "x", "code": "unauthorized", "type": "x"}
    agent.route("**/api/live-chat/**", lambda route: route.fulfill(status=401, json=unauthorized))
    agent.evaluate("dispatchEvent(new Event('online'))")
    dialog = agent.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    assert violations(agent) == []
    agent.keyboard.press("Escape")
    agent.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    agent.unroute("**/api/live-chat/**")
    dialog.get_by_role("button", name="Continue as the demo agent").click()
    expect(dialog).to_have_count(0)
    expect(composer(agent)).to_have_value("Half written")
    reply(agent, "Whole")
    expect(bubble(agent, "Whole")).to_contain_text("Delivered", timeout=20_000)


def test_news_is_told_once_and_not_of_what_is_being_looked_at(agent: Any, product: Product) -> None:
    # The real one is used; it is only watched, since a headless browser shows it to nobody. Chromium's headless
    # shell asks nobody either, and calls every permission denied.
    agent.context.grant_permissions(["notifications"], origin=product.url)
    agent.add_init_script(
        """
        const Real = Notification;
        window.told = [];
        window.Notification = class extends Real {
          static permission = 'granted';
          constructor(title, options) { super(title, options); window.told.push(title + ': ' + options.body); }
        };
        """
    )
    agent.reload()
    customer, other = product.customer("Nils News"), product.customer("Nora News")
    product.write(customer, "Before")
    open_conversation(agent, "Nils News")
    menu(agent, "Turn on desktop notifications")
    expect(agent.get_by_text("Notifications are on.")).to_be_visible()
    agent.bring_to_front()
    product.write(customer, "Looked at")
    expect(bubble(agent, "Looked at")).to_be_visible()
    product.write(other, "From elsewhere")
    wait_until(lambda: agent.evaluate("told") == ["Nora News: From elsewhere"], what="the notification")
    icon = "document.querySelector('link[rel=icon]').href.slice(0, 22)"
    wait_until(lambda: agent.evaluate(icon) == "data:image/png;base64,", what="the count on the icon")
    menu(agent, "Mute this number")
    product.write(other, "Not told")
    expect(agent.get_by_role("link", name="Nora News")).to_contain_text("Not told")
    assert agent.evaluate("told") == ["Nora News: From elsewhere"]


def test_an_owner_sees_what_failed_and_goes_there(agent: Any, product: Product) -> None:
    customer = product.customer("Aki Activity")
    product.write(customer, "Hello")
    open_conversation(agent, "Aki Activity")
    fault = {"kind": "error", "code": 131026, "match": {"to": customer}, "times": 1}
    product.control("POST", "/faults", fault)
    reply(agent, "Undeliverable for Aki")
    expect(bubble(agent, "Undeliverable for Aki")).to_contain_text("Error 131026", timeout=20_000)
    menu(agent, "Activity")
    expect(agent.get_by_role("region", name="Number health")).to_contain_text("connected")
    agent.get_by_text("Show as a table").first.click()
    expect(agent.get_by_role("table").first).to_be_visible()
    item = agent.get_by_role("listitem").filter(has_text="Undeliverable for Aki")
    expect(item).to_contain_text("131026")
    item.get_by_role("link", name="Show").click()
    expect(bubble(agent, "Undeliverable for Aki")).to_be_in_viewport()
    bubble(agent, "Undeliverable for Aki").get_by_role("button", name="Hide here").click()
    expect(bubble(agent, "Undeliverable for Aki")).to_have_count(0)


def test_a_number_in_hand_is_opened_and_waits_for_a_template(agent: Any, product: Product) -> None:
    agent.expected_complaints = ("422",)
    agent.get_by_role("button", name="New conversation").click()
    dialog = agent.get_by_role("dialog", name="New conversation")
    field = dialog.get_by_label("Customer’s phone number")
    field.fill("12")
    dialog.get_by_role("button", name="Open").click()
    expect(dialog.get_by_role("alert")).to_contain_text("country code")
    number = f"9196{time.time_ns() % 10**8:08d}"
    field.fill(f"+{number}")
    dialog.get_by_role("button", name="Open").click()
    expect(agent.get_by_text("The customer has not written yet")).to_be_visible()
    assert product.sql("SELECT 1 FROM chat_conversations WHERE customer_phone = %(n)s", n=number)


def test_how_the_agent_likes_it_is_kept(agent: Any, product: Product) -> None:
    product.write(product.customer("Sara Settings"), "Hello")
    open_conversation(agent, "Sara Settings")
    menu(agent, "Settings")
    dialog = agent.get_by_role("dialog", name="Settings")
    dialog.get_by_label("Ctrl or ⌘ + Enter sends").check()
    dialog.get_by_label("Single-key shortcuts").uncheck()
    dialog.get_by_label("Compact conversation list").check()
    agent.keyboard.press("Escape")
    agent.reload()
    composer(agent).fill("First line")
    agent.keyboard.press("Enter")
    expect(composer(agent)).to_have_value("First line\n")
    agent.keyboard.press("Control+Enter")
    expect(bubble(agent, "First line")).to_be_visible()
    composer(agent).blur()
    agent.keyboard.press("Shift+?")
    expect(agent.get_by_role("dialog")).to_have_count(0)
    assert agent.locator("[data-list-row]").first.bounding_box()["height"] < 60
