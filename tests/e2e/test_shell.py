"""What holds the page together: whose number it is, the drawer, where the focus goes, what the owner is told."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.looking import bubble, composer, expect, go_to, menu, open_conversation, reply
from tests.e2e.product import Product, wait_until

pytestmark = pytest.mark.timeout(300)

FOCUS = """() => {
    const element = document.activeElement;
    const name = element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 30);
    return `${element.localName} ${element.id || name}`;
}"""
IN_DIALOG = "document.activeElement.closest('dialog[open]') !== null"
ON_THE_WAY_OUT = "document.activeElement.closest('[data-dialog-bar]') !== null"
LOST = "document.activeElement === document.body || document.activeElement === null"


def has_focus(page: Any, wanted: str) -> None:
    wait_until(lambda: re.match(wanted, page.evaluate(FOCUS)), what=f"the focus on {wanted}")


def never_lost(page: Any) -> None:
    """Not on the body, from where a keyboard begins anew."""
    wait_until(lambda: not page.evaluate(LOST), what="the focus anywhere but on the body")


@pytest.fixture
def second_number(product: Product) -> Iterator[str]:
    """Another number of the same agent; gone after the test, for the others have one."""
    number = product.control("POST", "/numbers", {"verified_name": "Second Bakery"})
    secrets = (product.data / "secrets.env").read_text()
    token = next(line.split("=", 1)[1] for line in secrets.splitlines() if "SANDBOX_ACCESS_TOKEN" in line)
    connected = {name: number[name] for name in ("waba_id", "phone_number_id")} | {"access_token": token}
    product.api("POST", "/phone-numbers", connected)
    yield str(number["phone_number_id"])
    product.sql(
        """
        DELETE FROM conversation_reads WHERE conversation_id IN
            (SELECT id FROM chat_conversations WHERE phone_number_id = %(number)s)
        """,
        number=number["phone_number_id"],
    )
    for table in ("chat_messages", "chat_conversations", "phone_numbers"):
        product.sql(
            f"DELETE FROM {table} WHERE phone_number_id = %(number)s",
            number=number["phone_number_id"],
        )


def found(product: Product, number: str, customer: str) -> str:
    """The customer's conversation on that number, once it is there."""
    ids: list[str] = []

    def look() -> bool:
        shown = product.api("GET", f"/conversations?phone_number_id={number}&search={customer}")
        ids[:] = [conversation["id"] for conversation in shown["conversations"]]
        return bool(ids)

    wait_until(look, what="the conversation")
    return ids[0]


def test_the_number_is_the_conversations_whatever_the_address_says(
    agent: Any, product: Product, second_number: str
) -> None:
    first_number = product.phone_number_id()
    ours, theirs = product.customer("Erna Erste"), product.customer("Zita Zweite")
    product.write(ours, "To the first")
    product.write(theirs, "To the second", phone_number_id=second_number)
    first, second = found(product, first_number, ours), found(product, second_number, theirs)
    select = agent.get_by_label("Phone number")
    chosen = "select => select.value"

    def shows(number: str, name: str) -> None:
        expect(agent.get_by_role("heading", level=2, name=name)).to_be_visible()
        expect(select).to_have_value(number)
        expect(agent.get_by_role("link", name=name)).to_be_visible()
        assert f"number={number}" in agent.url

    agent.set_viewport_size({"width": 1360, "height": 800})
    # A bare link, one that names the wrong number, one that names the right one.
    for query in ("", f"?number={first_number}", f"?number={second_number}"):
        agent.goto(f"{product.url}/live-chat?number={first_number}")
        expect(select).to_have_value(first_number)
        agent.goto(f"{product.url}/live-chat/{second}{query}")
        shows(second_number, "Zita Zweite")
    agent.keyboard.press("Alt+i")
    details = agent.get_by_role("complementary", name="Details")
    expect(details.get_by_text("Your number")).to_be_visible()
    expect(details).to_contain_text("Second Bakery")
    # Without a reload: as a notification goes there, and as the browser's own buttons do.
    agent.goto(f"{product.url}/live-chat/{first}?number={first_number}")
    shows(first_number, "Erna Erste")
    agent.evaluate("path => history.pushState(null, '', path)", f"/live-chat/{second}?number={first_number}")
    shows(second_number, "Zita Zweite")
    agent.go_back()
    shows(first_number, "Erna Erste")
    agent.go_forward()
    shows(second_number, "Zita Zweite")
    # What waits on the other number is seen without opening the select, and leads there.
    product.write(ours, "Still there?")
    elsewhere = agent.get_by_role("button", name="on your other numbers")
    expect(elsewhere).to_be_visible()
    elsewhere.click()
    expect(select).to_have_value(first_number)
    assert select.evaluate(chosen) == first_number


