"""Every view of the page, with axe, light and dark, left to right and right to left, wide and narrow."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.looking import bubble, expect, go_to, menu, open_conversation, reply, violations
from tests.e2e.product import Product, wait_until

pytestmark = pytest.mark.timeout(300)
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
View = tuple[str, Callable[[Any], None]]


def back(page: Any) -> None:
    page.keyboard.press("Escape")


def views(product: Product, of: str) -> Iterator[View]:
    """By name, how to come there from the view before. The first is the list."""
    vera, lasse = f"Vera {of}", f"Lasse {of}"
    customer = product.customer(vera)
    product.write(customer, "A *long* text " * 12)
    product.write(customer, "https://example.com/" + "a" * 90)
    late = product.customer(lasse)
    product.write(late, "Yesterday", timestamp=int(time.time()) - 25 * 3600)
    fault = {"kind": "error", "code": 131014, "match": {"to": customer}, "times": 1}
    product.control("POST", "/faults", fault)

    def failed(page: Any) -> None:
        reply(page, "This one fails")
        expect(bubble(page, "This one fails")).to_contain_text("Error 131014", timeout=20_000)

    def reacting(page: Any) -> None:
        bubble(page, "A long text").first.hover()
        bubble(page, "A long text").first.get_by_role("button", name="React").click()
        expect(page.get_by_role("group", name="React")).to_be_visible()

    def nothing_found(page: Any) -> None:
        page.get_by_role("searchbox").fill("nobody of that name")
        expect(page.get_by_text("Nothing found for")).to_be_visible()

    def show(item: str, heading: str) -> Callable[[Any], None]:
        def come(page: Any) -> None:
            menu(page, item)
            expect(page.get_by_role("heading", name=heading)).to_be_visible()

        return come

    yield "the list", lambda page: expect(page.get_by_role("link", name=vera)).to_be_visible()
    yield "a thread", lambda page: open_conversation(page, vera)
    yield "a failure", failed
    yield "a reaction", reacting
    yield "the details", lambda page: (back(page), page.get_by_role("button", name="Details").click())
    yield "the menu", lambda page: page.get_by_role("button", name="Your account and settings").click()
    yield "settings", lambda page: (back(page), show("Settings", "Settings")(page))
    yield "keyboard", lambda page: (back(page), show("Keyboard shortcuts", "Keyboard shortcuts")(page))
    yield "go to", lambda page: (back(page), page.keyboard.press("Control+k"))
    yield (
        "a new conversation",
        lambda page: (back(page), page.get_by_role("button", name="New conversation").click()),
    )
    yield (
        "a closed window",
        lambda page: (back(page), go_to(page, lasse)),
    )
    yield "nothing found", lambda page: (to_list(page), nothing_found(page))
    yield "activity", show("Activity", "Activity")


def to_list(page: Any) -> None:
    """From any view that is no dialog."""
    page.evaluate("document.activeElement.blur()")
    while page.get_by_role("searchbox").count() == 0:
        page.keyboard.press("Escape")
        page.wait_for_timeout(50)


@pytest.mark.parametrize(
    ("width", "scheme", "direction"),
    [(1360, "light", "ltr"), (1360, "dark", "rtl"), (320, "light", "rtl"), (320, "dark", "ltr")],
)
def test_every_view_is_accessible_and_fits(
    agent: Any, product: Product, width: int, scheme: str, direction: str
) -> None:
    agent.emulate_media(color_scheme=scheme)
    agent.set_viewport_size({"width": width, "height": 700})
    agent.evaluate(f"document.documentElement.dir = '{direction}'")
    found: dict[str, list[str]] = {}
    for name, come in views(product, f"{scheme} {width}"):
        come(agent)
        agent.wait_for_timeout(50)
        found[name] = violations(agent)
        if agent.evaluate(TOO_WIDE) > 0:
            found[name].append("scrolls sideways")
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_page_that_cannot_reach_its_server_says_so_in_every_pane(agent: Any, product: Product) -> None:
    agent.expected_complaints = ("503", "Failed to load resource")
    product.write(product.customer("Ella Error"), "Hello")
    expect(agent.get_by_role("link", name="Ella Error")).to_be_visible()
    problem = {"title": "Busy", "status": 503, "detail": "Come again.", "code": "unavailable", "type": "x"}
    agent.route(
        "**/api/live-chat/messages?**",
        lambda route: route.fulfill(
            status=503, json=problem, headers={"X-Request-ID": "abc123", "Retry-After": "0"}
        ),
    )
    open_conversation(agent, "Ella Error")
    alert = agent.get_by_role("alert")
    expect(alert).to_contain_text("Come again.", timeout=20_000)
    expect(alert).to_contain_text("Reference: abc123")
    assert violations(agent) == []
    agent.unroute("**/api/live-chat/messages?**")
    alert.get_by_role("button", name="Try again").click()
    expect(bubble(agent, "Hello")).to_be_visible()


def test_colours_of_the_system_and_wide_spacing_hide_nothing(agent: Any, product: Product) -> None:
    product.write(product.customer("Frida Forced"), "Hello")
    agent.emulate_media(forced_colors="active")
    open_conversation(agent, "Frida Forced")
    # Its heading stands before its messages have come.
    hello = bubble(agent, "Hello")
    expect(hello).to_be_visible()
    border = "line => getComputedStyle(line).borderTopWidth"
    assert hello.locator("[data-side] > div").evaluate(border) != "0px"
    spacing = (
        "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    )
    agent.emulate_media(forced_colors="none")
    # As a reader's own style sheet: the policy refuses one in the document.
    agent.evaluate(
        "text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);"
        " document.adoptedStyleSheets = [sheet]; }",
        spacing,
    )
    clipped = """
        [...document.querySelectorAll('button, h2, main p, main time')].filter(element =>
            element.scrollHeight > element.clientHeight + 2 && getComputedStyle(element).overflowY === 'hidden'
        ).map(element => element.outerHTML.slice(0, 120))
    """
    wait_until(lambda: agent.evaluate("document.adoptedStyleSheets.length") == 1, what="the style")
    assert agent.evaluate(clipped) == []
    assert agent.evaluate(TOO_WIDE) <= 0
