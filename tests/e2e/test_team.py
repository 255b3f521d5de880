"""Several people of the demo, side by side in one browser."""

from typing import Any

import pytest

from tests.e2e.looking import bubble, composer, expect, menu, open_conversation
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


def windows_of_two(agent: Any, product: Product, name: str) -> tuple[Any, Any, str]:
    """Ada's window and Ben's, both with the conversation of a new customer of this name, and their number."""
    customer = product.customer(name)
    product.write(customer, "Who is there for me?")
    open_conversation(agent, name)
    with agent.context.expect_page() as opened:
        menu(agent, "Open as Ben")
    for window in (agent, opened.value):
        expect(bubble(window, "Who is there for me?")).to_be_visible()
        expect(window.get_by_role("button", name="Assigned to: Unassigned")).to_be_visible()
    return agent, opened.value, customer


def test_what_one_takes_or_labels_the_other_sees(agent: Any, product: Product) -> None:
    ada, ben, customer = windows_of_two(agent, product, "Clara Claimed")
    ben.keyboard.press("Alt+a")
    ben.get_by_role("combobox", name="Assign").press("Enter")
    expect(ben.get_by_role("button", name="Assigned to: You")).to_be_visible()
    expect(ada.get_by_role("button", name="Assigned to: Ben")).to_be_visible()
    expect(ada.get_by_role("link", name="Clara Claimed")).to_contain_text("Assigned to Ben")
    ben.get_by_role("button", name="Mine: 1", exact=True).click()
    expect(ben.get_by_role("link", name="Clara Claimed")).to_be_visible()
    # Ada, the owner, makes a label of what she types.
    ada.keyboard.press("Alt+l")
    ada.get_by_role("combobox", name="Labels").fill("Wedding")
    ada.get_by_role("option", name="Make the label “Wedding”").click()
    ada.get_by_role("radio", name="Green").check()
    ada.get_by_role("button", name="Make label").click()
    expect(ben.get_by_role("link", name="Clara Claimed")).to_contain_text("Labels: Wedding")
    ada.get_by_role("button", name="Done").click()
    # What is resolved leaves everybody's list of what is open, until that is undone.
    ada.keyboard.press("Alt+r")
    expect(ben.get_by_role("link", name="Clara Claimed")).to_have_count(0)
    ada.get_by_role("button", name="Undo").click()
    expect(ben.get_by_role("link", name="Clara Claimed")).to_be_visible()
    expect(bubble(ben, "Ada resolved this")).to_be_visible()
    # What colleagues tell each other stands between the messages, and no customer gets it.
    ada.keyboard.press("Alt+n")
    note = ada.get_by_role("textbox", name="Private note")
    note.press_sequentially("Paid twice, ask @be")
    expect(ada.get_by_role("option", name="Ben")).to_be_visible()
    note.press("Enter")
    note.press("Enter")
    expect(ben.get_by_role("group", name="Private note")).to_contain_text("Paid twice, ask @Ben")
    assert [message["text"] for message in product.messages(customer)] == ["Who is there for me?"]
    # What is chosen together is resolved together, and comes back together.
    product.write(product.customer("Clara Also"), "And for me?")
    both = ("Clara Claimed", "Clara Also")
    ada.get_by_role("button", name="Select conversations").click()
    for name in both:
        ada.get_by_role("checkbox", name=f"Select the conversation with {name}").check()
    ada.get_by_role("region", name="Selected conversations").get_by_role("button", name="Resolve").click()
    expect(ada.get_by_text("2 conversations resolved.")).to_be_visible()
    for name in both:
        expect(ben.get_by_role("link", name=name)).to_have_count(0)
    ada.get_by_role("button", name="Undo").click()
    expect(ada.get_by_text("Undone for 2 conversations.")).to_be_visible()
    # Ben looks at his own.
    expect(ben.get_by_role("link", name="Clara Claimed")).to_be_visible()


def test_of_two_claims_one_wins_and_the_other_learns_whose_it_is(agent: Any, product: Product) -> None:
    ada, ben, _ = windows_of_two(agent, product, "Rita Raced")
    conversation = ada.url.partition("?")[0].rpartition("/")[2]
    claim = f"**/conversations/{conversation}/claim"

    # Ada's claim is on its way while Ben's goes through.
    def late(route: Any) -> None:
        ben.keyboard.press("Alt+a")
        ben.get_by_role("combobox", name="Assign").press("Enter")
        expect(ben.get_by_role("button", name="Assigned to: You")).to_be_visible()
        route.continue_()

    ada.expected_complaints = (claim.removeprefix("**"),)
    ada.route(claim, late)
    ada.keyboard.press("Alt+a")
    ada.get_by_role("combobox", name="Assign").press("Enter")
    expect(ada.get_by_role("status").filter(has_text="Ben was quicker")).to_be_visible()
    expect(ada.get_by_role("button", name="Assigned to: Ben")).to_be_visible()


def test_who_looks_and_who_answers_is_seen_by_colleagues_until_they_leave(
    agent: Any, browser: Any, product: Product
) -> None:
    product.write(product.customer("Vera Viewed"), "Is anybody there?")
    open_conversation(agent, "Vera Viewed")
    row = agent.get_by_role("link", name="Vera Viewed")
    elsewhere = browser.new_context(locale="en-GB", timezone_id="UTC", reduced_motion="reduce")
    ben = elsewhere.new_page()
    ben.goto(f"{agent.url}&as=ben")
    # Whoever comes later sees who is there already, and oneself is nobody's colleague.
    expect(ben.get_by_title("Ada is viewing")).to_be_visible()
    expect(agent.get_by_title("Ben is viewing")).to_be_visible()
    expect(row).to_contain_text("Viewing now: Ben")
    composer(ben).press_sequentially("I am")
    expect(agent.get_by_title("Ben is typing a reply")).to_be_visible()
    expect(row).to_contain_text("Writing a reply: Ben")
    ben.keyboard.press("Escape")
    expect(agent.get_by_title("Ben is")).to_have_count(0)
    expect(row).not_to_contain_text("Ben")
    elsewhere.close()
