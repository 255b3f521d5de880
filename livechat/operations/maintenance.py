"""What beat does around the inbound side: wake what was lost, throw away what is old, check the counts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from redis import Redis
from sqlalchemy import Row

from livechat.conversations.queries import unread, waiting_names
from livechat.core.after_commit import after_commit, enqueue
from livechat.core.config import Settings
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain import clock
from livechat.inbound.door import arrivals
from livechat.inbound.queries import ledger
from livechat.live.publish import publish

log = structlog.get_logger(__name__)

PRUNE_CHUNK = 1000
# The chats follow their address book within a day (docs/meta/cloud-api.md section 6.1); a customer may
# write later.
NAMES_WAIT = timedelta(days=180)


def sweep_inbound(redis: Redis, session: AnySession) -> bool:
    """Wake an ingest where webhooks wait and none is at work; True when there was something.

    Covers a lost wake-up (the lease lapsed), a worker that died with webhooks in hand, and the ledger's
    ``waiting`` rows of a time when Redis was away.
    """
    length, _ = arrivals.backlog(redis)
    if not length and not ledger.has_waiting(session):
        return False
    if arrivals.take_lease(redis) and not enqueue(TaskName.INGEST):
        arrivals.release_lease(redis)
    return True


def prune(session: AnySession, settings: Settings) -> int:
    """Commits in small steps: drop ledger rows past the retention, how many; and names that waited."""
    waiting_names.forget_before(session, clock.now() - NAMES_WAIT)
    session.commit()
    before = clock.now() - timedelta(days=settings.webhook_retention_days)
    total = 0
    while True:
        count = ledger.delete_before(session, before, PRUNE_CHUNK)
        session.commit()
        total += count
        if count < PRUNE_CHUNK:
            return total


def reconcile_unread(session: AnySession) -> int:
    """Compare every stored unread count with its messages and repair differences; how many there were.

    The goal is 0: each one is a bug, so it is logged with the conversation's id once it is repaired. The
    caller commits.
    """
    drifted = unread.repair(session)
    publish(session, conversations=[row.id for row in drifted])
    after_commit(session, lambda: _log_drift(drifted))
    return len(drifted)


def _log_drift(drifted: Sequence[Row[Any]]) -> None:
    for row in drifted:
        log.error("unread_drifted", conversation_id=str(row.id), stored=row.stored, counted=row.counted)
