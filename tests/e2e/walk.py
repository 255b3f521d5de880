"""The way through every pane and layer of the page, without a word of any language."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.e2e.looking import expect
from tests.e2e.product import Product, wait_until

WIDE, MIDDLE, PHONE, SMALL = 1360, 1024, 390, 320
WIDTHS = (WIDE, MIDDLE, PHONE, SMALL)
LOST = "document.activeElement === document.body || document.activeElement === null"
_LAYERS = "dialog[open], [role=menu], [data-actions] [role=group]"
_TIMEOUT_MS = 20_000
_UNREACHABLE = {"title": "Busy", "status": 503, "detail": "Come again.", "code": "unavailable", "type": "x"}
_UNAUTHORIZED = {"title": "x", "status": 401, "detail": "x", "code": "unauthorized", "type": "x"}


@dataclass(frozen=True)
class View:
    """How to come there from the view before it, at its first width."""

    name: str
    come: Callable[[Any], object]
    # Esc closes it, and the focus is somewhere then.
    is_layer: bool = False
    widths: tuple[int, ...] = WIDTHS
    # So high that what scrolls is seen as a whole.
    height: int = 760
    # What says, after a change of the width, that the view has been drawn anew: the frame alone does not.
    is_drawn: Callable[[Any], bool] = lambda page: True


def _cells_have_room(page: Any) -> bool:
    """The picker fills its rows anew for a new width, when the browser is idle."""
    width = (
        "[...document.querySelectorAll('dialog[open] [role=row]')].at(-1)?.lastElementChild?.clientWidth ?? 0"
    )
    return bool(page.evaluate(f"({width}) >= 40"))


def close(page: Any) -> None:
    """Esc, until no layer is left."""
    for _ in range(3):
        if page.locator(_LAYERS).count() == 0:
            return
        page.keyboard.press("Escape")
        page.wait_for_timeout(50)
    expect(page.locator(_LAYERS)).to_have_count(0)


def shown(page: Any, selector: str) -> None:
    expect(page.locator(selector).first).to_be_visible(timeout=_TIMEOUT_MS)


class Walk:
    """The views, in order, with customers of their own."""

    def __init__(self, product: Product, language: str, everything: str) -> None:
        self._product, self._language, self._everything = product, language, everything
        self._customer = product.customer(f"Vera {language}")
        product.write(self._customer, "A *long* text " * 12)
        product.write(self._customer, "https://example.com/" + "a" * 90)
        product.write(self._customer, "How much is the cake?")
        late = product.customer(f"Lasse Ludwigson-Montgomery of the Northern Bakeries {language}")
        product.write(late, "Yesterday", timestamp=int(time.time()) - 25 * 3600)
        self._open, self._closed = (product.conversation(one)["id"] for one in (self._customer, late))

    def views(self) -> Iterator[View]:
        yield View("list", lambda page: shown(page, f"[data-conversation='{self._open}']"))
        yield from self._thread()
        yield from self._writing()
        yield from self._sheets()
        yield from self._header()
        yield from self._places()
        yield from self._nothing()
        yield from self._sessions()

    def _go(self, path: str) -> Callable[[Any], None]:
        return lambda page: page.goto(f"{self._product.url}/live-chat{path}")

    def _thread(self) -> Iterator[View]:
        yield View("thread", self._open_thread)
        yield View("failure", self._fail)
        yield View("reaction", self._react, is_layer=True)
        yield View("emoji", self._all_emoji, is_layer=True, is_drawn=_cells_have_room)
        yield View("message", self._more, is_layer=True)
        yield View("forward", self._forward, is_layer=True)
        yield View("details", self._details, widths=(WIDE,), height=1300)
        yield View("drawer", self._drawer, is_layer=True, widths=(MIDDLE, PHONE, SMALL), height=1300)
        yield View("notice", self._notice)
        yield View("every kind", self._every_kind, height=9000)
        yield View("lightbox", self._lightbox, is_layer=True)

    def _open_thread(self, page: Any) -> None:
        page.locator(f"[data-conversation='{self._open}']").click()
        self._bubble(page)

    def _bubble(self, page: Any) -> Any:
        row = page.get_by_role("main").get_by_role("listitem").filter(has_text="How much is the cake?").first
        expect(row).to_be_visible()
        return row

    def _fail(self, page: Any) -> None:
        fault = {"kind": "error", "code": 131014, "match": {"to": self._customer}, "times": 1}
        self._product.control("POST", "/faults", fault)
        page.locator("textarea#composer").fill("This one fails")
        page.keyboard.press("Enter")
        row = page.get_by_role("main").get_by_role("listitem").filter(has_text="This one fails")
        expect(row).to_contain_text("131014", timeout=_TIMEOUT_MS)

    def _action(self, page: Any, name: str) -> None:
        row = self._bubble(page)
        row.hover()
        row.locator(f"[data-actions] [data-action={name}]").click()

    def _react(self, page: Any) -> None:
        self._action(page, "react")
        shown(page, "[data-actions] [role=group]")

    def _all_emoji(self, page: Any) -> None:
        self._react(page)
        page.locator("[data-actions] [role=group] button").last.click()
        shown(page, "dialog[open] input")
        expect(page.locator("dialog[open] button").nth(40)).to_be_attached()

    def _more(self, page: Any) -> None:
        self._action(page, "more")
        shown(page, "dialog[open] dl")

    def _forward(self, page: Any) -> None:
        self._more(page)
        page.locator("dialog[open] button:has(.lucide-forward)").click()
        shown(page, "dialog[open] input[type=search]")
        shown(page, "dialog[open] li")

    def _details(self, page: Any) -> None:
        page.keyboard.press("Alt+i")
        shown(page, "aside dl")
        page.locator("aside summary").first.click()

    def _drawer(self, page: Any) -> None:
        page.keyboard.press("Alt+i")
        shown(page, "dialog[open] dl")

    def _notice(self, page: Any) -> None:
        self._action(page, "copy")
        shown(page, "[role=status] > p > svg")

    def _every_kind(self, page: Any) -> None:
        self._go(f"/{self._everything}")(page)
        rows = page.locator("main section li[tabindex]")
        expect(rows.nth(30)).to_be_attached(timeout=_TIMEOUT_MS)
        wait_until(lambda: page.locator("main section img").count() >= 4, what="the pictures")

    def _lightbox(self, page: Any) -> None:
        # All of the thread is there while the window is as high as that.
        page.set_viewport_size({"width": WIDE, "height": 9000})
        page.locator("main section button:has(img)").first.click()
        shown(page, "dialog[open] img")

    def _writing(self) -> Iterator[View]:
        yield View("quote", self._quote)
        yield View("recorder", self._record)
        yield View("files", self._stop)

    def _quote(self, page: Any) -> None:
        self._go(f"/{self._open}")(page)
        self._action(page, "reply")
        page.locator("textarea#composer").fill(
            "It is\nin three lines,\nand this is the third, which is a long one " * 2
        )

    def _record(self, page: Any) -> None:
        page.locator("main button:has(.lucide-mic)").last.click()
        expect(page.locator("main section .lucide-square")).to_be_visible(timeout=_TIMEOUT_MS)
        expect(page.locator("main button:has(.lucide-square)")).to_be_enabled(timeout=_TIMEOUT_MS)

    def _stop(self, page: Any) -> None:
        page.keyboard.press("Escape")
        shown(page, "main section audio, main section li:has(.lucide-mic)")
        page.locator("textarea#composer").fill("")

    def _sheets(self) -> Iterator[View]:
        yield View("attach", lambda page: (self._remove(page), self._attach(page)), is_layer=True)
        # The first ones open the system's own file chooser.
        for at in range(4, 15):
            yield View(f"attach {at}", lambda page, at=at: self._sheet(page, at), is_layer=True, height=900)
        yield View(
            "closed", lambda page: (self._go(f"/{self._closed}")(page), shown(page, "section#composer"))
        )
        yield View("templates", self._templates, is_layer=True)
        yield View("template", self._template, is_layer=True, height=1100)

    def _remove(self, page: Any) -> None:
        """The recording, or else it lies half under the menu."""
        page.locator("main section li button:has(.lucide-x)").click()

    def _attach(self, page: Any) -> None:
        page.locator("main button[aria-haspopup=menu]").first.click()
        shown(page, "main [role=menuitem]")

    def _sheet(self, page: Any, at: int) -> None:
        self._attach(page)
        page.locator("main [role=menuitem]").nth(at).click()
        shown(page, "dialog[open]")

    def _templates(self, page: Any) -> None:
        page.locator("section#composer button").first.click()
        shown(page, "dialog[open] li")

    def _template(self, page: Any) -> None:
        self._templates(page)
        page.locator("dialog[open] li button", has_text="order_confirmation").first.click()
        shown(page, "dialog[open] :is(textarea, input:not([type=file]))")

    def _header(self) -> Iterator[View]:
        yield View("menu", self._menu, is_layer=True)
        yield View("settings", self._item(0, "input"), is_layer=True, height=1500)
        yield View("keyboard", self._item(1, "kbd, dt, td"), is_layer=True, height=1300)
        yield View("connect", self._item(4, "input"), is_layer=True, height=1000)
        yield View("palette", self._palette, is_layer=True)
        yield View("new chat", self._new_chat, is_layer=True)

    def _menu(self, page: Any) -> None:
        page.locator("header button[aria-haspopup=menu]").click()
        shown(page, "[role=menuitem]")

    def _item(self, at: int, selector: str) -> Callable[[Any], None]:
        def come(page: Any) -> None:
            self._menu(page)
            page.locator("[role=menuitem]").nth(at).click()
            shown(page, f"dialog[open] :is({selector})")

        return come

    def _palette(self, page: Any) -> None:
        page.keyboard.press("Control+k")
        shown(page, "[role=option]")

    def _new_chat(self, page: Any) -> None:
        page.locator("header > button").nth(1).click()
        shown(page, "dialog[open] input")

    def _places(self) -> Iterator[View]:
        yield View(
            "activity", lambda page: (self._go("/activity")(page), shown(page, "main figure")), height=1900
        )
        yield View("team members", self._settings("members"), widths=(WIDE, SMALL))
        yield View("member", self._member, is_layer=True, widths=(SMALL,), height=1000)
        yield View("team invitations", self._settings("invitations"), widths=(SMALL,), height=1300)
        yield View("team labels", self._settings("labels"), widths=(SMALL,))
        yield View("join", self._join, widths=(SMALL,))

    def _settings(self, name: str) -> Callable[[Any], None]:
        def come(page: Any) -> None:
            self._go(f"/team/{name}")(page)
            shown(page, "main li, main form")
            shown(page, f"main nav a[href*='/team/{name}'][aria-current]")

        return come

    def _member(self, page: Any) -> None:
        self._settings("members")(page)
        page.locator("main li button").last.click()
        shown(page, "dialog[open] form")

    def _join(self, page: Any) -> None:
        self._go("/join")(page)
        shown(page, "main [role=alert]")

    def _nothing(self) -> Iterator[View]:
        yield View("nothing found", self._nothing_found)
        yield View("no conversations", self._no_conversations)
        yield View("no list", self._no_list)
        yield View("no thread", self._no_messages)
        yield View("no such conversation", self._no_such)

    def _nothing_found(self, page: Any) -> None:
        self._go("")(page)
        page.locator("input[type=search]").fill("nobody of that name")
        shown(page, "nav svg.lucide-search-x")

    def _no_conversations(self, page: Any) -> None:
        nobody = {"conversations": [], "next_cursor": None}
        page.route("**/conversations?**", lambda route: route.fulfill(json=nobody))
        self._go("")(page)
        expect(page.locator("nav h2, nav [role=status], nav p").first).to_be_visible()
        expect(page.locator("nav [aria-busy=true]")).to_have_count(0)

    def _no_list(self, page: Any) -> None:
        page.unroute("**/conversations?**")
        page.route("**/conversations?**", _refuse(503, _UNREACHABLE))
        self._go("")(page)
        shown(page, "nav [role=alert]")

    def _no_messages(self, page: Any) -> None:
        page.unroute("**/conversations?**")
        page.route("**/messages?**", _refuse(503, _UNREACHABLE))
        self._go(f"/{self._open}")(page)
        shown(page, "main [role=alert]")

    def _no_such(self, page: Any) -> None:
        page.unroute("**/messages?**")
        self._go("/00000000-0000-7000-8000-000000000000")(page)
        # What says that it is loading is a paragraph too.
        shown(page, "main#composer button")

    def _sessions(self) -> Iterator[View]:
        yield View("session", self._session_ends)
        yield View("sign in", self._sign_out)

    def _session_ends(self, page: Any) -> None:
        self._go(f"/{self._open}")(page)
        self._bubble(page)
        page.route("**/api/live-chat/**", _refuse(401, _UNAUTHORIZED))
        page.evaluate("dispatchEvent(new Event('online'))")
        shown(page, "dialog[open] button")

    def _sign_out(self, page: Any) -> None:
        page.unroute("**/api/live-chat/**")
        page.locator("dialog[open] button").last.click()
        shown(page, "main h1")


def _refuse(status: int, problem: dict[str, object]) -> Callable[[Any], None]:
    headers = {"X-Request-ID": "abc123", "Retry-After": "0"}
    return lambda route: route.fulfill(status=status, json=problem, headers=headers)