def test_the_drawer_opens_when_asked_keeps_the_focus_and_closes_alone(agent: Any, product: Product) -> None:
    for name in ("Dana Drawer", "Dirk Drawer"):
        product.write(product.customer(name), "Hello")
    agent.set_viewport_size({"width": 1360, "height": 800})
    open_conversation(agent, "Dana Drawer")
    agent.keyboard.press("Alt+i")
    expect(agent.get_by_role("complementary", name="Details")).to_be_visible()
    # Remembered for where there is room; where there is none it would cover what was opened.
    for width in (1099, 800, 390):
        agent.set_viewport_size({"width": width, "height": 800})
        drawer = agent.get_by_role("dialog", name="Details")
        expect(agent.get_by_role("complementary", name="Details")).to_have_count(0)
        expect(drawer).to_have_count(0)
        agent.reload()
        expect(bubble(agent, "Hello")).to_be_visible()
        expect(drawer).to_have_count(0)
        agent.locator("main button[aria-haspopup=menu]").first.click()
        expect(agent.get_by_role("menuitem").first).to_be_focused()
        agent.keyboard.press("Escape")
        opener = agent.get_by_role("main").get_by_role("button", name="Details")
        opener.click()
        expect(drawer).to_be_visible()
        assert agent.evaluate("!!document.querySelector('dialog[open]').matches(':modal')")
        for _ in range(12):
            assert agent.evaluate(IN_DIALOG)
            agent.keyboard.press("Tab")
            # The browser's own bar is a stop between the last and the first.
            if agent.evaluate(LOST):
                agent.keyboard.press("Tab")
        agent.keyboard.press("Escape")
        expect(drawer).to_have_count(0)
        expect(opener).to_be_focused()
        expect(agent.get_by_role("heading", level=2, name="Dana Drawer")).to_be_visible()
        # A press beside it, and the key that opened it.
        opener.click()
        expect(drawer).to_be_visible()
        agent.mouse.click(8, 400)
        expect(drawer).to_have_count(0)
        agent.keyboard.press("Alt+i")
        expect(drawer).to_be_visible()
        agent.keyboard.press("Alt+i")
        expect(drawer).to_have_count(0)
    # It is about one conversation: another one is not covered by it.
    agent.set_viewport_size({"width": 800, "height": 800})
    agent.keyboard.press("Alt+i")
    expect(drawer).to_be_visible()
    agent.go_back()
    agent.keyboard.press("Escape")
    open_conversation(agent, "Dirk Drawer")
    expect(drawer).to_have_count(0)


