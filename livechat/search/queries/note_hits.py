"""Notes by their words, the newest first. There are far fewer than messages: the planner chooses the way."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, bindparam, select, tuple_

from livechat.core.session import AnySession
from livechat.models import Conversation, Note
from livechat.notes.queries import named_in_note
from livechat.search.queries.reach import ABOVE, AT_MOST, BELOW, MOMENT, WORDS, Reach
from livechat.web.paging import Mark


def note_hits(session: AnySession, reach: Reach, query: str, place: Mark, limit: int) -> Sequence[Any]:
    """(id, conversation_id, body, named, created_at) of notes that have the words; a deleted one has none."""
    values = {**reach.values(place, at_most=limit), "words": query, "id": UUID(int=place.number)}
    return session.execute(reach.statement(_notes), values).all()


def _notes(sight: ColumnElement[bool]) -> Any:
    place = tuple_(Note.created_at, Note.id) < tuple_(MOMENT, bindparam("id", type_=Uuid()))
    has = Note.search.op("@@", is_comparison=True)(WORDS)
    return (
        select(Note.id, Note.conversation_id, Note.body, named_in_note().label("named"), Note.created_at)
        .join(Conversation, Conversation.id == Note.conversation_id)
        .where(has, Note.deleted_at.is_(None), sight)
        .where(Note.created_at < ABOVE, Note.created_at >= BELOW, place)
        .order_by(Note.created_at.desc(), Note.id.desc())
        .limit(AT_MOST)
    )
