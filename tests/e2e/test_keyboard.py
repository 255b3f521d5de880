"""A day's work without a pointer: take, label, answer, resolve, and the next is there."""

import re
from typing import Any

import pytest

from tests.e2e.looking import composer, expect
from tests.e2e.product import Product
from tests.long_form import IS_LONG

# What a screen reader is told, each time it is told.
_HEAR = """() => {
    window.heard = [];
    const live = '[role=status], [role=alert], [role=log], [aria-live]';
    new MutationObserver(changes => {
        for (const { addedNodes, target } of changes)
            if ((target.nodeType === 1 ? target : target.parentElement)?.closest(live))
                for (const node of addedNodes) window.heard.push(node.textContent);
    }).observe(document.body, { childList: true, subtree: true });
}"""

pytestmark = [pytest.mark.timeout(600), pytest.mark.long]
CUSTOMERS = 20 if IS_LONG else 3


def _insert_twice_and_take_back(agent: Any, name: str) -> None:
    """K1: a canned reply goes where one writes, however often, and Ctrl+Z takes back each."""
    keys, field = agent.keyboard, composer(agent)
    keys.type("Well,  then")
    for _ in " then":
        keys.press("ArrowLeft")
    once = f"Well, Thank you, {name}! then"
    for shortcut, becomes in (("/tha", once), (" /tha", f"Well, Thank you, {name}! Thank you, {name}! then")):
        keys.type(shortcut)
        expect(agent.get_by_role("option", name="Thanks")).to_be_visible()
        keys.press("Enter")
        expect(field).to_have_value(becomes)
    keys.press("Control+z")
    expect(field).to_have_value(f"Well, Thank you, {name}! /tha then")
    seen = set()
    while (value := field.input_value()) not in seen and value != "Well, /tha then":
        seen.add(value)
        keys.press("Control+z")
    assert {once, "Well, /tha then"} <= seen | {value}
    keys.press("Control+a")
    keys.press("Delete")
    expect(field).to_have_value("")


def test_conversations_are_done_by_keyboard_alone(agent: Any, product: Product) -> None:
    workspace = product.api("GET", "/workspaces")["workspaces"][0]["id"]
    product.api("POST", f"/workspaces/{workspace}/labels", {"name": "Delivery", "colour": "#0b7261"})
    canned = {
        "scope": "workspace",
        "shortcut": "thanks",
        "title": "Thanks",
        "body": "Thank you, {{contact.name}}!",
    }
    product.api("POST", f"/workspaces/{workspace}/canned-replies", canned)
    names = {f"Keyra {chr(65 + number)}" for number in range(CUSTOMERS)}
    for name in sorted(names):
        customer = product.customer(name)
        product.write(customer, f"This is {name}")
        product.conversation(customer)
    agent.evaluate("localStorage.setItem('livechat.settings', JSON.stringify({afterResolve: 'next'}))")
    agent.reload()
    agent.get_by_role("navigation", name="Conversations").wait_for()
    agent.evaluate(_HEAR)
    # Resolving right behind a reply is refused first, and then done with that reply as seen.
    agent.expected_complaints = ("/status",)
    keys = agent.keyboard
    keys.press("/")
    keys.type("Keyra")
    # Of a long list only the rows in sight are mounted.
    expect(agent.locator(f"nav li[aria-setsize='{CUSTOMERS}']").first).to_be_visible()
    keys.press("Alt+ArrowDown")
    done: set[str] = set()
    while True:
        left = re.compile("|".join(sorted(names - done)))
        heading = agent.get_by_role("main").get_by_role("heading", level=2, name=left)
        expect(heading).to_be_visible()
        name = str(heading.text_content())
        # What acts on a conversation is loaded behind it.
        expect(agent.get_by_role("button", name="Assigned to: Unassigned")).to_be_visible()
        expect(composer(agent)).to_be_focused()
        if len(done) == 1:
            # By its name, as one may not know the key.
            keys.press("Control+k")
            expect(agent.get_by_role("combobox", name="Go to")).to_be_focused()
            keys.type("take the conv")
            expect(agent.get_by_role("option", name="Take the conversation")).to_be_visible()
            keys.press("Enter")
        else:
            keys.press("Alt+c")
        expect(agent.get_by_role("button", name="Assigned to: You")).to_be_visible()
        keys.press("Alt+l")
        keys.type("deliv")
        expect(agent.get_by_role("option", name="Delivery")).to_be_visible()
        keys.press("Enter")
        expect(agent.get_by_role("option", name="Delivery")).to_have_attribute("aria-selected", "true")
        keys.press("Escape")
        expect(composer(agent)).to_be_focused()
        assert agent.evaluate("document.activeElement !== document.body")
        if not done:
            _insert_twice_and_take_back(agent, name)
        keys.type("/tha")
        expect(agent.get_by_role("option", name="Thanks")).to_be_visible()
        keys.press("Enter")
        expect(composer(agent)).to_have_value(f"Thank you, {name}!")
        done.add(name)
        # By two keys, or by one.
        if len(done) % 2:
            keys.press("Enter")
            # One's own reply is nothing new, whether or not the server has answered yet.
            keys.press("Alt+r")
        else:
            expect(agent.get_by_role("button", name="More ways to send")).to_be_visible()
            keys.press("Control+Shift+Enter")
            expect(agent.get_by_text(f"Sent, and the conversation with {name} is resolved.")).to_be_visible()
        # The next one is there, until there is none.
        if done == names:
            break
    expect(agent.get_by_role("button", name="Reopen")).to_be_visible()
    # W4: whose it is, and that it can be undone, is said once.
    told = [each for each in agent.evaluate("window.heard") if "conversation is yours" in each]
    assert told == ["This conversation is yours.Undo"] * CUSTOMERS
    found = product.api("GET", f"/conversations?search=Keyra&status=resolved&limit={CUSTOMERS}")[
        "conversations"
    ]
    assert {each["customer_name"] for each in found} == names
    assert {label["name"] for each in found for label in each["labels"]} == {"Delivery"}
