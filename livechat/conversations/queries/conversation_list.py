"""Moving the read pointer of a conversation."""

from uuid import UUID

from sqlalchemy import func, select, update

from livechat.core.session import AnySession
from livechat.models import Conversation, Message


def seq_of(session: AnySession, conversation_id: UUID, message_id: UUID) -> int | None:
    """The arrival number of a message; None where it is not in this conversation."""
    return session.execute(
        select(Message.seq).where(Message.conversation_id == conversation_id, Message.id == message_id)
    ).scalar_one_or_none()


def move_read_pointer(session: AnySession, conversation_id: UUID, seq: int) -> None:
    """Move the team's pointer forward to ``seq``, never back, and count the messages after it as unread.

    The caller holds the row's lock, so that the count sees every message that was stored before, and reads
    the row again.
    """
    pointer = func.greatest(Conversation.read_seq, seq)
    behind = (
        select(func.count())
        .select_from(Message)
        .where(Message.conversation_id == Conversation.id, Message.counts_unread, Message.seq > pointer)
        .correlate(Conversation)
        .scalar_subquery()
    )
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(read_seq=pointer, unread_count=behind)
        .execution_options(synchronize_session=False)
    )
