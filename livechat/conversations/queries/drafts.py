"""Statements about drafts, which agents have begun to write."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from livechat.conversations.queries.thread_pages import as_written
from livechat.core.session import AnySession
from livechat.models import Conversation, Draft


def draft_columns() -> list[Any]:
    """Text, quoted message and time of a draft, as they are shown; all null where there is none."""
    return [Draft.text, as_written(Draft.reply_to), as_written(Draft.updated_at)]


def draft_joins(user: Any) -> list[tuple[Any, Any]]:
    """What ``draft_columns`` are taken from, and on what, for this user."""
    return [(Draft, and_(Draft.conversation_id == Conversation.id, Draft.user_id == user))]


def has_draft() -> ColumnElement[bool]:
    """Whether anybody has a draft in a row of ``Conversation``."""
    return (
        select(Draft.user_id).where(Draft.conversation_id == Conversation.id).correlate(Conversation).exists()
    )


def drafts_in(
    session: AnySession, conversation_ids: Collection[UUID], user_id: UUID | None = None
) -> Sequence[Draft]:
    """This user's drafts in these conversations, or everybody's, in one statement."""
    found = select(Draft).where(Draft.conversation_id.in_(conversation_ids))
    if user_id is not None:
        found = found.where(Draft.user_id == user_id)
    return session.execute(found).scalars().all()


def put_draft(
    session: AnySession, user_id: UUID, conversation_id: UUID, *, text: str, reply_to: UUID | None
) -> None:
    """Store a user's draft in place of the one before."""
    values = {"text": text, "reply_to": reply_to, "updated_at": func.clock_timestamp()}
    statement = insert(Draft).values(user_id=user_id, conversation_id=conversation_id, **values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Draft.conversation_id, Draft.user_id], set_=values
        ).execution_options(synchronize_session=False)
    )


def delete_draft(session: AnySession, user_id: UUID, conversation_id: UUID) -> None:
    """Delete a user's draft; harmless where there is none."""
    session.execute(
        delete(Draft)
        .where(Draft.user_id == user_id, Draft.conversation_id == conversation_id)
        .execution_options(synchronize_session=False)
    )
