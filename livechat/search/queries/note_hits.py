"""Notes by their words, the newest first. There are far fewer than messages: the planner chooses the way."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, bindparam, cast, select, tuple_
from sqlalchemy.dialects.postgresql import TSQUERY

from livechat.core.session import AnySession
from livechat.models import Conversation, Note
from livechat.notes.queries import named_in_note
from livechat.search.queries.reach import Reach
from livechat.web.paging import ListPlace


def note_hits(
    session: AnySession, reach: Reach, query: str, behind: ListPlace | None, limit: int
) -> Sequence[Any]:
    """(id, conversation_id, body, named, created_at) of notes that have the words; a deleted one has none."""
    words = cast(bindparam("words", query, type_=Text), TSQUERY)
    statement = (
        select(Note.id, Note.conversation_id, Note.body, named_in_note().label("named"), Note.created_at)
        .join(Conversation, Conversation.id == Note.conversation_id)
        .where(Note.search.op("@@", is_comparison=True)(words), Note.deleted_at.is_(None), reach.sees())
        .order_by(Note.created_at.desc(), Note.id.desc())
        .limit(limit)
    )
    if reach.since is not None:
        statement = statement.where(Note.created_at >= reach.since)
    if reach.until is not None:
        statement = statement.where(Note.created_at < reach.until)
    if behind is not None:
        place = tuple_(behind.last_message_time, behind.id)
        statement = statement.where(tuple_(Note.created_at, Note.id) < place)
    return session.execute(statement).all()
