"""Tasks of bulk actions: doing one, and finding those that were left."""

from uuid import UUID

from livechat.bulk import run_bulk as bulk
from livechat.core.extensions import celery, db
from livechat.core.tasknames import TaskName


@celery.task(name=TaskName.RUN_BULK.value)
def run_bulk(*, job_id: str) -> None:
    """Do a bulk job, or as much of it as one task may."""
    bulk.run_bulk(db.session, UUID(job_id))


@celery.task(name=TaskName.SWEEP_BULK.value)
def sweep_bulk() -> None:
    """Enqueue the bulk jobs that lost their worker or their task."""
    bulk.sweep_bulk(db.session)
