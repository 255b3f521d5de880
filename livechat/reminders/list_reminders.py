"""A user's reminders, page by page: what is open first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from livechat.core.session import AnySession
from livechat.models import Reminder
from livechat.reminders.queries import done_behind, open_behind
from livechat.web.paging import SortedPlace, sorted_cursor_of, sorted_place_of

# The two parts of the list.
OPEN, DONE = 0, 1
_QUESTION = "reminders"


def list_page(
    session: AnySession, user_id: UUID, cursor: str | None, limit: int, *, now: datetime
) -> tuple[Sequence[Reminder], str | None]:
    """A page of the user's, and the cursor of the next one; None: there is none. ValidationFailedError."""
    place = sorted_place_of(cursor, _QUESTION) if cursor else None
    # One more than asked for tells whether there is a next page.
    found: list[Reminder] = []
    if place is None or place.part == OPEN:
        found += open_behind(session, user_id, _key(place), limit + 1)
    if len(found) <= limit:
        behind = _key(place) if place is not None and place.part == DONE else None
        found += done_behind(session, user_id, behind, limit + 1 - len(found))
    page = found[:limit]
    if len(found) == len(page):
        return page, None
    last = page[-1]
    part, key = (OPEN, last.due_at) if last.done_at is None else (DONE, last.done_at)
    return page, sorted_cursor_of(SortedPlace(part, key, last.id, now), _QUESTION)


def _key(place: SortedPlace | None) -> tuple[datetime, UUID] | None:
    return None if place is None else (place.key, place.id)