def test_every_layer_begins_at_its_first_field_and_gives_the_focus_back(agent: Any, product: Product) -> None:
    product.write(product.customer("Fiona Focus"), "Hello")
    agent.set_viewport_size({"width": 1000, "height": 800})
    open_conversation(agent, "Fiona Focus")
    expect(bubble(agent, "Hello")).to_be_visible()
    expect(composer(agent)).to_be_focused()
    dialog = agent.locator("dialog[open]")

    def walk(name: str, back_to: str) -> None:
        expect(dialog).to_be_visible()
        wait_until(lambda: agent.evaluate(IN_DIALOG), what=f"the focus in {name}")
        assert not agent.evaluate(ON_THE_WAY_OUT), f"{name} begins at its way out"
        agent.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        has_focus(agent, back_to)

    agent.keyboard.press("Control+k")
    walk("go to", "textarea composer")
    for item in ("Settings", "Keyboard shortcuts", "Connect a number…"):
        menu(agent, item)
        walk(item, "button Your account and settings")
    agent.get_by_role("button", name="New conversation").click()
    expect(dialog.get_by_label("Customer’s phone number")).to_be_focused()
    walk("a new conversation", "button New conversation")
    # From the thread, with a key of its own.
    agent.get_by_role("region", name="Fiona Focus").focus()
    agent.keyboard.press("Shift+?")
    walk("the keys", "section ")
    bubble(agent, "Hello").focus()
    agent.keyboard.press("Shift+?")
    walk("the keys, from a message", "li ")
    agent.keyboard.press("e")
    expect(agent.get_by_role("button", name="👍")).to_be_focused()
    agent.get_by_role("button", name="All emoji").click()
    expect(dialog.get_by_label("Search emoji")).to_be_focused()
    agent.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    never_lost(agent)
    composer(agent).focus()
    # Whatever the attach menu opens over the page; the first ones open the system's own file chooser.
    agent.locator("main button[aria-haspopup=menu]").first.click()
    expect(agent.locator("main [role=menuitem]").first).to_be_visible()
    items = agent.locator("main [role=menuitem]").count()
    agent.keyboard.press("Escape")
    never_lost(agent)
    sheets = 0
    for item in range(items):
        agent.locator("main button[aria-haspopup=menu]").first.click()
        choice = agent.locator("main [role=menuitem]").nth(item)
        if choice.locator("svg").get_attribute("class") in (None, "") or re.search(
            r"lucide-(image|file-text|music|sticker)", choice.locator("svg").first.get_attribute("class")
        ):
            agent.keyboard.press("Escape")
            continue
        choice.click()
        walk(f"attach {item}", "(button|textarea) ")
        sheets += 1
    assert sheets >= 8


def test_the_focus_is_kept_when_what_had_it_is_gone(agent: Any, product: Product) -> None:
    customer = product.customer("Gerd Gone")
    product.write(customer, "Hello")
    open_conversation(agent, "Gerd Gone")
    # A failed message is deleted by a button in its own row.
    fault = {"kind": "error", "code": 131026, "match": {"to": customer}, "times": 1}
    product.control("POST", "/faults", fault)
    reply(agent, "Gone soon")
    failed = bubble(agent, "Gone soon")
    expect(failed).to_contain_text("Error 131026")
    failed.get_by_role("button", name="Hide here").focus()
    agent.keyboard.press("Enter")
    expect(failed).to_have_count(0)
    never_lost(agent)
    # The list takes the place of the thread, and the other way round.
    agent.set_viewport_size({"width": 390, "height": 800})
    agent.get_by_role("button", name="Back to conversations").focus()
    agent.keyboard.press("Enter")
    expect(agent.get_by_role("link", name="Gerd Gone")).to_be_focused()
    agent.keyboard.press("Enter")
    expect(bubble(agent, "Hello")).to_be_visible()
    never_lost(agent)
    agent.set_viewport_size({"width": 1280, "height": 800})
    agent.keyboard.press("Escape")
    # To another place of the page and back.
    menu(agent, "Activity")
    expect(agent.get_by_role("region", name="Number health")).to_be_visible()
    never_lost(agent)
    agent.get_by_role("button", name="Back to conversations").click()
    expect(agent.get_by_role("navigation", name="Conversations")).to_be_visible()
    never_lost(agent)


def test_the_owner_is_told_the_truth_about_what_failed(agent: Any, product: Product) -> None:
    customer = product.customer("Tilda Truth")
    product.write(customer, "Hello")
    open_conversation(agent, "Tilda Truth")
    fault = {"kind": "error", "code": 131014, "match": {"to": customer}, "times": 1}
    product.control("POST", "/faults", fault)
    reply(agent, "Truly failed")
    expect(bubble(agent, "Truly failed")).to_contain_text("131014")
    menu(agent, "Activity")
    item = agent.get_by_role("listitem").filter(has_text="Truly failed")
    expect(item).to_contain_text("Tilda Truth")
    expect(agent.get_by_text("Something failed or was not confirmed.")).to_be_visible()
    expect(agent.get_by_text("Nothing needs your attention.")).to_have_count(0)
    # Sent again elsewhere, while this list still offers it: nothing new goes out, and nothing else is claimed.
    failed = next(m for m in product.messages(customer) if m["status"] == "failed")
    product.api("POST", f"/messages/{failed['id']}/resend", {"even_if_delivered": False})
    item.get_by_role("button", name="Send again to Tilda Truth").click()
    expect(agent.get_by_text("It had been sent again before. Nothing new was sent.")).to_be_visible()
    expect(item).to_contain_text("Sent again")
    expect(item.get_by_role("button")).to_have_count(0)
    never_lost(agent)
    assert len([m for m in product.messages(customer) if m["text"] == "Truly failed"]) == 2
    item.get_by_role("link", name="Show the message to Tilda Truth").click()
    expect(agent.get_by_role("heading", level=2, name="Tilda Truth")).to_be_visible()


