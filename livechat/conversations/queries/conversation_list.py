"""Where a message stands among those of its conversation."""

from uuid import UUID

from sqlalchemy import select

from livechat.core.session import AnySession
from livechat.models import Message


def seq_of(session: AnySession, conversation_id: UUID, message_id: UUID) -> int | None:
    """The arrival number of a message; None where it is not in this conversation."""
    return session.execute(
        select(Message.seq).where(Message.conversation_id == conversation_id, Message.id == message_id)
    ).scalar_one_or_none()
