"""How every task runs: in an application context, with bound log fields, sessions returned at the end."""

import threading
from typing import Any

import structlog
from celery import Celery, Task
from celery.schedules import schedule
from celery.signals import (
    heartbeat_sent,
    setup_logging,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
)
from flask import Flask
from kombu.entity import Exchange
from kombu.entity import Queue as KombuQueue
from redis.exceptions import RedisError

from livechat.core.config import Settings
from livechat.core.database import return_session
from livechat.core.extensions import celery, db, redis
from livechat.core.logs import configure_logging
from livechat.core.tasknames import Queue, TaskName
from livechat.live.writers import sign_out
from livechat.operations.readiness import say_consuming

log = structlog.get_logger(__name__)

# A task that runs longer than this is delivered a second time. The longest task takes far less.
VISIBILITY_TIMEOUT_S = 600
_consuming = threading.Event()


class AppTask(Task):
    """A task that runs inside the Flask application. Its arguments are keywords: ids and scalars."""

    abstract = True
    flask_app: Flask

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self.flask_app.app_context():
            structlog.contextvars.bind_contextvars(task=self.name, task_id=self.request.id)
            try:
                return self.run(*args, **kwargs)
            finally:
                return_session(db.session)
                structlog.contextvars.clear_contextvars()


def bind_celery(app: Flask, settings: Settings) -> Celery:
    """The shared Celery instance, configured for ``app``, with every task registered and scheduled."""
    AppTask.flask_app = app
    celery.task_cls = AppTask
    celery.conf.update(
        broker_url=settings.celery_broker_url,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_TIMEOUT_S,
            # Without these a task of a killed worker waits ten times as long for its redelivery.
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
        },
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_send_sent_event=True,
        worker_send_task_events=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        task_queues=[_queue(queue.value) for queue in Queue],
        task_default_queue=Queue.MAINTENANCE.value,
        task_routes={name.value: {"queue": name.queue.value} for name in TaskName},
        task_create_missing_queues=False,
        beat_schedule=BEAT_SCHEDULE,
        beat_scheduler="workers.beat:Scheduler",
        timezone="UTC",
    )
    celery.set_default()
    celery.loader.import_module("workers.instruments")
    celery.loader.import_module("livechat.inbound.tasks")
    celery.loader.import_module("livechat.outbound.tasks")
    celery.loader.import_module("livechat.files.tasks")
    celery.loader.import_module("livechat.handling.tasks")
    celery.loader.import_module("livechat.reminders.tasks")
    celery.loader.import_module("livechat.scheduled.tasks")
    celery.loader.import_module("livechat.inbox.tasks")
    celery.loader.import_module("livechat.operations.tasks")
    celery.loader.import_module("livechat.numbers.tasks")
    celery.loader.import_module("livechat.templates.tasks")
    celery.loader.import_module("livechat.presence.tasks")
    celery.loader.import_module("livechat.bulk.tasks")
    celery.loader.import_module("livechat.team.tasks")
    celery.loader.import_module("livechat.search.tasks")
    celery.loader.import_module("livechat.assigning.tasks")
    return celery


def _queue(name: str) -> KombuQueue:
    return KombuQueue(name, Exchange(name), routing_key=name)  # type: ignore[no-untyped-call]  # kombu has no types


def _every(seconds: float, task: TaskName) -> dict[str, Any]:
    # While the workers are away beat must not pile up sweeps: a sweep is worth nothing once the next is due.
    return {"task": task.value, "schedule": schedule(seconds), "options": {"expires": max(seconds * 3, 10)}}


BEAT_SCHEDULE = {
    "sweep inbound": _every(2, TaskName.SWEEP_INBOUND),
    "sweep outbound": _every(1, TaskName.SWEEP_OUTBOUND),
    "sweep media": _every(5, TaskName.SWEEP_MEDIA),
    "reconcile unread": _every(300, TaskName.RECONCILE_UNREAD),
    "prune": _every(3600, TaskName.PRUNE),
    "tidy counts": _every(60, TaskName.TIDY_COUNTS),
    "wake snoozed": _every(5, TaskName.WAKE_SNOOZED),
    "remind": _every(5, TaskName.REMIND),
    "send scheduled": _every(2, TaskName.SEND_SCHEDULED),
    "tell closing": _every(30, TaskName.TELL_CLOSING),
    "sweep bulk": _every(5, TaskName.SWEEP_BULK),
    "sweep accounts": _every(60, TaskName.SWEEP_ACCOUNTS),
    "end availability": _every(5, TaskName.END_AVAILABILITY),
    "sweep invitations": _every(15, TaskName.SWEEP_INVITATIONS),
    "fill words": _every(5, TaskName.FILL_WORDS),
    "sweep assigning": _every(5, TaskName.SWEEP_ASSIGNING),
}


@worker_process_shutdown.connect
@worker_shutdown.connect
def _tells_nothing_more(**_: Any) -> None:
    # A child of the pool ends without what Python does at its end.
    with AppTask.flask_app.app_context():
        sign_out(redis.client)


@worker_ready.connect
def _now_consuming(**_: Any) -> None:
    _consuming.set()
    _say_consuming()


@heartbeat_sent.connect
def _say_consuming(**_: Any) -> None:
    # Heartbeats begin before the worker consumes its queues; until then it is not ready.
    if not _consuming.is_set():
        return
    try:
        with AppTask.flask_app.app_context():
            say_consuming(redis.client, list(celery.amqp.queues.consume_from), _visibility_timeout_s())
    except RedisError as error:
        log.warning("heartbeat_not_written", error=type(error).__name__)


def _visibility_timeout_s() -> int:
    """The visibility time-out that this worker uses: an operator may have overridden ours."""
    return int(celery.conf.broker_transport_options.get("visibility_timeout", 0))


@setup_logging.connect
def _log_as_json(**_: Any) -> None:
    configure_logging()
