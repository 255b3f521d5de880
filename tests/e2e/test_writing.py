"""What helps with writing, what is dropped beside it, and that all of it fits where there is little room."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.media_store import sample_bytes
from tests.e2e.composing import a_file, attach, chat, customer, sent
from tests.e2e.looking import composer, expect, violations
from tests.e2e.product import Product

__all__ = ["chat", "customer"]

pytestmark = pytest.mark.timeout(300)

# What of the conversation reaches over the window's edge, or over that of the composer.
_OVERFLOWING = """() => [...document.querySelectorAll('main *')]
    .filter(element => element.checkVisibility() && !element.closest('.sr-only, svg'))
    .filter(element => { const box = element.getBoundingClientRect(); return box.right > innerWidth + 1 || box.left < -1; })
    .map(element => element.outerHTML.slice(0, 120))"""


def _drop(page: Any, path: Path, x: int, y: int) -> None:
    """Drop a file as the system does: an event made by the page's own script would have nothing to leave for."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})
    session.detach()


def test_a_file_that_is_dropped_beside_everything_opens_nothing(
    agent: Any, product: Product, tmp_path: Path
) -> None:
    path = tmp_path / "Price list.html"
    path.write_text("<title>Somewhere else</title>")
    address = agent.url
    search = agent.get_by_role("searchbox", name="Search name or number")
    search.fill("Half a word")
    for x, y in ((640, 400), (100, 400), (640, 20)):
        _drop(agent, path, x, y)
    expect(search).to_have_value("Half a word")
    assert agent.url == address
    assert len(agent.context.pages) == 1


def test_a_file_that_is_dropped_on_a_chat_waits_in_its_tray(chat: Any, customer: str, tmp_path: Path) -> None:
    path = tmp_path / "Price list.pdf"
    path.write_bytes(sample_bytes("document"))
    _drop(chat, path, 640, 300)
    expect(chat.get_by_role("region", name="Files to send")).to_contain_text("Price list.pdf")
    chat.get_by_role("button", name="Remove Price list.pdf").click()


def test_emoji_come_by_a_button_and_by_their_names(chat: Any, product: Product, customer: str) -> None:
    field = composer(chat)
    field.fill("Fresh!")
    field.press("Home")
    chat.get_by_role("button", name="Insert an emoji").click()
    dialog = chat.get_by_role("dialog", name="All emoji")
    dialog.get_by_label("Search emoji").fill("croissant")
    expect(dialog.get_by_role("gridcell")).to_have_text(["🥐"])
    chat.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(field).to_be_focused()
    expect(field).to_have_value("🥐Fresh!")
    field.press("End")
    field.press_sequentially(" :thumbs")
    options = chat.get_by_role("listbox", name="Emoji").get_by_role("option")
    expect(options.first).to_contain_text("thumbs up")
    assert violations(chat) == []
    field.press("Enter")
    expect(options).to_have_count(0)
    field.press("Enter")
    [body] = sent(product, customer)
    assert body["text"]["body"].replace("\ufe0f", "") == "🥐Fresh! 👍"


def test_a_link_goes_out_with_its_preview_unless_the_agent_leaves_it_out(
    chat: Any, product: Product, customer: str
) -> None:
    field = composer(chat)
    toggle = chat.get_by_label("Show a preview of the link")
    field.fill("Hello")
    expect(toggle).to_have_count(0)
    field.fill("https://example.com/1")
    expect(toggle).to_be_checked()
    assert violations(chat) == []
    field.press("Enter")
    field.fill("https://example.com/2")
    toggle.uncheck()
    field.press("Enter")
    assert [body["text"]["preview_url"] for body in sent(product, customer, 2)] == [True, False]


def test_composer_tray_and_recorder_fit_into_320_pixels(chat: Any, product: Product, customer: str) -> None:
    chat.set_viewport_size({"width": 320, "height": 640})
    composer(chat).fill("https://example.com/a-rather-long-address-" + "x" * 60)
    expect(chat.get_by_label("Show a preview of the link")).to_be_visible()
    assert chat.evaluate(_OVERFLOWING) == []
    # Enough is left to read what one writes.
    assert composer(chat).bounding_box()["width"] >= 120
    attach(chat, "Document", [
        a_file("A price list with a rather long name " + "x" * 40 + ".pdf", "application/pdf", sample_bytes("document")),
        a_file("virus.exe", "application/x-msdownload", b"MZ"),
    ])  # fmt: skip
    expect(chat.get_by_role("region", name="Files to send")).to_contain_text("Ready to send")
    assert chat.evaluate(_OVERFLOWING) == []
    assert violations(chat) == []
    chat.get_by_role("button", name="Record a voice message").click()
    expect(chat.get_by_role("button", name="Stop recording")).to_be_enabled()
    assert chat.evaluate(_OVERFLOWING) == []
    assert violations(chat) == []
    chat.get_by_role("button", name="Discard the recording").click()
    chat.get_by_role("button", name="Attach files and more").click()
    expect(chat.get_by_role("menu")).to_be_visible()
    assert chat.evaluate(_OVERFLOWING) == []


def test_the_composer_stays_at_the_end_where_a_message_is_missing(
    chat: Any, product: Product, customer: str
) -> None:
    chat.expected_complaints = ("404",)
    height = chat.viewport_size["height"]
    chat.goto(f"{chat.url}&m=00000000-0000-4000-8000-000000000000")
    expect(chat.get_by_role("button", name="Go to the latest messages")).to_be_visible()
    field = composer(chat).bounding_box()
    assert height - (field["y"] + field["height"]) < 60
    chat.get_by_role("button", name="Go to the latest messages").click()
    expect(chat.get_by_role("main").get_by_text("Hello")).to_be_visible()
