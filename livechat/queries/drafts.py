"""Drafts: what agents have begun to write."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from livechat.models import Draft
from livechat.queries.session import AnySession


def drafts_of(session: AnySession, user_id: UUID, conversation_ids: Collection[UUID]) -> dict[UUID, Draft]:
    """{conversation: this user's draft in it}, in one statement."""
    if not conversation_ids:
        return {}
    found = select(Draft).where(Draft.user_id == user_id, Draft.conversation_id.in_(conversation_ids))
    return {draft.conversation_id: draft for draft in session.execute(found).scalars()}


def all_drafts(session: AnySession, conversation_ids: Collection[UUID]) -> dict[UUID, list[Draft]]:
    """{conversation: everybody's drafts in it}, in one statement."""
    if not conversation_ids:
        return {}
    drafts: dict[UUID, list[Draft]] = {}
    found = select(Draft).where(Draft.conversation_id.in_(conversation_ids))
    for draft in session.execute(found).scalars():
        drafts.setdefault(draft.conversation_id, []).append(draft)
    return drafts


def put_draft(
    session: AnySession, user_id: UUID, conversation_id: UUID, *, text: str, reply_to: UUID | None
) -> None:
    """Store it in place of the one before."""
    values = {"text": text, "reply_to": reply_to, "updated_at": func.clock_timestamp()}
    statement = insert(Draft).values(user_id=user_id, conversation_id=conversation_id, **values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Draft.conversation_id, Draft.user_id], set_=values
        ).execution_options(synchronize_session=False)
    )


def delete_draft(session: AnySession, user_id: UUID, conversation_id: UUID) -> None:
    """Forget it; harmless where there is none."""
    session.execute(
        delete(Draft)
        .where(Draft.user_id == user_id, Draft.conversation_id == conversation_id)
        .execution_options(synchronize_session=False)
    )
