"""Statements about drafts, which agents have begun to write."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from livechat.core.session import AnySession
from livechat.models import Draft


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
