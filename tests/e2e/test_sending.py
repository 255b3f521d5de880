"""What an agent has written goes out: once, in order and without a hand, whatever happens on the way."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.looking import bubble, composer, expect, go_to, reply
from tests.e2e.product import Product, wait_until

pytestmark = pytest.mark.timeout(300)

OUTAGE = ("Failed to load resource", "ERR_", "502", "503", "500")
SENDS = "**/api/live-chat/send-message"


@pytest.fixture
def other_browser(browser: Any, product: Product) -> Iterator[Any]:
    """The same agent at another machine."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC", reduced_motion="reduce")
    page = context.new_page()
    page.goto(product.url)
    page.get_by_role("navigation", name="Conversations").wait_for()
    yield page
    context.close()


def a_chat(page: Any, product: Product, name: str) -> str:
    """A new customer's conversation, open on the page; their number."""
    customer = product.customer(name)
    product.write(customer, "Hello")
    product.conversation(customer)
    go_to(page, name)
    expect(composer(page)).to_be_visible()
    return customer


def received(product: Product, customer: str) -> list[str]:
    """The texts that WhatsApp took for this customer, in their order."""
    found = product.control("GET", f"/messages?customer={customer}")["messages"]
    return [message["body"]["text"]["body"] for message in found if message["body"]["type"] == "text"]


def test_two_browsers_without_network_and_server_send_every_reply_once_in_order(
    agent: Any, other_browser: Any, product: Product
) -> None:
    agent.expected_complaints = OUTAGE
    first = a_chat(agent, product, "Otis Offline")
    second = a_chat(other_browser, product, "Rita Restart")
    offline = [f"Offline {n}" for n in range(4)]
    restart = [f"Restart {n}" for n in range(4)]

    agent.context.set_offline(True)
    for text in offline:
        reply(agent, text)
    expect(bubble(agent, offline[0])).to_contain_text("Waiting for network")
    expect(bubble(agent, offline[0])).to_contain_text("Waiting to be sent")
    expect(agent.get_by_text("Not sent")).to_have_count(0)
    expect(agent.get_by_role("link", name="Otis Offline")).to_contain_text("Unsent: Offline 3")
    expect(agent).to_have_title(re.compile("Live Chat · 4 unsent$"))

    product.kill("livechat web")
    for text in restart[:2]:
        reply(other_browser, text)
    wait_until(lambda: _answers(product), 60, "the web server")
    product.kill("livechat web")
    for text in restart[2:]:
        reply(other_browser, text)
    wait_until(lambda: _answers(product), 60, "the web server")
    wait_until(lambda: received(product, second) == restart, 60, "the replies of the restart")

    agent.context.set_offline(False)
    wait_until(lambda: received(product, first) == offline, 60, "the replies written offline")
    for page, texts in ((agent, offline), (other_browser, restart)):
        for text in texts:
            expect(bubble(page, text)).to_contain_text("Delivered")
        expect(page.get_by_text("Unsent")).to_have_count(0)
    assert [received(product, first), received(product, second)] == [offline, restart]


def _answers(product: Product) -> bool:
    try:
        return bool(product.phone_number_id())
    except OSError:
        return False


def test_replies_outlive_a_reload_and_go_from_whichever_tab_is_left(agent: Any, product: Product) -> None:
    agent.expected_complaints = OUTAGE
    customer = a_chat(agent, product, "Tara Tabs")
    other = agent.context.new_page()
    other.goto(f"{product.url}/live-chat/{product.conversation(customer)['id']}")
    expect(composer(other)).to_be_visible()
    agent.context.route(SENDS, lambda route: route.abort())
    reply(other, "From the other tab")
    expect(bubble(other, "From the other tab")).to_contain_text("Waiting for network")
    # What waits in one tab is seen in all.
    expect(bubble(agent, "From the other tab")).to_contain_text("Waiting for network")
    reply(agent, "From this tab")
    agent.reload()
    expect(bubble(agent, "From this tab")).to_be_visible()
    other.close()
    agent.context.unroute(SENDS)
    texts = ["From the other tab", "From this tab"]
    for text in texts:
        expect(bubble(agent, text)).to_contain_text("Delivered", timeout=60_000)
        expect(bubble(agent, text)).to_have_count(1)
    assert received(product, customer) == texts


