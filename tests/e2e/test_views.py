"""Every view of the page: with axe, light and dark, wide and narrow, from either side, and in longer words."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.looking import bubble, expect, open_conversation, violations
from tests.e2e.product import Product, wait_until

pytestmark = pytest.mark.timeout(300)
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
View = tuple[str, Callable[[Any], None]]


# Text that is cut off without an ellipsis, or stands out of its box.
CLIPPED = """[...document.querySelectorAll('body *')].filter(element => {
    const style = getComputedStyle(element);
    const hasText = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    return hasText && element.clientWidth > 1 && style.display !== 'inline'
        && element.scrollWidth > element.clientWidth + 1
        && !['auto', 'scroll'].includes(style.overflowX) && style.textOverflow !== 'ellipsis'
        && element.checkVisibility({ visibilityProperty: true });
}).map(element => `clipped: ${element.outerHTML.slice(0, 160)}`)"""
WIDTHS = (1360, 320)
TIMEOUT_MS = 20_000


def back(page: Any) -> None:
    page.keyboard.press("Escape")


def views(product: Product, language: str) -> Iterator[View]:
    """By name, how to come there from the view before, without a word of any language. The first is the list."""
    customer = product.customer(f"Vera {language}")
    product.write(customer, "A *long* text " * 12)
    product.write(customer, "https://example.com/" + "a" * 90)
    late = product.customer(f"Lasse {language}")
    product.write(late, "Yesterday", timestamp=int(time.time()) - 25 * 3600)
    fault = {"kind": "error", "code": 131014, "match": {"to": customer}, "times": 1}
    product.control("POST", "/faults", fault)
    conversation, closed = product.conversation(customer)["id"], product.conversation(late)["id"]

    def go(path: str) -> Callable[[Any], None]:
        return lambda page: page.goto(f"{product.url}/live-chat{path}")

    def shown(page: Any, selector: str) -> None:
        expect(page.locator(selector).first).to_be_visible()

    def failed(page: Any) -> None:
        page.locator("textarea#composer").fill("This one fails")
        page.keyboard.press("Enter")
        expect(bubble(page, "This one fails")).to_contain_text("131014", timeout=TIMEOUT_MS)

    def reacting(page: Any) -> None:
        bubble(page, "A long text").first.hover()
        bubble(page, "A long text").first.locator("[data-actions] button").first.click()
        shown(page, "[data-layer] [role=group]")

    def details(page: Any) -> None:
        back(page)
        page.keyboard.press("Alt+i")
        shown(page, "aside")

    def menu(page: Any) -> None:
        page.locator("header button[aria-haspopup=menu]").click()
        shown(page, "[role=menuitem]")

    def item(at: int, selector: str) -> Callable[[Any], None]:
        def come(page: Any) -> None:
            back(page)
            menu(page)
            page.locator("[role=menuitem]").nth(at).click()
            shown(page, selector)

        return come

    def nothing_found(page: Any) -> None:
        go("")(page)
        page.locator("input[type=search]").fill("nobody of that name")
        shown(page, "nav svg.lucide-search-x")

    yield "the list", lambda page: shown(page, f"[data-conversation='{conversation}']")
    yield "a thread", lambda page: page.locator(f"[data-conversation='{conversation}']").click()
    yield "a failure", failed
    yield "a reaction", reacting
    yield "the details", details
    yield (
        "the attach menu",
        lambda page: (
            page.locator("main button[aria-haspopup=menu]").click(),
            shown(page, "[role=menuitem]"),
        ),
    )
    yield "the menu", lambda page: (back(page), menu(page))
    yield "settings", item(0, "dialog[open] input")
    yield "keyboard", item(1, "dialog[open] kbd, dialog[open] dt, dialog[open] td")
    yield "connect a number", item(3, "dialog[open] input")
    yield "go to", lambda page: (back(page), page.keyboard.press("Control+k"), shown(page, "[role=option]"))
    yield (
        "a new conversation",
        lambda page: (
            back(page),
            page.locator("header > button").last.click(),
            shown(page, "dialog[open] input"),
        ),
    )
    yield "a closed window", lambda page: (go(f"/{closed}")(page), shown(page, "section#composer"))
    yield (
        "templates",
        lambda page: (page.locator("section#composer button").click(), shown(page, "dialog[open] li")),
    )
    yield "nothing found", nothing_found
    yield "activity", lambda page: (go("/activity")(page), shown(page, "main figure"))


@pytest.mark.parametrize("language", ["en", "ar", "en-XA"])
def test_every_view_is_accessible_and_fits(agent: Any, product: Product, language: str) -> None:
    agent.goto(f"{product.url}?lang={language}")
    found: dict[str, list[str]] = {}
    # One page for all: what is wide is the same document as what is narrow, and colours change nothing else in it.
    for name, come in views(product, language):
        agent.set_viewport_size({"width": WIDTHS[0], "height": 700})
        come(agent)
        for width in WIDTHS:
            agent.set_viewport_size({"width": width, "height": 700})
            faults = agent.evaluate(CLIPPED)
            if agent.evaluate(TOO_WIDE) > 0:
                faults.append("scrolls sideways")
            # The longer English is there for its length.
            if language != "en-XA":
                faults += violations(agent)
                agent.emulate_media(color_scheme="dark")
                faults += violations(agent, colours_only=True)
                agent.emulate_media(color_scheme="light")
            if faults:
                found[f"{name}, {width}"] = faults
    assert found == {}
    assert agent.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")


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
