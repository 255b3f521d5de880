"""Tasks of the maintenance queue: beat's sweeps, prunings and repairs, and long replays."""

from datetime import datetime
from uuid import UUID

from flask import current_app

from livechat.core.after_commit import enqueue
from livechat.core.config import SETTINGS_KEY
from livechat.core.extensions import celery, db, redis
from livechat.core.metrics import UNREAD_DRIFT
from livechat.core.tasknames import TaskName
from livechat.live.publish import publish_for_the_dead
from livechat.operations import activity, maintenance, readiness, webhook_events
from livechat.operations.queries.ledger_pages import Selection
from livechat.outbound.delivery import sweep_outbound as outbound


@celery.task(name=TaskName.SWEEP_INBOUND.value)
def sweep_inbound() -> None:
    """Enqueue an ingest if webhooks wait and none is at work, and report that beat is alive.

    Also have open pages fetch afresh where a process died that may have had something to tell them.
    """
    readiness.say_beat(redis.client)
    maintenance.sweep_inbound(redis.client, db.session)
    publish_for_the_dead(db.session, redis.client)


@celery.task(name=TaskName.PRUNE.value)
def prune() -> None:
    """Delete ledger rows past the retention."""
    maintenance.prune(db.session, current_app.config[SETTINGS_KEY])


@celery.task(name=TaskName.RECONCILE_UNREAD.value)
def reconcile_unread() -> None:
    """Compare unread counts with the messages that they count, and repair them."""
    drifted = maintenance.reconcile_unread(db.session)
    db.session.commit()
    UNREAD_DRIFT.inc(drifted)


@celery.task(name=TaskName.TIDY_COUNTS.value)
def tidy_counts() -> None:
    """Merge older counts of webhooks into sums, and delete those that nobody can ask for any more."""
    activity.tidy_counts(db.session)
    db.session.commit()


@celery.task(name=TaskName.REPLAY.value)
def replay(
    *,
    phone_number_id: str,
    since: str | None = None,
    until: str | None = None,
    outcome: str | None = None,
    after_time: str | None = None,
    after_id: str | None = None,
) -> None:
    """Run a number's webhooks again for some seconds; the rest becomes a task at the end of the queue."""
    selection = Selection(number=phone_number_id, since=_moment(since), until=_moment(until), outcome=outcome)
    began_behind = _moment(after_time)
    after = (began_behind, UUID(after_id)) if began_behind is not None and after_id is not None else None
    place = webhook_events.replay_slice(db.session, selection, after)
    if place is None:
        return
    given = {"since": since, "until": until, "outcome": outcome}
    enqueue(
        TaskName.REPLAY,
        phone_number_id=phone_number_id,
        after_time=place[0].isoformat(),
        after_id=str(place[1]),
        **{name: value for name, value in given.items() if value is not None},
    )


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


@celery.task(name=TaskName.SWEEP_OUTBOUND.value)
def sweep_outbound() -> None:
    """Enqueue conversations with due messages, and give up claims past their deadline."""
    outbound.sweep_outbound(db.session, redis.client)
