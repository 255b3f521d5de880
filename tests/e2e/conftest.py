"""A real browser on the real product. Where one of the two is missing, the tests say so in one line."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.browsers import HOW_TO_GET_ONE, chromium
from tests.e2e.product import ROOT, Product

PACKAGES = ("playwright", "axe_playwright_python")


def _missing() -> str | None:
    packages = [name for name in PACKAGES if find_spec(name) is None]
    if packages:
        return f"{', '.join(packages)} missing: pip install -r tests/requirements.txt"
    if chromium() is None:
        return f"no Chromium: {HOW_TO_GET_ONE}, or name one in CHROMIUM"
    if not (ROOT / "frontend" / "dist" / "index.html").is_file():
        return "the page is not built: make frontend"
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    reason = _missing()
    # In CI nothing may be missing: there the tests run, and fail by what they lack.
    if reason is None or os.environ.get("CI"):
        return
    here = Path(__file__).parent
    first, *others = [item for item in items if here in item.path.parents]
    # One stands for all, so that the summary has one line about them.
    first.add_marker(pytest.mark.skip(reason=f"{1 + len(others)} browser tests were not run: {reason}"))
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in others]


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Debian's Chromium: Playwright's own builds cannot be downloaded everywhere.

    Closed with this package: Playwright keeps an event loop running, which others may not expect.
    """
    from playwright.sync_api import sync_playwright

    quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking"]
    more = ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
    # A microphone that hums, and nobody who would have to allow it.
    more += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=[*quiet, *more])
        yield running
        running.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of a browser that has never been here."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC", reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One product for all tests; each of them brings its own customers."""
    with Product(tmp_path_factory.mktemp("product")) as running:
        yield running


def complaint(message: Any) -> str:
    """What the browser's console says, and about which address."""
    return f"{message.type}: {message.text} {message.location['url']}"


@pytest.fixture
def agent(page: Any, product: Product) -> Iterator[Any]:
    """The page, signed in. What the browser complains of, and what it asks of strangers, fails the test."""
    complaints: list[str] = []
    strangers: list[str] = []

    def on_request(request: Any) -> None:
        if not request.url.startswith((product.url, product.sandbox_url, "data:", "blob:")):
            strangers.append(request.url)

    page.on("console", lambda message: complaints.append(complaint(message)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", on_request)
    page.goto(product.url)
    page.get_by_role("navigation", name="Conversations").wait_for()
    yield page
    expected = getattr(page, "expected_complaints", ())
    assert [line for line in complaints if not any(text in line for text in expected)] == []
    assert strangers == []
