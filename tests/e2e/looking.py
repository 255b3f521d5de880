"""What the tests of the page do and look for again and again."""

import re
from typing import Any

PATIENCE_MS = 20_000
COMPOSER = re.compile("^Reply to ")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def expect(target: Any) -> Any:
    """Playwright's, imported late: without Playwright these files can still be collected and skipped."""
    from playwright.sync_api import expect as playwright_expect

    # A busy machine takes its time; what comes at once is not waited for.
    playwright_expect.set_options(timeout=PATIENCE_MS)
    return playwright_expect(target)


def violations(page: Any, *, colours_only: bool = False) -> list[str]:
    """What axe finds against WCAG 2.2 AA and good practice, in one line for each."""
    from axe_playwright_python.base import AXE_SCRIPT

    # Once for a document: it is half a megabyte.
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    rules = (
        {"type": "rule", "values": ["color-contrast"]} if colours_only else {"type": "tag", "values": _TAGS}
    )
    found: list[str] = page.evaluate(
        """async options => (await axe.run(document, options)).violations.flatMap(
            rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`))""",
        {"resultTypes": ["violations"], "runOnly": rules},
    )
    return found


def open_conversation(page: Any, name: str) -> None:
    """Click its row, and wait until it is there."""
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()


def composer(page: Any) -> Any:
    """Where replies are written."""
    return page.get_by_role("textbox", name=COMPOSER)


def reply(page: Any, text: str) -> None:
    """Write it and send it."""
    composer(page).fill(text)
    page.keyboard.press("Enter")


def bubble(page: Any, text: str) -> Any:
    """The messages with this text."""
    return page.get_by_role("main").get_by_role("listitem").filter(has_text=text)


def menu(page: Any, item: str) -> None:
    """Choose something from the user's menu."""
    page.get_by_role("button", name="Your account and settings").click()
    page.get_by_role("menuitem", name=item).or_(page.get_by_role("menuitemcheckbox", name=item)).click()


def go_to(page: Any, name: str) -> None:
    """Open a conversation by its name, wherever it stands in the list."""
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Go to").fill(name)
    expect(page.get_by_role("dialog").get_by_role("option").first).to_contain_text(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()
