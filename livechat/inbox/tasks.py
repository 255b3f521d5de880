"""The task of the maintenance queue that looks after closing windows."""

from livechat.core.extensions import celery, db
from livechat.core.tasknames import TaskName
from livechat.inbox.tell_closing import tell_closing as tell_now


@celery.task(name=TaskName.TELL_CLOSING.value)
def tell_closing() -> None:
    """Tell those whose customers wait while their window closes."""
    tell_now(db.session)
