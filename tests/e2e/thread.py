"""A thread as somebody reads it: from its beginning to its end, although only what is seen is mounted."""

from typing import Any

# The rows in sight, by their place in the thread.
_ROWS = """list => [...list.querySelectorAll(':scope > ol > li')].map(
  row => [Number(row.ariaPosInSet), row.innerText])"""
_STEP = "list => { list.scrollTop += list.clientHeight * 0.8 }"
_AT_END = "list => list.scrollTop + list.clientHeight >= list.scrollHeight - 2"
_MAX_STEPS = 200


def read_rows(page: Any, name: str) -> list[str]:
    """The text of every row of the open thread, the oldest first. ``name`` is its heading."""
    thread = page.get_by_role("region", name=name)
    thread.locator("li").first.wait_for()
    # Older pages load while the beginning is looked at.
    for _ in range(_MAX_STEPS):
        thread.evaluate("list => { list.scrollTop = 0 }")
        page.wait_for_timeout(50)
        if thread.locator('li[aria-setsize="-1"]').count() == 0:
            break
    rows: dict[int, str] = {}
    for _ in range(_MAX_STEPS):
        rows.update(dict(thread.evaluate(_ROWS)))
        if thread.evaluate(_AT_END):
            break
        thread.evaluate(_STEP)
        page.wait_for_timeout(30)
    rows.update(dict(thread.evaluate(_ROWS)))
    return [rows[place] for place in sorted(rows)]
