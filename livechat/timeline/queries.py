"""Which entries stand on a page of a thread. Each table is asked by its own index, at any depth alike."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, literal, select, tuple_, union_all

from livechat.core.session import AnySession
from livechat.models import ConversationChange, Message, Note

MESSAGE, NOTE, CHANGE = range(3)


class Place(NamedTuple):
    """Where an entry stands; places sort so. Of one moment messages come first, as they were stored."""

    at: datetime
    kind: int
    seq: int
    id: UUID


@dataclass(frozen=True, slots=True)
class _Table:
    kind: int
    conversation_id: Any
    at: Any
    # What the table's index has behind the time.
    last: Any
    id: Any

    def select(self) -> Select[Any]:
        seq = self.last if self.kind == MESSAGE else literal(0)
        return select(
            self.at.label("at"), literal(self.kind).label("kind"), seq.label("seq"), self.id.label("id")
        )

    def earlier_than(self, place: Place) -> Any:
        if self.kind == place.kind:
            return tuple_(self.at, self.last) < self._bound(place)
        return self.at <= place.at if self.kind < place.kind else self.at < place.at

    def later_than(self, place: Place) -> Any:
        if self.kind == place.kind:
            return tuple_(self.at, self.last) > self._bound(place)
        return self.at >= place.at if self.kind > place.kind else self.at > place.at

    def _bound(self, place: Place) -> Any:
        return tuple_(place.at, place.seq if self.kind == MESSAGE else place.id)


_TABLES = (
    _Table(MESSAGE, Message.conversation_id, Message.timestamp, Message.seq, Message.id),
    _Table(NOTE, Note.conversation_id, Note.created_at, Note.id, Note.id),
    _Table(
        CHANGE,
        ConversationChange.conversation_id,
        ConversationChange.at,
        ConversationChange.id,
        ConversationChange.id,
    ),
)


def find_place(session: AnySession, conversation_id: UUID, entry_id: UUID) -> Place | None:
    """Where the entry with this id stands; None where it is not in this conversation."""
    found = session.execute(
        union_all(
            *(
                each.select().where(each.id == entry_id, each.conversation_id == conversation_id)
                for each in _TABLES
            )
        )
    ).one_or_none()
    return None if found is None else Place(*found)


def places_before(session: AnySession, conversation_id: UUID, place: Place | None, limit: int) -> list[Place]:
    """The ``limit`` entries right before the place, None: the newest; the newest of them comes first."""
    parts = []
    for each in _TABLES:
        part = each.select().where(each.conversation_id == conversation_id)
        if place is not None:
            part = part.where(each.earlier_than(place))
        parts.append(part.order_by(each.at.desc(), each.last.desc()).limit(limit).subquery())
    return _merged(session, parts, limit, newest_first=True)


def places_after(session: AnySession, conversation_id: UUID, place: Place, limit: int) -> list[Place]:
    """The ``limit`` entries right after the place; the oldest comes first."""
    parts = [
        each.select()
        .where(each.conversation_id == conversation_id, each.later_than(place))
        .order_by(each.at, each.last)
        .limit(limit)
        .subquery()
        for each in _TABLES
    ]
    return _merged(session, parts, limit, newest_first=False)


def _merged(session: AnySession, parts: list[Any], limit: int, *, newest_first: bool) -> list[Place]:
    rows = session.execute(union_all(*(select(part) for part in parts)))
    return sorted((Place(*row) for row in rows), reverse=newest_first)[:limit]
