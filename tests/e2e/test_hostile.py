"""What strangers send to hinder: texts that take time, words that every object knows, and broken addresses."""

import base64
import json
import time
from typing import Any

import pytest

from tests.e2e.looking import expect, go_to
from tests.e2e.product import Product, wait_until

pytestmark = pytest.mark.timeout(300)
LENGTH = 65_536
WORDS = ("__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__")
# Each alone is harmless; a text of nothing else took half a minute.
PIECES = {
    "bold": " *a",
    "nested": "*_~a",
    "closed": " *a*",
    "code": "`a",
    "fences": "```a",
    "quotes": "> *a\n",
    "lists": "- _a\n",
    "brackets": "https://a.b(",
    "mails": "a@",
    "phones": "(1",
    "lines": "\n",
    "letters": "x",
    "emoji": "👨‍👩‍👧",
}


def post(product: Product, customer: str, *messages: dict[str, Any]) -> None:
    """A webhook of Meta's with these messages of the customer, as they are."""
    number = product.api("GET", "/phone-numbers")["phone_numbers"][0]
    stamp = str(int(time.time()))
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": number["display_phone_number"],
            "phone_number_id": number["phone_number_id"],
        },
        "contacts": [{"profile": {"name": "Hugo Hostile"}, "wa_id": customer}],
        "messages": [
            {"from": customer, "id": f"wamid.{customer}.{time.time_ns()}.{at}", "timestamp": stamp, **message}
            for at, message in enumerate(messages)
        ],
    }
    entry = {"id": number["waba_id"], "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    sent = product.control("POST", "/webhooks/raw", {"body_base64": base64.b64encode(body).decode()})
    assert sent["status"] == 200, sent


def test_texts_that_are_made_to_take_time_take_none(agent: Any, product: Product) -> None:
    customer = product.customer("Hugo Hostile")
    for name, piece in PIECES.items():
        text = f"{name} {piece * (LENGTH // len(piece) + 1)}"[:LENGTH]
        post(product, customer, {"type": "text", "text": {"body": text}})
    post(product, customer, {"type": "text", "text": {"body": "And now?"}})
    wait_until(lambda: len(product.messages(customer)) == len(PIECES) + 1, what="all texts")
    conversation = product.conversation(customer)
    messages = {str(m["text"]).split()[0]: m["id"] for m in product.messages(customer)}
    thread = agent.get_by_role("region", name="Hugo Hostile")
    for name in PIECES:
        agent.goto(f"{product.url}/live-chat/{conversation['id']}?m={messages[name]}")
        row = thread.locator("li").filter(has_text=name).first
        expect(row).to_be_visible()
        # Folded, it is as long as other texts are; whole, it has no more elements than can be drawn.
        assert row.evaluate("row => row.innerText.length") < 5000
        assert row.evaluate("row => row.querySelectorAll('*').length") < 2500


def test_words_that_every_object_knows_are_only_words(agent: Any, product: Product) -> None:
    customer = product.customer("Hugo Hostile")
    messages: list[dict[str, Any]] = []
    for word in WORDS:
        messages += [
            {"type": word, word: {"a": "b"}},
            {
                "type": "unsupported",
                "unsupported": {"type": word},
                "errors": [{"code": 131051, "title": word}],
            },
            {"type": "interactive", "interactive": {"type": word, word: {"title": word}}},
            {"type": "system", "system": {"type": word, "body": word}},
            {"type": "text", "text": {"body": word}},
        ]
    post(product, customer, *messages)
    wait_until(lambda: product.conversation(customer)["unread_count"] > 0, what="the messages")
    go_to(agent, "Hugo Hostile")
    thread = agent.get_by_role("region", name="Hugo Hostile")
    expect(thread.get_by_text("constructor", exact=True).first).to_be_attached()
    expect(agent.get_by_role("link", name="Hugo Hostile").first).to_be_visible()


@pytest.mark.parametrize(
    "path", ["%E0%A4%A", "%", "%FF", "%C0%80", "a%2Fb", "%00", "__proto__", "constructor"]
)
def test_an_address_that_is_none_leaves_the_inbox(agent: Any, product: Product, path: str) -> None:
    agent.expected_complaints = ("status of 404", "status of 422", "status of 400")
    agent.goto(f"{product.url}/live-chat/{path}")
    expect(agent.get_by_role("navigation", name="Conversations")).to_be_visible()
    expect(
        agent.get_by_text("This conversation does not exist, or you have no access to it.")
    ).to_be_visible()
