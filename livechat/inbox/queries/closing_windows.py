"""Conversations whose window closes while the customer waits, and who is to know of it."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from livechat.core.session import AnySession
from livechat.domain.service_window import SERVICE_WINDOW
from livechat.inbox.inbox_filter import CLOSING_WITHIN, Window
from livechat.inbox.queries.inbox_conditions import SHOWN, window_is
from livechat.models import Conversation, ConversationWatcher, Message, Notification, PhoneNumber
from livechat.notifications.notify import WINDOW_CLOSING
from livechat.notifications.queries import Told, Wanted, finish_where


def untold(session: AnySession, now: datetime, limit: int) -> list[Wanted]:
    """(user, conversation, cause) of those who were not told yet: whose it is, and who follows it.

    The cause is the customer's last message: the next one opens a window of its own.
    """
    heard = (
        select(Message.id)
        .where(Message.conversation_id == Conversation.id, Message.direction == "inbound")
        .order_by(Message.seq.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    closing = (
        select(Conversation.id, Conversation.assignee_id, heard.label("cause_id"))
        # Each number's are a stretch of an index.
        .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
        .where(SHOWN, window_is(Window.CLOSING, now), _waits())
        .cte("closing")
    )
    followers = select(ConversationWatcher.user_id, closing.c.id, closing.c.cause_id).join(
        closing, closing.c.id == ConversationWatcher.conversation_id
    )
    owners = select(closing.c.assignee_id.label("user_id"), closing.c.id, closing.c.cause_id).where(
        closing.c.assignee_id.is_not(None)
    )
    to_tell = owners.union(followers).subquery()
    was_told = exists().where(
        Notification.user_id == to_tell.c.user_id,
        Notification.kind == WINDOW_CLOSING,
        Notification.cause_id == to_tell.c.cause_id,
    )
    rows = session.execute(
        select(to_tell.c.user_id, to_tell.c.id, to_tell.c.cause_id)
        .where(to_tell.c.cause_id.is_not(None), ~was_told)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def finish_past(session: AnySession, now: datetime) -> Told:
    """What was told of a window is done where nobody waits any more, or it is another window, or not theirs.

    One that has closed meanwhile stays: the customer still waits, and a template may go.
    """
    follows = (
        exists()
        .where(
            ConversationWatcher.conversation_id == Conversation.id,
            ConversationWatcher.user_id == Notification.user_id,
        )
        .correlate(Conversation, Notification)
    )
    still = (
        exists()
        .where(
            Conversation.id == Notification.conversation_id,
            _waits(),
            Conversation.last_inbound_at < now - (SERVICE_WINDOW - CLOSING_WITHIN),
            or_(Conversation.assignee_id == Notification.user_id, follows),
        )
        .correlate(Notification)
    )
    return finish_where(session, Notification.kind == WINDOW_CLOSING, ~still)


def _waits() -> ColumnElement[bool]:
    return and_(Conversation.status == "open", Conversation.waiting_since.is_not(None))
