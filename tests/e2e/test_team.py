"""Several people of the demo, side by side in one browser."""

from typing import Any

import pytest

from tests.e2e.looking import bubble, expect, menu, open_conversation
from tests.e2e.product import Product

pytestmark = pytest.mark.timeout(300)
STREAM = "/api/live-chat/events"


def signed_in_as(window: Any) -> str:
    """Whose window it is, by its own menu."""
    opener = window.get_by_role("button", name="Your account and settings")
    opener.click()
    heading = window.get_by_text("Signed in as")
    expect(heading).to_be_visible()
    name = heading.text_content().removeprefix("Signed in as ")
    opener.click()
    expect(heading).to_have_count(0)
    return str(name)


def test_two_windows_are_two_people_and_both_see_a_customer_write(agent: Any, product: Product) -> None:
    customer = product.customer("Wanda Windows")
    product.write(customer, "Is anybody there?")
    open_conversation(agent, "Wanda Windows")
    streams: list[str] = []
    agent.context.on(
        "request",
        lambda asked: streams.append(asked.headers["authorization"]) if asked.url.endswith(STREAM) else None,
    )
    with agent.context.expect_page() as opened:
        menu(agent, "Open as Ben")
    bens = opened.value
    expect(bubble(bens, "Is anybody there?")).to_be_visible()
    assert (signed_in_as(agent), signed_in_as(bens)) == ("Ada", "Ben")
    product.write(customer, "Both of you?")
    for window in (agent, bens):
        expect(bubble(window, "Both of you?")).to_be_visible()
    # Tabs of one person share a stream; another person's window never listens to it.
    assert len(set(streams)) == 1
    # The address no longer names anybody, and the window is still Ben's.
    bens.keyboard.press("Escape")
    expect(bens.get_by_role("heading", level=2, name="Wanda Windows")).to_have_count(0)
    assert "as=" not in bens.url
    bens.reload()
    assert (signed_in_as(agent), signed_in_as(bens)) == ("Ada", "Ben")
