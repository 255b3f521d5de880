"""Beat's tasks: find what was lost on the way, and throw away what is old."""

from livechat.extensions import celery, db, redis
from livechat.services import sweep_outbound as outbound
from livechat.tasknames import TaskName


@celery.task(name=TaskName.SWEEP_OUTBOUND.value)
def sweep_outbound() -> None:
    """Enqueue conversations with due messages, and give up claims past their deadline."""
    outbound.sweep_outbound(db.session, redis.client)
