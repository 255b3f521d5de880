"""Tasks of the outbound queue: replies and read receipts to Meta.

Its workers run threads, since a send mostly waits for the network.
"""

import threading
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import structlog
from celery import Task, bootsteps
from celery.signals import celeryd_after_setup
from flask import current_app

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.extensions import celery, db, redis, this_application
from livechat.core.tasknames import TaskName
from livechat.domain.retry import LONGEST_COUNTDOWN_S, READ_RECEIPT, delay_for
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.delivery.dispatch import Dispatcher
from livechat.outbound.delivery.pace import Pace
from livechat.outbound.read_receipts import send_read_receipt
from livechat.outbound.show_typing import send_typing
from livechat.whatsapp.graph.graph_errors import GraphError

log = structlog.get_logger(__name__)


@celery.task(name=TaskName.SEND.value)
def send(*, conversation_id: str | None = None) -> None:
    """Send what is due, in this conversation and all others, until nothing is due.

    One such task works in a process; others that come meanwhile end at once.
    """
    conversations = [UUID(conversation_id)] if conversation_id is not None else []
    _dispatching.dispatcher().run(db.session, conversations)


@celery.task(name=TaskName.MARK_READ.value, bind=True, max_retries=None)
def mark_read(self: Task, *, conversation_id: str) -> None:
    """Give the customer blue ticks. Celery repeats a failed call, since calling twice changes nothing."""
    try:
        send_read_receipt(db.session, _sender(_settings()), UUID(conversation_id))
    except GraphError as error:
        wait_s = delay_for(self.request.retries + 1, READ_RECEIPT, error.retry_after_s)
        if wait_s is None or wait_s > LONGEST_COUNTDOWN_S:
            # The next reading of this conversation covers this one too.
            log.warning("read_receipt_given_up", conversation_id=conversation_id, code=error.code)
            return
        raise self.retry(exc=error, countdown=wait_s) from error


@celery.task(name=TaskName.TYPING.value)
def typing(*, conversation_id: str, asked_at: int) -> None:
    """Show the customer that somebody writes, unless the task comes too late."""
    send_typing(db.session, _sender(_settings()), UUID(conversation_id), asked_at)


def _settings() -> Settings:
    return cast(Settings, current_app.config[SETTINGS_KEY])


@lru_cache(maxsize=1)
def _sender(settings: Settings) -> Sender:
    return Sender.from_settings(settings)


class _Dispatching:
    """Holds the process's one dispatcher. The first task makes it, with as many threads as the pool has."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dispatcher: Dispatcher | None = None
        self.threads = 1

    def dispatcher(self) -> Dispatcher:
        with self._lock:
            if self._dispatcher is None:
                self._dispatcher = Dispatcher(
                    _sender(_settings()),
                    Pace(redis.client),
                    threads=self.threads,
                    context=this_application().app_context,
                )
            return self._dispatcher

    def stop(self) -> None:
        with self._lock:
            if self._dispatcher is not None:
                self._dispatcher.stop()


_dispatching = _Dispatching()


@celeryd_after_setup.connect
def _as_many_threads_as_the_pool(instance: Any, **_: Any) -> None:
    _dispatching.threads = instance.concurrency or 1


class _StopSending(bootsteps.StartStopStep):
    """Stops the dispatcher before the pool waits for its tasks, however the worker comes to its end.

    Celery sends its shutdown signal only after a signal of the system. A worker that is told by remote
    control to end, or that ends after an error of its consumer, would wait for the dispatcher, and the
    dispatcher for all that is still to be sent.
    """

    requires = ("celery.worker.components:Pool",)

    def close(self, parent: Any) -> None:
        """Claim nothing more. Calls under way are still recorded; the next worker sends the rest."""
        _dispatching.stop()


celery.steps["worker"].add(_StopSending)
