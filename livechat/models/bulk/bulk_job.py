"""One action that somebody wants done to many conversations."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, func
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import moment


class BulkJob(Model):
    """Unfinished until ``finished_at``. All that it changes is one operation, to be undone as one."""

    __tablename__ = "bulk_jobs"
    __table_args__ = (
        Index("ix_bulk_jobs_unfinished", "touched_at", postgresql_where=sql("finished_at IS NULL")),
        Index(None, "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(doc="who wants it; they are asked for sight and right each time")
    operation_id: Mapped[UUID] = mapped_column(default=uuid7)
    action: Mapped[str] = mapped_column(String(16))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB, doc="of the action; ids and words, no text")
    created_at: Mapped[moment] = mapped_column(server_default=func.now())
    touched_at: Mapped[moment] = mapped_column(server_default=func.now(), doc="of its last step")
    started_at: Mapped[moment | None]
    finished_at: Mapped[moment | None]
