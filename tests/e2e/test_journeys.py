"""What an agent does with the page, in a real browser, on the real product."""

import re
import time
from typing import Any

import pytest

from tests.e2e.looking import COMPOSER, bubble, expect, go_to, menu, open_conversation, reply, violations
from tests.e2e.product import ASHA, Product, wait_until

pytestmark = pytest.mark.timeout(300)
STREAM = "/api/live-chat/events"


def test_a_newcomer_sees_the_conversation_answers_and_sees_it_read(agent: Any, product: Product) -> None:
    expect(agent).to_have_title(re.compile(r"^\(\d+\) Live Chat$"))
    open_conversation(agent, "Asha Kulkarni")
    expect(bubble(agent, "Hi, is my order ready? 🙂")).to_be_visible()
    reply(agent, "Yes, it is *ready*.")
    sent = bubble(agent, "Yes, it is ready.")
    expect(sent).to_be_visible()
    expect(sent.locator("strong")).to_have_text("ready")
    expect(sent).to_contain_text("Delivered", timeout=15_000)
    # The sandbox's customer reads; the tick follows without a reload.
    product.control("POST", f"/customers/{ASHA}/read")
    expect(sent).to_contain_text("Read", timeout=15_000)
    assert [m["text"] for m in product.messages(ASHA) if m["direction"] == "outbound"] == [
        "Yes, it is *ready*."
    ]
    # The agent has looked at the end of the thread, so the customer has blue ticks and the badge is gone.
    wait_until(lambda: product.conversation(ASHA)["unread_count"] == 0, what="the reading")
    agent.reload()
    expect(bubble(agent, "Yes, it is ready.")).to_contain_text("Read")


def test_what_a_customer_writes_appears_by_itself(agent: Any, product: Product) -> None:
    customer = product.customer("Ravi Live")
    product.write(customer, "Are you open today?")
    row = agent.get_by_role("link", name="Ravi Live")
    expect(row).to_contain_text("Are you open today?")
    expect(row).to_contain_text("1 unread message")
    row.click()
    expect(agent.get_by_text("Unread messages")).to_be_visible()
    product.write(customer, "Hello again")
    expect(bubble(agent, "Hello again")).to_be_visible()
    expect(agent.get_by_role("log")).to_contain_text("Ravi Live: Hello again")
    expect(row).not_to_contain_text("unread")


def test_twelve_tabs_share_one_stream_and_outlive_the_tab_that_reads_it(agent: Any, product: Product) -> None:
    streams: list[int] = []

    def count(page: Any, number: int) -> None:
        page.on("request", lambda request: streams.append(number) if request.url.endswith(STREAM) else None)

    others = []
    for number in range(1, 12):
        other = agent.context.new_page()
        count(other, number)
        other.goto(product.url)
        expect(other.get_by_role("link", name="Asha Kulkarni")).to_be_visible()
        others.append(other)
    product.write(product.customer("Tara Tabs"), "To all of you")
    for tab in (agent, *others):
        expect(tab.get_by_role("link", name="Tara Tabs")).to_contain_text("To all of you")
    assert streams == []
    agent.goto("about:blank")
    product.write(product.customer("Uma Tabs"), "To who is left")
    for tab in others:
        expect(tab.get_by_role("link", name="Uma Tabs")).to_contain_text("To who is left")
    assert len(set(streams)) == 1


def test_a_draft_outlives_a_reload_and_shows_in_the_list(agent: Any, product: Product) -> None:
    product.write(product.customer("Dora Draft"), "A question")
    open_conversation(agent, "Dora Draft")
    agent.get_by_role("textbox", name=COMPOSER).fill("Half a sentence")
    wait_until(lambda: "Half a sentence" in agent.evaluate("JSON.stringify(localStorage)"), what="the draft")
    agent.reload()
    expect(agent.get_by_role("textbox", name=COMPOSER)).to_have_value("Half a sentence")
    agent.keyboard.press("Escape")
    expect(agent.get_by_role("link", name="Dora Draft")).to_contain_text("Draft: Half a sentence")
    assert "Half a sentence" not in str(product.messages(product.conversation("Dora")["customer_phone"]))


