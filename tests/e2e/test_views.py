"""Every view of the page: with axe, light and dark, wide and narrow, from either side, and in longer words."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.geometry import out_of_place
from tests.e2e.looking import bubble, expect, open_conversation, violations
from tests.e2e.product import Product, wait_until
from tests.e2e.walk import LOST, MIDDLE, PHONE, SMALL, WIDE, WIDTHS, View, Walk, close
from tests.long_form import IS_LONG

pytestmark = pytest.mark.timeout(300)
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
# Where this names a folder, every view is drawn there.
PICTURES = os.environ.get("LIVECHAT_PICTURES")
# Where the layout differs most; what is wide is the same document as what is narrow. axe checks a view there. The
# short form looks at it there alone, so that each width is seen in one language, and longer words where they have
# least room.
SEEN = {"en": (WIDE, SMALL), "ar": (MIDDLE, PHONE), "en-XA": (MIDDLE, SMALL)}
UNCHECKED = "en-XA"


@pytest.fixture(scope="module")
def every_kind(browser: Any, product: Product) -> str:
    """A conversation with one message of every kind, read."""
    customer = product.customer("Gunnar Gallery")
    product.write(customer, "First of all")
    conversation = product.conversation(customer)
    number = product.phone_number_id()
    ours = {"phone_number_id": number, "conversation_id": conversation["id"], "message": "We are open."}
    product.api("POST", "/send-message", ours)
    box = browser.new_page()
    box.goto(product.sandbox_url)
    box.locator(f"button[data-key='{customer}']").click()
    expect(box.locator("#thread")).to_contain_text("We are open.", timeout=60_000)
    box.get_by_role("button", name="Send all").click()
    expect(box.get_by_role("alert")).to_have_text(re.compile(r"^\d+ sent\.$"), timeout=120_000)
    box.close()

    def ready() -> bool:
        media = [message["content"].get("media") for message in product.messages(customer)]
        return [item["state"] for item in media if item] == ["ready"] * 7

    wait_until(ready, 60, "the files")
    product.api("POST", f"/conversations/{conversation['id']}/read")
    return str(conversation["id"])


def resize(page: Any, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    # What measures itself does so in the next frame.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def widths(view: View, language: str) -> tuple[int, ...]:
    """Where a view is looked at: everywhere in the long form and where pictures are drawn."""
    if IS_LONG or PICTURES:
        return view.widths
    return tuple(width for width in view.widths if width in SEEN[language]) or view.widths[:1]


def look(page: Any, view: View, width: int, language: str) -> list[str]:
    """What is wrong with a view at this width, light and dark."""
    resize(page, width, view.height)
    wait_until(lambda: view.is_drawn(page), what=f"{view.name}, drawn at {width}")
    faults = out_of_place(page)
    is_checked = language != UNCHECKED and (width in SEEN[language] or len(view.widths) < len(WIDTHS))
    if is_checked:
        faults += violations(page)
    draw(page, view, width, f"{language}-light")
    # A view has one palette at every width and in every language: the short form looks at its colours once.
    is_dark = is_checked and (IS_LONG or (language == "en" and width == widths(view, language)[0]))
    if is_dark or (PICTURES and language == "en"):
        page.emulate_media(color_scheme="dark")
        faults += violations(page, colours_only=True) if is_dark else []
        draw(page, view, width, f"{language}-dark")
        page.emulate_media(color_scheme="light")
    return faults


def draw(page: Any, view: View, width: int, theme: str) -> None:
    if PICTURES:
        name = f"walk-{view.name.replace(' ', '-')}-{width}-{theme}.png"
        page.screenshot(path=Path(PICTURES) / name)


@pytest.mark.long
@pytest.mark.parametrize("language", SEEN)
def test_every_view_is_accessible_and_fits(
    agent: Any, product: Product, every_kind: str, language: str
) -> None:
    from playwright.sync_api import Error

    agent.expected_complaints = ("401", "404", "503", "Failed to load resource")
    agent.goto(f"{product.url}?lang={language}")
    found: dict[str, list[str]] = {}
    for view in Walk(product, language, every_kind).views():
        resize(agent, view.widths[0], view.height)
        # One that cannot be reached hides none of the others.
        try:
            view.come(agent)
        except (AssertionError, Error) as error:
            found[view.name] = [f"not reached: {str(error)[:400]}"]
            close(agent)
            continue
        for width in widths(view, language):
            if faults := look(agent, view, width, language):
                found[f"{view.name}, {width}"] = faults
        if view.is_layer:
            close(agent)
            if agent.evaluate(LOST):
                found[f"{view.name}, closed"] = ["the focus is on the body"]
    assert found == {}, json.dumps(found, indent=1, ensure_ascii=False)
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
