"""Scheduled messages whose time has come are sent, if a send by their author would still be taken.

Each is a transaction of its own: what a dead worker had begun is rolled back with it, and still waits. Two
workers are never at one, since both lock its conversation first.
"""

from uuid import UUID

import structlog

from livechat.accounts.access import access_conversation_as
from livechat.core.database import is_outage, is_passing
from livechat.core.errors import AppError, ForbiddenError
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.permissions import Permission, is_allowed
from livechat.models import ScheduledMessage
from livechat.notifications.notify import REMINDER, notify
from livechat.outbound.send_message import accept_message
from livechat.scheduled.held import hold
from livechat.scheduled.queries import answered_ids, due_ids
from livechat.scheduled.schedule import end, request_of

log = structlog.get_logger(__name__)

# The next look takes the rest; what is due longest goes first.
BATCH = 500
CUSTOMER_WROTE = "customer_wrote"


def send_due(session: AnySession) -> int:
    """Commits each scheduled message that is due, however long ago, or cancelled; how many."""
    ids = dict.fromkeys([*answered_ids(session, BATCH), *due_ids(session, BATCH)])
    session.rollback()
    settled = sum(_settled(session, each) for each in ids)
    if settled:
        log.info("scheduled_messages_settled", messages=settled)
    return settled


def _settled(session: AnySession, scheduled_id: UUID) -> bool:
    """Commits; whether it does not wait any more."""
    try:
        is_settled = _settle(session, scheduled_id)
        session.commit()
    except Exception as error:
        session.rollback()
        # Trouble of the database is not this message's: the next look tries again.
        if is_outage(error):
            raise
        if not is_passing(error):
            log.exception("scheduled_message_failed", scheduled_id=str(scheduled_id))
        return False
    return is_settled


def _settle(session: AnySession, scheduled_id: UUID) -> bool:
    held = hold(session, scheduled_id)
    if held is None or held.scheduled.state != "scheduled":
        return False
    scheduled = held.scheduled
    if held.customer_wrote:
        end(scheduled, "cancelled", CUSTOMER_WROTE, "The customer has written.")
    elif scheduled.send_at > clock.now():
        # It was put off while its lock was waited for.
        return False
    else:
        _send(session, scheduled)
    session.flush()
    return True


def _send(session: AnySession, scheduled: ScheduledMessage) -> None:
    """Make its message, or say why not, to its author too, where they still see the conversation."""
    try:
        with session.begin_nested():
            _check_author(session, scheduled)
            sent = accept_message(session, scheduled.user_id, request_of(scheduled), now=clock.now())
    except AppError as error:
        session.refresh(scheduled)
        end(scheduled, "needs_attention", error.code, _sentence(error))
        session.flush()
        notify(session, REMINDER, [(scheduled.user_id, scheduled.conversation_id, scheduled.id)], again=True)
    else:
        scheduled.state, scheduled.message_id = "sent", sent.message_id
        scheduled.ended_at = clock.now()


def _check_author(session: AnySession, scheduled: ScheduledMessage) -> None:
    """NotFoundError, ForbiddenError: there is no request here that a role would be asked for."""
    _, member = access_conversation_as(session, scheduled.user_id, scheduled.conversation_id)
    if not is_allowed(member.role, Permission.MESSAGE_SEND):
        raise ForbiddenError("Its author's role does not allow sending any more.")


def _sentence(error: AppError) -> str:
    if error.errors:
        return " ".join(sentence for sentences in error.errors.values() for sentence in sentences)
    return error.detail
