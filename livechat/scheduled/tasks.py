"""The task of the maintenance queue that sends what is due."""

from livechat.core.extensions import celery, db
from livechat.core.tasknames import TaskName
from livechat.scheduled.send_due import send_due


@celery.task(name=TaskName.SEND_SCHEDULED.value)
def send_scheduled() -> None:
    """Send the scheduled messages whose time has come."""
    send_due(db.session)
