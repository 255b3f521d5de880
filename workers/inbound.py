"""The inbound queue: webhooks into conversations. Latency first."""

import socket

from billiard.process import current_process

from livechat.domain import clock
from livechat.extensions import celery, db, redis
from livechat.metrics import (
    ACKNOWLEDGED_TO_STORED,
    MESSAGES,
    STORED_LATENCY,
    WEBHOOK_EVENTS,
    count_unknown_field,
)
from livechat.services.ingest import drain
from livechat.services.ingest.batch import Stored
from livechat.tasknames import TaskName


@celery.task(name=TaskName.INGEST.value)
def ingest() -> None:
    """Store every webhook that waits."""
    drain(redis.client, db.session, consumer_name(), report)


def consumer_name() -> str:
    """The same for the same slot after a restart, so that it finds what it left."""
    return f"{socket.gethostname()}:{getattr(current_process(), 'index', 0)}"


def report(stored: Stored) -> None:
    """Count what a committed batch did."""
    now = clock.now()
    for (outcome, reason), count in stored.outcomes.items():
        WEBHOOK_EVENTS.labels(outcome, reason).inc(count)
    for field, count in stored.unknown_fields.items():
        count_unknown_field(field, count)
    for (direction, origin), count in stored.messages.items():
        MESSAGES.labels(direction, origin).inc(count)
    for moment in stored.meta_times:
        STORED_LATENCY.observe(max(0.0, (now - moment).total_seconds()))
    for moment in stored.received:
        ACKNOWLEDGED_TO_STORED.observe(max(0.0, (now - moment).total_seconds()))
