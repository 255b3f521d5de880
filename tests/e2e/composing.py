"""A customer's open chat, and what an agent does there to send something."""

import re
from typing import Any

import pytest

from tests.e2e.looking import expect
from tests.e2e.product import Product, wait_until
from tests.e2e.test_kinds import open_thread


@pytest.fixture
def customer(product: Product) -> str:
    number = product.customer("Cora Compose")
    product.write(number, "Hello")
    return number


@pytest.fixture
def chat(agent: Any, product: Product, customer: str) -> Any:
    open_thread(agent, product, product.conversation(customer))
    expect(agent.get_by_role("textbox", name=re.compile("^Reply to "))).to_be_visible()
    return agent


def choose(page: Any, item: str) -> None:
    page.get_by_role("button", name="Attach files and more").click()
    page.get_by_role("menuitem", name=item, exact=True).click()


def sent(product: Product, customer: str, count: int = 1) -> list[dict[str, Any]]:
    """The bodies of the send calls to this customer, once there are so many."""
    found: list[dict[str, Any]] = []

    def look() -> bool:
        found[:] = product.control("GET", f"/messages?customer={customer}")["messages"]
        return len(found) >= count

    wait_until(look, 45, f"{count} sends")
    return [message["body"] for message in found]


def attach(page: Any, item: str, files: list[dict[str, Any]]) -> None:
    page.get_by_role("button", name="Attach files and more").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("menuitem", name=item, exact=True).click()
    chooser.value.set_files(files)


def a_file(name: str, mime_type: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": mime_type, "buffer": data}