def test_a_hanging_line_and_a_proxys_pages_hold_a_reply_up_and_no_longer(
    agent: Any, product: Product
) -> None:
    agent.expected_complaints = OUTAGE
    customer = a_chat(agent, product, "Hilda Hanging")
    page_of_a_proxy = {"status": 502, "content_type": "text/html", "body": "<h1>Bad gateway</h1>"}
    guest_network = {"status": 200, "content_type": "text/html", "body": "<h1>Welcome</h1>"}
    answers: list[Any] = [
        lambda route: route.fulfill(**page_of_a_proxy),
        lambda route: route.fulfill(**guest_network),
        # The server has it, and the answer is lost.
        lambda route: (route.fetch(), route.abort()),
        # Nobody ever answers.
        lambda route: None,
    ]
    agent.route(SENDS, lambda route: answers.pop(0)(route) if answers else route.continue_())
    reply(agent, "First")
    reply(agent, "Second")
    # The browser is asked meanwhile: what plays the network runs while it is.
    expect(bubble(agent, "Second")).to_contain_text("Delivered", timeout=90_000)
    assert answers == []
    assert received(product, customer) == ["First", "Second"]


def test_a_reply_without_a_session_asks_for_one_and_goes_with_it(agent: Any, product: Product) -> None:
    agent.expected_complaints = ("401", "Failed to load resource")
    customer = a_chat(agent, product, "Sita Signed")
    refused = {"title": "x", "status": 401, "detail": "x", "code": "unauthorized", "type": "x"}
    agent.route(SENDS, lambda route: route.fulfill(status=401, json=refused))
    reply(agent, "Before the sign-in")
    dialog = agent.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    agent.unroute(SENDS)
    dialog.get_by_role("button", name="Continue as the demo agent").click()
    wait_until(lambda: received(product, customer) == ["Before the sign-in"], 45, "the reply")
    expect(bubble(agent, "Before the sign-in")).to_contain_text("Delivered")


_WITHOUT_STORAGE = {
    "forbidden": """for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, { get() { throw new DOMException('No', 'SecurityError') } });""",
    "full": """Storage.prototype.setItem = () => { throw new DOMException('Full', 'QuotaExceededError') };""",
    "without locks and channels": """delete Navigator.prototype.locks; delete window.BroadcastChannel;""",
    "with forbidden locks": """navigator.locks.request = () => Promise.reject(new DOMException('No', 'SecurityError'));
        navigator.locks.query = navigator.locks.request;""",
}


@pytest.mark.parametrize("browser_is", _WITHOUT_STORAGE)
def test_a_browser_that_keeps_nothing_sends_all_the_same(
    page: Any, product: Product, browser_is: str
) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(_WITHOUT_STORAGE[browser_is])
    page.goto(product.url)
    page.get_by_role("navigation", name="Conversations").wait_for()
    customer = a_chat(page, product, f"Nina {browser_is}")
    page.route(SENDS, lambda route: route.abort())
    reply(page, "Kept in the page")
    mine = bubble(page, "Kept in the page")
    expect(mine).to_contain_text("Waiting for network")
    keeps_nothing = browser_is in ("forbidden", "full")
    expect(mine.get_by_text("This browser keeps nothing")).to_have_count(1 if keeps_nothing else 0)
    would_ask = "() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert page.evaluate(would_ask) is keeps_nothing
    page.unroute(SENDS)
    wait_until(lambda: received(product, customer) == ["Kept in the page"], 45, "the reply")
    product.write(customer, "Thanks")
    expect(bubble(page, "Thanks")).to_be_visible()
    assert complaints == []
