"""Statements on who follows a conversation."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from livechat.core.session import AnySession
from livechat.models import ConversationWatcher


def add_watcher(session: AnySession, conversation_id: UUID, user_id: UUID) -> bool:
    """Let the user follow it; whether they did not yet."""
    added = session.execute(
        insert(ConversationWatcher)
        .values(conversation_id=conversation_id, user_id=user_id)
        .on_conflict_do_nothing()
        .returning(ConversationWatcher.user_id)
    )
    return added.scalar_one_or_none() is not None


def drop_watcher(session: AnySession, conversation_id: UUID, user_id: UUID) -> bool:
    """Let the user follow it no more; whether they did."""
    dropped = session.execute(
        delete(ConversationWatcher)
        .where(ConversationWatcher.conversation_id == conversation_id, ConversationWatcher.user_id == user_id)
        .returning(ConversationWatcher.user_id)
        .execution_options(synchronize_session=False)
    )
    return dropped.scalar_one_or_none() is not None