def test_what_a_customer_may_get_is_shown_and_changed_in_the_details(agent: Any, product: Product) -> None:
    customer = product.customer("Berta Block")
    product.write(customer, "See https://example.com/menu")
    product.control("POST", f"/customers/{customer}/messages", {"type": "image", "caption": "Our oven"})
    open_conversation(agent, "Berta Block")
    agent.set_viewport_size({"width": 1360, "height": 900})
    agent.keyboard.press("Alt+i")
    details = agent.get_by_role("complementary", name="Details")
    details.get_by_role("button", name="Stop marketing messages").click()
    expect(details).to_contain_text("Stopped: templates for marketing are not sent.")
    assert product.conversation(customer)["marketing_opt_out"] is True
    details.get_by_role("button", name="Allow marketing messages").click()
    expect(details).to_contain_text("May be sent")
    details.get_by_role("button", name="Block", exact=True).click()
    details.get_by_role("button", name="Cancel").click()
    expect(details.get_by_role("button", name="Block", exact=True)).to_be_focused()
    details.get_by_role("button", name="Block", exact=True).click()
    details.get_by_role("button", name="Yes, block").click()
    expect(details).to_contain_text("Blocked: no messages pass")
    never_lost(agent)
    assert product.conversation(customer)["is_blocked"] is True
    details.get_by_role("button", name="Unblock").click()
    expect(details).to_contain_text("Not blocked")
    details.get_by_text("Photos, files and links").click()
    picture = details.get_by_role("button", name="Our oven")
    expect(picture).to_be_visible()
    details.get_by_role("button", name="Links").click()
    expect(details.get_by_role("link", name="https://example.com/menu")).to_be_visible()
    details.get_by_role("button", name="Files").click()
    expect(details).to_contain_text("No files yet.")
    details.get_by_role("button", name="Photos").click()
    picture.click()
    expect(agent).to_have_url(re.compile("[?&]m="))
    never_lost(agent)


def test_an_english_page_has_english_dates_in_any_browser(browser: Any, product: Product) -> None:
    customer = product.customer("Lina Locale")
    product.write(customer, "A day ago", timestamp=int(time.time()) - 26 * 3600)
    product.write(customer, "And just now")
    conversation = product.conversation(customer)["id"]
    for locale in ("de-DE", "hi-IN", "ar-EG"):
        context = browser.new_context(locale=locale, timezone_id="UTC", reduced_motion="reduce")
        page = context.new_page()
        page.goto(f"{product.url}/live-chat/{conversation}")
        expect(bubble(page, "And just now")).to_be_visible()
        dates = page.evaluate(
            "[...document.querySelectorAll('time')].flatMap(time => [time.textContent, time.title])"
        )
        assert dates
        # In letters and digits of English, with its own words for days and months.
        strange = [text for text in dates if re.search(r"[^\x00-\x7f\u202f\u00a0\u2019]", text)]
        assert strange == []
        german = [text for text in dates if re.search(r"Gestern|tag\b|Uhr|Mittwoch", text)]
        assert german == []
        context.close()


