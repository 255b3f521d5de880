"""Reading a conversation: the team's pointer with its blue ticks, and each member's own.

What members have read is theirs alone, and told to their own devices. Sending, assigning and resolving move
nobody's pointer.
"""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, scoped_session

from livechat.accounts.access import parse_id
from livechat.conversations.queries.conversation_list import seq_of
from livechat.conversations.queries.finding import lock_conversation
from livechat.conversations.queries.reads import read_up_to, unread_from
from livechat.core.after_commit import enqueue_after_commit
from livechat.core.errors import NotFoundError
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.live.event_log import Change, Kind
from livechat.live.publish import publish
from livechat.models import Conversation
from livechat.notifications.finish import tell_done


def mark_read(
    session: Session | scoped_session[Any],
    conversation_id: UUID,
    up_to: str | None,
    *,
    by: UUID,
    for_team: bool = True,
) -> None:
    """Mark a conversation as read up to our message id ``up_to``, or to its end.

    Always for the member ``by``. With ``for_team`` also for everybody: a task tells Meta after the commit,
    which is the caller's, where a message of the customer's became read. The caller has checked access.
    Raises NotFoundError where ``up_to`` is not in this conversation.
    """
    conversation = _locked(session, conversation_id)
    read_locked(session, conversation.id, up_to, by=by, for_team=for_team)
    session.expire(conversation)


def read_locked(
    session: AnySession,
    conversation_id: UUID,
    up_to: str | None,
    *,
    by: UUID,
    for_team: bool,
    account_id: UUID | None = None,
    is_open: bool = False,
) -> None:
    """The same of a conversation that the caller has locked, of an account that they may know already.

    With ``is_open`` the member has it before them, and so knows of who mentioned them in it.
    """
    named = parse_id(up_to, "message in this conversation") if up_to is not None else None
    moved = read_up_to(session, by, conversation_id, named, for_team=for_team, is_open=is_open)
    if moved.seq is None:
        raise NotFoundError("There is no such message in this conversation.")
    became_read = moved.unread is not None and moved.unread != moved.unread_was
    if became_read:
        enqueue_after_commit(session, TaskName.MARK_READ, conversation_id=str(conversation_id))
    accounts = {conversation_id: account_id} if account_id is not None else None
    publish(
        session,
        conversations=[conversation_id] if became_read else [],
        others=_of(by, conversation_id) if moved.own_moved else [],
        accounts=accounts,
    )
    tell_done(session, [(each, conversation_id) for each in moved.finished], accounts)


def mark_unread(session: AnySession, conversation_id: UUID, message_id: str, *, by: UUID) -> Conversation:
    """Mark a conversation as unread from this message on, for the member ``by`` alone; the conversation.

    What was unread before stays so. The caller has checked access, and commits. Raises NotFoundError where
    the message is not in this conversation.
    """
    conversation = _locked(session, conversation_id)
    if unread_from(session, by, conversation_id, _seq_of(session, conversation_id, message_id)):
        publish(session, others=_of(by, conversation_id))
    return conversation


def _of(user_id: UUID, conversation_id: UUID) -> list[tuple[UUID, Change]]:
    return [(conversation_id, Change(Kind.READ_UPDATED, conversation_id, user_id))]


def _locked(session: AnySession, conversation_id: UUID) -> Conversation:
    # Storing webhooks takes the same lock, so that no message slips between the count and the pointer.
    conversation = lock_conversation(session, conversation_id)
    if conversation is None:
        raise NotFoundError("There is no such conversation.")
    return conversation


def _seq_of(session: AnySession, conversation_id: UUID, message_id: str) -> int:
    seq = seq_of(session, conversation_id, parse_id(message_id, "message in this conversation"))
    if seq is None:
        raise NotFoundError("There is no such message in this conversation.")
    return seq
