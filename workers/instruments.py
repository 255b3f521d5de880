"""What every task leaves behind: a line in the log, and its outcome, duration and wait in the metrics."""

import time
from collections.abc import Mapping
from typing import Any

import structlog
from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import Task
from celery.signals import before_task_publish, task_failure, task_postrun, task_prerun, task_revoked

from livechat.core.metrics import TASK_SECONDS, TASK_WAIT, TASKS
from livechat.core.tasknames import Queue, TaskName

log = structlog.get_logger("workers")

# These run every few seconds and mostly find nothing. What they do find they log themselves.
_FREQUENT = frozenset(
    {
        TaskName.SWEEP_INBOUND.value,
        TaskName.SWEEP_OUTBOUND.value,
        TaskName.SWEEP_MEDIA.value,
        TaskName.SWEEP_INVITATIONS.value,
    }
)
_NAMES = frozenset(name.value for name in TaskName)
_OUTCOMES = {"SUCCESS": "success", "FAILURE": "failure", "RETRY": "retry"}


@before_task_publish.connect
def stamp(headers: dict[str, Any], **_: Any) -> None:
    """Record when a task was sent, also by beat or as a retry: the age of a queue is read from this."""
    headers.setdefault("sent_at", time.time())


@task_prerun.connect
def begin(task: Task, **_: Any) -> None:
    """Start the clock, and count how long the task had to wait for a worker."""
    task.request.began_at = time.monotonic()
    sent_at = getattr(task.request, "sent_at", None)
    # A task with an ETA waits on purpose.
    if isinstance(sent_at, int | float) and task.request.eta is None:
        wait_s = max(0.0, time.time() - sent_at)
        task.request.waited_s = wait_s
        TASK_WAIT.labels(_queue_of(task.name)).observe(wait_s)


@task_postrun.connect
def end(task: Task, task_id: str, kwargs: Mapping[str, Any], state: str | None, **_: Any) -> None:
    """Count the outcome, and log it with the ids among the arguments."""
    outcome = _OUTCOMES.get(state or "", "other")
    seconds = time.monotonic() - getattr(task.request, "began_at", time.monotonic())
    TASKS.labels(_name(task.name), outcome).inc()
    TASK_SECONDS.labels(_name(task.name)).observe(seconds)
    is_dull = task.name in _FREQUENT and outcome == "success"
    waited_s = getattr(task.request, "waited_s", None)
    (log.debug if is_dull else log.info)(
        "task_done",
        task=task.name,
        task_id=task_id,
        outcome=outcome,
        duration_ms=round(seconds * 1000, 1),
        wait_ms=None if waited_s is None else round(waited_s * 1000, 1),
        attempt=(task.request.retries or 0) + 1,
        **_ids(kwargs),
    )


@task_failure.connect
def fail(sender: Task, task_id: str, exception: BaseException, kwargs: Mapping[str, Any], **_: Any) -> None:
    """Log the traceback. It holds no values of variables, and database errors no longer quote rows."""
    if isinstance(exception, WorkerLostError | TimeLimitExceeded):
        # The worker's main process reports these. The child that ran the task is gone: no ``end``.
        TASKS.labels(_name(sender.name), "lost").inc()
    log.error("task_failed", task=sender.name, task_id=task_id, exc_info=exception, **_ids(kwargs))


@task_revoked.connect
def drop(sender: Task, request: Any, expired: bool, **_: Any) -> None:
    """Count and log a task that expired before it ran, or that an operator revoked."""
    outcome = "expired" if expired else "revoked"
    TASKS.labels(_name(sender.name), outcome).inc()
    log.info("task_dropped", task=sender.name, task_id=request.id, outcome=outcome)


def _ids(kwargs: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (kwargs or {}).items() if name.endswith("_id")}


def _name(name: str) -> str:
    return name if name in _NAMES else "other"


def _queue_of(name: str) -> str:
    return TaskName(name).queue.value if name in _NAMES else Queue.MAINTENANCE.value
