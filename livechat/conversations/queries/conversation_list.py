"""Moving the read pointer of a conversation."""

from uuid import UUID

from sqlalchemy import and_, func, select, update

from livechat.core.session import AnySession
from livechat.models import Conversation, Message


def newest_unread_seq(session: AnySession, conversation_id: UUID) -> int:
    """The arrival number of the newest message that can be unread; 0 where there is none.

    To read up to it leaves the same count as to read to the end, whose arrival number would take a scan of
    the thread; this one takes one look into an index.
    """
    newest = select(func.coalesce(func.max(Message.seq), 0)).where(
        Message.conversation_id == conversation_id, Message.counts_unread
    )
    return session.execute(newest).scalar_one()


def seq_of(session: AnySession, conversation_id: UUID, message_id: UUID) -> int | None:
    """The arrival number of a message; None where it is not in this conversation."""
    return session.execute(
        select(Message.seq).where(Message.conversation_id == conversation_id, Message.id == message_id)
    ).scalar_one_or_none()


def has_unread_between(session: AnySession, conversation_id: UUID, above: int, up_to: int) -> bool:
    """Whether a message that can be unread has an arrival number above ``above`` and up to ``up_to``."""
    found = select(Message.id).where(
        Message.conversation_id == conversation_id,
        Message.counts_unread,
        and_(Message.seq > above, Message.seq <= up_to),
    )
    return session.execute(select(found.exists())).scalar_one()


def move_read_pointer(session: AnySession, conversation_id: UUID, seq: int) -> None:
    """Move the read pointer forward to ``seq``, never back, and count the messages after it as unread.

    The caller holds the row's lock, so that the count sees every message that was stored before.
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
