"""A bulk job as JSON, for the API and its live event alike."""

from typing import Any

from livechat.bulk.queries import Tally
from livechat.domain.clock import rfc3339
from livechat.models import BulkJob


def job_json(job: BulkJob, tally: Tally | None) -> dict[str, Any]:
    """The job, and how far it is; None: it has no items."""
    counts = tally or Tally(0, 0, 0, 0)
    return {
        "id": str(job.id),
        "action": job.action,
        "state": _state(job),
        **counts._asdict(),
        "operation_id": str(job.operation_id),
        "created_at": rfc3339(job.created_at),
        "finished_at": rfc3339(job.finished_at),
    }


def _state(job: BulkJob) -> str:
    if job.finished_at is not None:
        return "done"
    return "queued" if job.started_at is None else "running"
