"""The outbound queue: replies and read receipts to Meta. Threads, since a send waits for the network."""

from functools import lru_cache
from typing import cast
from uuid import UUID

import structlog
from celery import Task
from flask import current_app

from livechat.config import SETTINGS_KEY, Settings
from livechat.domain.retry import LONGEST_COUNTDOWN_S, READ_RECEIPT, delay_for
from livechat.extensions import celery, db
from livechat.outbox import enqueue
from livechat.services.deliver import Sender, deliver, deliver_waiting
from livechat.services.read_receipts import send_read_receipt
from livechat.services.typing import send_typing
from livechat.tasknames import TaskName
from livechat.whatsapp.errors import GraphError

log = structlog.get_logger(__name__)


@celery.task(name=TaskName.SEND.value)
def send(*, conversation_id: str) -> None:
    """Send a conversation's outstanding messages, in order; others get their turn after a while."""
    sender = _sender(_settings())
    if deliver(db.session, sender, UUID(conversation_id)):
        enqueue(TaskName.SEND, conversation_id=conversation_id)
    deliver_waiting(db.session, sender)


@celery.task(name=TaskName.MARK_READ.value, bind=True, max_retries=None)
def mark_read(self: Task, *, conversation_id: str) -> None:
    """Give the customer blue ticks. Asking twice changes nothing, so Celery itself repeats what failed."""
    try:
        send_read_receipt(db.session, _sender(_settings()), UUID(conversation_id))
    except GraphError as error:
        wait_s = delay_for(self.request.retries + 1, READ_RECEIPT, error.retry_after_s)
        if wait_s is None or wait_s > LONGEST_COUNTDOWN_S:
            # The next reading of this conversation reports for this one too.
            log.warning("read_receipt_given_up", conversation_id=conversation_id, code=error.code)
            return
        raise self.retry(exc=error, countdown=wait_s) from error


@celery.task(name=TaskName.TYPING.value)
def typing(*, conversation_id: str, asked_at: int) -> None:
    """Show the customer that somebody writes; too late it is not shown at all."""
    send_typing(db.session, _sender(_settings()), UUID(conversation_id), asked_at)


def _settings() -> Settings:
    return cast(Settings, current_app.config[SETTINGS_KEY])


@lru_cache(maxsize=1)
def _sender(settings: Settings) -> Sender:
    return Sender.from_settings(settings)
