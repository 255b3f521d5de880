"""Long threads and lists: mounted in parts, found again, and never moved under the reader's eyes."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.looking import bubble, composer, expect, open_conversation, reply
from tests.e2e.product import Product, wait_until

pytestmark = pytest.mark.timeout(300)
NODES = "document.querySelectorAll('*').length"
MOST_NODES = 1_500


def note_in(product: Product, conversation: str, start: str) -> str:
    """The id of the message of a long thread that begins so."""
    (row,) = product.sql(
        "SELECT id FROM chat_messages WHERE conversation_id = %(id)s AND text LIKE %(start)s || '%%'",
        id=conversation,
        start=start,
    )
    return str(row[0])


def test_ten_thousand_messages_are_opened_anywhere_and_found_again(agent: Any, product: Product) -> None:
    customer = product.customer("Lena Long")
    conversation = product.long_thread(customer, 10_000)
    oldest = note_in(product, conversation, "Note 00100")
    number = product.phone_number_id()
    agent.goto(f"{product.url}/live-chat/{conversation}?number={number}&m={oldest}")
    wanted = bubble(agent, "Note 00100")
    expect(wanted).to_be_in_viewport()
    # What arrives meanwhile stands at the end, and does not pull the reader there.
    product.write(customer, "Just now")
    expect(agent.get_by_role("button", name="1 new message")).to_be_visible()
    expect(wanted).to_be_in_viewport()
    agent.get_by_role("button", name="1 new message").click()
    expect(bubble(agent, "Just now")).to_be_in_viewport()
    assert "m=" not in agent.url
    thread = agent.get_by_role("region", name="Lena Long")
    thread.hover()
    for _ in range(30):
        agent.mouse.wheel(0, -2_000)
        agent.wait_for_timeout(30)
    assert agent.evaluate(NODES) <= MOST_NODES
    # Each page comes above what is read, which stays where it is: so the fling ends, below the last page that
    # it has loaded, and the place that is kept is the one that is shown.
    place = """(() => {
        const section = document.querySelector('main section');
        const top = section.getBoundingClientRect().top;
        const row = [...section.querySelectorAll('li[tabindex]')].find(li => li.getBoundingClientRect().bottom > top + 1);
        const kept = JSON.parse(sessionStorage['livechat.anchor.CONVERSATION'] ?? 'null');
        const at = row.getBoundingClientRect().top - top;
        return section.scrollTop > 900 && kept?.messageId === row.dataset.key ? [row.dataset.key, at] : null;
    })()""".replace("CONVERSATION", conversation)
    seen: list[Any] = [None]

    def is_left() -> bool:
        seen.append(agent.evaluate(place))
        return seen[-1] is not None and seen[-1] == seen[-2]

    wait_until(is_left, 60, "the place where the thread is left")
    key, before = seen[-1]
    agent.reload()
    row = agent.locator(f"main section li[data-key='{key}']")
    expect(row).to_be_in_viewport()
    offset = "li => li.getBoundingClientRect().top - li.closest('section').getBoundingClientRect().top"
    wait_until(lambda: abs(row.evaluate(offset) - before) <= 2, 30, "the same place")


def test_what_was_said_long_ago_is_found_and_answered_in_its_place(agent: Any, product: Product) -> None:
    customer = product.customer("Sonia Search")
    conversation = product.long_thread(customer, 5_200)
    wanted = note_in(product, conversation, "Note 00100")
    # The thread was written past the server, which has not found its words yet.
    product.sql(
        "UPDATE chat_messages SET search = array_to_tsvector(ARRAY['note', '00100']) WHERE id = %(id)s",
        id=wanted,
    )
    product.write(customer, "Nobody has read this")
    wait_until(lambda: product.conversation(customer)["unread_count"] == 1, what="the unread message")
    agent.keyboard.press("Control+Shift+KeyF")
    field = agent.get_by_role("searchbox", name="Search messages")
    expect(field).to_be_focused()
    agent.keyboard.type("note 00100")
    hit = agent.get_by_role("link", name="Sonia Search").filter(has_text="Note 00100")
    expect(hit.locator("mark").last).to_have_text("00100")
    agent.keyboard.press("ArrowDown")
    expect(hit).to_be_focused()
    agent.keyboard.press("Enter")
    expect(bubble(agent, "Note 00100")).to_be_in_viewport()
    assert f"m={wanted}" in agent.url
    # What was said since is not read by that, and pages come on both sides of it.
    latest = agent.get_by_role("button", name="1 new message")
    expect(latest).to_be_visible()
    assert product.conversation(customer)["unread_count"] == 1
    thread = agent.get_by_role("region", name="Sonia Search")
    further = "s => { s.scrollTop = s.scrollHeight; return /Note 002[0-4]/.test(s.textContent) }"
    wait_until(lambda: thread.evaluate(further), what="a newer page")
    reply(agent, "It is on its way")
    expect(bubble(agent, "It is on its way")).to_be_in_viewport()
    wait_until(lambda: product.conversation(customer)["unread_count"] == 0, what="the message to be read")
    agent.go_back()
    expect(hit).to_be_focused()
    agent.keyboard.press("Escape")
    expect(field).to_be_focused()


def test_five_thousand_conversations_are_walked_without_mounting_them(agent: Any, product: Product) -> None:
    product.long_list(5_000)
    agent.reload()
    row = agent.locator("[data-list-row]").first
    row.focus()
    for _ in range(25):
        agent.keyboard.press("End")
        agent.wait_for_timeout(40)
    assert agent.evaluate(NODES) <= MOST_NODES
    # The focus has moved with the rows, and never fell to the page.
    assert agent.evaluate("document.activeElement.hasAttribute('data-list-row')")
    agent.keyboard.press("Home")
    expect(agent.locator("[data-list-row]").first).to_be_focused()


# Where each of the rows in sight begins, by its key.
TOPS = """(() => { const view = document.querySelector('main section').getBoundingClientRect();
    return Object.fromEntries([...document.querySelectorAll('main section li')]
        .map(li => [li.dataset.key, li.getBoundingClientRect()])
        .filter(([, box]) => box.bottom > view.top && box.top < view.bottom)
        .map(([key, box]) => [key, box.top])) })()"""
# What is left between what can be seen and the end.
GAP = """(() => { const s = document.querySelector('main section');
    return s.scrollHeight - s.scrollTop - s.clientHeight })()"""
# Below the thread's top: where a row begins, and which message is the first in sight.
OFFSET = "li => li.getBoundingClientRect().top - li.closest('section').getBoundingClientRect().top"
FIRST = """(() => { const section = document.querySelector('main section');
    const top = section.getBoundingClientRect().top;
    return [...section.querySelectorAll('li[tabindex]')].find(li => li.getBoundingClientRect().bottom > top + 1).dataset.key
})()"""


def most_moved(before: dict[str, float], after: dict[str, float]) -> float:
    """By how many pixels a row has moved, of those that are there before and after."""
    common = before.keys() & after.keys()
    assert common
    return max(abs(before[key] - after[key]) for key in common)


def stands_still(page: Any) -> dict[str, float]:
    """Where the rows are, once two frames agree about it."""
    seen: list[dict[str, float]] = [page.evaluate(TOPS)]

    def is_still() -> bool:
        page.wait_for_timeout(100)
        seen.append(page.evaluate(TOPS))
        return seen[-1] == seen[-2]

    wait_until(is_still, what="rows that stand still")
    return seen[-1]


def test_what_is_read_stands_still_and_the_end_stays_the_end(
    agent: Any, product: Product, tmp_path: Path
) -> None:
    customer = product.customer("Anna Anchor")
    product.long_thread(customer, 400)
    expect(agent.get_by_role("link", name="Anna Anchor")).to_be_visible()
    open_conversation(agent, "Anna Anchor")
    expect(bubble(agent, "The first")).to_be_in_viewport()
    stands_still(agent)
    composer(agent).focus()
    # Line by line, as it is typed: each of them takes from the view.
    for line in range(7):
        agent.keyboard.type(f"Line {line}")
        agent.keyboard.press("Shift+Enter")
        wait_until(lambda: agent.evaluate(GAP) <= 1, what="the end, under a composer that grows")
    bubble(agent, "The first").hover()
    bubble(agent, "The first").get_by_role("button", name="Reply").click()
    expect(agent.get_by_text("Replying to Anna Anchor")).to_be_visible()
    wait_until(lambda: agent.evaluate(GAP) <= 1, what="the end, above a quote")
    text = tmp_path / "note.txt"
    text.write_text("A file")
    agent.get_by_role("button", name="Attach files and more").click()
    with agent.expect_file_chooser() as chooser:
        agent.get_by_role("menuitem", name="Document", exact=True).click()
    chooser.value.set_files(text)
    expect(agent.get_by_role("button", name="Remove note.txt")).to_be_visible()
    wait_until(lambda: agent.evaluate(GAP) <= 1, what="the end, above files")
    agent.get_by_role("button", name="Remove note.txt").click()
    agent.set_viewport_size({"width": 900, "height": 500})
    wait_until(lambda: agent.evaluate(GAP) <= 1, what="the end, in a smaller window")
    composer(agent).fill("")
    reply(agent, "Ours")
    expect(bubble(agent, "Ours").last).to_be_in_viewport()
    wait_until(lambda: agent.evaluate(GAP) <= 1, what="the end, after a send")
    agent.set_viewport_size({"width": 1280, "height": 720})
    wait_until(lambda: agent.evaluate(GAP) <= 1, what="the end, in a larger window")
    agent.get_by_role("region", name="Anna Anchor").hover()
    for _ in range(6):
        agent.mouse.wheel(0, -900)
        agent.wait_for_timeout(60)
    expect(agent.get_by_role("button", name="Latest messages")).to_be_visible()
    before = stands_still(agent)
    product.write(customer, "From below")
    expect(agent.get_by_role("button", name="1 new message")).to_be_visible()
    assert most_moved(before, agent.evaluate(TOPS)) <= 1
    composer(agent).fill("One\n" * 7)
    assert most_moved(before, stands_still(agent)) <= 1
    composer(agent).fill("")
    assert most_moved(before, stands_still(agent)) <= 1
    # Near the beginning of what is loaded older ones come above it.
    height = "document.querySelector('main section').scrollHeight"
    long_before = agent.evaluate(height)
    agent.evaluate("document.querySelector('main section').scrollTop = 500")
    before = agent.evaluate(
        f"new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => drawn({TOPS}))))"
    )
    wait_until(lambda: agent.evaluate(height) > long_before + 2000, what="the page above")
    assert most_moved(before, stands_still(agent)) <= 1


def test_a_thread_that_is_opened_in_its_middle_is_not_pulled_to_its_end(agent: Any, product: Product) -> None:
    customer = product.customer("Mia Middle")
    conversation = product.long_thread(customer, 40)
    middle = note_in(product, conversation, "Note 00020")
    number = product.phone_number_id()
    # The view gets smaller and larger from the first frame on, as it does when a draft comes with the thread.
    agent.add_init_script("""
        new MutationObserver(() => {
            const section = document.querySelector('main section[aria-labelledby]');
            if (!section || window.squeezed) return;
            window.squeezed = 0;
            const squeeze = () => {
                section.style.marginBlockEnd = `${(window.squeezed % 2) * 60}px`;
                if (window.squeezed++ < 20) requestAnimationFrame(squeeze);
            };
            requestAnimationFrame(squeeze);
        }).observe(document, { subtree: true, childList: true });
    """)
    agent.goto(f"{product.url}/live-chat/{conversation}?number={number}&m={middle}")
    wanted = bubble(agent, "Note 00020")
    expect(wanted).to_be_in_viewport()
    wait_until(lambda: agent.evaluate("window.squeezed > 20"), what="the last change of the view")
    stands_still(agent)
    expect(wanted).to_be_in_viewport()
    expect(agent.get_by_role("button", name="Latest messages")).to_be_visible()


def test_a_thread_is_opened_where_it_was_left_to_the_pixel(agent: Any, product: Product) -> None:
    customer, other = product.customer("Paula Place"), product.customer("Otto Other")
    conversation = product.long_thread(customer, 600)
    product.write(other, "Hello")
    elsewhere = product.conversation(other)["id"]
    number = product.phone_number_id()
    # The first message of a day: above it stands the day's line.
    ((first,),) = product.sql(
        "SELECT id::text FROM chat_messages WHERE conversation_id = %(id)s"
        " AND timestamp >= date_trunc('day', now() - interval '1 hour', 'UTC') ORDER BY timestamp, seq LIMIT 1",
        id=conversation,
    )
    agent.goto(f"{product.url}/live-chat/{conversation}?number={number}&m={first}")
    row = agent.locator(f"main section li[data-key='{first}']")
    expect(row).to_be_in_viewport()
    stands_still(agent)
    # With the day's line at the top, left within the same moment.
    height = agent.evaluate(
        """([key, elsewhere]) => {
            const section = document.querySelector('main section');
            const line = section.querySelector(`li[data-key="day-${key}"]`);
            section.scrollTop += line.getBoundingClientRect().top - section.getBoundingClientRect().top;
            document.querySelector(`[data-conversation="${elsewhere}"]`).click();
            return line.getBoundingClientRect().height;
        }""",
        [first, elsewhere],
    )
    expect(row).to_have_count(0)
    open_conversation(agent, "Paula Place")
    expect(row).to_be_in_viewport()
    stands_still(agent)
    offset = row.evaluate(OFFSET)
    assert abs(offset - height) <= 1
    assert agent.evaluate(FIRST) == first
    # A reload within the same moment, and from the middle of a message.
    left = agent.evaluate(
        """key => {
            const section = document.querySelector('main section');
            section.scrollTop += 57;
            const at = section.querySelector(`li[data-key="${key}"]`).getBoundingClientRect().top;
            setTimeout(() => location.reload());
            return at - section.getBoundingClientRect().top;
        }""",
        first,
    )
    assert abs(left - (offset - 57)) <= 1
    agent.wait_for_event("load")
    expect(row).to_be_in_viewport()
    stands_still(agent)
    assert abs(row.evaluate(OFFSET) - left) <= 1
