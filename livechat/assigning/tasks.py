"""Tasks of automatic assignment."""

from uuid import UUID

from livechat.assigning import assign_waiting as drain
from livechat.core.extensions import celery, db, redis
from livechat.core.tasknames import TaskName


@celery.task(name=TaskName.ASSIGN.value)
def assign(*, workspace_id: str) -> None:
    """Give whoever waits in the workspace to who is there."""
    drain.assign_waiting(db.session, redis.client, UUID(workspace_id))


@celery.task(name=TaskName.SWEEP_ASSIGNING.value)
def sweep_assigning() -> None:
    """Wake that wherever something is owed."""
    drain.wake_where_due(db.session, redis.client)
