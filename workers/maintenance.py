"""Beat's tasks: find what was lost on the way, and throw away what is old."""

from flask import current_app

from livechat.config import SETTINGS_KEY
from livechat.extensions import celery, db, redis
from livechat.metrics import UNREAD_DRIFT
from livechat.services import maintenance, readiness
from livechat.services import sweep_outbound as outbound
from livechat.tasknames import TaskName


@celery.task(name=TaskName.SWEEP_INBOUND.value)
def sweep_inbound() -> None:
    """Wake an ingest where webhooks wait and none is at work; and say that beat lives."""
    readiness.say_beat(redis.client)
    maintenance.sweep_inbound(redis.client, db.session)


@celery.task(name=TaskName.PRUNE.value)
def prune() -> None:
    """Throw away webhook bodies past the retention."""
    maintenance.prune(db.session, current_app.config[SETTINGS_KEY])


@celery.task(name=TaskName.RECONCILE_UNREAD.value)
def reconcile_unread() -> None:
    """Compare unread counts with the messages behind them, and repair."""
    UNREAD_DRIFT.inc(maintenance.reconcile_unread(db.session))


@celery.task(name=TaskName.SWEEP_OUTBOUND.value)
def sweep_outbound() -> None:
    """Enqueue conversations with due messages, and give up claims past their deadline."""
    outbound.sweep_outbound(db.session, redis.client)
