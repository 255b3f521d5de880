"""Whoever has a customer that waits is told before the customer's window shuts."""

import structlog

from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.inbox.queries.closing_windows import finish_past, untold
from livechat.notifications.finish import tell_done
from livechat.notifications.notify import WINDOW_CLOSING, notify

log = structlog.get_logger(__name__)

# A transaction tells so many; after an outage the rest follows at once.
BATCH = 500


def tell_closing(session: AnySession) -> int:
    """Commits each batch; how many were told. Two at once tell nobody twice: of one cause there is one."""
    now = clock.now()
    tell_done(session, finish_past(session, now))
    session.commit()
    told = 0
    while wanted := untold(session, now, BATCH):
        notify(session, WINDOW_CLOSING, wanted)
        session.commit()
        told += len(wanted)
    if told:
        log.info("windows_closing", told=told)
    return told
