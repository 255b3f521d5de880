"""Beat, which looks before it sends a sweep: most of the time there is nothing to find.

A sweep that is sent costs beat, the broker, a worker and its child some five milliseconds; a look at all of
them one. What a look does not see is found all the same, since each sweep is sent now and then without one.
"""

import time
from collections.abc import Collection
from typing import Any

import structlog
from celery.beat import PersistentScheduler, ScheduleEntry
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from livechat.core.database import return_session
from livechat.core.extensions import db, redis
from livechat.core.tasknames import TaskName
from livechat.operations.maintenance import due_sweeps
from livechat.operations.queries.due import SWEEPS
from workers.base import AppTask

log = structlog.get_logger(__name__)

# Each sweep is sent as often without a look: what a look leaves out, as unsent uploads, is not urgent.
UNASKED_S = 60.0
# This sweep tells that beat and a worker are alive (``operations.readiness``).
UNASKED_OF_S = {TaskName.SWEEP_INBOUND: 8.0}
# What was seen holds for the sweeps that are due at the same moment.
FRESH_S = 0.4


class Scheduler(PersistentScheduler):
    """Sends what is due by the clock, and of the sweeps those that would find something."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._sent_at: dict[TaskName, float] = {}
        self._seen: set[TaskName] = set()
        self._seen_at = 0.0
        self._asked: set[TaskName] = set()
        super().__init__(*arguments, **options)

    def schedules_equal(self, old_schedules: Any, new_schedules: Any) -> bool:
        """Celery compares all entries at every step, though nobody changes ours."""
        return old_schedules is not None

    def is_due(self, entry: ScheduleEntry) -> tuple[bool, float]:
        """Whether to send it now, and when to ask again."""
        is_due, wait_s = entry.is_due()
        sweep = _sweep(entry)
        if not is_due or sweep is None:
            return is_due, wait_s
        now = time.monotonic()
        if now >= self._sent_at.get(sweep, 0.0) + UNASKED_OF_S.get(sweep, UNASKED_S) or self._is_due(sweep):
            self._sent_at[sweep] = now
            return True, wait_s
        every_s = entry.schedule.run_every.total_seconds()
        # All ask at the same moments, so that one statement answers them.
        return False, every_s - time.time() % every_s + 0.02

    def _is_due(self, sweep: TaskName) -> bool:
        now = time.monotonic()
        if sweep not in self._asked or now > self._seen_at + FRESH_S:
            self._asked = {sweep, *self._asked_now()}
            self._seen = _due_sweeps(self._asked)
            self._seen_at = now
        return sweep in self._seen

    def _asked_now(self) -> Collection[TaskName]:
        second = int(time.time())
        found = []
        for entry in self.schedule.values():
            sweep = _sweep(entry)
            if sweep is not None and second % int(entry.schedule.run_every.total_seconds()) == 0:
                found.append(sweep)
        return found


def _sweep(entry: ScheduleEntry) -> TaskName | None:
    return TaskName(entry.task) if entry.task in SWEEPS else None


def _due_sweeps(asked: Collection[TaskName]) -> set[TaskName]:
    """All of them where nobody can tell: their tasks meet the same trouble, and say so."""
    with AppTask.flask_app.app_context():
        try:
            return due_sweeps(db.session, redis.client, asked)
        except (SQLAlchemyError, RedisError) as error:
            log.warning("sweeps_not_looked_at", error=type(error).__name__)
            return set(asked)
        finally:
            db.session.rollback()
            return_session(db.session)
