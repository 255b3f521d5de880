"""Doing a bulk job, some conversations at a time, each with one outcome however often workers die.

A step holds the job's row, and writes outcomes in the transaction of what they tell of. What a dead worker
had begun is rolled back with it, and is still pending; two workers are never at one step.
"""

import time
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from livechat.bulk.apply_action import apply_action, hold_takers
from livechat.bulk.queries import forsaken_jobs, pending_items, take_job, write_outcomes
from livechat.conversations.write_changes import as_one_operation
from livechat.core.after_commit import enqueue
from livechat.core.database import is_outage, is_passing
from livechat.core.errors import AppError
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain import clock
from livechat.live.publish import publish_job
from livechat.models import BulkJob

log = structlog.get_logger(__name__)

# A step holds the locks of so many conversations, for which a customer's message would wait.
STEP = 50
# A job longer than this goes on in another task, so that sweeps have their turn.
TURN_S = 20.0
# A step that meets a deadlock may pass when it is tried again.
ATTEMPTS = 8
# A job whose last step is older than this has lost its worker, or its task.
FORSAKEN_AFTER = timedelta(seconds=15)
_SWEPT = 20
Outcome = tuple[str, str | None]


def run_bulk(session: AnySession, job_id: UUID) -> None:
    """Commits each step of the job, until it is finished, another works on it, or its turn is over."""
    until = time.monotonic() + TURN_S
    while _step(session, job_id):
        if time.monotonic() > until:
            enqueue(TaskName.RUN_BULK, job_id=str(job_id))
            return


def sweep_bulk(session: AnySession) -> int:
    """Enqueue the jobs that lost their worker or their task; how many."""
    forsaken = forsaken_jobs(session, clock.now() - FORSAKEN_AFTER, _SWEPT)
    for job_id in forsaken:
        enqueue(TaskName.RUN_BULK, job_id=str(job_id))
    return len(forsaken)


def _step(session: AnySession, job_id: UUID) -> bool:
    """Commits the next step; whether there is more to do."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            goes_on = _do_some(session, job_id)
            session.commit()
        except DBAPIError as error:
            session.rollback()
            if attempt == ATTEMPTS or not is_passing(error):
                raise
            log.warning("bulk_step_tried_again", job_id=str(job_id), attempt=attempt)
        else:
            return goes_on
    raise AssertionError("unreachable")


def _do_some(session: AnySession, job_id: UUID) -> bool:
    job = take_job(session, job_id)
    if job is None:
        return False
    items = pending_items(session, job_id, STEP)
    # Members and teams are locked before conversations, everywhere, and conversations by their ids.
    hold_takers(session, job)
    with as_one_operation(job.operation_id):
        outcomes = {each: _outcome(session, job, each, last) for each, last in items}
    write_outcomes(session, job_id, outcomes)
    job.touched_at = clock.now()
    job.started_at = job.started_at or job.touched_at
    if len(items) < STEP:
        job.finished_at = job.touched_at
    session.flush()
    publish_job(session, job_id, job.user_id)
    return job.finished_at is None


def _outcome(
    session: AnySession, job: BulkJob, conversation_id: UUID, last_message_id: UUID | None
) -> Outcome:
    try:
        with session.begin_nested():
            apply_action(session, job, conversation_id, last_message_id)
    except AppError as error:
        return "skipped", error.code
    except Exception as error:
        # Trouble of the database is none of this conversation's: the step is tried again as a whole.
        if is_outage(error) or is_passing(error):
            raise
        log.exception("bulk_item_failed", job_id=str(job.id), conversation_id=str(conversation_id))
        return "failed", "internal_error"
    return "done", None