def test_a_failed_message_says_why_and_is_sent_again_as_a_new_one(agent: Any, product: Product) -> None:
    customer = product.customer("Fay Failed")
    product.write(customer, "Hello")
    open_conversation(agent, "Fay Failed")
    # One of the codes after which a new send may succeed (docs/meta/cloud-api.md section 11.2).
    product.control(
        "POST", "/faults", {"kind": "error", "code": 131014, "match": {"to": customer}, "times": 1}
    )
    reply(agent, "Does this arrive?")
    failed = bubble(agent, "Does this arrive?").first
    expect(failed).to_contain_text("Error 131014", timeout=15_000)
    failed.get_by_role("button", name="Send again").click()
    expect(failed).to_contain_text("Sent again below")
    expect(bubble(agent, "Does this arrive?").nth(1)).to_contain_text("Delivered", timeout=15_000)
    expect(failed).to_contain_text("Failed")


def test_a_reply_that_the_server_did_not_get_is_kept_and_sent_once(agent: Any, product: Product) -> None:
    agent.expected_complaints = ("ERR_FAILED", "ERR_CONNECTION")
    customer = product.customer("Nora Network")
    product.write(customer, "Hello")
    open_conversation(agent, "Nora Network")
    agent.route("**/send-message", lambda route: route.abort())
    reply(agent, "Kept")
    expect(bubble(agent, "Kept")).to_contain_text("Waiting for network")
    agent.reload()
    expect(bubble(agent, "Kept")).to_contain_text("Waiting for network")
    agent.unroute("**/send-message")
    expect(bubble(agent, "Kept")).to_contain_text("Delivered", timeout=15_000)
    assert [m["text"] for m in product.messages(customer)].count("Kept") == 1


def test_replies_written_in_a_hurry_arrive_once_and_in_order(agent: Any, product: Product) -> None:
    customer = product.customer("Hugo Hurry")
    product.write(customer, "Go")
    open_conversation(agent, "Hugo Hurry")
    texts = [f"Line {index}" for index in range(6)]
    for text in texts:
        reply(agent, text)
    for text in texts:
        expect(bubble(agent, text)).to_contain_text("Delivered", timeout=20_000)
    assert [m["text"] for m in product.messages(customer)] == ["Go", *texts]


def test_outside_the_window_the_field_is_gone_until_the_customer_writes(agent: Any, product: Product) -> None:
    customer = product.customer("Will Window")
    product.write(customer, "Long ago", timestamp=int(time.time()) - 25 * 3600)
    # It stands far down in a list that goes by the last message.
    product.conversation(customer)
    go_to(agent, "Will Window")
    expect(agent.get_by_text("Only a template can reopen this chat")).to_be_visible()
    expect(agent.get_by_role("textbox", name=COMPOSER)).to_have_count(0)
    product.write(customer, "I am back")
    expect(agent.get_by_role("textbox", name=COMPOSER)).to_be_visible()


def test_no_text_becomes_markup(agent: Any, product: Product) -> None:
    evil = '<img src=x onerror="alert(1)"> <script>alert(2)</script> [a](javascript:alert(3)) javascript:alert(4)'
    product.write(product.customer("<b>Eve</b>"), evil)
    go_to(agent, "<b>Eve</b>")
    expect(bubble(agent, evil)).to_be_visible()
    assert agent.get_by_role("main").locator("ol img, ol script, ol a").count() == 0


