"""A page of a conversation's thread: messages, notes and changes in one order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from livechat.conversations.present import changes_json, messages_json
from livechat.core.errors import NotFoundError
from livechat.core.session import AnySession
from livechat.domain.clock import rfc3339
from livechat.notes.present_note import notes_json
from livechat.timeline.queries import (
    CHANGE,
    MESSAGE,
    NOTE,
    Place,
    find_place,
    places_after,
    places_before,
)

KINDS = {MESSAGE: "message", NOTE: "note", CHANGE: "change"}
_SHOW = {MESSAGE: messages_json, NOTE: notes_json, CHANGE: changes_json}


@dataclass(frozen=True, slots=True)
class Page:
    """Entries as JSON, the oldest first, and whether there are more on either side."""

    entries: list[dict[str, Any]]
    has_before: bool
    has_after: bool


def newest_entries(session: AnySession, conversation_id: UUID, limit: int) -> Page:
    """The end of the thread."""
    found = places_before(session, conversation_id, None, limit + 1)
    return _page(session, found[:limit][::-1], has_before=len(found) > limit)


def entries_before(session: AnySession, conversation_id: UUID, entry_id: UUID, limit: int) -> Page:
    """What stands right before this entry; raises NotFoundError where it is not in this conversation."""
    place = _place(session, conversation_id, entry_id)
    found = places_before(session, conversation_id, place, limit + 1)
    return _page(session, found[:limit][::-1], has_before=len(found) > limit, has_after=True)


def entries_after(session: AnySession, conversation_id: UUID, entry_id: UUID, limit: int) -> Page:
    """What stands right after this entry; raises NotFoundError where it is not in this conversation."""
    place = _place(session, conversation_id, entry_id)
    found = places_after(session, conversation_id, place, limit + 1)
    return _page(session, found[:limit], has_before=True, has_after=len(found) > limit)


def entries_around(session: AnySession, conversation_id: UUID, entry_id: UUID, limit: int) -> Page:
    """This entry in the middle; raises NotFoundError where it is not in this conversation."""
    place = _place(session, conversation_id, entry_id)
    half = limit // 2
    rest = limit - half - 1
    earlier = places_before(session, conversation_id, place, half + 1)
    later = places_after(session, conversation_id, place, rest + 1)
    shown = [*earlier[:half][::-1], place, *later[:rest]]
    return _page(session, shown, has_before=len(earlier) > half, has_after=len(later) > rest)


def _place(session: AnySession, conversation_id: UUID, entry_id: UUID) -> Place:
    found = find_place(session, conversation_id, entry_id)
    if found is None:
        raise NotFoundError("There is no such entry in this conversation.")
    return found


def _page(
    session: AnySession, places: Sequence[Place], *, has_before: bool = False, has_after: bool = False
) -> Page:
    """Each kind is loaded in one statement. What a merge has moved since it was found is left out."""
    shown = {
        kind: show(session, [place.id for place in places if place.kind == kind])
        for kind, show in _SHOW.items()
    }
    entries = [
        {
            "kind": KINDS[place.kind],
            "id": str(place.id),
            "at": rfc3339(place.at),
            **{name: shown[kind].get(place.id) for kind, name in KINDS.items()},
        }
        for place in places
        if place.id in shown[place.kind]
    ]
    return Page(entries, has_before, has_after)
