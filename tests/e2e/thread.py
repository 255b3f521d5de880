"""A thread as somebody reads it: from its beginning to its end, although only what is seen is mounted."""

import re
import time
from typing import Any

# The rows in sight by their place in the thread, how many there are, and whether this is the end. Null while a part
# of the view is blank: a busy browser scrolls before it draws.
_READ = """list => {
  const view = list.getBoundingClientRect();
  const whole = list.querySelector(':scope > ol').getBoundingClientRect();
  const rows = [...list.querySelectorAll(':scope > ol > li')]
    .map(row => ({ row, box: row.getBoundingClientRect(), place: Number(row.ariaPosInSet) }))
    .filter(({ box }) => box.bottom > view.top && box.top < view.bottom)
    .sort((a, b) => a.place - b.place);
  if (rows.length === 0) return null;
  const margin = 16;
  const isWhole = rows[0].box.top <= Math.max(view.top, whole.top + margin)
    && rows.at(-1).box.bottom >= Math.min(view.bottom, whole.bottom - margin)
    && rows.every(({ box, place }, at) => at === 0
      || (place === rows[at - 1].place + 1 && Math.abs(box.top - rows[at - 1].box.bottom) < 2));
  if (!isWhole) return null;
  return {
    rows: rows.map(({ row, place }) => [place, row.innerText]),
    size: Number(rows[0].row.ariaSetSize),
    isEnd: list.scrollTop + list.clientHeight >= list.scrollHeight - 2,
  };
}"""
_TO_END = re.compile(r"^(Latest messages|\d+ new messages?)$")
_STEP = "list => { list.scrollTop += list.clientHeight * 0.8 }"
_DRAWING_S = 20.0
_READING_S = 90.0


def read_rows(page: Any, name: str) -> list[str]:
    """The text of every row of the open thread, the oldest first. ``name`` is its heading.

    AssertionError if a part of the thread stays blank, or a place of it is never drawn.
    """
    thread = page.get_by_role("region", name=name)
    thread.locator("li").first.wait_for()
    deadline = time.monotonic() + _READING_S
    _read(page, thread)
    # Where more is unread than the first page holds, it is a window into the past, whose end is not the thread's.
    page.get_by_role("main").get_by_role("button", name=_TO_END).evaluate_all(
        "buttons => buttons.forEach(button => button.click())"
    )
    while True:
        # Older pages load while the beginning is looked at.
        while _read(page, thread)["size"] == -1:
            assert time.monotonic() < deadline, "the beginning does not come"
            thread.evaluate("list => { list.scrollTop = 0 }")
            page.wait_for_timeout(50)
        rows, size = _read_through(page, thread, deadline)
        # One that came meanwhile has moved the places of those after it.
        if sorted(rows) == list(range(1, size + 1)):
            return [rows[place] for place in sorted(rows)]
        assert time.monotonic() < deadline, f"of {size} rows these could be read: {sorted(rows)}"


def _read_through(page: Any, thread: Any, deadline: float) -> tuple[dict[int, str], int]:
    rows: dict[int, str] = {}
    thread.evaluate("list => { list.scrollTop = 0 }")
    while True:
        seen = _read(page, thread)
        rows.update(dict(seen["rows"]))
        if seen["isEnd"]:
            return rows, seen["size"]
        assert time.monotonic() < deadline, f"{len(rows)} of {seen['size']} rows could be read"
        thread.evaluate(_STEP)


def _read(page: Any, thread: Any) -> Any:
    deadline = time.monotonic() + _DRAWING_S
    while (seen := thread.evaluate(_READ)) is None:
        assert time.monotonic() < deadline, "a part of the thread stays blank"
        page.wait_for_timeout(20)
    return seen