def test_older_messages_load_without_a_jump_and_new_ones_do_not_pull(agent: Any, product: Product) -> None:
    customer = product.customer("Sam Scroll")
    start = int(time.time()) - 7200
    for index in range(130):
        product.write(customer, f"Note {index:03d} " + "word " * (index % 23), timestamp=start + index)
    wait_until(lambda: product.conversation(customer)["unread_count"] == 130, 30, "130 messages")
    conversation = product.conversation(customer)
    product.api("POST", f"/conversations/{conversation['id']}/read")
    go_to(agent, "Sam Scroll")
    thread = agent.get_by_role("region", name="Sam Scroll")
    expect(thread.get_by_text("Note 129")).to_be_visible()
    thread.focus()
    for _ in range(60):
        agent.keyboard.press("PageUp")
        if thread.get_by_text("Note 000").count():
            break
        agent.wait_for_timeout(60)
    expect(thread.get_by_text("Note 000")).to_be_attached()
    thread.evaluate("element => { element.scrollTop += 400 }")
    agent.wait_for_timeout(300)
    seen = "([...document.querySelectorAll('main section li')].map(li => [li.innerText, li.getBoundingClientRect().top]))"
    before = dict(agent.evaluate(seen))
    product.write(customer, "The newest")
    expect(agent.get_by_role("button", name="1 new message")).to_be_visible()
    after = dict(agent.evaluate(seen))
    assert before.keys() & after.keys()
    assert all(abs(after[text] - before[text]) <= 1 for text in before.keys() & after.keys())
    agent.get_by_role("button", name="1 new message").click()
    expect(thread.get_by_text("The newest")).to_be_in_viewport()


def test_the_list_is_searched_filtered_and_walked_by_keyboard(agent: Any, product: Product) -> None:
    customer = product.customer("Zelda Search")
    product.write(customer, "One")
    expect(agent.get_by_role("link", name="Zelda Search")).to_be_visible()
    # Meta's times are whole seconds, and the list is sorted by them.
    second = int(time.time())
    wait_until(lambda: int(time.time()) > second, what="the next second")
    product.write(product.customer("Yann Other"), "Two")
    expect(agent.get_by_role("link", name="Yann Other")).to_be_visible()
    agent.keyboard.press("/")
    agent.keyboard.type("zelda")
    expect(agent.get_by_role("link", name="Yann Other")).to_have_count(0)
    expect(agent.get_by_role("link", name="Zelda Search")).to_be_visible()
    agent.keyboard.press("Escape")
    expect(agent.get_by_role("link", name="Yann Other")).to_be_visible()
    agent.keyboard.press("Alt+ArrowDown")
    expect(agent.get_by_role("heading", level=2)).to_have_text("Yann Other")
    agent.keyboard.press("Alt+ArrowDown")
    expect(agent.get_by_role("heading", level=2)).to_have_text("Zelda Search")
    agent.get_by_role("textbox", name=COMPOSER).blur()
    agent.keyboard.press("Shift+?")
    expect(agent.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    agent.keyboard.press("Escape")
    expect(agent.get_by_role("dialog")).to_have_count(0)


def test_what_meta_refuses_is_said_at_its_field(agent: Any, product: Product) -> None:
    agent.expected_complaints = ("422", "409")
    agent.get_by_label("Phone number").select_option("Connect a number…")
    dialog = agent.get_by_role("dialog", name="Connect a WhatsApp number")
    dialog.get_by_label("WhatsApp Business Account ID").fill("102290129340398")
    dialog.get_by_label("Phone number ID").fill("106540352242922")
    dialog.get_by_label("Access token").fill("no good")
    dialog.get_by_role("button", name="Connect").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert violations(agent) == []
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)


def test_signing_out_leaves_nothing_behind(agent: Any, product: Product) -> None:
    agent.evaluate("localStorage.setItem('livechat.details', '1')")
    menu(agent, "Sign out")
    expect(agent.get_by_role("button", name="Continue as the demo agent")).to_be_visible()
    assert violations(agent) == []
    assert not re.search(r"livechat\.(draft|outbox)", agent.evaluate("JSON.stringify(localStorage)"))
    agent.reload()
    agent.get_by_role("button", name="Continue as the demo agent").click()
    expect(agent.get_by_role("navigation", name="Conversations")).to_be_visible()
