"""What was snoozed until a time that has come opens again, however long ago that was."""

import structlog

from livechat.core.session import AnySession
from livechat.handling.queries.standings import lock_due
from livechat.handling.reopen import reopen

log = structlog.get_logger(__name__)

# A transaction locks so many. After a long outage the rest follows at once, one batch after the other.
BATCH = 500


def wake_snoozed(session: AnySession) -> int:
    """Commits each batch; how many woke. Two at once never take the same: each leaves what is locked."""
    woken = 0
    while True:
        due = lock_due(session, BATCH)
        if due:
            reopen(session, due, cause="sweep")
        session.commit()
        woken += len(due)
        if len(due) < BATCH:
            break
    if woken:
        log.info("snoozed_conversations_woken", conversations=woken)
    return woken
