"""The task of the maintenance queue that reminds."""

from livechat.core.extensions import celery, db
from livechat.core.tasknames import TaskName
from livechat.reminders.remind import remind as remind_now


@celery.task(name=TaskName.REMIND.value)
def remind() -> None:
    """Tell whoever wanted to be reminded by now."""
    remind_now(db.session)
