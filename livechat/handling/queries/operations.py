"""Statements about operations: what one has changed, and the conversations, locked, for whoever sees them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from livechat.accounts.queries.visible import conversation_is_seen, seen_numbers
from livechat.core.session import AnySession
from livechat.models import Conversation, ConversationChange, Message, PhoneNumber, WorkspaceMember


def changes_of(session: AnySession, operation_id: UUID) -> Sequence[ConversationChange]:
    """What members have changed by this operation, in the order in which it was written."""
    return session.scalars(
        select(ConversationChange)
        .where(ConversationChange.operation_id == operation_id, ConversationChange.actor_kind != "system")
        .order_by(ConversationChange.at, ConversationChange.id)
    ).all()


def seen_of(
    session: AnySession, user_id: UUID, conversation_ids: Collection[UUID], *, lock: bool = False
) -> list[tuple[Conversation, WorkspaceMember]]:
    """Those of the conversations that the user sees, and as whom; ``lock``: locked, by their ids."""
    statement = (
        seen_numbers(
            select(Conversation, WorkspaceMember).join(
                PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id
            ),
            user_id,
        )
        .where(Conversation.id.in_(conversation_ids), conversation_is_seen(user_id))
        .order_by(Conversation.id)
        .execution_options(populate_existing=True)
    )
    if lock:
        statement = statement.with_for_update(of=Conversation)
    return [(row[0], row[1]) for row in session.execute(statement)]


def was_asked_since(session: AnySession, conversation_id: UUID, since: datetime) -> bool:
    """Whether the customer has written since what is to be answered."""
    newest = session.scalars(
        select(Message.created_at)
        .where(Message.conversation_id == conversation_id, Message.counts_unread)
        .order_by(Message.seq.desc())
        .limit(1)
    ).one_or_none()
    return newest is not None and newest > since