def test_language_theme_and_time_zone_are_chosen_in_the_settings(agent: Any, product: Product) -> None:
    product.write(product.customer("Selma Settings"), "Hello")
    open_conversation(agent, "Selma Settings")
    stamp = bubble(agent, "Hello").locator("time").first
    before = stamp.text_content()
    menu(agent, "Settings")
    agent.get_by_label("Theme").select_option("Dark")
    scheme = "getComputedStyle(document.documentElement).colorScheme"
    assert agent.evaluate(scheme) == "dark"
    with agent.expect_navigation():
        agent.get_by_label("Time zone").select_option("Asia/Tokyo")
    expect(stamp).to_be_visible()
    assert agent.evaluate(scheme) == "dark"
    hour, minute = (int(part) for part in str(before).split(":"))
    later = (hour * 60 + minute + 540) % 1440
    expect(stamp).to_have_text(f"{later // 60:02d}:{later % 60:02d}")
    menu(agent, "Settings")
    with agent.expect_navigation():
        agent.get_by_label("Language").select_option("العربية")
    expect(agent.locator("html")).to_have_attribute("dir", "rtl")
    agent.locator("header button[aria-haspopup=menu]").click()
    agent.locator("[role=menuitem]").first.click()
    with agent.expect_navigation():
        agent.locator("dialog select").first.select_option("English")
    expect(agent.locator("html")).to_have_attribute("dir", "ltr")


def test_on_touch_screens_no_field_makes_the_phone_zoom(browser: Any, product: Product) -> None:
    customer = product.customer("Tom Touch")
    product.write(customer, "Hello")
    conversation = product.conversation(customer)["id"]
    context = browser.new_context(
        locale="en-GB", viewport={"width": 834, "height": 1100}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{product.url}/live-chat/{conversation}")
    expect(bubble(page, "Hello")).to_be_visible()
    small = """[...document.querySelectorAll('input, select, textarea')]
        .filter(field => !['checkbox', 'radio', 'range', 'file'].includes(field.type))
        .filter(field => parseFloat(getComputedStyle(field).fontSize) < 16)
        .map(field => field.outerHTML.slice(0, 120))"""
    assert page.evaluate(small) == []
    go_to(page, "Tom Touch")
    for item in ("Settings", "Connect a number…"):
        menu(page, item)
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.evaluate(small) == []
        page.keyboard.press("Escape")
    sheets = page.locator("main button[aria-haspopup=menu]").first
    for name in ("Template", "Location", "Contact card", "Reply buttons"):
        sheets.click()
        page.get_by_role("menuitem", name=name, exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.evaluate(small) == []
        page.keyboard.press("Escape")
    context.close()


def test_many_notices_leave_a_phone_its_room(agent: Any, product: Product) -> None:
    number = product.phone_number_id()
    product.write(product.customer("Nils Notices"), "Hello")
    notice = "A sentence of ordinary length about what Meta has decided about this account and what it means."
    body = product.api("GET", "/phone-numbers")
    body["phone_numbers"][0]["notices"] = [
        {
            "code": f"n{n}",
            "severity": "warning",
            "title": f"Notice {n}",
            "detail": notice,
            "since": None,
            "until": None,
        }
        for n in range(4)
    ] + [
        {
            "code": "worst",
            "severity": "critical",
            "title": "The worst",
            "detail": notice,
            "since": None,
            "until": None,
        }
    ]
    assert body["phone_numbers"][0]["phone_number_id"] == number
    agent.route("**/api/live-chat/phone-numbers", lambda route: route.fulfill(json=body))
    agent.set_viewport_size({"width": 390, "height": 800})
    agent.reload()
    expect(agent.get_by_text("The worst.")).to_be_visible()
    expect(agent.get_by_text("Notice 1.")).not_to_be_visible()
    top = agent.get_by_role("navigation", name="Conversations").bounding_box()["y"]
    assert top < 0.25 * 800
    agent.get_by_text("4 more notices about this number").click()
    expect(agent.get_by_text("Notice 1.")).to_be_visible()


def test_the_field_of_go_to_stays_where_it_is(agent: Any, product: Product) -> None:
    product.write(product.customer("Petra Palette"), "Hello")
    expect(agent.get_by_role("link", name="Petra Palette")).to_be_visible()
    agent.keyboard.press("Control+k")
    field = agent.get_by_role("combobox", name="Go to")
    expect(agent.get_by_role("dialog").get_by_role("option").nth(3)).to_be_visible()
    place = field.bounding_box()
    field.fill("nobody of that name")
    expect(agent.get_by_text("Nothing found.")).to_be_visible()
    assert field.bounding_box() == place
    field.fill("Petra")
    expect(agent.get_by_role("dialog").get_by_role("option").first).to_contain_text("Petra Palette")
    assert field.bounding_box() == place
