"""Tasks of the inbound queue: they store webhooks, as soon as possible."""

import socket
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import cast

from billiard.process import current_process
from flask import Flask

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.database import return_session
from livechat.core.extensions import celery, db, redis, this_application
from livechat.core.metrics import (
    ACKNOWLEDGED_TO_STORED,
    MESSAGES,
    STORED_LATENCY,
    WEBHOOK_EVENTS,
    count_unknown_field,
)
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain import clock
from livechat.inbound.draining import drain
from livechat.inbound.lanes import LEAST_WEBHOOKS, SIDE_LANES, SideLanes
from livechat.inbound.storing.batch import BatchResult


@celery.task(name=TaskName.INGEST.value)
def ingest() -> None:
    """Store every webhook that waits."""
    drain(redis.client, db.session, consumer_name(), report, side_lanes())


@lru_cache(maxsize=1)
def side_lanes() -> SideLanes:
    """The process's side lanes. The first task makes them, since threads do not survive a pool's fork."""
    return make_side_lanes(this_application())


def make_side_lanes(app: Flask, least_webhooks: int = LEAST_WEBHOOKS) -> SideLanes:
    """Side lanes whose jobs each run in an application context, and so in a session, of their own.

    Each lane holds a connection while it stores, so there are no more of them than the pool surely has.
    """

    def within(job: Callable[[AnySession], BatchResult]) -> BatchResult:
        with app.app_context():
            try:
                return job(db.session)
            finally:
                return_session(db.session)

    settings = cast(Settings, app.config[SETTINGS_KEY])
    count = min(SIDE_LANES, settings.database_pool_size)
    return SideLanes(within, count=count, least_webhooks=least_webhooks)


def consumer_name() -> str:
    """This worker slot's name as a consumer. It is the same after a restart, which so finds what it left."""
    return f"{socket.gethostname()}:{getattr(current_process(), 'index', 0)}"


def report(stored: BatchResult) -> None:
    """Count what a committed batch did, for the metrics."""
    now = clock.now()
    for (outcome, reason), count in stored.outcomes.items():
        WEBHOOK_EVENTS.labels(outcome, reason).inc(count)
    for field, count in stored.unknown_fields.items():
        count_unknown_field(field, count)
    for (direction, origin), count in stored.messages.items():
        MESSAGES.labels(direction, origin).inc(count)
    STORED_LATENCY.observe_all(_seconds_since(stored.meta_times, now))
    ACKNOWLEDGED_TO_STORED.observe_all(_seconds_since(stored.received, now))


def _seconds_since(moments: Sequence[datetime], now: datetime) -> list[float]:
    return [max(0.0, (now - moment).total_seconds()) for moment in moments]
