"""A thread as somebody reads it: from its beginning to its end, although only what is seen is mounted."""

from typing import Any

# How many rows the thread has, and those that are mounted, by their place in it.
_ROWS = """list => {
  const rows = [...list.querySelectorAll(':scope > ol > li')];
  return [Number(rows[0]?.ariaSetSize), rows.map(row => [Number(row.ariaPosInSet), row.innerText])];
}"""
# Bring a row to the top. Where it is not mounted, go towards it, or to the beginning for none.
_BRING = """(list, place) => {
  const rows = [...list.querySelectorAll(':scope > ol > li')];
  const row = rows.find(row => Number(row.ariaPosInSet) === place);
  if (row) list.scrollTop += row.getBoundingClientRect().top - list.getBoundingClientRect().top;
  else if (place === 0) list.scrollTop = 0;
  else if (rows.length && Number(rows[0].ariaPosInSet) > place) list.scrollTop -= list.clientHeight;
}"""
_MAX_STEPS = 500


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
    read = 0
    # On from the last row that was read, never past it: a busy browser draws later than it scrolls.
    for _ in range(_MAX_STEPS):
        size, seen = thread.evaluate(_ROWS)
        rows.update(dict(seen))
        while read + 1 in rows:
            read += 1
        if read == size:
            break
        thread.evaluate(_BRING, read)
        page.wait_for_timeout(30)
    assert read == size, f"{read} of {size} rows could be read"
    return [rows[place] for place in range(1, size + 1)]
