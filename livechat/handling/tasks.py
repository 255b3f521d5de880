"""Tasks of the maintenance queue that do for the team what is due."""

from livechat.core.extensions import celery, db
from livechat.core.tasknames import TaskName
from livechat.handling.wake_snoozed import wake_snoozed as wake


@celery.task(name=TaskName.WAKE_SNOOZED.value)
def wake_snoozed() -> None:
    """Open the conversations whose snooze is over."""
    wake(db.session)
