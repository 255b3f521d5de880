"""Marking a conversation as read: the read pointer moves, the count follows, the customer gets blue ticks."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, scoped_session

from livechat.accounts.access import parse_id
from livechat.conversations.queries.conversation_list import (
    has_unread_between,
    move_read_pointer,
    newest_unread_seq,
    seq_of,
)
from livechat.conversations.queries.finding import lock_conversation
from livechat.core.after_commit import enqueue_after_commit
from livechat.core.errors import NotFoundError
from livechat.core.tasknames import TaskName
from livechat.live.publish import publish
from livechat.models import Conversation


def mark_read(
    session: Session | scoped_session[Any], conversation_id: UUID, up_to: str | None
) -> Conversation:
    """Mark a conversation as read up to our message id ``up_to``, or to its end; the conversation then.

    The caller has checked access, and commits. A task tells Meta after that, where a message of the
    customer's became read. Raises NotFoundError where ``up_to`` is not in this conversation.
    """
    # Storing webhooks takes the same lock, so that no message slips between the count and the pointer.
    conversation = lock_conversation(session, conversation_id)
    if conversation is None:
        raise NotFoundError("There is no such conversation.")
    if up_to is None:
        seq = newest_unread_seq(session, conversation_id)
    else:
        named = seq_of(session, conversation_id, parse_id(up_to, "message in this conversation"))
        if named is None:
            raise NotFoundError("There is no such message in this conversation.")
        seq = named
    if seq > conversation.read_seq and has_unread_between(
        session, conversation_id, conversation.read_seq, seq
    ):
        enqueue_after_commit(session, TaskName.MARK_READ, conversation_id=str(conversation_id))
    move_read_pointer(session, conversation_id, seq)
    session.refresh(conversation)
    publish(session, conversations=[conversation_id])
    return conversation
