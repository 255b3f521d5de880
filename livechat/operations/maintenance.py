"""What beat does: look what is due, start a lost ingest, delete what is old, repair unread counts."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import structlog
from redis import Redis

from livechat.accounts.queries.request_keys import forget_keys
from livechat.bulk.queries import delete_jobs
from livechat.conversations.queries import reads, unread, waiting_names
from livechat.core.after_commit import after_commit, enqueue
from livechat.core.config import Settings
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain import clock
from livechat.inbound.door import arrivals
from livechat.inbound.queries import ledger
from livechat.live.publish import publish
from livechat.live.writers import gone_writers
from livechat.notifications.queries import forget_done
from livechat.operations.queries.due import due
from livechat.reminders.queries import delete_done
from livechat.scheduled.queries import delete_ended

log = structlog.get_logger(__name__)

PRUNE_CHUNK = 1000
# Chats of the phone app come within a day after its contacts (docs/meta/cloud-api.md section 6.1), but a
# contact may write to us much later.
NAMES_WAIT = timedelta(days=180)
# So long what removed members have read is kept.
REMOVED_READ = timedelta(days=30)
# How often beat has unread counts compared (``workers.base``).
TURN_S = 300
# Clients send a request again within minutes, or days after they were shut.
KEYS_KEPT = timedelta(days=7)
# What was told and done is history, which the threads themselves show.
DONE_KEPT = timedelta(days=90)
# A reminder that is done, and a message that was sent at its time (it stands in the thread) or cancelled.
LATER_KEPT = timedelta(days=90)
# What came of a bulk action is looked at while it runs, and undone within minutes.
JOBS_KEPT = timedelta(days=30)


def due_sweeps(session: AnySession, redis: Redis, asked: Collection[TaskName]) -> set[TaskName]:
    """Which of the ``asked`` sweeps would find something now. Raises what PostgreSQL and Redis raise."""
    found = due(session, asked)
    if TaskName.SWEEP_INBOUND in asked and (arrivals.backlog(redis)[0] or gone_writers(redis)):
        found.add(TaskName.SWEEP_INBOUND)
    return found


def sweep_inbound(redis: Redis, session: AnySession) -> bool:
    """Enqueue an ingest if webhooks wait and none is at work; True if webhooks wait.

    Covers a lost ingest task (its lease expired), a worker that died with webhooks in hand, and ledger rows
    that wait since Redis was away.
    """
    length, _ = arrivals.backlog(redis)
    if not length and not ledger.has_waiting(session):
        return False
    if arrivals.take_lease(redis) and not enqueue(TaskName.INGEST):
        arrivals.release_lease(redis)
    return True


def prune(session: AnySession, settings: Settings) -> int:
    """Commits in small steps: delete ledger rows past the retention, and what has stood long enough.

    Returns how many ledger rows were deleted.
    """
    waiting_names.forget_before(session, clock.now() - NAMES_WAIT)
    forget_keys(session, clock.now() - KEYS_KEPT)
    forget_done(session, clock.now() - DONE_KEPT)
    reads.forget_removed(session, clock.now() - REMOVED_READ)
    delete_jobs(session, clock.now() - JOBS_KEPT)
    session.commit()
    for delete in (delete_done, delete_ended):
        _in_steps(session, delete, clock.now() - LATER_KEPT)
    before = clock.now() - timedelta(days=settings.webhook_retention_days)
    return _in_steps(session, ledger.delete_before, before)


def _in_steps(
    session: AnySession, delete: Callable[[AnySession, datetime, int], int], before: datetime
) -> int:
    """Commits each step; returns how many rows were deleted."""
    total = 0
    while True:
        count = delete(session, before, PRUNE_CHUNK)
        session.commit()
        total += count
        if count < PRUNE_CHUNK:
            return total


def reconcile_unread(session: AnySession) -> int:
    """Compare stored counts of messages with the messages, and repair differences; returns how many.

    A share is compared each ``TURN_S``, and each time all that show unread messages. Each difference is a
    bug, so it is logged with the conversation's id after the commit, which is the caller's.
    """
    turn = int(clock.now().timestamp() // TURN_S)
    drifted = unread.repair(session, unread.share_of(session, turn))
    publish(session, conversations={drift.conversation_id for drift in drifted})
    after_commit(session, lambda: _log_drift(drifted))
    return len(drifted)


def _log_drift(drifted: Sequence[unread.Drift]) -> None:
    for id_, what, stored, counted in drifted:
        log.error("unread_drifted", conversation_id=str(id_), what=what, stored=stored, counted=counted)
