"""Whoever wanted to be reminded is told when the time has come, however long ago that was."""

import structlog

from livechat.core.session import AnySession
from livechat.notifications.notify import REMINDER, notify
from livechat.reminders.queries import take_due, who_is_told

log = structlog.get_logger(__name__)

# A transaction marks so many. After a long outage the rest follows at once, one batch after the other.
BATCH = 500


def remind(session: AnySession) -> int:
    """Commits each batch; how many were due. Two at once never take the same: each leaves what is locked.

    Who does not see the conversation any more is told nothing, now or later.
    """
    due = 0
    while True:
        taken = take_due(session, BATCH)
        if taken:
            notify(session, REMINDER, who_is_told(session, taken))
        session.commit()
        due += len(taken)
        if len(taken) < BATCH:
            break
    if due:
        log.info("reminders_due", reminders=due)
    return due
