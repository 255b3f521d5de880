"""A member wants to be reminded, and says when that is done."""

from datetime import datetime, timedelta
from uuid import UUID

from livechat.accounts.access import parse_id
from livechat.conversations.queries.finding import hold_conversation
from livechat.core.errors import NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.models import Reminder
from livechat.notifications.finish import finish_cause
from livechat.notifications.notify import REMINDER
from livechat.reminders.queries import mark_done, seen_reminder

# A time that has just passed was still to come when it was chosen, or by another clock: it is due at once.
FORGIVEN = timedelta(minutes=5)
_FARTHEST = timedelta(days=3653)


def create_reminder(
    session: AnySession, user_id: UUID, conversation_id: UUID, due_at: datetime, text: str, *, now: datetime
) -> Reminder:
    """A new one of the user's, who sees the conversation. The caller commits.

    Raises ValidationFailedError for a time that is over, or too far off to be meant.
    """
    if not now - FORGIVEN < due_at < now + _FARTHEST:
        raise ValidationFailedError(
            errors={"due_at": ["Give a time that is still to come, within ten years."]}
        )
    made = Reminder(user_id=user_id, conversation_id=conversation_id, due_at=due_at, text=text)
    session.add(made)
    session.flush()
    return made


def own_reminder(session: AnySession, user_id: UUID, reminder_id: str | UUID) -> Reminder:
    """One of the user's, of a conversation that they see; NotFoundError."""
    found = seen_reminder(session, user_id, parse_id(reminder_id, "reminder"))
    if found is None:
        raise NotFoundError("There is no such reminder.")
    return found


def done(session: AnySession, user_id: UUID, reminder_id: str) -> Reminder:
    """The user is through with it, and with being told of it; harmless to repeat. The caller commits."""
    found = own_reminder(session, user_id, reminder_id)
    # Before what hangs on it: a merge takes notifications and reminders in an order of its own.
    hold_conversation(session, found.conversation_id)
    mark_done(session, found.id)
    finish_cause(session, user_id, REMINDER, found.id)
    session.refresh(found)
    return found
